/*
 * How two people stand to each other: a row for each, the other's mirror. Both are written at the
 * seq of their 1:1, in which all of it happens, so the later event stands whoever writes when. What
 * ends leaves an empty row: so a list passes over as many as were ever anything to its owner.
 */
#include <string.h>

#include "model/limits.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/operations.h"
#include "store/project.h"
#include "util/macros.h"

struct ask contact_put(struct strand *s, const struct contact *c)
{
    struct builder b = {0};
    if (c->state != CONTACT_NONE)
        contact_pack(&b, c);
    struct ask a = ASK(S_CONTACT_PUT, cql_u64(c->seq), strand_blob(s, &b), cql_u64(c->user),
                       cql_u64(c->other));
    return a;
}

/* The sender's own row is written last: as long as it is as it was, all of it is done again. */
static int put_both(struct strand *s, const struct contact *mine)
{
    struct contact theirs = *mine;
    theirs.user = mine->other;
    theirs.other = mine->user;
    theirs.state = contact_mirror(mine->state);
    struct ask a = contact_put(s, &theirs);
    int err = strand_ask(s, &a);
    if (!err && mine->state != CONTACT_NONE)
        err = change_leaving(s, mine->user);
    if (!err && mine->state != CONTACT_NONE)
        err = change_leaving(s, mine->other);
    a = contact_put(s, mine);
    return err ? err : strand_ask(s, &a);
}

int change_contacts(struct strand *s, const struct event *e)
{
    struct contact mine = {.state = CONTACT_NONE};
    struct ask a = ASK(S_CONTACT_GET, cql_u64(e->sender), cql_u64(e->user));
    int err = strand_ask(s, &a);
    if (err)
        return err;
    struct str row = a.answer.rows_n ? answer_bytes(&a.answer, 0, 0) : (struct str){0};
    uint64_t written_at = a.answer.rows_n ? answer_u64(&a.answer, 0, 1) : 0;
    if (row.n && !contact_unpack(&mine, e->sender, e->user, row))
        return strand_bad_row("contacts", e->sender);
    if (written_at >= e->seq || !project_contact(&mine, e))
        return 0;
    return put_both(s, &mine);
}

static void add(struct arena *arena, struct store_contacts *r, const struct contact *contact)
{
    enum { FIRST = 16 };
    uint32_t n = r->n_contacts;
    if (n == 0 || (n >= FIRST && (n & (n - 1)) == 0)) {
        struct contact *more = arena_alloc(arena, MAX(n * 2, FIRST) * sizeof(*more));
        if (n)
            memcpy(more, r->contacts, n * sizeof(*more));
        r->contacts = more;
    }
    r->contacts[r->n_contacts++] = *contact;
}

int cassandra_contacts(struct strand *s, struct store_contacts *r)
{
    struct ask a = ASK(S_CONTACTS, cql_u64(r->user), cql_u64(r->after));
    int err;
    r->n_contacts = 0;
    do {
        err = strand_ask(s, &a);
        for (uint32_t i = 0; !err && i < a.answer.rows_n; i++) {
            struct contact contact;
            struct str row = answer_bytes(&a.answer, i, 1);
            if (!row.n)
                continue;
            if (!contact_unpack(&contact, r->user, answer_u64(&a.answer, i, 0), row))
                return strand_bad_row("contacts", r->user);
            add(strand_arena(s), r, &contact);
            if (r->limit && r->n_contacts == r->limit)
                return STORE_DONE;
        }
    } while (!err && ask_next_page(&a));
    return err ? err : STORE_DONE;
}
