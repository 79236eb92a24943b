/*
 * What is read of a log. A page is asked for together with what it is held against (what is gone,
 * what its reader hid), in one round where one bucket has it; a log is dense, so a bucket that has
 * fewer rows than were asked for is its end.
 */
#include "store/cassandra/logs.h"

#include "model/record.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/member.h"
#include "store/cassandra/operations.h"
#include "store/project.h"
#include "util/macros.h"

/* --- loading --- */

static struct conversation_state *new_state(struct strand *s)
{
    return arena_alloc(strand_scratch(s), sizeof(struct conversation_state));
}

static void keep_conversation(struct arena *arena, struct conversation *to,
                              const struct conversation *from)
{
    *to = *from;
    to->title = arena_str(arena, from->title);
    to->description = arena_str(arena, from->description);
}

/* Who left since the roster was read stays out: whoever decides on what is given here is told that
 * the head has moved. */
static int load_members(struct strand *s, const struct conversation_state *c, struct store_load *r)
{
    bool group = c->conversation.kind == CONVERSATION_GROUP;
    uint64_t users[MEMBERS_MAX];
    uint32_t n = conversation_users(c, users);
    struct member_state *states = arena_alloc(strand_scratch(s), n * sizeof(*states) + 1);
    int err = member_get_many(s, r->id, users, n, states);
    r->members = arena_alloc(strand_arena(s), n * sizeof(*r->members) + 1);
    r->n_members = 0;
    for (uint32_t i = 0; !err && i < n; i++) {
        struct member *m = &states[i].row.member;
        if (!states[i].there && group)
            return strand_bad_row("members", users[i]);
        if (!states[i].there)
            member_of_silent(m);
        if (!m->left)
            r->members[r->n_members++] = *m;
    }
    return err;
}

/* What the head stands for is read after it: before, an event below it may not have been there yet,
 * and whoever decided by such a state would append to this head all the same. What is newer than
 * the head does no harm. */
int cassandra_load(struct strand *s, struct store_load *r)
{
    struct conversation_state *c = new_state(s);
    int err = conversation_get(s, r->id, c);
    if (!err)
        err = log_settle(s, c, &r->head);
    if (!err)
        err = conversation_get(s, r->id, c);
    if (err || !c->there)
        return err ? err : STORE_NOT_FOUND;
    keep_conversation(strand_arena(s), &r->conversation, &c->conversation);
    if (c->conversation.kind == CONVERSATION_GROUP) {
        r->invites = arena_alloc(strand_arena(s), sizeof(*r->invites));
        *r->invites = c->invites;
    }
    return load_members(s, c, r);
}

/* --- pages --- */

struct page {
    struct strand *strand;
    struct store_events *r;
    uint64_t lo, hi; /* what is left to look at */
    bool ended;
};

/* The part of a page that one bucket has: the first or, with `newest`, the last. */
static struct ask page_ask(const struct page *p)
{
    uint64_t bucket = log_bucket(p->r->newest ? p->hi : p->lo);
    uint64_t first = MAX(p->lo, bucket * LOG_BUCKET);
    uint64_t last = MIN(p->hi, bucket * LOG_BUCKET + (LOG_BUCKET - 1));
    return ASK(p->r->newest ? S_LOG_EVENTS_DOWN : S_LOG_EVENTS_UP, cql_u64(p->r->conversation),
               cql_u64(bucket), cql_u64(first), cql_u64(last), cql_int(PAGE_MAX));
}

