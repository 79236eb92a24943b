/*
 * A bit for each message that was hidden by itself, in a row for each bucket of the log; on the
 * member's row the seq up to which all are, and how many beyond it. So whoever hid nothing has
 * nothing looked up, and a page of events costs whoever did one small query.
 *
 * What was hidden of what is gone by its age stays as bits: it is counted anew, where somebody asks
 * how many there are, rather than taken out by a job that is no event of the own log.
 *
 * Refused: a row for each message. Hiding all up to a place would leave thousands to walk over.
 */
#include "store/cassandra/hidden.h"

#include <errno.h>
#include <string.h>

#include "model/limits.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/gather.h"
#include "store/project.h"
#include "util/macros.h"

struct bits {
    unsigned char bytes[HIDDEN_BITS_BYTES];
    uint64_t written_at; /* the own log's seq that set one last */
};

static bool bits_has(const unsigned char *bytes, uint64_t seq)
{
    uint64_t at = seq % LOG_BUCKET;
    return bytes[at / 8] & 1u << at % 8;
}

void hidden_bit_set(unsigned char bits[HIDDEN_BITS_BYTES], uint64_t seq)
{
    uint64_t at = seq % LOG_BUCKET;
    bits[at / 8] |= (unsigned char)(1u << at % 8);
}

/* Absent: none. */
static int get(struct strand *s, const struct member *m, uint64_t bucket, struct bits *bits)
{
    struct ask a = ASK(S_HIDDEN_GET, cql_u64(m->user), cql_u64(m->conversation), cql_u64(bucket));
    *bits = (struct bits){0};
    int err = strand_ask(s, &a);
    if (err || a.answer.rows_n == 0)
        return err;
    struct str row = answer_bytes(&a.answer, 0, 0);
    if (row.n != HIDDEN_BITS_BYTES)
        return strand_bad_row("hidden", m->user);
    memcpy(bits->bytes, row.p, HIDDEN_BITS_BYTES);
    bits->written_at = answer_u64(&a.answer, 0, 1);
    return 0;
}

struct ask hidden_ask_put(uint64_t user, uint64_t conversation, uint64_t bucket,
                          const unsigned char bits[HIDDEN_BITS_BYTES], uint64_t own_seq)
{
    return ASK(S_HIDDEN_PUT, cql_u64(own_seq), cql_bytes(str_n(bits, HIDDEN_BITS_BYTES)),
               cql_u64(user), cql_u64(conversation), cql_u64(bucket));
}

static int put(struct strand *s, const struct member *m, uint64_t bucket, const struct bits *bits,
               uint64_t own_seq)
{
    struct ask a = hidden_ask_put(m->user, m->conversation, bucket, bits->bytes, own_seq);
    return strand_ask(s, &a);
}

/* How many are hidden one by one beyond a place. */
static int count(struct strand *s, const struct member *m, uint64_t beyond, uint64_t *n)
{
    struct ask a =
        ASK(S_HIDDEN_FROM, cql_u64(m->user), cql_u64(m->conversation), cql_u64(log_bucket(beyond)));
    int err;
    *n = 0;
    do {
        err = strand_ask(s, &a);
        for (uint32_t row = 0; !err && row < a.answer.rows_n; row++) {
            uint64_t first = answer_u64(&a.answer, row, 0) * LOG_BUCKET;
            struct str bits = answer_bytes(&a.answer, row, 1);
            if (bits.n != HIDDEN_BITS_BYTES)
                return strand_bad_row("hidden", m->user);
            for (uint64_t seq = MAX(first, beyond + 1); seq < first + LOG_BUCKET; seq++)
                *n += bits_has((const unsigned char *)bits.p, seq);
        }
    } while (!err && ask_next_page(&a));
    return err;
}

/* The count is written after the bit. A bit that this event set before tells by when it was. */
static int hide_one(struct strand *s, const struct event *e, struct member_state *m)
{
    const struct member *member = &m->row.member;
    uint64_t bucket = log_bucket(e->target);
    struct bits bits;
    int err = get(s, member, bucket, &bits);
    if (err)
        return err;
    bool had = bits_has(bits.bytes, e->target);
    if (had && bits.written_at != e->seq)
        return 0;
    hidden_bit_set(bits.bytes, e->target);
    if (!had)
        err = put(s, member, bucket, &bits, e->seq);
    m->row.member.preferences.hidden++;
    return err;
}

