/*
 * What goes with an event: the event's row carries it, so that the append is the commit point of
 * both. Whoever comes upon the row does it, and then empties it there: it may hold a password's
 * hash, which is no business of a log.
 */
#include "store/cassandra/changes.h"

#include <errno.h>

#include "model/pack.h"
#include "util/macros.h"

enum { CARRY_TEXTS = 4 };

/* What it may be: a hash, or what a second factor is kept as. */
enum { CARRY_TEXT_MAX = 4096 };

static void texts_of(const struct store_user_set *set, struct str texts[CARRY_TEXTS])
{
    texts[0] = set->password;
    texts[1] = set->password_before;
    texts[2] = set->second_factor;
    texts[3] = set->second_factor_before;
}

struct str changes_carry(struct strand *s, const struct store_user_set *set)
{
    struct builder b = {0};
    struct str texts[CARRY_TEXTS];
    texts_of(set, texts);
    pack_u64(&b, set->id);
    for (int i = 0; i < CARRY_TEXTS; i++) {
        builder_add_byte(&b, texts[i].p != NULL);
        pack_bytes(&b, texts[i]);
    }
    pack_u64(&b, (uint64_t)set->disabled + 1);
    pack_u64(&b, (uint64_t)set->admin + 1);
    pack_u64(&b, set->last_seen_ms);
    struct cql_value value = strand_blob(s, &b);
    return value.bytes;
}

static bool unpack(struct str bytes, struct store_user_set *set)
{
    struct unpack u = {.left = bytes};
    struct str *texts[CARRY_TEXTS] = {&set->password, &set->password_before, &set->second_factor,
                                      &set->second_factor_before};
    set->id = unpack_u64(&u);
    for (int i = 0; i < CARRY_TEXTS; i++) {
        bool there = unpack_byte(&u) != 0;
        *texts[i] = unpack_bytes(&u, CARRY_TEXT_MAX);
        if (!there)
            *texts[i] = (struct str){0};
    }
    set->disabled = (int)unpack_u64(&u) - 1;
    set->admin = (int)unpack_u64(&u) - 1;
    set->last_seen_ms = unpack_u64(&u);
    return unpack_done(&u);
}

int changes_carry_out(struct strand *s, const struct log_row *row)
{
    struct store_user_set set = {0};
    const struct event *e = &row->event;
    if (!row->carried.n)
        return 0;
    if (!unpack(row->carried, &set))
        return strand_bad_row("logs", e->conversation);
    int err = change_set_user(s, &set, e->seq);
    struct ask done = ASK(S_LOG_CARRIED_OUT, cql_u64(e->conversation), cql_u64(log_bucket(e->seq)),
                          cql_u64(e->seq));
    return err ? err : strand_ask(s, &done);
}
