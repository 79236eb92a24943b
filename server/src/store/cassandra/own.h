/*
 * Inside the store on Cassandra: what stands for one person alone, in one row: whom they block, and
 * where they have a draft. Each is a set of ids, each with the seq that put it there, packed into
 * one column that is written as a whole at the seq of the own log, whose events come one after the
 * other. So a set is as long as what is in it, whatever was in it before.
 */
#ifndef PARLEY_STORE_CASSANDRA_OWN_H
#define PARLEY_STORE_CASSANDRA_OWN_H

#include "model/limits.h"
#include "store/cassandra/strand.h"

enum { OWN_SET_MAX = BLOCKS_MAX };

/* Ids ascending. In the scratch: it is large. */
struct own_set {
    uint64_t written_at; /* the seq of the own log that it is as of */
    uint32_t n;
    struct {
        uint64_t id, seq;
    } at[OWN_SET_MAX];
};

enum own_kind { OWN_BLOCKS, OWN_DRAFTS };

/* 0, negative. */
int own_get(struct strand *, uint64_t user, enum own_kind, struct own_set **);
int own_put(struct strand *, uint64_t user, enum own_kind, const struct own_set *, uint64_t seq);
/* The statement alone. */
struct ask own_ask_put(struct strand *, uint64_t user, enum own_kind, const struct own_set *,
                       uint64_t seq);
/* The seq that stands with the id, or 0. */
uint64_t own_find(const struct own_set *, uint64_t id);
/* Sets or replaces; seq 0: takes out. One too many is not taken. */
void own_set(struct own_set *, uint64_t id, uint64_t seq);

#endif
