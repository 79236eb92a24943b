/* See truth.h. The replay is written on its own, from docs/log.md, not from the server's code. */
#include "truth.h"

#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "heard.h"
#include "replay.h"
#include "store/directory.h"
#include "util/hash.h"
#include "util/mem.h"

static bool line_same(const struct line *a, const struct line *b)
{
    return a->seq == b->seq && a->rev == b->rev && a->n == b->n && a->time_ms == b->time_ms &&
           a->sender == b->sender && a->target == b->target && a->user == b->user &&
           a->number == b->number && a->privacy == b->privacy && a->expires_ms == b->expires_ms &&
           a->subject == b->subject && a->until_ms == b->until_ms && a->changes == b->changes &&
           a->edited_seq == b->edited_seq && a->type == b->type && a->deleted == b->deleted &&
           a->forwarded == b->forwarded && a->no_draft == b->no_draft && a->request == b->request &&
           a->accepts == b->accepts && a->text == b->text && a->mentions == b->mentions &&
           !memcmp(a->reactions, b->reactions, sizeof(a->reactions));
}

/* --- reading the store --- */

void truth_nothing(struct store_request *request)
{
    (void)request;
}

static void take_row(struct truth *t, struct truth_log *log, const struct event *e)
{
    if (e->seq != log->n_rows + 1)
        world_fail(t->world, "log %llu is not dense at %llu", (unsigned long long)log->id,
                   (unsigned long long)log->n_rows + 1);
    log->first_seq[log->n_rows] = e->first_seq;
    log->reads[log->n_rows] = e->reads;
    memcpy(log->keys[log->n_rows], e->key.p, e->key.n);
    line_of(&log->rows[log->n_rows++], e, t->world);
}

static void read_removed(struct truth *t, struct truth_log *log)
{
    for (uint64_t seq = 1; seq <= log->load.head.gone_seq; seq++) {
        struct arena arena = {0};
        struct event e;
        if (archive_event(t->world, log->id, seq, &e, &arena))
            take_row(t, log, &e);
        arena_deinit(&arena);
    }
}

static void read_rows(struct truth *t, struct truth_log *log)
{
    uint64_t head = log->load.head.seq;
    log->rows = mem_new_array(head, sizeof(log->rows[0]));
    log->keys = mem_new_array(head, sizeof(log->keys[0]));
    log->first_seq = mem_new_array(head, sizeof(log->first_seq[0]));
    log->reads = mem_new_array(head, sizeof(log->reads[0]));
    read_removed(t, log);
    while (log->n_rows < head) {
        struct store_events page = {
            .base.done = truth_nothing,
            .conversation = log->id,
            .from_seq = log->n_rows + 1,
            .to_seq = head,
            .limit = PAGE_MAX,
        };
        store_events(t->world->store, &page);
        world_settle(t->world);
        for (uint32_t i = 0; i < page.n_events; i++)
            take_row(t, log, &page.events[i]);
        uint32_t got = page.n_events;
        store_request_deinit(&page.base);
        if (!got) {
            world_fail(t->world, "log %llu ends before its head", (unsigned long long)log->id);
            break;
        }
    }
}

struct truth_log *log_of(struct truth *t, uint64_t id)
{
    for (uint32_t i = 0; i < t->n_logs; i++)
        if (t->logs[i]->id == id)
            return t->logs[i];
    struct truth_log *log = mem_new(sizeof(*log));
    log->id = id;
    log->load.id = id;
    log->load.base.done = truth_nothing;
    store_load(t->world->store, &log->load);
    world_settle(t->world);
    if (log->load.base.status == STORE_DONE)
        read_rows(t, log);
    must(t->n_logs < LOGS_MAX);
    t->logs[t->n_logs++] = log;
    return log;
}

/* --- replay --- */

struct stint *present(struct truth_log *log, uint64_t user)
{
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == user && log->stints[i].open)
            return &log->stints[i];
    return NULL;
}