/* Takes what the bucket had, and goes on to the next one. */
static int page_take(struct page *p, const struct answer *a)
{
    struct store_events *r = p->r;
    struct arena *arena = strand_arena(p->strand);
    uint64_t bucket = log_bucket(r->newest ? p->hi : p->lo);
    uint64_t first = MAX(p->lo, bucket * LOG_BUCKET);
    uint64_t last = MIN(p->hi, bucket * LOG_BUCKET + (LOG_BUCKET - 1));
    for (uint32_t i = 0; i < a->rows_n && r->n_events < r->limit; i++) {
        struct event *e = &r->events[r->n_events];
        if (record_decode(e, arena_str(arena, answer_bytes(a, i, 0)), arena))
            return strand_bad_row("logs", r->conversation);
        if (e->seq > r->gone_seq)
            r->n_events++;
    }
    bool short_of = a->rows_n < MIN(last - first + 1, (uint64_t)PAGE_MAX);
    p->ended = r->n_events == r->limit || (!r->newest && short_of);
    if (r->newest)
        p->ended |= first <= p->lo || first == 0;
    else
        p->ended |= last >= p->hi;
    if (r->newest)
        p->hi = first - (first > 0);
    else
        p->lo = last + 1;
    return 0;
}

static void reverse(struct event *events, uint32_t n)
{
    for (uint32_t i = 0; i < n / 2; i++) {
        struct event swap = events[i];
        events[i] = events[n - 1 - i];
        events[n - 1 - i] = swap;
    }
}

/* What the rows are like for who asks. */
static int show(struct strand *s, struct store_events *r, const struct member *viewer)
{
    if (r->newest)
        reverse(r->events, r->n_events);
    for (uint32_t i = 0; i < r->n_events; i++) {
        if (r->as_of)
            project_as_of(&r->events[i], r->as_of, strand_arena(s));
        project_due(&r->events[i], r->now_ms);
    }
    return viewer ? hidden_words(s, viewer, r->events, r->n_events) : 0;
}

/* The rest of a page, whose first part is there; but one that was asked for from where all is gone,
 * upwards, says nothing of what is behind that. What is gone is not looked at again; beyond the
 * newest bucket there is nothing. */
static int page_fill(struct page *p, const struct conversation_state *c, const struct answer *first)
{
    struct store_events *r = p->r;
    r->gone_seq = c->gone_seq;
    r->gone_n = c->gone_n;
    bool begins_gone = !r->newest && p->lo <= c->gone_seq;
    int err = begins_gone ? 0 : page_take(p, first);
    p->lo = MAX(p->lo, c->gone_seq + 1);
    p->hi = MIN(p->hi, c->bucket * LOG_BUCKET + (LOG_BUCKET - 1));
    while (!err && !p->ended && p->lo <= p->hi) {
        struct ask a = page_ask(p);
        err = strand_ask(p->strand, &a);
        if (!err)
            err = page_take(p, &a.answer);
    }
    return err;
}

int cassandra_events(struct strand *s, struct store_events *r)
{
    must(r->limit >= 1 && r->limit <= PAGE_MAX);
    enum { CONVERSATION, PAGE, VIEWER };
    struct page p = {.strand = s, .r = r, .lo = MAX(r->from_seq, 1), .hi = r->to_seq};
    struct conversation_state *c = new_state(s);
    struct member_state viewer;
    struct ask asks[] = {
        [CONVERSATION] = ASK(S_CONVERSATION_GET, cql_u64(r->conversation)),
        [PAGE] = page_ask(&p),
        [VIEWER] = member_ask(r->conversation, r->viewer),
    };
    r->events = arena_alloc(strand_arena(s), r->limit * sizeof(*r->events));
    r->n_events = 0;
    int err = strand_ask_all(s, asks, r->viewer ? 3 : 2);
    if (!err)
        err = conversation_of(&asks[CONVERSATION].answer, r->conversation, c);
    if (!err && p.lo <= p.hi)
        err = page_fill(&p, c, &asks[PAGE].answer);
    r->gone_seq = c->gone_seq;
    r->gone_n = c->gone_n;
    if (!err && r->viewer)
        err = member_of(&asks[VIEWER].answer, r->conversation, r->viewer, &viewer);
    return err ? err : show(s, r, r->viewer ? &viewer.row.member : NULL);
}

/* --- keys --- */

/* The newest bucket and the one before may still take events: which is the head's is not looked
 * for. */
