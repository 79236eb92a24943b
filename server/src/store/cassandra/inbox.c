/*
 * What an entry shows is read from the conversation, never from the inbox: heads, records, last
 * messages and the other one's marks of all entries, each in one round trip.
 */
#include "store/cassandra/inbox.h"

#include <errno.h>

#include "model/limits.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/gather.h"
#include "store/cassandra/noted.h"
#include "store/project.h"
#include "util/macros.h"

/* Of S_INBOX_WALK and S_INBOX_SOME; from COLUMN_MEMBER on as member_read() has them. */
enum {
    COLUMN_CONVERSATION,
    COLUMN_TOUCHED_N,
    COLUMN_TOUCHED_MS,
    COLUMN_GONE_SEQ,
    COLUMN_GONE_N,
    COLUMN_MEMBER,
};

/* --- rows --- */

int inbox_read_row(const struct answer *answer, uint32_t i, uint64_t user, struct inbox_row *row)
{
    *row = (struct inbox_row){
        .touched_n = answer_u64(answer, i, COLUMN_TOUCHED_N),
        .touched_ms = answer_u64(answer, i, COLUMN_TOUCHED_MS),
        .gone_seq = answer_u64(answer, i, COLUMN_GONE_SEQ),
        .gone_n = answer_u64(answer, i, COLUMN_GONE_N),
    };
    return member_read(answer, i, COLUMN_MEMBER, answer_u64(answer, i, COLUMN_CONVERSATION), user,
                       &row->me);
}

int inbox_rows(struct strand *s, uint64_t user, const uint64_t *ids, uint32_t n,
               struct inbox_row **rows)
{
    must(n <= PAGE_MAX);
    *rows = arena_alloc(strand_scratch(s), n * sizeof(**rows));
    for (uint32_t i = 0; i < n; i++) {
        (*rows)[i].me.row.member.conversation = ids[i];
        (*rows)[i].me.row.member.user = user;
    }
    if (n == 0)
        return 0;
    struct ask a = ASK(S_INBOX_SOME, cql_u64(user), gather_ids(s, ids, n));
    int err = strand_ask(s, &a);
    for (uint32_t row = 0; !err && row < a.answer.rows_n; row++) {
        uint64_t id = answer_u64(&a.answer, row, COLUMN_CONVERSATION);
        for (uint32_t i = 0; !err && i < n; i++)
            if (ids[i] == id)
                err = inbox_read_row(&a.answer, row, user, &(*rows)[i]);
    }
    return err;
}

static struct log_head head_seen(const struct inbox_row *row, const struct log_head *head)
{
    const struct member *me = &row->me.row.member;
    if (!me->left)
        return *head;
    struct log_head seen = head_as_left(head, me);
    seen.message_seq = row->me.row.left_message_seq;
    return seen;
}

struct log_head inbox_touched_head(const struct inbox_row *row)
{
    struct log_head touched = {.seq = row->me.touched,
                               .n = row->touched_n,
                               .time_ms = row->touched_ms,
                               .gone_seq = row->gone_seq,
                               .gone_n = row->gone_n};
    return head_seen(row, &touched);
}

/* --- entries --- */

struct filling {
    struct strand *strand;
    uint64_t user, now_ms;
    uint32_t n;
    struct inbox_row *rows;
    struct gathered_head *heads;
    struct gathered_conversation *conversations;
    struct gathered_event *lasts;
    struct inbox_entry *entries;
};

static bool is_in(const struct gathered_conversation *c, uint64_t user)
{
    for (uint32_t i = 0; i < c->roster.n; i++)
        if (c->roster.users[i] == user)
            return true;
    return false;
}

/* Their row was read before the head, and the group's roster after it: who is not in that was put
 * out, perhaps before the head, and has no part in what came then. (A roster is written before the
 * next event stands; or it is not yet, of who has just come.) Who is back in it has a head beyond
 * what the row was touched for. */
static bool is_overtaken(const struct filling *f, uint32_t i)
{
    const struct gathered_conversation *c = &f->conversations[i];
    const struct member_state *me = &f->rows[i].me;
    bool gone = c->there && c->conversation.kind == CONVERSATION_GROUP && !is_in(c, f->user);
    return me->there && !me->row.member.left && (gone || f->heads[i].head.seq > me->touched);
}

