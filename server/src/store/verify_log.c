/*
 * Walks conversations, events and keys side by side, each once, in the order of conversations: what
 * stands between two conversations belongs to none. Each event has its key's row, so as many key
 * rows as events means that there is no other.
 *
 * Where the beginning of a log is gone, what it made is taken as it stands, and what is kept must
 * lead from there to what there is.
 */
#include <inttypes.h>
#include <string.h>

#include "model/record.h"
#include "store/project.h"
#include "store/verify_walk.h"
#include "util/macros.h"
#include "util/numbers.h"

#define CONVERSATION "conversation %" PRIu64 ": "
#define EVENT        "conversation %" PRIu64 ", event %" PRIu64 ": "

/* --- streams --- */

struct stream {
    struct row_key from, to;
    size_t id_at; /* where the conversation stands in the key */
    struct kv_scan scan;
    struct str key, value;
    uint64_t id;
    int err; /* 0: a row; KV_ABSENT: the end; negative */
};

static void stream_next(struct verify *v, struct stream *s, size_t key_min)
{
    s->err = kv_scan_next(&s->scan, &s->key, &s->value);
    while (!s->err && s->key.n < key_min) {
        verify_fault(v, "an unknown row, %zu bytes in its key", s->key.n);
        s->err = kv_scan_next(&s->scan, &s->key, &s->value);
    }
    if (!s->err)
        s->id = be64_get(s->key.p + s->id_at);
}

static void stream_begin(struct verify *v, struct stream *s, struct row_key from, size_t key_min)
{
    struct kv_view view = {.kv = v->kv};
    *s = (struct stream){.from = from, .id_at = from.n};
    s->to = row_key_after(&s->from);
    s->err = kv_scan_begin(&s->scan, &view, from.table, row_key_str(&s->from), row_key_str(&s->to),
                           false);
    if (!s->err)
        stream_next(v, s, key_min);
}

enum { EVENT_KEY_BYTES = 16, KEY_KEY_BYTES_MIN = 17, CONVERSATION_KEY_BYTES = 9 };

/* --- one log --- */

struct walk {
    struct verify *v;
    struct stream conversations, events, keys;
    struct conversation c;
    struct head_row head;
    struct log_head at;        /* what the events so far make it; it starts at what is gone */
    struct conversation built; /* and what they make of a group's record and invites */
    struct invites invites;
    struct verify_people people;
    bool leaving;        /* of somebody alone, who was deleted: it goes event by event */
    struct arena *arena; /* the texts of `built` lie here */
    uint64_t n_events, n_keys;
};

/* An edit of what is gone has lost its words with it. */
static void check_target_gone(struct walk *w, const struct event *e)
{
    if (e->type == EVENT_EDIT && !e->deleted)
        verify_fault(w->v, EVENT "keeps the text of %" PRIu64 ", which is gone", w->c.id, e->seq,
                     e->target);
}

/* The message that an event is about, as it is now. */
static int check_target(struct walk *w, const struct event *e)
{
    struct verify *v = w->v;
    struct event target;
    if (e->target <= w->head.head.gone_seq) {
        check_target_gone(w, e);
        return 0;
    }
    int err = e->target < e->seq ? verify_event(v, e->conversation, e->target, &target) : KV_ABSENT;
    if (err == KV_ABSENT || (!err && target.type != EVENT_MESSAGE)) {
        verify_fault(v, EVENT "is about %" PRIu64 ", which is no message", w->c.id, e->seq,
                     e->target);
        return 0;
    }
    if (err)
        return err;
    if (!target.deleted && (e->type == EVENT_DELETE || target.rev < e->seq))
        verify_fault(v, EVENT "did not change %" PRIu64, w->c.id, e->seq, e->target);
    if (e->type == EVENT_EDIT && !e->deleted && (target.deleted || target.edited_seq != e->seq))
        verify_fault(v, EVENT "keeps a text that was replaced or deleted", w->c.id, e->seq);
    return 0;
}

