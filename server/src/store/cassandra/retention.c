/*
 * What is too old is the front of each log, so a look at a conversation is a look at its first
 * event. Nothing is queued by time: the setting may change, and with it when everything goes. So
 * the job walks over all conversations, in the order that Cassandra keeps them in.
 *
 * A log's front goes by one number that says so, and is gone for everybody from then on; so what
 * points to it (keys, pins, mentions, what each hid) needs no write: whoever reads it looks at the
 * number. Before that the words are taken out of the rows, also of an edit that stands after its
 * message. A bucket whose events are all gone, and which is not the head's, is dropped as a whole:
 * the one place where rows of a log are deleted, since nobody writes there any more. If who should
 * have done it died, a later round finds the last event of that bucket.
 *
 * A row that does not decode says no time: it goes with the next one that does.
 */
#include <assert.h>
#include <errno.h>

#include "model/limits.h"
#include "model/record.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/gather.h"
#include "store/cassandra/inbox.h"
#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "store/project.h"
#include "store/retention_rule.h"
#include "util/macros.h"

enum {
    WALK_MAX = 256,                /* conversations looked at for one answer */
    RECORD_BYTES_MAX = 256 * 1024, /* of what goes at once */
};

/* --- what is to go --- */

/* Whoever deleted their account stays in their 1:1s and comes back to none. */
static int leave_out_deleted(struct strand *s, const struct conversation *c, uint64_t *users,
                             uint32_t *n)
{
    struct user found[2];
    uint32_t n_found, n_left = 0;
    if (c->kind != CONVERSATION_DIRECT)
        return 0;
    int err = people_users(s, users, *n, found, &n_found);
    for (uint32_t i = 0; !err && i < *n; i++) {
        bool deleted = false;
        for (uint32_t j = 0; j < n_found; j++)
            deleted |= found[j].id == users[i] && found[j].deleted_ms;
        if (!deleted)
            users[n_left++] = users[i];
    }
    *n = err ? *n : n_left;
    return err;
}

static int find_delivered(struct strand *s, const struct conversation_state *c, struct delivered *d)
{
    uint64_t users[MEMBERS_MAX];
    uint32_t n = conversation_users(c, users);
    *d = delivered_everywhere();
    int err = leave_out_deleted(s, &c->conversation, users, &n);
    struct member_state *members = arena_alloc(strand_scratch(s), n * sizeof(*members) + 1);
    if (!err)
        err = member_get_many(s, c->conversation.id, users, n, members);
    for (uint32_t i = 0; !err && i < n; i++)
        delivered_count(d, &members[i].row.member);
    return err;
}

/* The front of a log that is to go. */
struct front {
    struct event events[RETAIN_MAX];
    uint32_t n;    /* of them, read so far */
    uint32_t goes; /* how many of these go */
    bool more;     /* perhaps others behind them */
    size_t bytes;
};

/* False: that is all that goes, or all for now. */
static bool take_row(struct strand *s, struct front *front, const struct retention_rule *rule,
                     uint64_t conversation, uint64_t seq, struct str record)
{
    struct event *e = &front->events[front->n];
    if (record_decode(e, record, strand_scratch(s))) {
        *e = (struct event){.conversation = conversation, .seq = seq};
        strand_bad_row("logs", conversation);
    } else if (!retention_is_due(rule, e)) {
        return false;
    } else {
        front->goes = front->n + 1;
    }
    front->bytes += record.n;
    front->n++;
    front->more = front->n == RETAIN_MAX || front->bytes >= RECORD_BYTES_MAX;
    return !front->more;
}

/* Reads on while what it reads goes. */
static int read_front(struct strand *s, uint64_t conversation, const struct log_head *head,
                      const struct retention_rule *rule, struct front *front)
{
    uint64_t seq = head->gone_seq + 1;
    while (seq <= head->seq) {
        uint64_t bucket = log_bucket(seq);
        uint64_t last = MIN(head->seq, (bucket + 1) * LOG_BUCKET - 1);
        struct ask a = ASK(S_LOG_FRONT, cql_u64(conversation), cql_u64(bucket), cql_u64(seq),
                           cql_u64(last), cql_int(RETAIN_MAX));
        int err = strand_ask(s, &a);
        if (err)
            return err;
        for (uint32_t i = 0; i < a.answer.rows_n; i++)
            if (!take_row(s, front, rule, conversation, answer_u64(&a.answer, i, 0),
                          answer_bytes(&a.answer, i, 1)))
                return 0;
        seq = last + 1;
    }
    return 0;
}

/* What is to go of one conversation. */
static int look(struct strand *s, const struct conversation_state *c, const struct log_head *head,
                struct retention server, uint64_t now_ms, struct front *front)
{
    struct retention_rule rule = {.now_ms = now_ms};
    front->n = front->goes = 0;
    front->bytes = 0;
    front->more = false;
    if (!c->there || head->gone_seq >= head->seq)
        return 0;
    rule.keep = retention_of(&c->conversation, server);
    if (rule.keep.after_ms == 0 && rule.keep.delivered_ms == 0)
        return 0;
    int err = rule.keep.delivered_ms ? find_delivered(s, c, &rule.delivered) : 0;
    if (!err)
        err = read_front(s, c->conversation.id, head, &rule, front);
    front->more = front->more && front->goes;
    return err;
}