int cassandra_key(struct strand *s, struct store_key *r)
{
    if (r->key.n == 0 || r->key.n > KEY_BYTES_MAX)
        return STORE_NOT_FOUND;
    struct conversation_state *c = new_state(s);
    struct ask *asks = arena_alloc(strand_scratch(s), (LOG_BUCKETS_LOOKED + 2) * sizeof(*asks));
    struct key_row row;
    int err = conversation_get(s, r->conversation, c);
    if (err)
        return err;
    uint32_t n = (uint32_t)MIN(c->bucket, (uint64_t)LOG_BUCKETS_LOOKED) + 1;
    for (uint32_t i = 0; i < n; i++)
        asks[i] = log_ask_key(r->conversation, c->bucket - i, i > 1, r->sender, r->key);
    err = strand_ask_all(s, asks, n);
    for (uint32_t i = 0; !err && i < n; i++) {
        if (!log_key_of(&asks[i].answer, &row) || row.seq <= c->gone_seq)
            continue;
        struct log_head head;
        r->seq = row.seq;
        memcpy(r->digest, row.digest, sizeof(r->digest));
        return log_settle(s, c, &head);
    }
    return err ? err : STORE_NOT_FOUND;
}

/* --- pins --- */

/* Leaves out what the viewer hid. */
static int leave_out_hidden(struct strand *s, struct store_pins *r)
{
    struct member_state m;
    struct event messages[PINS_MAX];
    uint32_t n = 0;
    int err = r->viewer ? member_get(s, r->conversation, r->viewer, &m) : STORE_NOT_FOUND;
    if (err)
        return MIN(err, 0);
    for (uint32_t i = 0; i < r->n_pins; i++)
        messages[i] = r->pins[i].message;
    err = hidden_words(s, &m.row.member, messages, r->n_pins);
    for (uint32_t i = 0; i < r->n_pins; i++)
        if (!messages[i].hidden)
            r->pins[n++] = r->pins[i];
    r->n_pins = n;
    return err;
}

static struct ask event_ask(uint64_t conversation, uint64_t seq)
{
    return ASK(S_LOG_EVENT, cql_u64(conversation), cql_u64(log_bucket(seq)), cql_u64(seq));
}

static int read_pinned(struct strand *s, const struct ask *ask, uint64_t conversation,
                       struct event *e)
{
    struct str record = ask->answer.rows_n ? answer_bytes(&ask->answer, 0, 0) : (struct str){0};
    struct arena *arena = strand_arena(s);
    if (!record.p || record_decode(e, arena_str(arena, record), arena))
        return strand_bad_row("conversations", conversation);
    return 0;
}

int cassandra_pins(struct strand *s, struct store_pins *r)
{
    struct conversation_state *c = new_state(s);
    struct ask *asks = arena_alloc(strand_scratch(s), 2 * PINS_MAX * sizeof(*asks));
    uint32_t n = 0;
    r->pins = arena_alloc(strand_arena(s), PINS_MAX * sizeof(*r->pins));
    r->n_pins = 0;
    int err = conversation_get(s, r->conversation, c);
    for (uint32_t i = c->pins.n; !err && i > 0; i--) {
        uint64_t expires_ms = c->pins.at[i - 1].expires_ms;
        bool due = expires_ms && expires_ms <= r->now_ms;
        if (due || c->pins.at[i - 1].seq <= c->gone_seq)
            continue;
        asks[n++] = event_ask(r->conversation, c->pins.at[i - 1].seq);
        asks[n++] = event_ask(r->conversation, c->pins.at[i - 1].by);
    }
    if (!err)
        err = strand_ask_all(s, asks, n);
    for (uint32_t i = 0; !err && i < n; i += 2) {
        struct pinned *p = &r->pins[r->n_pins++];
        err = read_pinned(s, &asks[i], r->conversation, &p->message);
        if (!err)
            err = read_pinned(s, &asks[i + 1], r->conversation, &p->pin);
        r->n_pins -= !err && p->message.deleted; /* its time has come */
    }
    return err ? err : leave_out_hidden(s, r);
}