static int check_reaction(struct walk *w, const struct event *e, const struct reaction *r)
{
    struct event from;
    int err = verify_event(w->v, w->c.id, r->seq, &from);
    if (err == KV_ABSENT ||
        (!err && (from.type != EVENT_REACTION || from.target != e->seq || from.sender != r->user)))
        verify_fault(w->v, EVENT "its reaction %" PRIu64 " is none", w->c.id, e->seq, r->seq);
    return MIN(err, 0);
}

static int check_mention(struct walk *w, const struct event *e, uint64_t user)
{
    struct row_key k = key_mention(user, e);
    uint64_t expires_ms;
    int err = verify_ids(w->v, &k, &expires_ms, 1);
    if (err == KV_ABSENT && verify_leaving(w->v, user) != VERIFY_LIVES)
        return 0;
    if (err == KV_ABSENT || (!err && expires_ms != e->expires_ms))
        verify_fault(w->v, EVENT "mentions user %" PRIu64 ", who has no row of it", w->c.id, e->seq,
                     user);
    return MIN(err, 0);
}

static int check_expiry(struct walk *w, const struct event *e)
{
    struct row_key k = key_expiry(e->expires_ms, e->conversation, e->seq);
    int err = verify_ids(w->v, &k, NULL, 0);
    if (err == KV_ABSENT)
        verify_fault(w->v, EVENT "is to go and in no queue", w->c.id, e->seq);
    return MIN(err, 0);
}

static bool same_mentions(const struct event *a, const struct event *b)
{
    return a->n_mentions == b->n_mentions &&
           (!a->n_mentions ||
            !memcmp(a->mentions, b->mentions, a->n_mentions * sizeof(a->mentions[0])));
}

static int check_message(struct walk *w, const struct event *e)
{
    struct event edit;
    int err = e->edited_seq ? verify_event(w->v, w->c.id, e->edited_seq, &edit) : VERIFY_UNREADABLE;
    if (err == KV_ABSENT ||
        (!err && (edit.type != EVENT_EDIT || edit.target != e->seq || edit.deleted != e->deleted ||
                  !str_eq(edit.text, e->text) || !same_mentions(&edit, e))))
        verify_fault(w->v, EVENT "is not as its edit %" PRIu64 " made it", w->c.id, e->seq,
                     e->edited_seq);
    err = MIN(err, 0);
    for (uint32_t i = 0; !err && i < e->n_reactions; i++)
        err = check_reaction(w, e, &e->reactions[i]);
    for (uint32_t i = 0; !err && i < e->n_mentions; i++)
        err = check_mention(w, e, e->mentions[i]);
    return err || e->deleted || !e->expires_ms ? err : check_expiry(w, e);
}

/* Somebody whom an event brings in or changes has a row that knows of it, as long as there is an
 * account. */
static int check_named(struct walk *w, const struct event *e, uint64_t user)
{
    struct member_row row;
    int err = verify_member(w->v, w->c.id, user, &row);
    if (err == KV_ABSENT && verify_leaving(w->v, user) != VERIFY_LIVES)
        return 0;
    if (err == KV_ABSENT || (!err && row.member.rev < e->seq))
        verify_fault(w->v, EVENT "user %" PRIu64 " has no row that knows of it", w->c.id, e->seq,
                     user);
    return MIN(err, 0);
}

static int check_everybody_named(struct walk *w, const struct event *e)
{
    int err = 0;
    for (uint32_t i = 0; !err && i < e->n_members; i++)
        err = check_named(w, e, e->members[i].user);
    return err;
}

static int check_role(struct walk *w, const struct event *e)
{
    int err = check_named(w, e, e->user);
    return err || e->role != ROLE_OWNER ? err : check_named(w, e, e->sender);
}

/* Whether an event after `block` took it back. 1, 0, negative. */
static int was_unblocked(struct walk *w, const struct event *block)
{
    for (uint64_t seq = block->seq + 1; seq <= w->head.head.seq; seq++) {
        struct event e;
        int err = verify_event(w->v, w->c.id, seq, &e);
        if (err < 0)
            return err;
        if (!err && e.type == EVENT_UNBLOCK && e.user == block->user)
            return 1;
    }
    return 0;
}