static void enter(struct truth_log *log, uint64_t user, uint64_t since, uint64_t from,
                  enum role role)
{
    must(log->n_stints < STINTS_MAX);
    log->stints[log->n_stints++] = (struct stint){.user = user,
                                                  .since = since,
                                                  .from = from,
                                                  .to = UINT64_MAX,
                                                  .open = true,
                                                  .role = role,
                                                  .role_since = since};
}

static void leave(struct truth *t, struct truth_log *log, uint64_t user, uint64_t seq)
{
    struct stint *s = present(log, user);
    if (!s) {
        world_fail(t->world, "log %llu: %llu leaves without being there at %llu",
                   (unsigned long long)log->id, (unsigned long long)user, (unsigned long long)seq);
        return;
    }
    s->open = false;
    s->to = seq;
}

static void give_role(struct truth_log *log, uint64_t user, enum role role, uint64_t seq)
{
    struct stint *s = present(log, user);
    if (!s)
        return;
    s->role = role;
    s->role_since = seq;
}

/* Membership as the events tell it. Roles and lists come from the event itself. */
static void replay_members(struct truth *t, struct truth_log *log, const struct event *e)
{
    enum history history = log->load.conversation.history;
    struct stint *s;
    switch (e->type) {
    case EVENT_CREATED:
        for (uint32_t i = 0; i < e->n_members; i++)
            enter(log, e->members[i].user, 1, 1, e->members[i].role);
        break;
    case EVENT_ADDED:
    case EVENT_JOINED:
        enter(log, e->user, e->seq, history == HISTORY_ALL ? 1 : e->seq, ROLE_MEMBER);
        break;
    case EVENT_REMOVED:
        if ((s = present(log, e->user)))
            s->put_out = true;
        leave(t, log, e->user, e->seq);
        break;
    case EVENT_LEFT:
        leave(t, log, e->sender, e->seq);
        give_role(log, e->user, ROLE_OWNER, e->seq);
        break;
    case EVENT_ROLE:
        give_role(log, e->user, e->role, e->seq);
        if (e->role == ROLE_OWNER)
            give_role(log, e->sender, ROLE_ADMIN, e->seq);
        break;
    default:
        break;
    }
    uint32_t members = 0;
    for (uint32_t i = 0; i < log->n_stints; i++)
        members += log->stints[i].open;
    if (members > MEMBERS_MAX)
        world_fail(t->world, "log %llu: %u members at %llu", (unsigned long long)log->id, members,
                   (unsigned long long)e->seq);
    bool group = log->load.conversation.kind == CONVERSATION_GROUP;
    if (group && e->type != EVENT_LEFT && !present(log, e->sender))
        world_fail(t->world, "log %llu: seq %llu is by %llu, no member",
                   (unsigned long long)log->id, (unsigned long long)e->seq,
                   (unsigned long long)e->sender);
}

static void replay_one(struct truth *t, struct truth_log *log, const struct event *e)
{
    group_judge(t, log, e);
    replay_members(t, log, e);
    group_follow(t, log, e);
}

static void replay_all_members(struct truth *t, struct truth_log *log)
{
    const struct conversation *c = &log->load.conversation;
    if (c->kind != CONVERSATION_GROUP) {
        enter(log, c->users[0], 0, 1, ROLE_MEMBER);
        if (c->users[1] != c->users[0])
            enter(log, c->users[1], 0, 1, ROLE_MEMBER);
        return;
    }
    for (uint64_t seq = 1; seq <= log->load.head.gone_seq; seq++) {
        struct arena arena = {0};
        struct event e;
        if (archive_event(t->world, log->id, seq, &e, &arena))
            replay_one(t, log, &e);
        arena_deinit(&arena);
    }
    for (uint64_t seq = log->load.head.gone_seq + 1; seq <= log->n_rows; seq++) {
        struct store_events one = {
            .base.done = truth_nothing,
            .conversation = log->id,
            .from_seq = seq,
            .to_seq = seq,
            .limit = 1,
        };
        store_events(t->world->store, &one);
        world_settle(t->world);
        if (one.n_events)
            replay_one(t, log, &one.events[0]);
        store_request_deinit(&one.base);
    }
}

/* --- what must hold of a log by itself --- */