/* They may have come back since, and read from there on. */
static int look_again(struct filling *f)
{
    uint64_t ids[INBOX_FILLED_MAX];
    uint32_t n = 0, of[INBOX_FILLED_MAX];
    struct inbox_row *now;
    for (uint32_t i = 0; i < f->n; i++) {
        if (!is_overtaken(f, i))
            continue;
        of[n] = i;
        ids[n++] = f->heads[i].conversation;
    }
    int err = inbox_rows(f->strand, f->user, ids, n, &now);
    for (uint32_t i = 0; !err && i < n; i++) {
        const struct member *before = &f->rows[of[i]].me.row.member, *me = &now[i].me.row.member;
        if (me->left || me->from_seq != before->from_seq)
            f->rows[of[i]] = now[i];
    }
    return err;
}

/* A group whose maker died over it may have its first event, and no record. */
static bool is_begun(const struct filling *f, uint32_t i)
{
    return f->rows[i].me.there && f->heads[i].head.seq && !f->conversations[i].there;
}

/* What is left to be done of those is done now, as by whoever else comes upon a head, or nobody
 * would be told once it is. Where it cannot be, the list fails: to leave one out would be for good.
 * (One of which a row does not decode stays out.) */
static int settle_begun(struct filling *f)
{
    struct conversation_state *c = NULL;
    int err = 0;
    for (uint32_t i = 0; !err && i < f->n; i++) {
        struct log_head head;
        if (!is_begun(f, i))
            continue;
        c = c ? c : arena_alloc(strand_scratch(f->strand), sizeof(*c));
        err = conversation_get(f->strand, f->conversations[i].id, c);
        if (!err)
            err = log_settle(f->strand, c, &head);
        if (!err)
            err = gather_conversations(f->strand, &f->conversations[i], 1);
        f->conversations[i].there = f->conversations[i].there && !err;
        err = err == -EBADMSG ? 0 : err; /* logged; the others are listed all the same */
    }
    return err;
}

int inbox_put_gone(struct strand *s, uint64_t id, const uint64_t *users, uint32_t n,
                   uint64_t gone_seq, uint64_t gone_n)
{
    struct ask *asks = arena_alloc(strand_scratch(s), n * sizeof(*asks) + 1);
    struct ask gone = ASK(S_CONVERSATION_PUT_GONE, cql_u64(gone_seq), cql_u64(gone_seq),
                          cql_u64(gone_n), cql_u64(id));
    for (uint32_t i = 0; i < n; i++)
        asks[i] = ASK(S_INBOX_PUT_GONE, cql_u64(gone_seq), cql_u64(gone_seq), cql_u64(gone_n),
                      cql_u64(users[i]), cql_u64(id));
    int err = strand_ask_all(s, asks, n);
    return err ? err : strand_ask(s, &gone);
}

/* An inbox may know what its conversation, and others' inboxes, do not yet: who decided it is at
 * it, or has died. A token knows the inbox, so what is told here is no less; and the rest is done
 * before it is told, or who was not told never would be, and whoever was could read what is gone
 * once more, and keep it. */
static int carry_on_going(struct filling *f)
{
    int err = 0;
    for (uint32_t i = 0; !err && i < f->n; i++) {
        struct gathered_conversation *c = &f->conversations[i];
        const struct inbox_row *row = &f->rows[i];
        const uint64_t *pair = c->conversation.users;
        bool group = c->conversation.kind == CONVERSATION_GROUP;
        if (!c->there || !row->me.there || row->gone_seq <= c->gone_seq)
            continue;
        c->gone_seq = row->gone_seq;
        c->gone_n = row->gone_n;
        err =
            inbox_put_gone(f->strand, c->id, group ? c->roster.users : pair,
                           group ? c->roster.n : 1 + (pair[0] != pair[1]), c->gone_seq, c->gone_n);
        strand_harmless(f->strand);
    }
    return err;
}

static int gather_what_they_are(struct filling *f, const uint64_t *ids)
{
    int err = inbox_rows(f->strand, f->user, ids, f->n, &f->rows);
    for (uint32_t i = 0; !err && i < f->n; i++) {
        f->heads[i].conversation = f->conversations[i].id = ids[i];
        f->heads[i].touched = f->rows[i].me.touched;
    }
    if (!err)
        err = gather_heads(f->strand, f->heads, f->n);
    if (!err)
        err = gather_conversations(f->strand, f->conversations, f->n);
    if (!err)
        err = settle_begun(f);
    if (!err)
        err = look_again(f);
    return err ? err : carry_on_going(f);
}

