/*
 * Deleted accounts, step by step, as store/leaving.c has it for the embedded store. The marks are
 * one partition, by when they are due; a mark changes on the condition that it is as it was seen.
 *
 * A mark stands before its user is deleted. One of a user who is not is taken away, after the
 * number of the person's last change was drawn anew: so a deletion that is still on its way does
 * not come to stand, and whoever wanted it tries again, with a mark.
 *
 * Rows of logs that are nobody's any more are dropped by the partition, at a time after all others:
 * what was on its way and is written later is never seen. Rows that others may still write (of a
 * group that adds the user again) are deleted at the seq that they are of.
 */
#include "store/cassandra/leaving.h"

#include <errno.h>

#include "store/cassandra/changes.h"
#include "store/cassandra/codes.h"
#include "store/cassandra/naming.h"
#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "util/crypto.h"
#include "util/macros.h"

enum {
    ROWS_MAX = 64, /* looked at in one step */
};

/* Of what is never to be seen again, whenever it is written. */
static const uint64_t FOR_EVER = INT64_MAX / 2;

enum phase {
    PHASE_MEMBERSHIPS,
    PHASE_CONTACTS,
    PHASE_ROWS,
    PHASE_OWN_LOG,
    PHASE_END,
};

/* --- marks --- */

struct mark {
    bool there;
    uint64_t late; /* drawn anew when something came late, or was marked again */
};

static int read_mark(struct strand *s, uint64_t due_ms, uint64_t user, struct mark *mark)
{
    struct ask ask = ASK(S_LEAVING_LOOK, cql_u64(due_ms), cql_u64(user));
    int err = strand_ask(s, &ask);
    *mark = (struct mark){0};
    if (!err && ask.answer.rows_n)
        *mark = (struct mark){true, answer_u64(&ask.answer, 0, 0)};
    return err;
}

/* Puts one, or says by its number that there is more to be done: a job that is at a mark which was
 * taken away and set again since must not take this one for the one it began with. */
static int put_mark(struct strand *s, uint64_t due_ms, uint64_t user)
{
    uint64_t late;
    crypto_random(&late, sizeof(late));
    for (int i = 0; decide(s, i); i++) {
        struct mark mark;
        int err = read_mark(s, due_ms, user, &mark);
        if (err)
            return err;
        struct ask ask = ASK(S_LEAVING_CHANGE, cql_u64(late), cql_u64(due_ms), cql_u64(user),
                             mark.there ? cql_u64(mark.late) : cql_null());
        err = strand_ask(s, &ask);
        if ((!err && ask.answer.applied) || (err && err != -ETIMEDOUT))
            return err;
    }
    return -EAGAIN;
}

/* Only if it is as it was. */
static int delete_mark(struct strand *s, uint64_t due_ms, uint64_t user, uint64_t late)
{
    struct ask ask = ASK(S_LEAVING_DELETE, cql_u64(due_ms), cql_u64(user), cql_u64(late));
    return strand_ask(s, &ask);
}

int leaving_mark(struct strand *s, uint64_t user)
{
    return put_mark(s, 0, user);
}

int change_leaving_all(struct strand *s, const uint64_t *ids, uint32_t n_ids)
{
    struct user *users = arena_alloc(strand_scratch(s), n_ids * sizeof(*users) + 1);
    uint32_t n = 0;
    int err = people_users(s, ids, n_ids, users, &n);
    for (uint32_t i = 0; !err && i < n; i++)
        if (users[i].deleted_ms)
            err = put_mark(s, 0, users[i].id);
    return err;
}

int change_leaving(struct strand *s, uint64_t id)
{
    return id ? change_leaving_all(s, &id, 1) : 0;
}

/* --- rows that go --- */

/* A log that nobody else has a part in: `bucket` is its last. */
static int drop_log(struct strand *s, uint64_t conversation, uint64_t bucket)
{
    struct ask *asks = arena_alloc(strand_scratch(s), ROWS_MAX * sizeof(*asks));
    int err = 0;
    for (uint64_t at = 0; !err && at <= bucket; at += ROWS_MAX) {
        size_t n = 0;
        for (uint64_t i = at; n < ROWS_MAX && i <= bucket; i++)
            asks[n++] = ASK(S_LOG_DROP, cql_u64(FOR_EVER), cql_u64(conversation), cql_u64(i));
        err = strand_ask_all(s, asks, n);
    }
    return err;
}

/* What one was in a conversation, up to seq `seq` of it, and what one wanted of it. */
static int drop_member(struct strand *s, uint64_t user, uint64_t conversation, uint64_t seq)
{
    struct ask asks[] = {
        ASK(S_MEMBER_DROP, cql_u64(seq), cql_u64(user), cql_u64(conversation)),
        ASK(S_MEMBER_DROP_PREFERENCES, cql_u64(FOR_EVER), cql_u64(user), cql_u64(conversation)),
        /* marks of at most that seq; steps stand at the sum of both */
        ASK(S_STEPS_DROP, cql_u64(2 * seq), cql_u64(conversation), cql_u64(user)),
    };
    return strand_ask_all(s, asks, ARRAY_SIZE(asks));
}