static void check_counts(struct truth *t, struct truth_log *log)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < log->n_rows; i++) {
        const struct line *r = &log->rows[i];
        n += r->type == EVENT_MESSAGE;
        if (r->n != n)
            world_fail(t->world, "log %llu: n is wrong at %llu", (unsigned long long)log->id,
                       (unsigned long long)r->seq);
        if (log->first_seq[i] > r->seq || !log->first_seq[i])
            world_fail(t->world, "log %llu: first_seq is wrong", (unsigned long long)log->id);
        if (r->deleted && r->text)
            world_fail(t->world, "log %llu: a deleted text stands at %llu",
                       (unsigned long long)log->id, (unsigned long long)r->seq);
        for (uint64_t j = 0; j < i; j++)
            if (log->rows[j].sender == r->sender && !strcmp(log->keys[j], log->keys[i]))
                world_fail(t->world, "log %llu: key %s stands at %llu and %llu",
                           (unsigned long long)log->id, log->keys[i], (unsigned long long)j + 1,
                           (unsigned long long)i + 1);
    }
    if (log->load.head.n != n)
        world_fail(t->world, "log %llu: the head's n is wrong", (unsigned long long)log->id);
}

static void check_members(struct truth *t, struct truth_log *log)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < log->n_stints; i++)
        open += log->stints[i].open;
    if (open != log->load.n_members)
        world_fail(t->world, "log %llu: %u members stand, %u by replay",
                   (unsigned long long)log->id, log->load.n_members, open);
    for (uint32_t i = 0; i < log->load.n_members; i++) {
        const struct member *m = &log->load.members[i];
        const struct stint *s = present(log, m->user);
        bool group = log->load.conversation.kind == CONVERSATION_GROUP;
        if (!s || s->from != m->from_seq || (group && s->role != m->role))
            world_fail(t->world, "log %llu: member %llu differs from replay",
                       (unsigned long long)log->id, (unsigned long long)m->user);
        if (m->read_seq > m->delivered_seq || m->delivered_seq > log->load.head.seq)
            world_fail(t->world, "log %llu: marks of %llu out of order",
                       (unsigned long long)log->id, (unsigned long long)m->user);
        uint64_t n = m->read_seq && m->read_seq <= log->n_rows ? log->rows[m->read_seq - 1].n : 0;
        if (m->read_n != n)
            world_fail(t->world, "log %llu: read_n of %llu is %llu, not %llu at %llu",
                       (unsigned long long)log->id, (unsigned long long)m->user,
                       (unsigned long long)m->read_n, (unsigned long long)n,
                       (unsigned long long)m->read_seq);
    }
}

/* On Cassandra words go row by row, before it is said that they are gone and after that, and what
 * was decided before may still come to a row that is being emptied: so of such a row is compared
 * what no event changes. */
static void line_bury(struct line *r)
{
    if (r->type != EVENT_MESSAGE && r->type != EVENT_EDIT)
        return;
    r->rev = r->edited_seq = 0;
    r->deleted = true;
    r->text = r->mentions = 0;
    memset(r->reactions, 0, sizeof(r->reactions));
}

/* As it is for whoever knows only that it is gone: what becomes of it later nobody sees, and what
 * an edit made of it no event tells any more. */
static void line_end(const struct world *w, const struct truth_log *log, struct line *r)
{
    uint64_t gone_seq = log->load.head.gone_seq;
    line_lose(r, gone_seq);
    /* a later edit of what goes at that moment finds nothing that says which was before it */
    if (w->cassandra && r->type == EVENT_EDIT && r->target <= gone_seq)
        r->rev = 0;
    if (r->seq > gone_seq)
        return;
    line_expire(r, w->wall_ms_max);
    if (r->type == EVENT_MESSAGE && r->edited_seq)
        r->text = r->mentions = 0;
    if (w->cassandra)
        line_bury(r);
}

/* The rows that replaying gives from what each event said. Its words are gone where a later edit or
 * delete emptied them, and then the rows must say so too. */
