/*
 * The append: the event rows of the next seqs and a row for each key, on the condition that none of
 * them is there, in one batch of one partition. All else is before it and harmless, or after it and
 * done again by whoever comes upon the head.
 *
 * In this order:
 *   keys      looked for in earlier buckets, which the batch's condition does not see
 *   state     who is in it, and what is gone: after the keys, since what is gone takes keys along
 *   before    a name that is claimed, what goes with the event looked at
 *   touch     the inboxes of all who are in it, or come in: an event that no inbox points to is
 *             lost, a touch without an event is only a look for nothing
 *   batch     the commit point
 *   changes   what the events change
 *
 * A batch of which nothing is known is asked for by its first key, and then for all its events: it
 * is all there or not at all, but another node may have appended the same command by itself.
 * If nothing stands at its seq either, it may still come to: so the same batch is sent again, and
 * never another decided on its absence.
 */
#include <errno.h>

#include "model/limits.h"
#include "model/record.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/operations.h"
#include "util/macros.h"

enum {
    /* Cassandra refuses a batch of more than 50 KiB, unless it is told otherwise
     * (batch_size_fail_threshold); the rows' own keys come on top. */
    BATCH_BYTES_MAX = 40 * 1024,
    /* Two rows an event. */
    BATCH_EVENTS_MAX = CQL_PARTS_MAX / 2,
    /* A batch of which nothing is known is sent so often; then the caller asks. */
    BATCH_TRIES_MAX = 3,
    /* Whoever stood still for longer sends no batch: a bucket that was dropped meanwhile by its age
     * takes what is written under the drop, and nobody reads it. */
    LOOK_MS_MAX = 60 * 1000,
    /* Whom an append touches: members, and those whom its events bring in. */
    TOUCHED_MAX = 2 * MEMBERS_MAX,
};

struct appending {
    struct strand *strand;
    struct store_append *r;
    struct conversation_state *c;
    uint32_t taken; /* events of the batch */
    bool forgot;    /* a key that was in the way */
    uint64_t looked_ms;
};

static uint64_t next_bucket(const struct store_append *r)
{
    return log_bucket(r->head.seq + 1);
}

/* --- keys --- */

/* A key goes with its event, which is gone by its age: nothing takes it away until it is in the way
 * of whoever uses it again. */
static int forget_key(struct appending *a, const struct event *e, const struct key_row *row)
{
    struct ask ask = ASK(S_LOG_FORGET_KEY, cql_u64(e->conversation), cql_u64(log_bucket(row->seq)),
                         cql_u64(e->sender), cql_bytes(e->key), cql_u64(row->seq));
    a->forgot = true;
    return strand_ask(a->strand, &ask);
}

/* Looks for all keys in the buckets from..to (both included), of which those from `settled_below`
 * on may still take events. STORE_KNOWN with the outputs set, 0, negative. */
static int find_known(struct appending *a, uint64_t from, uint64_t to, uint64_t settled_below)
{
    struct store_append *r = a->r;
    uint64_t n_buckets = to - from + 1;
    size_t n = (size_t)(n_buckets * r->n_events);
    struct ask *asks = arena_alloc(strand_scratch(a->strand), n * sizeof(*asks));
    for (size_t i = 0; i < n; i++) {
        const struct event *e = &r->events[i / n_buckets];
        uint64_t bucket = from + i % n_buckets;
        asks[i] = log_ask_key(r->conversation, bucket, bucket < settled_below, e->sender, e->key);
    }
    int err = strand_ask_all(a->strand, asks, n);
    for (size_t i = 0; !err && i < n; i++) {
        struct key_row row;
        if (!log_key_of(&asks[i].answer, &row))
            continue;
        if (row.seq <= r->head.gone_seq) {
            err = forget_key(a, &r->events[i / n_buckets], &row);
            continue;
        }
        r->known_index = (uint32_t)(i / n_buckets);
        r->known_seq = row.seq;
        memcpy(r->known_digest, row.digest, sizeof(r->known_digest));
        return STORE_KNOWN;
    }
    return err;
}