static int hide_up_to(struct strand *s, const struct event *e, struct member_state *m)
{
    struct preferences *p = &m->row.member.preferences;
    p->cleared_seq = e->target;
    p->cleared_by = e->seq;
    return p->hidden ? count(s, &m->row.member, e->target, &p->hidden) : 0;
}

int change_hidden(struct strand *s, const struct event *e)
{
    struct member_state m;
    int err = member_get(s, e->subject, e->sender, &m);
    if (err || !m.there || m.changed >= e->seq)
        return err;
    if (e->target <= m.row.member.preferences.cleared_seq)
        return 0;
    uint64_t before = m.row.member.preferences.hidden;
    bool up_to = e->number == HIDE_UP_TO;
    err = up_to ? hide_up_to(s, e, &m) : hide_one(s, e, &m);
    if (err || (!up_to && m.row.member.preferences.hidden == before))
        return err;
    struct ask a = member_put_preferences(s, &m, e->seq);
    return strand_ask(s, &a);
}

int hidden_recount(struct strand *s, struct member *m)
{
    struct preferences *p = &m->preferences;
    struct gathered_conversation c = {.id = m->conversation};
    int err = gather_conversations(s, &c, 1);
    return err || c.gone_seq <= p->cleared_seq ? err : count(s, m, c.gone_seq, &p->hidden);
}

/* --- what is not shown --- */

/* The buckets of these seqs, each once. */
static uint32_t find_buckets(const uint64_t *seqs, uint32_t n, uint64_t *buckets)
{
    uint32_t n_buckets = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = 0;
        while (at < n_buckets && buckets[at] != log_bucket(seqs[i]))
            at++;
        if (at == n_buckets)
            buckets[n_buckets++] = log_bucket(seqs[i]);
    }
    return n_buckets;
}

static int look_up(struct strand *s, const struct member *me, const uint64_t *seqs, uint32_t n,
                   bool *is)
{
    uint64_t buckets[PAGE_MAX];
    uint32_t n_buckets = find_buckets(seqs, n, buckets);
    struct ask a = ASK(S_HIDDEN_SOME, cql_u64(me->user), cql_u64(me->conversation),
                       gather_ids(s, buckets, n_buckets));
    int err = strand_ask(s, &a);
    for (uint32_t row = 0; !err && row < a.answer.rows_n; row++) {
        uint64_t bucket = answer_u64(&a.answer, row, 0);
        struct str bits = answer_bytes(&a.answer, row, 1);
        if (bits.n != HIDDEN_BITS_BYTES)
            return strand_bad_row("hidden", me->user);
        for (uint32_t i = 0; i < n; i++)
            if (log_bucket(seqs[i]) == bucket)
                is[i] |= bits_has((const unsigned char *)bits.p, seqs[i]);
    }
    return err;
}

int hidden_are(struct strand *s, const struct member *me, const uint64_t *seqs, uint32_t n,
               bool *is)
{
    const struct preferences *p = &me->preferences;
    must(n <= PAGE_MAX);
    for (uint32_t i = 0; i < n; i++)
        is[i] = seqs[i] <= p->cleared_seq;
    return n && p->hidden ? look_up(s, me, seqs, n, is) : 0;
}

/* The message whose words a row has; 0: none. */
static uint64_t message_of(const struct event *e)
{
    if (e->type == EVENT_EDIT)
        return e->target;
    return e->type == EVENT_MESSAGE ? e->seq : 0;
}

int hidden_words(struct strand *s, const struct member *me, struct event *events, uint32_t n)
{
    struct event *with_words[PAGE_MAX];
    uint64_t seqs[PAGE_MAX] = {0};
    bool is[PAGE_MAX];
    uint32_t n_seqs = 0;
    must(n <= PAGE_MAX);
    for (uint32_t i = 0; i < n; i++) {
        seqs[n_seqs] = message_of(&events[i]);
        with_words[n_seqs] = &events[i];
        n_seqs += seqs[n_seqs] != 0;
    }
    int err = hidden_are(s, me, seqs, n_seqs, is);
    for (uint32_t i = 0; !err && i < n_seqs; i++)
        if (is[i])
            project_hidden(with_words[i]);
    return err;
}