static void check_projection(struct truth *t, struct truth_log *log)
{
    struct line *rows = mem_new_array(log->n_rows, sizeof(rows[0]));
    for (uint64_t i = 0; i < log->n_rows; i++) {
        rows[i] = log->rows[i];
        struct line *r = &rows[i];
        r->rev = r->seq;
        r->deleted = false;
        if (r->type == EVENT_MESSAGE) {
            r->edited_seq = 0;
            memset(r->reactions, 0, sizeof(r->reactions));
        }
        lines_apply(rows, 1, i + 1, r);
        if (r->type == EVENT_REACTION && rows[r->target - 1].rev == r->seq)
            for (uint32_t u = 0; u < USERS; u++)
                if (t->world->users[u] == r->sender)
                    rows[r->target - 1].reactions[u] = r->text;
    }
    for (uint64_t i = 0; i < log->n_rows; i++) {
        struct line *is = &log->rows[i];
        struct line *should = &rows[i];
        line_end(t->world, log, should);
        line_end(t->world, log, is);
        if (is->deleted) /* when its time came the store had to; not before */
            line_expire(should, t->world->wall_ms_max);
        else
            line_expire(should, t->world->wall_ms);
        if (!line_same(is, should))
            world_fail(t->world,
                       "log %llu: row %llu differs from replay (rev %llu/%llu edited %llu/%llu)",
                       (unsigned long long)log->id, (unsigned long long)i + 1,
                       (unsigned long long)is->rev, (unsigned long long)should->rev,
                       (unsigned long long)is->edited_seq, (unsigned long long)should->edited_seq);
    }
    free(rows);
}

/* --- what must hold of devices --- */

bool may_read(const struct truth_log *log, uint64_t user, uint64_t seq)
{
    for (uint32_t i = 0; i < log->n_stints; i++) {
        const struct stint *s = &log->stints[i];
        if (s->user == user && seq >= s->from && seq <= s->to)
            return true;
    }
    return false;
}

bool may_read_words(const struct truth_log *log, uint64_t user, const struct line *edit)
{
    for (uint32_t i = 0; i < log->n_stints; i++) {
        const struct stint *s = &log->stints[i];
        if (s->user == user && edit->target >= s->from && edit->seq <= s->to)
            return true;
    }
    return false;
}

/* A row as it stands for a member. */
static struct line line_for(const struct truth_log *log, uint64_t user, uint64_t seq)
{
    struct line r = log->rows[seq - 1];
    if (r.type == EVENT_EDIT && !may_read_words(log, user, &r))
        r.text = r.mentions = 0;
    return r;
}

/* What has no message is in no list that a device begins with, or begins anew. */
static bool is_unlisted(const struct truth_log *log)
{
    enum conversation_kind kind = log->load.conversation.kind;
    return (kind == CONVERSATION_DIRECT || kind == CONVERSATION_SELF) && !log->load.head.n;
}

static void check_copy(struct truth *t, const struct client *d, const struct copy *c)
{
    struct truth_log *log = log_of(t, c->conversation);
    for (uint64_t seq = c->base; c->base && seq <= c->cursor; seq++) {
        struct line *has = &c->rows[seq - c->base];
        if (seq <= log->n_rows)
            line_end(t->world, log, has);
        if (seq <= log->n_rows && log->rows[seq - 1].deleted) /* a device sees to it by itself */
            line_expire(has, t->world->wall_ms_max);
        if (seq > log->n_rows || !may_read(log, d->user, seq)) {
            world_fail(t->world, "device %u has %llu of %llu, which it may not read", d->index,
                       (unsigned long long)seq, (unsigned long long)c->conversation);
            return;
        }
        const struct stint *member = present(log, d->user);
        if (member && seq <= log->load.head.gone_seq && !is_unlisted(log))
            world_fail(t->world, "device %u kept %llu of %llu, which is gone", d->index,
                       (unsigned long long)seq, (unsigned long long)c->conversation);
        struct line should = line_for(log, d->user, seq);
        line_hide(t, d->user, log->id, &should);
        line_hide(t, d->user, log->id, has);
        line_end(t->world, log, &should);
        if (member && seq < member->from)
            world_fail(t->world, "device %u kept %llu of %llu, of before it came back", d->index,
                       (unsigned long long)seq, (unsigned long long)c->conversation);
        if (member && !line_same(has, &should))
            world_fail(t->world, "device %u: row %llu of %llu is not what stands (rev %llu/%llu)",
                       d->index, (unsigned long long)seq, (unsigned long long)c->conversation,
                       (unsigned long long)has->rev, (unsigned long long)should.rev);
    }
}

