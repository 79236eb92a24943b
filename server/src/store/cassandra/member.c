/*
 * A row is read as a whole and written by columns, each by who has its clock. Marks are read, and
 * then written if they move: what another wrote meanwhile is greater or stays as it was.
 *
 * When the marks moved stands beside, in a row that is read and written anew. Two devices of one
 * person that set marks at the same moment may lose a step so: of two the one with the greater sum
 * stays. What the other says is told with the time of the next step, as it is where steps were
 * merged, and with none until there is one.
 */
#include "store/cassandra/member.h"

#include <errno.h>
#include <string.h>

#include "store/cassandra/changes.h"
#include "store/cassandra/operations.h"
#include "store/project.h"
#include "util/macros.h"

enum { TOUCHED, ROLE, DELIVERED_SEQ, READ_SEQ, READ_N, PREFERENCES };

enum { STEPS_MERGED_MS = 1000 };

/* --- rows --- */

/* What `preferences` holds: a row of which only these fields are set, with the own log's seq as its
 * rev and the read mark of that time. */
static bool read_preferences(struct str bytes, struct member_state *m)
{
    struct member_row packed;
    struct member *me = &m->row.member;
    if (!member_unpack(&packed, me->user, me->conversation, bytes))
        return false;
    me->preferences = packed.member.preferences;
    m->changed = packed.member.rev;
    m->marked_at = packed.member.read_seq;
    if (me->read_seq > m->marked_at)
        me->preferences.unread = false;
    return true;
}

int member_read(const struct answer *a, uint32_t row, uint32_t first, uint64_t conversation,
                uint64_t user, struct member_state *m)
{
    struct str role = answer_bytes(a, row, first + ROLE);
    struct str preferences = answer_bytes(a, row, first + PREFERENCES);
    struct member *me = &m->row.member;
    memset(m, 0, sizeof(*m));
    *me = (struct member){.conversation = conversation, .user = user};
    m->there = role.p != NULL;
    if (role.p && !member_unpack(&m->row, user, conversation, role))
        return strand_bad_row("members", user);
    m->touched = answer_u64(a, row, first + TOUCHED);
    me->read_seq = answer_u64(a, row, first + READ_SEQ);
    me->read_n = answer_u64(a, row, first + READ_N);
    me->delivered_seq = MAX(me->read_seq, answer_u64(a, row, first + DELIVERED_SEQ));
    if (preferences.p && !read_preferences(preferences, m))
        return strand_bad_row("members", user);
    return 0;
}

struct ask member_ask(uint64_t conversation, uint64_t user)
{
    return ASK(S_MEMBER_GET, cql_u64(user), cql_u64(conversation));
}

int member_of(const struct answer *a, uint64_t conversation, uint64_t user, struct member_state *m)
{
    if (a->rows_n)
        return member_read(a, 0, 0, conversation, user, m);
    memset(m, 0, sizeof(*m));
    m->row.member = (struct member){.conversation = conversation, .user = user};
    return 0;
}

int member_get_many(struct strand *s, uint64_t conversation, const uint64_t *users, uint32_t n,
                    struct member_state *m)
{
    struct ask *asks = arena_alloc(strand_scratch(s), n * sizeof(*asks) + 1);
    for (uint32_t i = 0; i < n; i++)
        asks[i] = member_ask(conversation, users[i]);
    int err = strand_ask_all(s, asks, n);
    for (uint32_t i = 0; !err && i < n; i++)
        err = member_of(&asks[i].answer, conversation, users[i], &m[i]);
    return err;
}

int member_get(struct strand *s, uint64_t conversation, uint64_t user, struct member_state *m)
{
    return member_get_many(s, conversation, &user, 1, m);
}

struct ask member_touch(uint64_t conversation, uint64_t user, const struct log_head *head)
{
    return ASK(S_MEMBER_TOUCH, cql_u64(head->seq), cql_u64(head->seq), cql_u64(head->n),
               cql_u64(head->time_ms), cql_u64(user), cql_u64(conversation));
}