static int check_blocking(struct walk *w, const struct event *e)
{
    struct row_key k = key_block(e->sender, e->user);
    uint64_t seq;
    int err = verify_ids(w->v, &k, &seq, 1);
    if (err < 0 || err == VERIFY_UNREADABLE)
        return err;
    bool stands = err == KV_ABSENT ? e->type == EVENT_UNBLOCK : seq >= e->seq;
    if (err == KV_ABSENT && e->type == EVENT_BLOCK) {
        int taken_back = was_unblocked(w, e);
        if (taken_back < 0)
            return taken_back;
        stands = taken_back;
    }
    if (!stands)
        verify_fault(w->v, EVENT "who is blocked is not as it says", w->c.id, e->seq);
    return 0;
}

/* Whether its pin may be gone by now. 1, 0, negative. */
static int was_unpinned(struct walk *w, const struct event *e)
{
    for (uint64_t seq = e->seq + 1; seq <= w->head.head.seq; seq++) {
        struct event later;
        int err = verify_event(w->v, w->c.id, seq, &later);
        if (err < 0)
            return err;
        if (!err && later.target == e->target &&
            (later.type == EVENT_UNPIN || later.type == EVENT_DELETE))
            return 1;
    }
    struct event message;
    int err = verify_event(w->v, w->c.id, e->target, &message);
    return err ? MIN(err, 0) : message.expires_ms != 0; /* what goes loses its pin by itself */
}

static int check_pin(struct walk *w, const struct event *e)
{
    struct pins pins;
    uint64_t by = 0;
    int err = verify_pins(w->v, w->c.id, &pins);
    if (err)
        return MIN(err, 0);
    for (uint32_t i = 0; i < pins.n; i++)
        by = pins.at[i].seq == e->target ? pins.at[i].by : by;
    bool gone = e->target <= w->head.head.gone_seq;
    bool stands = e->type == EVENT_PIN && !gone ? by >= e->seq : !by || by > e->seq;
    if (!stands && e->type == EVENT_PIN)
        stands = (err = was_unpinned(w, e)) > 0;
    if (err >= 0 && !stands)
        verify_fault(w->v, EVENT "what is pinned is not as it says", w->c.id, e->seq);
    return MIN(err, 0);
}

static int check_preferences(struct walk *w, const struct event *e)
{
    struct member_row row;
    int err = verify_member(w->v, e->subject, e->sender, &row);
    if (err == KV_ABSENT || (!err && row.member.preferences.rev < e->seq))
        verify_fault(w->v, EVENT "did not change what is wanted of %" PRIu64, w->c.id, e->seq,
                     e->subject);
    return MIN(err, 0);
}

/* Whether an event after the star took it back. 1, 0, negative. */
static int was_unstarred(struct walk *w, const struct event *star)
{
    for (uint64_t seq = star->seq + 1; seq <= w->head.head.seq; seq++) {
        struct event e;
        int err = verify_event(w->v, w->c.id, seq, &e);
        if (err < 0)
            return err;
        if (!err && e.type == EVENT_UNSTAR && e.subject == star->subject &&
            e.target == star->target)
            return 1;
    }
    return 0;
}

static int check_star(struct walk *w, const struct event *e)
{
    struct event message;
    uint64_t seq = 0;
    int err = verify_kept(w->v, e->subject, e->target, &message);
    if (err == KV_ABSENT)
        verify_fault(w->v, EVENT "is about %" PRIu64 " of %" PRIu64 ", which is not there", w->c.id,
                     e->seq, e->target, e->subject);
    if (err)
        return MIN(err, 0);
    struct row_key k = key_star(e->sender, &message);
    err = verify_ids(w->v, &k, &seq, 1);
    if (err < 0 || err == VERIFY_UNREADABLE)
        return MIN(err, 0);
    int stands = err == KV_ABSENT ? e->type == EVENT_UNSTAR : seq >= e->seq;
    if (err == KV_ABSENT && e->type == EVENT_STAR)
        stands = was_unstarred(w, e);
    if (!stands)
        verify_fault(w->v, EVENT "what is starred is not as it says", w->c.id, e->seq);
    return MIN(stands, 0);
}

