/*
 * Unique things: one row written if absent, the only commit point; what it names is written before,
 * and is of no use without it. A claim that was not answered is read back: what stands then is what
 * counts, whoever wrote it.
 */
#include <errno.h>

#include "model/record.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "util/macros.h"

/* Asks for the claim until what stands is known: `look` and `put` are of the same row. The answer
 * of `look` is then what stands; *made: by this call, or by an earlier one with the same values,
 * which `mine` tells. */
static int claim(struct strand *s, struct ask *look, struct ask *put, bool *made)
{
    *made = false;
    for (int i = 0; decide(s, i); i++) {
        int err = strand_ask(s, look);
        if (err || look->answer.rows_n)
            return err;
        err = strand_ask(s, put);
        *made = !err && put->answer.applied;
        if (*made || (err && err != -ETIMEDOUT))
            return err;
    }
    return -EAGAIN;
}

/* --- the 1:1 of a pair --- */

static int put_direct(struct strand *s, const struct store_direct_claim *r, uint64_t a, uint64_t b)
{
    const struct conversation c = {.id = r->conversation,
                                   .kind = a == b ? CONVERSATION_SELF : CONVERSATION_DIRECT,
                                   .created_ms = r->created_ms,
                                   .users = {a, b}};
    struct ask ask = conversation_put_record(s, &c, 0);
    int err = strand_ask(s, &ask);
    if (!err)
        strand_harmless(s); /* nobody knows its id */
    return err;
}

int cassandra_direct_claim(struct strand *s, struct store_direct_claim *r)
{
    uint64_t a = MIN(r->users[0], r->users[1]), b = MAX(r->users[0], r->users[1]);
    struct ask look = ASK(S_DIRECT_LOOK, cql_u64(a), cql_u64(b));
    struct ask put = ASK(S_DIRECT_PUT, cql_u64(a), cql_u64(b), cql_u64(r->conversation));
    bool made = false;
    int err = strand_ask(s, &look);
    if (!err && !look.answer.rows_n) {
        if (!r->conversation)
            return STORE_NOT_FOUND;
        err = put_direct(s, r, a, b);
        if (!err)
            err = claim(s, &look, &put, &made);
    }
    if (err)
        return err;
    uint64_t stands = made ? r->conversation : answer_u64(&look.answer, 0, 0);
    bool other = stands != r->conversation;
    r->conversation = stands;
    if (other)
        return STORE_TAKEN;
    return a == b ? change_leaving(s, a) : STORE_DONE;
}

/* --- a new group --- */

int cassandra_group_claim(struct strand *s, struct store_group_claim *r)
{
    const struct event *e = &r->created;
    struct ask look = ASK(S_GROUP_LOOK, cql_u64(e->sender), cql_bytes(e->key));
    bool made = false;
    int err = strand_ask(s, &look);
    if (!err && !look.answer.rows_n) {
        struct builder record = {0};
        if (!e->conversation)
            return STORE_NOT_FOUND;
        record_encode(&record, e);
        struct ask put =
            ASK(S_GROUP_PUT, cql_u64(e->sender), cql_bytes(e->key), strand_blob(s, &record));
        err = claim(s, &look, &put, &made);
    }
    if (err)
        return err;
    if (made)
        return change_leaving(s, e->sender);
    uint64_t sender = e->sender, id = e->conversation;
    struct str record = arena_str(strand_arena(s), answer_bytes(&look.answer, 0, 0));
    if (record_decode(&r->created, record, strand_arena(s)))
        return strand_bad_row("group_claims", sender);
    return r->created.conversation == id ? change_leaving(s, sender) : STORE_TAKEN;
}