/* The first bucket that an earlier try may stand in. Beyond LOG_BUCKETS_LOOKED chat has refused. */
static uint64_t first_bucket(const struct store_append *r, uint64_t last)
{
    uint64_t first = log_bucket(r->after + 1);
    return MAX(MIN(first, last), last - MIN(last, (uint64_t)LOG_BUCKETS_LOOKED));
}

/* Whether the key is to be found before anything else is looked at: more decides than the batch's
 * condition, or each node that meets a new device appends this, most often after another's stands.
 * The batch would refuse it, but only after the inboxes were touched for what never comes. */
static bool key_decides(const struct store_append *r)
{
    enum event_type type = r->events[0].type;
    return r->with || type == EVENT_RENAME || type == EVENT_SIGNED_IN ||
           type == EVENT_SECOND_FACTOR;
}

static int find_known_before(struct appending *a)
{
    uint64_t next = next_bucket(a->r), from = first_bucket(a->r, next);
    uint64_t end = next + key_decides(a->r);
    return from < end ? find_known(a, from, end - 1, next) : 0;
}

/* --- refusing --- */

/* The head is another than was named, or a key stands, or both: what it is, and its changes done.
 */
static int refuse(struct appending *a, bool known)
{
    struct store_append *r = a->r;
    int err = log_settle(a->strand, a->c, &r->head);
    if (err || known)
        return err ? err : STORE_KNOWN;
    uint64_t last = log_bucket(r->head.seq);
    err = find_known(a, first_bucket(r, last), last, last);
    return err ? err : STORE_MOVED;
}

/* --- before the batch --- */

/* Whether there is a log to append to, or this append begins one. A log whose record was not
 * written has an event all the same. */
static int find_log(struct appending *a)
{
    struct store_append *r = a->r;
    struct log_head head;
    if (a->c->there || (r->events[0].type == EVENT_CREATED && r->head.seq == 0))
        return 0;
    int err = log_settle(a->strand, a->c, &head);
    if (err)
        return err;
    r->head = head;
    return head.seq ? refuse(a, false) : STORE_NOT_FOUND;
}

/* Whether the head is another by what was read first. One that is gone itself, or will be, lies in
 * a bucket that is dropped: there nothing stands that the batch's condition could see. None is
 * dropped before a later one was entered. */
static int look_at_head(struct appending *a, bool *moved)
{
    const struct store_append *r = a->r;
    struct log_head head;
    *moved = a->c->gone_seq != r->head.gone_seq || r->head.seq < a->c->gone_seq;
    if (*moved || next_bucket(r) >= a->c->bucket)
        return 0;
    int err = log_find_head(a->strand, a->c, &head);
    *moved = !err && head.seq != r->head.seq;
    return err;
}

/* What must hold beside the head. */
static int look_around(struct appending *a)
{
    struct store_append *r = a->r;
    bool moved;
    r->user_moved = r->looks_like = false;
    int err = look_at_head(a, &moved);
    if (err || moved)
        return err ? err : refuse(a, false);
    if (!key_decides(r))
        return 0;
    must(r->n_events == 1);
    int result = 0;
    if (r->events[0].type == EVENT_RENAME)
        result = change_claim_name(a->strand, &r->events[0], &r->looks_like);
    if (!result && r->with) {
        result = change_look_at_user(a->strand, r->with);
        r->user_moved = result == STORE_MOVED;
    }
    if (result > 0) {
        err = log_find_head(a->strand, a->c, &r->head);
        return err ? err : result;
    }
    return result;
}

static void touch(const struct store_append *r, struct ask *asks, uint32_t *n, uint64_t user,
                  const struct log_head *head)
{
    if (*n < TOUCHED_MAX)
        asks[(*n)++] = member_touch(r->conversation, user, head);
}