/* The newest one is the name as it is. */
static int check_rename(struct walk *w, const struct event *e)
{
    struct user user;
    int err = verify_user(w->v, e->sender, &user);
    if (!err && user.renamed_ms == e->time_ms && !str_eq(user.username, e->text))
        verify_fault(w->v, EVENT "user %" PRIu64 " does not have the name that it says", w->c.id,
                     e->seq, e->sender);
    return MIN(err, 0);
}

/* The device, if it is there still, is news no more. */
static int check_signed_in(struct walk *w, const struct event *e)
{
    struct device device;
    int err = verify_device(w->v, e->sender, e->number, &device);
    if (!err && device.news)
        verify_fault(w->v, EVENT "device %" PRIu64 " is yet to be told of", w->c.id, e->seq,
                     device.id);
    return MIN(err, 0);
}

/* The rows that an event changes. */
static int check_effect(struct walk *w, const struct event *e)
{
    switch (e->type) {
    case EVENT_MESSAGE:
        return check_message(w, e);
    case EVENT_EDIT:
    case EVENT_DELETE:
    case EVENT_REACTION:
        return check_target(w, e);
    case EVENT_CREATED:
        return check_everybody_named(w, e);
    case EVENT_ADDED:
    case EVENT_JOINED:
    case EVENT_REMOVED:
        return check_named(w, e, e->user);
    case EVENT_ROLE:
        return check_role(w, e);
    case EVENT_LEFT:
        return check_named(w, e, e->sender);
    case EVENT_PICTURE:
        if (w->c.kind == CONVERSATION_OWN)
            return 0;
        /* fall through */
    case EVENT_TITLE:
    case EVENT_DESCRIPTION:
    case EVENT_ANNOUNCE:
    case EVENT_TIMER:
    case EVENT_RETENTION:
        if (w->c.rev < e->seq)
            verify_fault(w->v, EVENT "did not change its conversation", w->c.id, e->seq);
        return 0;
    case EVENT_INVITE:
    case EVENT_UNINVITE:
        return 0; /* check_invites */
    case EVENT_BLOCK:
    case EVENT_UNBLOCK:
        return check_blocking(w, e);
    case EVENT_PREFERENCES:
        return check_preferences(w, e);
    case EVENT_DRAFT:
        return verify_draft_event(w->v, e);
    case EVENT_STAR:
    case EVENT_UNSTAR:
        return check_star(w, e);
    case EVENT_HIDE:
        return verify_hide_event(w->v, e);
    case EVENT_PIN:
    case EVENT_UNPIN:
        return check_pin(w, e);
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_CONTACT_DECLINE:
    case EVENT_CONTACT_REMOVE:
    case EVENT_PROFILE:
    case EVENT_PRIVACY:
    case EVENT_ACCEPT:
        return 0; /* verify_people.c */
    case EVENT_RENAME:
        return check_rename(w, e);
    case EVENT_SIGNED_IN:
        return check_signed_in(w, e);
    case EVENT_SECOND_FACTOR:
        return 0; /* what it changed is the user's secret */
    case EVENT_TYPES:
        break;
    }
    verify_fault(w->v, EVENT "of an unknown type %d", w->c.id, e->seq, (int)e->type);
    return 0;
}

/* Its place: dense, counted, in an append that begins where it says. */
static void check_place(struct walk *w, const struct event *e, uint64_t seq)
{
    struct verify *v = w->v;
    if (e->conversation != w->c.id || e->seq != seq)
        verify_fault(v, EVENT "says it is %" PRIu64 " of %" PRIu64, w->c.id, seq, e->seq,
                     e->conversation);
    if (seq != w->at.seq + 1)
        verify_fault(v, EVENT "comes after %" PRIu64, w->c.id, seq, w->at.seq);
    if (e->n != w->at.n + event_counts(e->type))
        verify_fault(v, EVENT "counts %" PRIu64 " messages after %" PRIu64, w->c.id, seq, e->n,
                     w->at.n);
    bool kept_first = seq == w->head.head.gone_seq + 1; /* what it was appended with is gone */
    if (e->first_seq != seq && e->first_seq != w->at.first_seq && !kept_first)
        verify_fault(v, EVENT "is of an append that began at %" PRIu64, w->c.id, seq, e->first_seq);
    if (e->rev < seq || e->rev > w->head.head.seq)
        verify_fault(v, EVENT "was last changed by %" PRIu64 ", the end is %" PRIu64, w->c.id, seq,
                     e->rev, w->head.head.seq);
    if (e->deleted && (e->text.n || e->n_reactions || e->n_mentions))
        verify_fault(v, EVENT "is deleted and not empty", w->c.id, seq);
    w->at.seq = seq;
    w->at.n = e->n;
    w->at.first_seq = e->first_seq;
    w->at.time_ms = e->time_ms;
    if (e->type == EVENT_MESSAGE)
        w->at.message_seq = seq;
}