/* Whoever is a member has everything up to the head; whoever was, up to the end. */
static void check_complete(struct truth *t, struct client *d, struct truth_log *log)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == d->user)
            last = log->stints[i].open ? log->n_rows : log->stints[i].to;
    uint64_t cursor = 0;
    for (uint32_t i = 0; i < d->n_copies; i++)
        if (d->copies[i].conversation == log->id)
            cursor = d->copies[i].cursor;
    if (cursor != last && !(is_unlisted(log) && cursor < last))
        world_fail(t->world, "device %u has %llu up to %llu, not %llu", d->index,
                   (unsigned long long)log->id, (unsigned long long)cursor,
                   (unsigned long long)last);
}

/* --- what must hold of lists --- */

/* What a list, or that of requests, should say of this log to this user. False: nothing. */
static bool listed_as(const struct truth_log *log, uint64_t user, bool requests, uint64_t *head)
{
    *head = 0;
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == user)
            *head = log->stints[i].open ? log->n_rows : log->stints[i].to;
    enum conversation_kind kind = log->load.conversation.kind;
    if (kind != CONVERSATION_GROUP && !log->load.head.n)
        return false;
    return *head && kind != CONVERSATION_OWN && requests == (asked_in(log) == user);
}

static void check_entry(struct truth *t, uint64_t user, bool requests, const struct inbox_entry *e)
{
    struct truth_log *log = log_of(t, e->conversation.id);
    uint64_t head;
    if (!listed_as(log, user, requests, &head) || e->head.seq != head) {
        world_fail(t->world, "the list of %llu has %llu at %llu, not %llu",
                   (unsigned long long)user, (unsigned long long)log->id,
                   (unsigned long long)e->head.seq, (unsigned long long)head);
        return;
    }
    uint64_t message = head;
    while (message && log->rows[message - 1].type != EVENT_MESSAGE)
        message--;
    if (message < member_first(&e->me, &log->load.head))
        message = 0;
    uint64_t last = e->last ? e->last->seq : 0;
    if (last != message || e->head.n != log->rows[head - 1].n)
        world_fail(t->world, "the list of %llu shows %llu of %llu as the last, not %llu",
                   (unsigned long long)user, (unsigned long long)last, (unsigned long long)log->id,
                   (unsigned long long)message);
    if (e->last && e->last->hidden != is_hidden(t, user, log->id, last))
        world_fail(t->world, "the list of %llu shows %llu of %llu, hidden or not",
                   (unsigned long long)user, (unsigned long long)last, (unsigned long long)log->id);
    if (!is_unread_mention(t, log, &e->me, head, e->mention_seq))
        world_fail(t->world, "the list of %llu has a mention at %llu in %llu, not %llu",
                   (unsigned long long)user, (unsigned long long)e->mention_seq,
                   (unsigned long long)log->id,
                   (unsigned long long)unread_mention(t, log, &e->me, head));
    uint64_t read_n = e->me.read_seq ? log->rows[e->me.read_seq - 1].n : 0;
    if (e->me.read_n != read_n)
        world_fail(t->world, "the list of %llu counts %llu unread wrongly",
                   (unsigned long long)user, (unsigned long long)log->id);
}