static void set_entry(struct filling *f, uint32_t i)
{
    const struct gathered_conversation *c = &f->conversations[i];
    struct inbox_entry *entry = &f->entries[i];
    struct log_head head = f->heads[i].head;
    head.gone_seq = c->gone_seq;
    head.gone_n = c->gone_n;
    head = head_seen(&f->rows[i], &head);
    if (!f->rows[i].me.there || !head.seq || !c->there)
        return;
    entry->me = f->rows[i].me.row.member;
    entry->me.left_title = arena_str(strand_arena(f->strand), entry->me.left_title);
    entry->head = head;
    entry->conversation = c->conversation;
    if (entry->me.left)
        conversation_as_left(&entry->conversation, &entry->me);
}

static bool is_set(const struct inbox_entry *entry)
{
    return entry->me.user != 0;
}

/* What was announced is under way, or never comes. */
static bool is_ahead(const struct filling *f, uint32_t i)
{
    const struct inbox_row *row = &f->rows[i];
    return !row->me.row.member.left && row->me.touched > f->heads[i].head.seq;
}

/* The newest message is often the newest event, which is there already. */
static int fill_lasts(struct filling *f)
{
    uint32_t n = 0, of[INBOX_FILLED_MAX];
    for (uint32_t i = 0; i < f->n; i++) {
        struct inbox_entry *entry = &f->entries[i];
        uint64_t seq = entry->head.message_seq;
        if (!is_set(entry) || !seq || seq < member_first(&entry->me, &entry->head))
            continue;
        if (f->heads[i].head.seq == seq) {
            entry->last = &f->heads[i].newest;
            continue;
        }
        of[n] = i;
        f->lasts[n++] = (struct gathered_event){.conversation = entry->me.conversation, .seq = seq};
    }
    int err = gather_events(f->strand, f->lasts, n);
    for (uint32_t i = 0; !err && i < n; i++)
        if (f->lasts[i].there)
            f->entries[of[i]].last = &f->lasts[i].event;
    for (uint32_t i = 0; !err && i < f->n; i++) {
        struct inbox_entry *entry = &f->entries[i];
        if (!entry->last)
            continue;
        if (entry->me.left)
            project_as_of(entry->last, entry->me.left_seq, strand_arena(f->strand));
        project_due(entry->last, f->now_ms);
        err = hidden_words(f->strand, &entry->me, entry->last, 1);
    }
    return err;
}

static int fill_peers(struct filling *f)
{
    struct ask *asks = arena_alloc(strand_scratch(f->strand), f->n * sizeof(*asks));
    uint64_t peers[INBOX_FILLED_MAX];
    uint32_t n = 0, of[INBOX_FILLED_MAX];
    for (uint32_t i = 0; i < f->n; i++) {
        const struct conversation *c = &f->entries[i].conversation;
        if (!is_set(&f->entries[i]) || c->kind != CONVERSATION_DIRECT)
            continue;
        peers[n] = c->users[0] == f->user ? c->users[1] : c->users[0];
        of[n] = i;
        asks[n] = member_ask(c->id, peers[n]);
        n++;
    }
    int err = strand_ask_all(f->strand, asks, n);
    for (uint32_t i = 0; !err && i < n; i++) {
        struct inbox_entry *entry = &f->entries[of[i]];
        struct member_state peer;
        err = member_of(&asks[i].answer, entry->conversation.id, peers[i], &peer);
        entry->peer_delivered_seq = peer.row.member.delivered_seq;
        entry->peer_read_seq = peer.row.member.read_seq;
        entry->peer_asked = peer.row.member.listed != LISTED_IN_LIST;
    }
    return err;
}

int inbox_fill(struct strand *s, uint64_t user, uint64_t now_ms, const uint64_t *ids, uint32_t n,
               struct inbox_entry *entries, bool *ahead)
{
    must(n <= INBOX_FILLED_MAX);
    struct arena *arena = strand_arena(s); /* entries point to what is gathered */
    struct filling f = {.strand = s, .user = user, .now_ms = now_ms, .n = n, .entries = entries};
    f.heads = arena_alloc(arena, n * sizeof(*f.heads));
    f.conversations = arena_alloc(arena, n * sizeof(*f.conversations));
    f.lasts = arena_alloc(arena, n * sizeof(*f.lasts));
    int err = gather_what_they_are(&f, ids);
    for (uint32_t i = 0; !err && i < n; i++) {
        set_entry(&f, i);
        if (ahead)
            ahead[i] = is_ahead(&f, i);
    }
    if (!err)
        err = fill_lasts(&f);
    if (!err)
        err = fill_peers(&f);
    if (!err && n)
        err = noted_unread(s, user, now_ms, entries, n);
    return err;
}