/* The record follows the events as they are walked. */
static void build(struct walk *w, const struct event *e)
{
    project_invites(&w->invites, e);
    verify_people_follow(w->v, &w->people, e);
    if (!project_conversation(&w->built, e))
        return;
    w->built.title = arena_str(w->arena, w->built.title);
    w->built.description = arena_str(w->arena, w->built.description);
}

static int check_event(struct walk *w)
{
    struct verify *v = w->v;
    struct event e;
    struct key_row row;
    uint64_t seq = be64_get(w->events.key.p + 8);
    v->events++;
    w->n_events++;
    if (w->leaving)
        return 0;
    if (record_decode(&e, w->events.value, v->arena)) {
        verify_fault(v, EVENT "does not decode", w->c.id, seq);
        w->at.seq = seq;
        return 0;
    }
    check_place(w, &e, seq);
    build(w, &e);
    int err = verify_key(v, &e, &row);
    if (err == KV_ABSENT)
        verify_fault(v, EVENT "its key is not known", w->c.id, seq);
    else if (!err && (row.seq != seq || memcmp(row.digest, e.digest, sizeof(row.digest)) != 0))
        verify_fault(v, EVENT "its key points to %" PRIu64 " or another command", w->c.id, seq,
                     row.seq);
    return err < 0 ? err : check_effect(w, &e);
}

/* --- its frame --- */

static int check_people(struct walk *w)
{
    struct verify *v = w->v;
    for (int i = 0; i < 2; i++) {
        struct user user;
        struct member_row row;
        int err = verify_user(v, w->c.users[i], &user);
        if (err == KV_ABSENT)
            verify_fault(v, CONVERSATION "user %" PRIu64 " is not there", w->c.id, w->c.users[i]);
        bool gone = !err && user.deleted_ms && w->c.kind == CONVERSATION_OWN;
        err = err < 0 ? err : verify_member(v, w->c.id, w->c.users[i], &row);
        if (err == KV_ABSENT && !gone && (w->c.kind == CONVERSATION_OWN || w->head.head.seq))
            verify_fault(v, CONVERSATION "is not in the inbox of user %" PRIu64, w->c.id,
                         w->c.users[i]);
        if (err < 0)
            return err;
    }
    return 0;
}

static int check_claim(struct walk *w)
{
    struct row_key claim = key_direct(w->c.users[0], w->c.users[1]);
    uint64_t id;
    int err = verify_ids(w->v, &claim, &id, 1);
    if (err == KV_ABSENT || (!err && id != w->c.id))
        verify_fault(w->v, CONVERSATION "is not claimed by its people", w->c.id);
    return err < 0 ? err : check_people(w);
}

static int check_group(struct walk *w)
{
    struct verify *v = w->v;
    struct roster roster = {0};
    int err = verify_roster(v, w->c.id, &roster);
    for (uint32_t i = 0; err >= 0 && i < roster.n; i++) {
        struct member_row row;
        err = verify_member(v, w->c.id, roster.users[i], &row);
        if (err == KV_ABSENT)
            verify_fault(v, CONVERSATION "user %" PRIu64 " is in the roster and has no row",
                         w->c.id, roster.users[i]);
    }
    return err;
}

/* Whether it is the log of somebody deleted, on its way out. */
static bool is_leaving(struct walk *w)
{
    const struct conversation *c = &w->c;
    if (c->kind != CONVERSATION_OWN && c->kind != CONVERSATION_SELF)
        return false;
    int leaving = verify_leaving(w->v, c->users[0]);
    if (c->kind == CONVERSATION_SELF && leaving == VERIFY_GONE)
        verify_fault(w->v, CONVERSATION "the notes of user %" PRIu64 ", who is gone", c->id,
                     c->users[0]);
    return w->leaving = leaving == VERIFY_LEAVING;
}