/* --- conversations --- */

/* Notes to self: the claim goes last, so that whoever begins again finds them by it. */
static int leave_self(struct strand *s, uint64_t user, const struct conversation_state *c)
{
    uint64_t id = c->conversation.id;
    struct ask record = ASK(S_CONVERSATION_DROP, cql_u64(FOR_EVER), cql_u64(id));
    struct ask claim = ASK(S_DIRECT_DELETE, cql_u64(user), cql_u64(user), cql_u64(id));
    int err = drop_log(s, id, c->bucket);
    if (!err)
        err = drop_member(s, user, id, FOR_EVER / 2);
    if (!err)
        err = strand_ask(s, &record);
    return err ? err : strand_ask(s, &claim);
}

/* The marks of a 1:1 stay, as the other one's ticks; what one wanted of it goes. */
static int leave_direct(struct strand *s, const struct member *m)
{
    struct ask ask = ASK(S_MEMBER_DROP_PREFERENCES, cql_u64(FOR_EVER), cql_u64(m->user),
                         cql_u64(m->conversation));
    const struct preferences *p = &m->preferences;
    return p->rev || p->cleared_seq || p->hidden ? strand_ask(s, &ask) : 0;
}

/* One membership. r->todo says whether it needs something before it is done. */
static int leave_conversation(struct strand *s, struct store_leave *r,
                              const struct member_state *me)
{
    const struct member *m = &me->row.member;
    struct conversation_state c;
    if (!me->there || m->conversation == m->user)
        return 0; /* touched alone; the own log comes last */
    int err = conversation_get(s, m->conversation, &c);
    if (err || !c.there)
        return err;
    switch (c.conversation.kind) {
    case CONVERSATION_DIRECT:
        return leave_direct(s, m);
    case CONVERSATION_SELF:
        return leave_self(s, m->user, &c);
    case CONVERSATION_GROUP:
        r->seq = m->rev;
        if (m->left)
            return drop_member(s, m->user, m->conversation, m->rev);
        r->todo = LEAVE_GROUP;
        return 0;
    case CONVERSATION_OWN:
        break;
    }
    return -EBADMSG;
}

static int leave_conversations(struct strand *s, struct store_leave *r)
{
    struct ask ask =
        ASK(S_MEMBERS_FROM, cql_u64(r->at.user), cql_u64(r->at.from), cql_int(ROWS_MAX));
    int err = strand_ask(s, &ask);
    r->todo = LEAVE_NOTHING;
    for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
        struct member_state me;
        r->conversation = answer_u64(&ask.answer, i, 0);
        err = member_read(&ask.answer, i, 1, r->conversation, r->at.user, &me);
        if (!err)
            err = leave_conversation(s, r, &me);
        r->at.from = r->conversation;
        if (err || r->todo)
            return err;
        r->at.from++;
    }
    r->todo = LEAVE_ON;
    if (!err && ask.answer.rows_n < ROWS_MAX) {
        r->at.phase = PHASE_CONTACTS;
        r->at.from = 0;
    }
    return err;
}

/* --- contacts --- */

static int leave_contacts(struct strand *s, struct store_leave *r)
{
    struct store_contacts next = {.user = r->at.user, .limit = 1};
    int err = cassandra_contacts(s, &next);
    if (err)
        return err;
    r->todo = LEAVE_ON;
    if (!next.n_contacts) {
        r->at.phase = PHASE_ROWS;
        return 0;
    }
    r->todo = LEAVE_CONTACT;
    r->conversation = next.contacts[0].conversation;
    r->other = next.contacts[0].other;
    r->seq = next.contacts[0].seq;
    return 0;
}

/* --- what is theirs alone --- */

/* Notes that were begun, and never written, have no row of a member. */
static int leave_claim(struct strand *s, uint64_t user)
{
    struct ask ask = ASK(S_DIRECT_LOOK, cql_u64(user), cql_u64(user));
    struct conversation_state c;
    int err = strand_ask(s, &ask);
    if (err || !ask.answer.rows_n)
        return err;
    err = conversation_get(s, answer_u64(&ask.answer, 0, 0), &c);
    return err ? err : leave_self(s, user, &c);
}

/* Claims of groups that they made. */
static int leave_groups(struct strand *s, uint64_t user, bool *more)
{
    struct ask ask = ASK(S_GROUPS_OF, cql_u64(user), cql_int(ROWS_MAX));
    int err = strand_ask(s, &ask);
    for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
        struct ask gone =
            ASK(S_GROUP_DELETE, cql_u64(user), cql_bytes(answer_bytes(&ask.answer, i, 0)));
        err = strand_ask(s, &gone);
    }
    *more = ask.answer.rows_n == ROWS_MAX;
    return err;
}