struct ask member_put_role(struct strand *s, const struct member_state *m, uint64_t seq)
{
    struct builder b = {0};
    struct member_row row = m->row;
    row.member.delivered_seq = row.member.read_seq = row.member.read_n = 0;
    row.member.preferences = (struct preferences){0};
    member_pack(&b, &row);
    return ASK(S_MEMBER_PUT_ROLE, cql_u64(seq), strand_blob(s, &b), cql_u64(row.member.user),
               cql_u64(row.member.conversation));
}

struct ask member_put_preferences(struct strand *s, struct member_state *m, uint64_t own_seq)
{
    struct builder b = {0};
    const struct member *me = &m->row.member;
    struct member_row row = {
        .member = {.rev = own_seq, .read_seq = m->marked_at, .preferences = me->preferences}};
    m->changed = own_seq;
    member_pack(&b, &row);
    return ASK(S_MEMBER_PUT_PREFERENCES, cql_u64(own_seq), strand_blob(s, &b), cql_u64(me->user),
               cql_u64(me->conversation));
}

struct ask member_put_read(uint64_t conversation, uint64_t user, uint64_t seq, uint64_t n)
{
    return ASK(S_MEMBER_PUT_READ, cql_u64(seq), cql_u64(seq), cql_u64(n), cql_u64(seq),
               cql_u64(user), cql_u64(conversation));
}

struct ask member_put_delivered(uint64_t conversation, uint64_t user, uint64_t seq)
{
    return ASK(S_MEMBER_PUT_DELIVERED, cql_u64(seq), cql_u64(seq), cql_u64(user),
               cql_u64(conversation));
}

void member_of_silent(struct member *m)
{
    m->role = ROLE_MEMBER;
    m->from_seq = 1;
}

int member_find(struct strand *s, uint64_t conversation, uint64_t user, struct member_state *m)
{
    struct conversation_state *c;
    int err = member_get(s, conversation, user, m);
    if (err || m->there)
        return err;
    c = arena_alloc(strand_scratch(s), sizeof(*c));
    err = conversation_get(s, conversation, c);
    if (err)
        return err;
    const struct conversation *record = &c->conversation;
    bool pair = record->kind == CONVERSATION_DIRECT || record->kind == CONVERSATION_SELF;
    if (!c->there || !pair || (record->users[0] != user && record->users[1] != user))
        return STORE_NOT_FOUND;
    member_of_silent(&m->row.member);
    return 0;
}

/* --- when marks moved --- */

static int steps_of(struct str bytes, uint64_t conversation, struct steps *steps)
{
    steps->n = 0;
    return !bytes.p || steps_unpack(steps, bytes) ? 0 : strand_bad_row("steps", conversation);
}

static void add_step(struct steps *steps, struct step step, uint64_t time_ms)
{
    uint64_t last_ms = steps->n ? steps->at[steps->n - 1].time_ms : 0;
    time_ms = MAX(time_ms, last_ms); /* a clock that was set back */
    if (steps->n && time_ms / STEPS_MERGED_MS == last_ms / STEPS_MERGED_MS) {
        steps->n--;
    } else if (steps->n == MARK_STEPS_MAX) {
        steps->n--;
        memmove(&steps->at[0], &steps->at[1], steps->n * sizeof(steps->at[0]));
    }
    step.time_ms = time_ms;
    steps->at[steps->n++] = step;
}