/* What the events are followed from. */
static void begin_at(struct walk *w, const struct log_head *head)
{
    w->at = (struct log_head){.seq = head->gone_seq, .n = head->gone_n};
    w->built = (struct conversation){.id = w->c.id, .kind = w->c.kind};
    if (head->gone_seq) {
        w->built = w->c;
        w->built.rev = MIN(w->c.rev, head->gone_seq);
    }
    w->invites = (struct invites){.rev = head->gone_seq};
    verify_people_begin(&w->people, &w->c, head->gone_seq);
}

/* 1: the row does not decode, or the log is on its way out. */
static int begin_conversation(struct walk *w)
{
    struct verify *v = w->v;
    uint64_t id = w->conversations.id;
    v->conversations++;
    w->n_events = w->n_keys = 0;
    w->leaving = false;
    if (!conversation_unpack(&w->c, id, arena_str(v->arena, w->conversations.value))) {
        verify_fault(v, CONVERSATION "does not decode", id);
        return 1;
    }
    if (is_leaving(w))
        return 1;
    int err = verify_head(v, id, &w->head);
    if (err)
        verify_fault(v, CONVERSATION "its head does not decode", id);
    begin_at(w, &w->head.head);
    if (w->c.rev > w->head.head.seq)
        verify_fault(v, CONVERSATION "was last changed by %" PRIu64 ", the end is %" PRIu64, id,
                     w->c.rev, w->head.head.seq);
    if (w->head.commit > v->commit)
        verify_fault(v, CONVERSATION "of commit %" PRIu64 ", which was not yet", id,
                     w->head.commit);
    switch (w->c.kind) {
    case CONVERSATION_DIRECT:
    case CONVERSATION_SELF:
        return MIN(check_claim(w), 0);
    case CONVERSATION_OWN:
        return MIN(check_people(w), 0);
    case CONVERSATION_GROUP:
        return MIN(check_group(w), 0);
    }
    verify_fault(v, CONVERSATION "of an unknown kind %d", id, (int)w->c.kind);
    return 0;
}

static void check_record(struct walk *w)
{
    const struct conversation *is = &w->c, *built = &w->built;
    bool group = is->kind == CONVERSATION_GROUP;
    if (is->rev != built->rev || is->timer_s != built->timer_s ||
        is->retention_days != built->retention_days)
        verify_fault(w->v, CONVERSATION "its record is not what its events up to %" PRIu64 " made",
                     is->id, built->rev);
    else if (group &&
             (is->history != built->history || is->created_ms != built->created_ms ||
              is->picture != built->picture || is->announce != built->announce ||
              !str_eq(is->title, built->title) || !str_eq(is->description, built->description)))
        verify_fault(w->v, CONVERSATION "its record is not what its events up to %" PRIu64 " made",
                     is->id, built->rev);
}

/* Those whose own event is kept: of the others no event here says all. */
static bool same_invites(const struct invites *is, const struct invites *built, uint64_t gone_seq)
{
    uint32_t first = 0;
    while (first < is->n && is->at[first].seq <= gone_seq)
        first++;
    bool rev = built->rev > gone_seq ? is->rev == built->rev : is->rev <= gone_seq;
    return rev && is->n - first == built->n &&
           !memcmp(is->at + first, built->at, built->n * sizeof(built->at[0]));
}

static int check_invites(struct walk *w)
{
    struct invites is;
    int err = verify_invites(w->v, w->c.id, &is);
    if (err == VERIFY_UNREADABLE ||
        (!err && !same_invites(&is, &w->invites, w->head.head.gone_seq)))
        verify_fault(w->v, CONVERSATION "its invites are not what its events made", w->c.id);
    return MIN(err, 0);
}