static void check_list(struct truth *t, uint64_t user, bool requests)
{
    uint32_t should = 0, listed = 0;
    uint64_t head;
    for (uint32_t i = 0; i < t->n_logs; i++)
        should += listed_as(t->logs[i], user, requests, &head);
    struct str page = {0};
    char mark[160];
    uint64_t newest_ms = UINT64_MAX;
    do {
        struct store_inbox_list list = {.base.done = truth_nothing,
                                        .user = user,
                                        .page = page,
                                        .limit = 3,
                                        .now_ms = t->world->wall_ms,
                                        .requests = requests};
        store_inbox_list(t->world->store, &list);
        world_settle(t->world);
        for (uint32_t i = 0; i < list.n_entries; i++) {
            check_entry(t, user, requests, &list.entries[i]);
            /* on Cassandra by what was announced (inbox_list.c) */
            if (list.entries[i].head.time_ms > newest_ms && !t->world->cassandra)
                world_fail(t->world, "the list of %llu is out of order", (unsigned long long)user);
            newest_ms = list.entries[i].head.time_ms;
        }
        listed += list.n_entries;
        must(list.page.n < sizeof(mark));
        if (list.page.n)
            memcpy(mark, list.page.p, list.page.n);
        page = str_n(mark, list.page.n);
        store_request_deinit(&list.base);
    } while (page.n && listed <= LOGS_MAX);
    if (listed != should)
        world_fail(t->world, "the list of %llu has %u conversations, not %u",
                   (unsigned long long)user, listed, should);
}

/* --- what must hold of commands --- */

static void check_op(struct truth *t, const struct op *op)
{
    uint64_t sender = t->world->clients[op->device]->user;
    uint32_t stands = 0;
    for (uint32_t i = 0; i < t->n_logs; i++)
        for (uint64_t j = 0; j < t->logs[i]->n_rows; j++)
            stands += t->logs[i]->rows[j].sender == sender && !strcmp(t->logs[i]->keys[j], op->key);
    if (stands > 1)
        world_fail(t->world, "command %s stands %u times", op->key, stands);
    /* a refusal speaks of its own try: one on a lost connection may still come through, if soon */
    if (op->failed && !op->ok && stands && op->tries == 1)
        world_fail(t->world, "command %s was refused and stands", op->key);
    if (!op->ok)
        return;
    const struct truth_log *log = log_of(t, op->ok_conversation);
    if (left_with_them(t, log))
        return;
    const struct line *r =
        op->ok_seq && op->ok_seq <= log->n_rows ? &log->rows[op->ok_seq - 1] : NULL;
    if (!r || r->sender != sender || r->type != op->type ||
        strcmp(log->keys[op->ok_seq - 1], op->key))
        world_fail(t->world, "command %s was acknowledged as %llu of %llu and does not stand there",
                   op->key, (unsigned long long)op->ok_seq,
                   (unsigned long long)op->ok_conversation);
}

/* A forward is a copy of what its sender could read, and nothing else is one. */
static void check_forward(struct truth *t, const struct op *op)
{
    if (!op->ok || op->type != EVENT_MESSAGE)
        return;
    const struct truth_log *to = log_of(t, op->ok_conversation);
    if (left_with_them(t, to) || (op->source && left_with_them(t, log_of(t, op->source))))
        return;
    const struct line *copy = &to->rows[MIN(op->ok_seq, to->n_rows) - 1];
    bool right = copy->forwarded == (op->source != 0);
    if (right && op->source) {
        const struct truth_log *from = log_of(t, op->source);
        const struct line *is = &from->rows[MIN(op->source_seq, from->n_rows) - 1];
        bool changed = is->deleted || is->edited_seq || copy->deleted;
        bool goes = !is->expires_ms || (copy->expires_ms && copy->expires_ms <= is->expires_ms);
        right = is->type == EVENT_MESSAGE && (changed || copy->text == is->text) && goes &&
                may_read(from, copy->sender, is->seq);
    }
    if (!right)
        world_fail(t->world, "command %s: %llu of %llu is not the copy that was asked for", op->key,
                   (unsigned long long)op->ok_seq, (unsigned long long)to->id);
}

/* What a block keeps from coming. */
static bool is_reaching(enum event_type type)
{
    return type == EVENT_MESSAGE || type == EVENT_CONTACT_REQUEST || type == EVENT_CONTACT_ACCEPT;
}

/* A message that was first sent after a block's ok, and before anything that may have ended the
 * block, does not stand. */