static int leave_rows(struct strand *s, struct store_leave *r)
{
    bool more = false;
    r->todo = LEAVE_ON;
    int err = change_forget(s, r->at.user, &more);
    if (!err && !more)
        err = leave_groups(s, r->at.user, &more);
    if (err || more)
        return err;
    err = leave_claim(s, r->at.user);
    if (!err)
        err = codes_end_of(s, r->at.user);
    if (!err)
        r->at.phase = PHASE_OWN_LOG;
    return err;
}

/* Its record stays, so that the id is known as a person's: a message to them that is sent again
 * still finds its way to their 1:1, and its key. */
static int leave_own_log(struct strand *s, struct store_leave *r)
{
    struct conversation_state own;
    uint64_t user = r->at.user;
    int err = conversation_get(s, user, &own);
    r->todo = LEAVE_ON;
    if (!err)
        err = drop_log(s, user, own.bucket);
    if (!err)
        err = drop_member(s, user, user, FOR_EVER / 2);
    if (!err)
        r->at.phase = PHASE_END;
    return err;
}

/* The mark of the day on which the name is free stands before this one goes. */
static int leave_end(struct strand *s, struct store_leave *r, const struct user *user)
{
    struct mark mark;
    uint64_t free_ms = user_name_free_ms(user);
    int err = read_mark(s, free_ms, user->id, &mark);
    if (!err && !mark.there)
        err = put_mark(s, free_ms, user->id);
    if (!err)
        err = delete_mark(s, 0, user->id, r->at.late);
    r->at = (struct leave_place){0};
    r->todo = LEAVE_ON;
    return err;
}

/* --- the name --- */

static int free_name(struct strand *s, struct store_leave *r, struct person *p)
{
    bool made;
    int err = naming_free(s, &p->user);
    p->user.username = p->user.skeleton = STR("");
    if (!err)
        err = people_put(s, p, 0, &made);
    if (!err && made)
        err = delete_mark(s, r->at.due_ms, r->at.user, r->at.late);
    r->at = (struct leave_place){0};
    r->todo = LEAVE_ON;
    return err;
}

/* --- the steps --- */

/* Nobody is deleted, nor will be by what is on its way. */
static int call_off(struct strand *s, struct store_leave *r, const struct person *p)
{
    bool made;
    int err = people_put(s, p, 0, &made);
    if (!err && made)
        err = delete_mark(s, r->at.due_ms, r->at.user, r->at.late);
    r->at = (struct leave_place){0};
    r->todo = LEAVE_ON;
    return err;
}

/* The mark that the place names, or the next that is due; then the place is its start. 0,
 * STORE_NOT_FOUND, negative. */
static int find_mark(struct strand *s, struct store_leave *r)
{
    struct ask ask = ASK(S_LEAVING_FROM, cql_u64(r->at.due_ms), cql_u64(r->at.user + r->at.passed));
    int err = strand_ask(s, &ask);
    if (err)
        return err;
    if (!ask.answer.rows_n)
        return STORE_NOT_FOUND;
    uint64_t due_ms = answer_u64(&ask.answer, 0, 0), user = answer_u64(&ask.answer, 0, 1);
    if (due_ms > r->now_ms)
        return STORE_NOT_FOUND;
    if (r->at.passed || due_ms != r->at.due_ms || user != r->at.user)
        r->at = (struct leave_place){
            .due_ms = due_ms, .user = user, .late = answer_u64(&ask.answer, 0, 2)};
    return 0;
}

static int leave_phase(struct strand *s, struct store_leave *r, const struct user *user)
{
    switch ((enum phase)r->at.phase) {
    case PHASE_MEMBERSHIPS:
        return leave_conversations(s, r);
    case PHASE_CONTACTS:
        return leave_contacts(s, r);
    case PHASE_ROWS:
        return leave_rows(s, r);
    case PHASE_OWN_LOG:
        return leave_own_log(s, r);
    case PHASE_END:
        return leave_end(s, r, user);
    }
    must(!"a phase");
    return -EINVAL;
}

int cassandra_leave(struct strand *s, struct store_leave *r)
{
    struct person p;
    int err = find_mark(s, r);
    if (err == STORE_NOT_FOUND) {
        r->at = (struct leave_place){0};
        r->todo = LEAVE_NOTHING;
        return STORE_DONE;
    }
    if (!err)
        err = people_look(s, r->at.user, &p);
    if (err)
        return err;
    if (!p.user.deleted_ms)
        return call_off(s, r, &p);
    return r->at.due_ms ? free_name(s, r, &p) : leave_phase(s, r, &p.user);
}
