/*
 * The queue of what is to be emptied. Time is cut into slots, and a slot into a few partitions, so
 * that one holds what a busy cluster writes in ten seconds. A slot that is over is read once more
 * as a whole, dropped as a whole, and never read again, so nothing walks over what was done.
 *
 * No message may slip in behind that: slots are closed before it is listed which there are, to be
 * read for the last time, and whoever put a message into one looks afterwards whether it was closed
 * meanwhile; if so, the message is put into the first slot that is open. One of the two sees the
 * other. Closing one closes all before it, also those that nobody had listed by then.
 *
 * Any node does this, several at once: emptying is harmless to repeat, and closed, over and done
 * are the greatest of what was written. A message that was deleted meanwhile is a stub already, and
 * what is gone by its age is not there; their places in the queue go all the same. Mentions and
 * pins say themselves when their message goes, or look at it.
 */
#include <errno.h>

#include "store/cassandra/changes.h"
#include "store/cassandra/naming.h"
#include "store/cassandra/operations.h"
#include "store/project.h"
#include "util/macros.h"

enum {
    SLOT_MS = 10 * 1000,
    SHARDS = 8, /* partitions of a slot; changing it loses what waits: never, without a migration */
    SLOTS_MAX = 64, /* looked at in one go */
    PUTS_MAX = 4, /* a slot that closes under a put is rare, and the next one is ten seconds long */
};

uint64_t expiry_slot(uint64_t ms)
{
    return ms / SLOT_MS;
}

/* By the conversation, so that what goes at one time goes in the order of its log. */
static struct cql_value shard_of(uint64_t conversation)
{
    return cql_tinyint((int8_t)((conversation ^ conversation >> 22) % SHARDS));
}

/* --- the queue's state --- */

struct queue {
    uint64_t closed, over;
};

static int get_queue(struct strand *s, struct queue *q)
{
    struct ask a = ASK(S_EXPIRY_QUEUE, cql_tinyint(1));
    int err = strand_ask(s, &a);
    *q = (struct queue){0};
    if (!err && a.answer.rows_n) {
        q->closed = answer_u64(&a.answer, 0, 0);
        q->over = answer_u64(&a.answer, 0, 1);
    }
    return err;
}

struct ask expiry_ask_put(const struct event *message, uint64_t slot)
{
    return ASK(S_EXPIRY_PUT, cql_u64(slot), shard_of(message->conversation),
               cql_u64(message->expires_ms), cql_u64(message->conversation), cql_u64(message->seq));
}

struct ask expiry_ask_slot(uint64_t slot)
{
    return ASK(S_EXPIRY_PUT_SLOT, cql_u64(slot));
}

int change_expiry(struct strand *s, const struct event *message)
{
    uint64_t slot = expiry_slot(message->expires_ms);
    if (!message->expires_ms)
        return 0;
    for (int i = 0; i < PUTS_MAX; i++) {
        struct queue q;
        struct ask asks[] = {expiry_ask_put(message, slot), expiry_ask_slot(slot)};
        int err = strand_ask_all(s, asks, ARRAY_SIZE(asks));
        if (!err)
            err = get_queue(s, &q);
        if (err || q.closed <= slot)
            return err;
        slot = q.closed;
    }
    return -EAGAIN;
}

/* --- emptying --- */

static bool due(struct event *row, const void *now_ms)
{
    return project_due(row, *(const uint64_t *)now_ms);
}

/* A message or an edit; *was as log_change_event() has it. What does not decode is logged, and
 * holds up nothing. */
static int empty(struct strand *s, uint64_t conversation, uint64_t seq, uint64_t now_ms,
                 struct event *was)
{
    int err = log_change_event(s, conversation, seq, due, &now_ms, was);
    return err == -EBADMSG ? 0 : err;
}

/* A place in the queue. */
struct place {
    uint64_t slot, expires_ms, conversation, seq;
};

struct emptying {
    struct strand *strand;
    uint64_t now_ms;
    struct place places[EXPIRE_MAX];
    uint32_t n;
    uint32_t emptied; /* of them */
};

/* And its newest edit: the one that was there when the message was emptied. A later one finds that
 * it is. */
static int empty_one(struct emptying *e, const struct place *p)
{
    struct event message;
    int err = empty(e->strand, p->conversation, p->seq, e->now_ms, &message);
    if (!err && message.edited_seq)
        err = empty(e->strand, p->conversation, message.edited_seq, e->now_ms, NULL);
    return err;
}

/* Those that were not yet; then their places say so. */
static int empty_places(struct emptying *e)
{
    struct ask *asks = arena_alloc(strand_scratch(e->strand), e->n * sizeof(*asks) + 1);
    uint32_t first = e->emptied;
    int err = 0;
    for (; !err && e->emptied < e->n; e->emptied += !err) {
        const struct place *p = &e->places[e->emptied];
        err = empty_one(e, p);
        asks[e->emptied - first] =
            ASK(S_EXPIRY_DONE, cql_u64(p->slot), shard_of(p->conversation), cql_u64(p->expires_ms),
                cql_u64(p->conversation), cql_u64(p->seq));
    }
    return err ? err : strand_ask_all(e->strand, asks, e->n - first);
}