/* The inboxes, and the bucket that is entered. */
static int touch_all(struct appending *a)
{
    struct store_append *r = a->r;
    uint64_t users[MEMBERS_MAX];
    const struct event *last = &r->events[a->taken - 1];
    struct log_head head = {.seq = last->seq, .n = last->n, .time_ms = last->time_ms};
    struct ask *asks = arena_alloc(strand_scratch(a->strand), (TOUCHED_MAX + 1) * sizeof(*asks));
    uint32_t n = 0, n_users = conversation_users(a->c, users);
    for (uint32_t i = 0; i < n_users; i++)
        touch(r, asks, &n, users[i], &head);
    for (uint32_t i = 0; i < a->taken; i++) {
        const struct event *e = &r->events[i];
        if (e->type == EVENT_ADDED || e->type == EVENT_JOINED)
            touch(r, asks, &n, e->user, &head);
        for (uint32_t j = 0; j < e->n_members; j++)
            touch(r, asks, &n, e->members[j].user, &head);
    }
    uint64_t bucket = next_bucket(r);
    if (bucket > a->c->bucket)
        asks[n++] = ASK(S_CONVERSATION_PUT_BUCKET, cql_u64(bucket), cql_u64(bucket),
                        cql_u64(r->conversation));
    int err = strand_ask_all(a->strand, asks, n);
    strand_harmless(a->strand);
    return err;
}

/* --- the batch --- */

/* Whether an event before `i` in this append has its key: then it is known once that one stands. */
static bool key_repeats(const struct store_append *r, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        if (r->events[j].sender == r->events[i].sender &&
            str_eq(r->events[j].key, r->events[i].key))
            return true;
    }
    return false;
}

/* The rows of as many events as one batch takes. */
static uint32_t build(struct appending *a, struct ask *parts)
{
    struct store_append *r = a->r;
    uint64_t seq = r->head.seq, n = r->head.n, message_seq = r->head.message_seq;
    uint64_t first_seq = seq + 1;
    size_t bytes = 0;
    for (a->taken = 0; a->taken < MIN(r->n_events, (uint32_t)BATCH_EVENTS_MAX); a->taken++) {
        const struct event *e = &r->events[a->taken];
        struct builder record = {0};
        struct str carried = STR("");
        must(e->conversation == r->conversation && e->seq == seq + 1);
        must(e->n == n + event_counts(e->type));
        must(e->first_seq == first_seq && e->rev == e->seq);
        record_encode(&record, e);
        struct cql_value blob = strand_blob(a->strand, &record);
        if (r->with)
            carried = changes_carry(a->strand, r->with);
        bytes += blob.bytes.n + carried.n;
        if (a->taken && (bytes > BATCH_BYTES_MAX || key_repeats(r, a->taken) ||
                         log_bucket(e->seq) != log_bucket(first_seq)))
            break;
        seq = e->seq;
        n = e->n;
        if (e->type == EVENT_MESSAGE)
            message_seq = seq;
        parts[2 * a->taken] =
            ASK(S_LOG_PUT_EVENT, cql_u64(e->conversation), cql_u64(log_bucket(seq)), cql_u64(seq),
                blob, cql_u64(seq), cql_u64(message_seq), cql_bytes(carried));
        parts[2 * a->taken + 1] = log_put_key(e);
    }
    return 2 * a->taken;
}

/* Whether the events that stand where ours were to are those, to the byte: the same commands may
 * have come to another node, too, which decided them at another moment, or not all of them in one
 * batch. 1, 0, negative. */
static int are_ours(struct appending *a)
{
    const struct event *first = &a->r->events[0], *last = &a->r->events[a->taken - 1];
    struct ask ask = ASK(S_LOG_EVENTS, cql_u64(first->conversation),
                         cql_u64(log_bucket(first->seq)), cql_u64(first->seq), cql_u64(last->seq));
    int err = strand_ask(a->strand, &ask);
    if (err)
        return err;
    bool same = ask.answer.rows_n == a->taken;
    for (uint32_t i = 0; same && i < a->taken; i++) { /* the newest first */
        struct builder record = {0};
        record_encode(&record, last - i);
        same = str_eq(builder_str(&record), answer_bytes(&ask.answer, i, 0));
        builder_deinit(&record);
    }
    return same;
}

