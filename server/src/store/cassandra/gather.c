/* See gather.h. */
#include "store/cassandra/gather.h"

#include "model/record.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { ID_BYTES = 8, LENGTH_BYTES = 4 };

/* Asks what `describe` says of each of the `n`, GATHER_MAX at once, and has each answer taken. */
struct gathering {
    struct strand *strand;
    void *rows;
    bool (*describe)(void *rows, uint32_t i,
                     struct ask *); /* false: nothing is asked of this one */
    int (*take)(struct strand *, void *rows, uint32_t i, const struct answer *);
};

static int gather_some(const struct gathering *g, uint32_t first, uint32_t n)
{
    struct ask *asks = arena_alloc(strand_scratch(g->strand), n * sizeof(*asks));
    uint32_t *of = arena_alloc(strand_scratch(g->strand), n * sizeof(*of)), asks_n = 0;
    for (uint32_t i = first; i < first + n; i++) {
        if (g->describe(g->rows, i, &asks[asks_n]))
            of[asks_n++] = i;
    }
    int err = strand_ask_all(g->strand, asks, asks_n);
    for (uint32_t i = 0; !err && i < asks_n; i++)
        err = g->take(g->strand, g->rows, of[i], &asks[i].answer);
    return err;
}

static int gather(const struct gathering *g, uint32_t n)
{
    int err = 0;
    for (uint32_t first = 0; !err && first < n; first += GATHER_MAX)
        err = gather_some(g, first, MIN(n - first, (uint32_t)GATHER_MAX));
    return err;
}

/* --- events --- */

static int read_event(struct strand *s, struct str record, uint64_t conversation, struct event *e)
{
    struct arena *arena = strand_arena(s);
    if (record_decode(e, arena_str(arena, record), arena))
        return strand_bad_row("logs", conversation);
    return 0;
}

static bool ask_event(void *rows, uint32_t i, struct ask *a)
{
    const struct gathered_event *e = (struct gathered_event *)rows + i;
    *a =
        ASK(S_GATHER_EVENT, cql_u64(e->conversation), cql_u64(log_bucket(e->seq)), cql_u64(e->seq));
    return true;
}

static int take_event(struct strand *s, void *rows, uint32_t i, const struct answer *answer)
{
    struct gathered_event *e = (struct gathered_event *)rows + i;
    e->bad =
        answer->rows_n && read_event(s, answer_bytes(answer, 0, 0), e->conversation, &e->event);
    e->there = answer->rows_n && !e->bad;
    return 0;
}

int gather_events(struct strand *s, struct gathered_event *rows, uint32_t n)
{
    return gather(&(struct gathering){s, rows, ask_event, take_event}, n);
}

/* --- heads --- */

static bool ask_newest(const struct gathered_head *h, uint64_t bucket, struct ask *a)
{
    *a = ASK(S_GATHER_NEWEST, cql_u64(h->conversation), cql_u64(bucket));
    return true;
}

static bool ask_head(void *rows, uint32_t i, struct ask *a)
{
    const struct gathered_head *h = (struct gathered_head *)rows + i;
    return ask_newest(h, log_bucket(h->touched), a);
}

static bool ask_head_before(void *rows, uint32_t i, struct ask *a)
{
    const struct gathered_head *h = (struct gathered_head *)rows + i;
    uint64_t bucket = log_bucket(h->touched);
    return !h->head.seq && !h->bad && bucket && ask_newest(h, bucket - 1, a);
}

static int take_head(struct strand *s, void *rows, uint32_t i, const struct answer *answer)
{
    struct gathered_head *h = (struct gathered_head *)rows + i;
    if (answer->rows_n == 0)
        return 0;
    const struct event *e = &h->newest;
    h->bad = read_event(s, answer_bytes(answer, 0, 0), h->conversation, &h->newest);
    if (h->bad)
        return 0;
    h->head = (struct log_head){.seq = e->seq,
                                .n = e->n,
                                .first_seq = e->first_seq,
                                .time_ms = e->time_ms,
                                .message_seq = answer_u64(answer, 0, 1)};
    return 0;
}

int gather_heads(struct strand *s, struct gathered_head *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        rows[i].head = (struct log_head){0};
        rows[i].bad = false;
    }
    int err = gather(&(struct gathering){s, rows, ask_head, take_head}, n);
    if (!err)
        err = gather(&(struct gathering){s, rows, ask_head_before, take_head}, n);
    return err;
}

/* --- conversations --- */

static bool ask_conversation(void *rows, uint32_t i, struct ask *a)
{
    const struct gathered_conversation *c = (struct gathered_conversation *)rows + i;
    *a = ASK(S_GATHER_CONVERSATION, cql_u64(c->id));
    return true;
}

static int take_conversation(struct strand *s, void *rows, uint32_t i, const struct answer *answer)
{
    struct gathered_conversation *c = (struct gathered_conversation *)rows + i;
    c->there = answer->rows_n && answer_bytes(answer, 0, 0).p;
    if (!c->there)
        return 0;
    struct str record = arena_str(strand_arena(s), answer_bytes(answer, 0, 0));
    c->gone_seq = answer_u64(answer, 0, 1);
    c->gone_n = answer_u64(answer, 0, 2);
    uint64_t rev;
    if (!conversation_unpack(&c->conversation, c->id, record) ||
        !conversation_roster(answer_bytes(answer, 0, 3), &c->roster, &rev))
        return strand_bad_row("conversations", c->id);
    return 0;
}

int gather_conversations(struct strand *s, struct gathered_conversation *rows, uint32_t n)
{
    return gather(&(struct gathering){s, rows, ask_conversation, take_conversation}, n);
}

/* --- values --- */

struct cql_value gather_ids(struct strand *s, const uint64_t *ids, uint32_t n)
{
    size_t bytes_n = LENGTH_BYTES + n * (size_t)(LENGTH_BYTES + ID_BYTES);
    unsigned char *bytes = arena_alloc(strand_scratch(s), bytes_n), *p = bytes;
    be32_put(p, n);
    p += LENGTH_BYTES;
    for (uint32_t i = 0; i < n; i++, p += ID_BYTES) {
        be32_put(p, ID_BYTES);
        p += LENGTH_BYTES;
        be64_put(p, ids[i]);
    }
    return cql_bytes(str_n(bytes, bytes_n));
}