/* --- slots --- */

static int find_in_shard(struct emptying *e, uint64_t slot, struct ask *a)
{
    int err = 0;
    do {
        for (uint32_t i = 0; !err && i < a->answer.rows_n && e->n < EXPIRE_MAX; i++) {
            if (cql_cell_boolean(answer_bytes(&a->answer, i, 3)))
                continue;
            e->places[e->n++] = (struct place){.slot = slot,
                                               .expires_ms = answer_u64(&a->answer, i, 0),
                                               .conversation = answer_u64(&a->answer, i, 1),
                                               .seq = answer_u64(&a->answer, i, 2)};
        }
    } while (e->n < EXPIRE_MAX && ask_next_page(a) && !(err = strand_ask(e->strand, a)));
    return err;
}

/* What is due of a slot, as far as there is room. */
static int find_due(struct emptying *e, uint64_t slot)
{
    struct ask *asks = arena_alloc(strand_scratch(e->strand), SHARDS * sizeof(*asks));
    for (int8_t shard = 0; shard < SHARDS; shard++)
        asks[shard] = ASK(S_EXPIRY_DUE, cql_u64(slot), cql_tinyint(shard), cql_u64(e->now_ms));
    int err = strand_ask_all(e->strand, asks, SHARDS);
    for (int shard = 0; !err && shard < SHARDS; shard++)
        err = find_in_shard(e, slot, &asks[shard]);
    return err;
}

static int drop(struct strand *s, uint64_t slot)
{
    struct ask *asks = arena_alloc(strand_scratch(s), SHARDS * sizeof(*asks));
    for (int8_t shard = 0; shard < SHARDS; shard++)
        asks[shard] = ASK(S_EXPIRY_DROP, cql_u64(slot), cql_tinyint(shard));
    struct ask over = ASK(S_EXPIRY_OVER, cql_u64(slot + 1), cql_u64(slot + 1));
    struct ask slots = ASK(S_EXPIRY_DROP_SLOTS, cql_u64(slot + 1));
    int err = strand_ask_all(s, asks, SHARDS);
    if (!err)
        err = strand_ask(s, &over);
    return err ? err : strand_ask(s, &slots);
}

/* `over`: it was closed when it was listed, so there is nothing more to come. */
static int empty_slot(struct emptying *e, uint64_t slot, bool over)
{
    int err = find_due(e, slot);
    if (!err)
        err = empty_places(e);
    return err || !over || e->n == EXPIRE_MAX ? err : drop(e->strand, slot);
}

/* Closes the slots that are listed and past. *closed: there were such, so that more may stand among
 * them than was listed. */
static int close_past(struct strand *s, const struct answer *slots, uint64_t now_ms,
                      struct queue *q, bool *closed)
{
    uint64_t open = q->closed;
    for (uint32_t i = 0; i < slots->rows_n; i++)
        if (answer_u64(slots, i, 0) < expiry_slot(now_ms))
            open = MAX(open, answer_u64(slots, i, 0) + 1);
    *closed = open > q->closed;
    q->closed = open;
    struct ask close = ASK(S_EXPIRY_CLOSE, cql_u64(open), cql_u64(open));
    return *closed ? strand_ask(s, &close) : 0;
}

static int expire_messages(struct strand *s, struct store_expire *r)
{
    struct queue q;
    struct emptying *e = arena_alloc(strand_scratch(s), sizeof(*e));
    uint64_t now = expiry_slot(r->now_ms);
    bool closed;
    e->strand = s;
    e->now_ms = r->now_ms;
    int err = get_queue(s, &q);
    if (err)
        return err;
    /* What came late stands in the first open slot, whatever its time. */
    struct ask a =
        ASK(S_EXPIRY_SLOTS, cql_u64(q.over), cql_u64(MAX(now, q.closed)), cql_int(SLOTS_MAX));
    err = strand_ask(s, &a);
    if (!err)
        err = close_past(s, &a.answer, r->now_ms, &q, &closed);
    if (!err && closed)
        err = strand_ask(s, &a);
    for (uint32_t i = 0; !err && i < a.answer.rows_n && e->n < EXPIRE_MAX; i++) {
        uint64_t slot = answer_u64(&a.answer, i, 0);
        err = empty_slot(e, slot, slot < now && slot < q.closed);
    }
    r->more = e->n == EXPIRE_MAX || a.answer.rows_n == SLOTS_MAX;
    return err;
}

int cassandra_expire(struct strand *s, struct store_expire *r)
{
    uint32_t names = 0;
    int err = expire_messages(s, r);
    if (!err)
        err = naming_expire(s, r->now_ms, EXPIRE_MAX, &names);
    r->more = r->more || names == EXPIRE_MAX;
    return err ? err : STORE_DONE;
}