/* --- taking it away --- */

static bool take_words(struct event *row, const void *arg)
{
    (void)arg;
    return project_gone(row);
}

/* *was as log_change_event() has it. */
static int empty(struct strand *s, uint64_t conversation, uint64_t seq, struct event *was)
{
    int err = log_change_event(s, conversation, seq, take_words, NULL, was);
    return err == -EBADMSG ? 0 : err;
}

/* Whether a bucket is to be dropped as a whole: then its rows need not be emptied one by one. (Of
 * an edit that comes to such a row between the look at it and the drop, the words go with the
 * edit's own age.) */
static bool is_dropped(uint64_t seq, uint64_t last, const struct log_head *head)
{
    uint64_t bucket = log_bucket(seq);
    return bucket < log_bucket(last + 1) && bucket < log_bucket(head->seq);
}

static int empty_front(struct strand *s, const struct front *front, const struct log_head *head)
{
    uint64_t last = front->events[front->goes - 1].seq;
    int err = 0;
    for (uint32_t i = 0; !err && i < front->goes; i++) {
        const struct event *e = &front->events[i];
        struct event was = *e;
        if (!is_dropped(e->seq, last, head))
            err = empty(s, e->conversation, e->seq, &was);
        if (!err && was.edited_seq > last)
            err = empty(s, e->conversation, was.edited_seq, NULL);
    }
    return err;
}

static int tell_gone(struct strand *s, const struct conversation_state *c,
                     const struct log_head *head)
{
    uint64_t users[MEMBERS_MAX];
    uint32_t n = conversation_users(c, users);
    return inbox_put_gone(s, c->conversation.id, users, n, head->gone_seq, head->gone_n);
}

/* From here on it is gone; and whoever is in it is told. Who dies in between has decided it, and
 * whoever then lists it tells the others, and says so of the conversation (inbox.c). Who came
 * meanwhile was shown what was there, so they are told as well: also who is just coming, by an
 * event whose changes are not all done. */
static int put_gone(struct strand *s, const struct conversation_state *c,
                    const struct log_head *head)
{
    struct conversation_state *now = arena_alloc(strand_scratch(s), sizeof(*now));
    struct log_head newest;
    int err = tell_gone(s, c, head);
    if (err || c->conversation.kind != CONVERSATION_GROUP)
        return err;
    err = log_settle(s, c, &newest);
    if (!err)
        err = conversation_get(s, c->conversation.id, now);
    return err || now->roster_rev == c->roster_rev ? err : tell_gone(s, now, head);
}

/* What goes at once ends at most one bucket, and the one before is dropped before anything else
 * goes: so whoever dies leaves one at most, and it lies before the first event that is kept. */
static_assert((int)RETAIN_MAX <= (int)LOG_BUCKET, "one bucket at most");

/* The bucket before the first event that is kept. */
static int drop_bucket(struct strand *s, uint64_t conversation, const struct log_head *head)
{
    const uint64_t for_ever = INT64_MAX / 2; /* a time after all others */
    uint64_t kept = log_bucket(head->gone_seq + 1);
    if (!kept || kept > log_bucket(head->seq))
        return 0;
    struct ask a = ASK(S_LOG_DROP, cql_u64(for_ever), cql_u64(conversation), cql_u64(kept - 1));
    return strand_ask(s, &a);
}

static int take_front(struct strand *s, struct store_retain *r, const struct conversation_state *c,
                      struct log_head *head, const struct front *front)
{
    const struct event *last = &front->events[front->goes - 1];
    uint64_t kept = log_bucket(head->gone_seq + 1);
    int err = empty_front(s, front, head);
    r->n_events = last->seq - head->gone_seq;
    r->n_messages = last->n - head->gone_n;
    head->gone_seq = last->seq;
    head->gone_n = last->n;
    if (!err)
        err = put_gone(s, c, head);
    if (!err && log_bucket(head->gone_seq + 1) != kept)
        err = drop_bucket(s, r->conversation, head);
    return err;
}

int cassandra_retain(struct strand *s, struct store_retain *r)
{
    struct conversation_state *c = arena_alloc(strand_scratch(s), sizeof(*c));
    struct front *front = arena_alloc(strand_scratch(s), sizeof(*front));
    struct log_head head = {0};
    r->n_events = r->n_messages = 0;
    int err = conversation_get(s, r->conversation, c);
    if (!err && c->there)
        err = log_find_head(s, c, &head);
    if (!err)
        err = look(s, c, &head, r->keep, r->now_ms, front);
    if (!err && c->there)
        err = drop_bucket(s, r->conversation, &head);
    if (!err && front->goes)
        err = take_front(s, r, c, &head, front);
    r->head = head;
    r->more = front->more;
    return err ? err : STORE_DONE;
}