static int end_conversation(struct walk *w)
{
    int err = check_invites(w);
    check_record(w);
    const struct log_head *head = &w->head.head, *at = &w->at;
    bool last = at->seq == head->gone_seq ||
                (head->first_seq == at->first_seq && head->time_ms == at->time_ms);
    bool message = at->message_seq ? head->message_seq == at->message_seq
                                   : head->message_seq <= head->gone_seq;
    if (head->seq != at->seq || head->n != at->n || !last || !message)
        verify_fault(w->v,
                     CONVERSATION "its head says it ends at %" PRIu64 " (%" PRIu64
                                  " messages), it ends at %" PRIu64 " (%" PRIu64 ")",
                     w->c.id, head->seq, head->n, at->seq, at->n);
    if (w->n_events != w->n_keys)
        verify_fault(w->v, CONVERSATION "%" PRIu64 " events and %" PRIu64 " keys", w->c.id,
                     w->n_events, w->n_keys);
    return err ? err : verify_people_check(w->v, &w->people, w->head.head.n);
}

/* --- side by side --- */

static int each_event(struct walk *w)
{
    int err = 0;
    while (!err && !w->events.err && w->events.id == w->c.id) {
        struct arena *outer = w->v->arena;
        struct arena arena = {0};
        w->v->arena = &arena;
        err = MIN(check_event(w), 0);
        w->v->arena = outer;
        arena_deinit(&arena);
        stream_next(w->v, &w->events, EVENT_KEY_BYTES);
    }
    return err;
}

static void each_key(struct walk *w)
{
    while (!w->keys.err && w->keys.id == w->c.id) {
        struct key_row row;
        w->n_keys++;
        w->v->keys++;
        const struct log_head *head = &w->head.head;
        bool fits =
            key_row_unpack(&row, w->keys.value) && row.seq > head->gone_seq && row.seq <= head->seq;
        if (!w->leaving && !fits)
            verify_fault(w->v, CONVERSATION "a key points beyond the end, or to what is gone",
                         w->c.id);
        stream_next(w->v, &w->keys, KEY_KEY_BYTES_MIN);
    }
}

/* Rows of conversations before `id` that no conversation was found for. */
static void pass_orphans(struct walk *w, struct stream *s, const char *what, size_t key_min,
                         uint64_t id)
{
    uint64_t told = 0;
    for (bool first = true; !s->err && s->id < id; first = false) {
        if (first || s->id != told)
            verify_fault(w->v, CONVERSATION "%s, but there is no such conversation", s->id, what);
        told = s->id;
        stream_next(w->v, s, key_min);
    }
}

static void pass_all_orphans(struct walk *w, uint64_t id)
{
    pass_orphans(w, &w->events, "events", EVENT_KEY_BYTES, id);
    pass_orphans(w, &w->keys, "keys", KEY_KEY_BYTES_MIN, id);
}

static int each_conversation(struct walk *w)
{
    struct arena arena = {0};
    w->v->arena = w->arena = &arena;
    w->c = (struct conversation){.id = w->conversations.id};
    pass_all_orphans(w, w->c.id);
    int err = begin_conversation(w);
    bool readable = !err;
    if (err >= 0)
        err = each_event(w);
    each_key(w);
    if (readable && err >= 0)
        err = end_conversation(w);
    w->v->arena = NULL;
    arena_deinit(&arena);
    return err;
}

int verify_logs(struct verify *v)
{
    struct walk *w = &(struct walk){.v = v};
    struct row_key conversations = {.table = KV_STATE, .n = 1, .bytes = "c"};
    stream_begin(v, &w->conversations, conversations, CONVERSATION_KEY_BYTES);
    stream_begin(v, &w->events, (struct row_key){.table = KV_EVENTS}, EVENT_KEY_BYTES);
    stream_begin(v, &w->keys, (struct row_key){.table = KV_KEYS}, KEY_KEY_BYTES_MIN);
    int err = 0;
    while (!err && !w->conversations.err) {
        err = each_conversation(w);
        stream_next(v, &w->conversations, CONVERSATION_KEY_BYTES);
    }
    if (!err)
        pass_all_orphans(w, UINT64_MAX);
    struct stream *all[] = {&w->conversations, &w->events, &w->keys};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        if (!err && all[i]->err < 0)
            err = all[i]->err;
        kv_scan_end(&all[i]->scan);
    }
    return err;
}