static void check_block(struct truth *t, const struct op *block)
{
    if (block->type != EVENT_BLOCK || !block->ok)
        return;
    const struct world *w = t->world;
    uint64_t blocker = w->clients[block->device]->user;
    uint64_t until = UINT64_MAX;
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            if (op->type == EVENT_UNBLOCK && op->user == block->user &&
                w->clients[i]->user == blocker && (!op->ok_step || op->ok_step > block->first_step))
                until = MIN(until, op->first_step);
        }
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            if (!op->ok || !is_reaching(op->type) || w->clients[i]->user != block->user)
                continue;
            const struct conversation *c = &log_of(t, op->ok_conversation)->load.conversation;
            bool ours = c->kind == CONVERSATION_DIRECT &&
                        (c->users[0] == blocker || c->users[1] == blocker);
            bool later =
                op->first_step > block->ok_step && op->first_ms >= block->ok_ms + world_told_ms(w);
            if (ours && later && op->ok_step < until)
                world_fail(t->world, "command %s passed the block %s", op->key, block->key);
        }
}

/* Whoever the store says is deleted: who asked for it, and surely if they were told so. */
static uint64_t left_by(struct world *w)
{
    uint64_t left = 0;
    struct store_users users = {.base.done = truth_nothing, .ids = w->users, .n_ids = USERS};
    store_users(w->store, &users);
    world_settle(w);
    for (uint32_t i = 0; i < users.n_users; i++)
        if (users.users[i].deleted_ms)
            left = users.users[i].id;
    if (left ? left != w->left.user : w->left.ok_step != 0)
        world_fail(w, "%llu is deleted, %llu was told to be", (unsigned long long)left,
                   (unsigned long long)w->left.user);
    store_request_deinit(&users.base);
    return left;
}

void truth_check(struct world *w)
{
    struct truth t = {.world = w, .left = left_by(w)};
    for (uint32_t i = 0; i < DEVICES; i++) {
        for (uint32_t j = 0; j < w->clients[i]->n_copies; j++)
            log_of(&t, w->clients[i]->copies[j].conversation);
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++)
            if (w->clients[i]->ops[j].ok)
                log_of(&t, w->clients[i]->ops[j].ok_conversation);
        /* also where it took none of it: a 1:1 without a message is in nobody's list */
        const struct hearing *hearing = w->clients[i]->hearing;
        for (uint32_t j = 0; j < hearing->n_heard; j++)
            log_of(&t, hearing->heard[j].conversation);
    }
    for (uint32_t i = 0; i < USERS; i++)
        log_of(&t, w->users[i]);
    for (uint32_t i = 0; i < t.n_logs; i++) {
        if (left_with_them(&t, t.logs[i]))
            continue;
        replay_all_members(&t, t.logs[i]);
        check_counts(&t, t.logs[i]);
        check_members(&t, t.logs[i]);
        retained_check(&t, t.logs[i]);
        check_projection(&t, t.logs[i]);
        for (uint32_t j = 0; j < DEVICES; j++)
            if (w->clients[j]->user != t.left)
                check_complete(&t, w->clients[j], t.logs[i]);
    }
    for (uint32_t i = 0; i < USERS; i++) {
        if (w->users[i] == t.left)
            continue;
        check_list(&t, w->users[i], false);
        check_list(&t, w->users[i], true);
    }
    for (uint32_t i = 0; i < DEVICES; i++) {
        for (uint32_t j = 0; j < w->clients[i]->n_copies && w->clients[i]->user != t.left; j++)
            check_copy(&t, w->clients[i], &w->clients[i]->copies[j]);
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            check_op(&t, &w->clients[i]->ops[j]);
            check_forward(&t, &w->clients[i]->ops[j]);
            check_block(&t, &w->clients[i]->ops[j]);
        }
    }
    witness_check(&t);
    shown_check(&t);
    contacts_check(&t);
    personal_check(&t);
    own_check(&t);
    names_check(&t);
    factors_check(&t);
    leaving_check(&t);
    for (uint32_t i = 0; i < t.n_logs; i++) {
        store_request_deinit(&t.logs[i]->load.base);
        free(t.logs[i]->rows);
        free(t.logs[i]->keys);
        free(t.logs[i]->first_seq);
        free(t.logs[i]->reads);
        free(t.logs[i]);
    }
}