/* --- finding where there is something --- */

/* The next conversations behind `after`, in Cassandra's order. */
static int next_conversations(struct strand *s, uint64_t after, struct ask *a)
{
    *a = after ? ASK(S_CONVERSATIONS_AFTER, cql_u64(after), cql_int(WALK_MAX))
               : ASK(S_CONVERSATIONS_FIRST, cql_int(WALK_MAX));
    return strand_ask(s, a);
}

/* A conversation in which something may be to go. */
struct candidate {
    uint64_t conversation;
    bool left; /* a bucket is there all of which is gone */
};

/* What is looked at for it: the first event that is kept; or the last of the bucket before, which
 * is there if who should have dropped that died. */
struct glance {
    struct gathered_event event;
    struct retention keep;
    bool left;
};

static uint32_t glances_of(const struct conversation *c, uint64_t gone_seq, struct retention server,
                           struct glance *glances)
{
    uint32_t n = 0;
    uint64_t bucket = log_bucket(gone_seq + 1);
    struct retention keep = retention_of(c, server);
    if (bucket)
        glances[n++] = (struct glance){
            .event = {.conversation = c->id, .seq = bucket * LOG_BUCKET - 1}, .left = true};
    if (keep.after_ms || keep.delivered_ms)
        glances[n++] =
            (struct glance){.event = {.conversation = c->id, .seq = gone_seq + 1}, .keep = keep};
    return n;
}

static bool is_candidate(const struct glance *g, const struct gathered_event *e, uint64_t now_ms)
{
    /* As if it were everywhere, which is looked at if it is old enough. */
    struct retention_rule rule = {g->keep, {UINT64_MAX, UINT64_MAX, 0}, now_ms};
    return e->bad || (e->there && (g->left || retention_is_due(&rule, &e->event)));
}

/* What may go of those that were asked for: by their records alone, and then by an event or two of
 * each, all at once. The others are left out. */
static int find_candidates(struct strand *s, const struct store_retention_due *r,
                           const struct answer *a, struct candidate *found, uint32_t *n)
{
    struct arena *scratch = strand_scratch(s);
    struct glance *glances = arena_alloc(scratch, 2 * a->rows_n * sizeof(*glances) + 1);
    struct gathered_event *events = arena_alloc(scratch, 2 * a->rows_n * sizeof(*events) + 1);
    uint32_t n_glances = 0;
    *n = 0;
    for (uint32_t i = 0; i < a->rows_n; i++) {
        struct conversation c;
        if (conversation_unpack(&c, answer_u64(a, i, 0), answer_bytes(a, i, 1)))
            n_glances += glances_of(&c, answer_u64(a, i, 2), r->keep, &glances[n_glances]);
        /* else nothing is known of it, so nothing goes */
    }
    for (uint32_t i = 0; i < n_glances; i++)
        events[i] = glances[i].event;
    int err = gather_events(s, events, n_glances);
    for (uint32_t i = 0; !err && i < n_glances; i++) {
        struct candidate c = {events[i].conversation, glances[i].left};
        bool again = *n && found[*n - 1].conversation == c.conversation;
        if (is_candidate(&glances[i], &events[i], r->now_ms) && !again)
            found[(*n)++] = c;
    }
    return err;
}

static int look_at(struct strand *s, struct store_retention_due *r, const struct candidate *of,
                   struct front *front)
{
    struct conversation_state *c = arena_alloc(strand_scratch(s), sizeof(*c));
    struct log_head head = {0};
    int err = conversation_get(s, of->conversation, c);
    if (!err)
        err = log_find_head(s, c, &head);
    if (!err)
        err = look(s, c, &head, r->keep, r->now_ms, front);
    if (err == -EBADMSG) /* logged; whatever is due behind it goes all the same */
        return 0;
    bool left = of->left && log_bucket(head.gone_seq + 1) <= log_bucket(head.seq);
    if (!err && (front->goes || left))
        r->conversations[r->n++] = of->conversation;
    return err;
}

int cassandra_retention_due(struct strand *s, struct store_retention_due *r)
{
    struct front *front = arena_alloc(strand_scratch(s), sizeof(*front));
    struct candidate *found = arena_alloc(strand_scratch(s), WALK_MAX * sizeof(*found));
    struct ask a;
    uint32_t n = 0;
    r->n = 0;
    int err = next_conversations(s, r->after, &a);
    if (!err)
        err = find_candidates(s, r, &a.answer, found, &n);
    if (err)
        return err;
    r->after = a.answer.rows_n == WALK_MAX ? answer_u64(&a.answer, WALK_MAX - 1, 0) : 0;
    for (uint32_t i = 0; i < n; i++) {
        err = look_at(s, r, &found[i], front);
        if (err || r->n == RETENTION_DUE_MAX) {
            r->after = found[i].conversation;
            break;
        }
    }
    return err && !r->n ? err : STORE_DONE;
}