int member_note_steps(struct strand *s, const struct member *m, uint64_t time_ms)
{
    struct steps steps;
    struct builder b = {0};
    struct ask get = ASK(S_STEPS_GET, cql_u64(m->conversation), cql_u64(m->user));
    int err = strand_ask(s, &get);
    if (!err)
        err = steps_of(get.answer.rows_n ? answer_bytes(&get.answer, 0, 0) : (struct str){0},
                       m->conversation, &steps);
    if (err) /* a row that is bad is logged, and holds up nothing */
        return err == -EBADMSG ? 0 : err;
    struct step last = steps.n ? steps.at[steps.n - 1] : (struct step){0};
    /* It is done already, by whoever did the event's changes before. */
    if (steps.n && last.delivered_seq >= m->delivered_seq && last.read_seq >= m->read_seq)
        return 0;
    /* Of another device's step the mark may not be there yet. */
    last.delivered_seq = MAX(last.delivered_seq, m->delivered_seq);
    last.read_seq = MAX(last.read_seq, m->read_seq);
    add_step(&steps, last, time_ms);
    steps_pack(&b, &steps);
    struct ask put = ASK(S_STEPS_PUT, cql_u64(last.delivered_seq + last.read_seq),
                         strand_blob(s, &b), cql_u64(m->conversation), cql_u64(m->user));
    return strand_ask(s, &put);
}

/* --- operations --- */

int cassandra_member(struct strand *s, struct store_member *r)
{
    struct member_state m;
    int err = member_find(s, r->conversation, r->user, &m);
    if (err)
        return err;
    r->member = m.row.member;
    if (r->member.left)
        r->member.left_title = arena_str(strand_arena(s), r->member.left_title);
    err = r->member.preferences.hidden ? hidden_recount(s, &r->member) : 0;
    return err ? err : STORE_DONE;
}

/* Writes the marks of `m` that moved; their time first: who dies between the two leaves one that
 * nobody is told yet, since no mark is there, and not a mark that has none for ever. */
static int put_marks(struct strand *s, const struct member *m, bool reads, uint64_t time_ms)
{
    struct ask puts[2];
    uint32_t n = 0;
    int err = member_note_steps(s, m, time_ms);
    if (err)
        return err;
    if (reads)
        puts[n++] = member_put_read(m->conversation, m->user, m->read_seq, m->read_n);
    if (!reads || m->delivered_seq > m->read_seq)
        puts[n++] = member_put_delivered(m->conversation, m->user, m->delivered_seq);
    return strand_ask_all(s, puts, n);
}

int cassandra_mark(struct strand *s, struct store_mark *r)
{
    struct member_state state;
    int err = member_find(s, r->conversation, r->user, &state);
    if (err)
        return err;
    struct member *m = &state.row.member;
    bool reads = r->read_seq > m->read_seq;
    if (project_marks(m, r->delivered_seq, r->read_seq, r->read_n))
        err = put_marks(s, m, reads, r->time_ms);
    if (m->left)
        m->left_title = arena_str(strand_arena(s), m->left_title);
    r->member = *m;
    return err;
}

static void reached_by(const struct steps *steps, uint64_t seq, struct reached *at)
{
    for (uint32_t i = steps->n; i > 0; i--) {
        if (steps->at[i - 1].delivered_seq >= seq)
            at->delivered_ms = steps->at[i - 1].time_ms;
        if (steps->at[i - 1].read_seq >= seq)
            at->read_ms = steps->at[i - 1].time_ms;
    }
}

int cassandra_reached(struct strand *s, struct store_reached *r)
{
    must(r->n_users <= MEMBERS_MAX);
    struct ask a = ASK(S_STEPS_GET_ALL, cql_u64(r->conversation));
    r->at = arena_alloc(strand_arena(s), r->n_users * sizeof(*r->at) + 1);
    do {
        int err = strand_ask(s, &a);
        for (uint32_t row = 0; !err && row < a.answer.rows_n; row++) {
            struct steps steps;
            uint64_t user = answer_u64(&a.answer, row, 0);
            err = steps_of(answer_bytes(&a.answer, row, 1), r->conversation, &steps);
            for (uint32_t i = 0; !err && i < r->n_users; i++)
                if (r->users[i] == user)
                    reached_by(&steps, r->seq, &r->at[i]);
        }
        if (err)
            return err;
    } while (ask_next_page(&a));
    return STORE_DONE;
}