/* Whether our batch stands, of which nothing was known. 1, 0: it does not, and another stands in
 * its place; STORE_NOT_FOUND: nothing does so far; negative. */
enum { STANDS = 1 };
static int read_back(struct appending *a)
{
    const struct event *e = &a->r->events[0];
    struct ask key = log_ask_key(e->conversation, log_bucket(e->seq), false, e->sender, e->key);
    struct key_row row;
    struct log_head head;
    int err = strand_ask(a->strand, &key);
    if (err)
        return err;
    if (log_key_of(&key.answer, &row))
        return row.seq == e->seq ? are_ours(a) : 0;
    err = log_find_head(a->strand, a->c, &head);
    if (err)
        return err;
    return head.seq >= e->seq ? 0 : STORE_NOT_FOUND;
}

/* Sends the batch. 1: it stands, 0: it does not, nor will; negative. */
static int commit(struct appending *a, const struct ask *parts, uint32_t n)
{
    bool doubted = false;
    for (int tries = 0; tries < BATCH_TRIES_MAX; tries++) {
        struct answer answer;
        if (strand_now_ms(a->strand) - a->looked_ms > LOOK_MS_MAX)
            break;
        int err = strand_batch(a->strand, parts, n, &answer);
        if (!err && answer.applied)
            return STANDS;
        if (!err && !doubted)
            return 0;
        if (err && err != -ETIMEDOUT && !doubted)
            return err;
        doubted = true;
        int stands = read_back(a);
        if (stands != STORE_NOT_FOUND)
            return stands;
    }
    return doubted ? -ETIMEDOUT : -EAGAIN;
}

/* --- after it --- */

static int finish(struct appending *a)
{
    struct store_append *r = a->r;
    for (uint32_t i = 0; i < a->taken; i++) {
        const struct event *e = &r->events[i];
        if (e->type == EVENT_MESSAGE)
            r->head.message_seq = e->seq;
        int err = changes_apply(a->strand, e, r->head.message_seq);
        if (err)
            return err;
        r->head.seq = e->seq;
        r->head.n = e->n;
        r->head.first_seq = e->first_seq;
        r->head.time_ms = e->time_ms;
    }
    if (r->with) {
        struct log_row row = {.event = r->events[0], .carried = changes_carry(a->strand, r->with)};
        int err = changes_carry_out(a->strand, &row);
        if (err)
            return err;
    }
    r->taken = a->taken;
    return STORE_DONE;
}

/* The batch, once more where nothing but a key of before was in its way. */
static int commit_or_refuse(struct appending *a, const struct ask *parts, uint32_t n)
{
    for (;;) {
        uint64_t head_seq = a->r->head.seq;
        int result = commit(a, parts, n);
        if (result)
            return result == STANDS ? finish(a) : result;
        a->forgot = false;
        result = refuse(a, false);
        if (result != STORE_MOVED || !a->forgot || a->r->head.seq != head_seq)
            return result;
    }
}

int cassandra_append(struct strand *s, struct store_append *r)
{
    must(r->n_events >= 1 && r->n_events <= APPEND_MAX);
    struct arena *scratch = strand_scratch(s);
    struct appending a = {.strand = s, .r = r, .c = arena_alloc(scratch, sizeof(*a.c))};
    struct ask *parts = arena_alloc(scratch, CQL_PARTS_MAX * sizeof(*parts));
    int known = find_known_before(&a);
    a.looked_ms = strand_now_ms(s);
    int result = known < 0 ? known : conversation_get(s, r->conversation, a.c);
    if (!result && known && a.c->gone_seq == r->head.gone_seq)
        result = refuse(&a, true);
    if (!result)
        result = find_log(&a);
    if (!result)
        result = look_around(&a);
    if (result)
        return result;
    uint32_t n = build(&a, parts);
    result = touch_all(&a);
    return result ? result : commit_or_refuse(&a, parts, n);
}
