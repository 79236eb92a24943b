/*
 * What retention takes away in the simulated Cassandra, noted for the checker (../archive.h) while
 * the statements are asked and carried out: when the beginning of a log moves, when a row loses its
 * words, and the rows of a bucket that is dropped, as they were. Of what is gone from a bucket that
 * is not, the row is there, without its words, and is looked up (cassandra_event()).
 */
#ifndef PARLEY_SIM_CASSANDRA_GRAVEYARD_H
#define PARLEY_SIM_CASSANDRA_GRAVEYARD_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/str.h"

struct cql_part;
struct keyspace;
struct world;

#define NO_CUT UINT32_MAX

/* A log when a node began to look what of it is to go. */
struct grave_look {
    uint64_t conversation, head_seq, gone_seq;
};

struct grave_look graveyard_look(struct world *, struct keyspace *, uint64_t conversation);
/* A statement is asked: the cut that it carries out, or NO_CUT. What it says was decided by then.
 */
uint32_t graveyard_asked(struct world *, struct keyspace *, const struct grave_look *,
                         const struct cql_part *);
/* It is about to be carried out on these replicas. */
void graveyard_written(struct world *, struct keyspace *, const struct cql_part *, uint32_t cut,
                       uint32_t on);
/* It was, and its condition held: a row may have lost its words. */
void graveyard_applied(struct world *, struct keyspace *, const struct cql_part *);
/* The row of an event as it was last written; *dropped: its bucket is. */
bool graveyard_event(struct keyspace *, uint64_t conversation, uint64_t seq, struct arena *,
                     struct str *record, bool *dropped);

#endif
