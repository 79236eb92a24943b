/*
 * A Cassandra in memory, for the simulator: three replicas (keyspace.h), and for each node of
 * Parley the driver's interface (store/cql/cql.h), so that the store on Cassandra runs on it as it
 * is. What was asked is carried out and answered when chance says so, in any order. It has
 * Cassandra's ways to go wrong: a statement is refused; or its outcome is not known, and it was
 * carried out, or will be at any later time, also when who asked is long dead, or never. What a
 * condition decided may be on no replica yet; what is written without one reaches a replica after
 * the other; and each coordinator stamps with a clock of its own.
 *
 * Harsher than a real one: a write that is late is decided anew when it comes, also days later and
 * though others were decided meanwhile, and one without a time of its own is stamped then. Kinder:
 * a batch comes to a replica as a whole, where a read repairs there only the rows that it reads; a
 * deletion is never purged; a range over partitions is read at one moment. What it cannot do:
 * answers in pages; calls that end by themselves when their time is over (a late answer is said to
 * be good however late it comes); times to live; anything that the statements do not ask for today,
 * which ends the run (plan.h, execute.c).
 *
 * Nothing here knows what the statements are for, but broken.h and graveyard.h.
 */
#ifndef PARLEY_SIM_CASSANDRA_CASSANDRA_H
#define PARLEY_SIM_CASSANDRA_CASSANDRA_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

struct arena;
struct cassandra;
struct node;
struct poster;
struct store;
struct world;

struct cassandra *cassandra_new(struct world *);
void cassandra_free(struct cassandra *);

/* A store on it, of a node; or of the operator and the checker (NULL), which sees all that stands
 * and meets no fault (but a rule that is broken). Freeing it is as if its process died: what it
 * asked for may come to be all the same. */
struct store *cassandra_store(struct cassandra *, struct node *, struct poster *completions);
/* Something is carried out, or answered; now and then of what is late. False: there is nothing. */
bool cassandra_run(struct cassandra *);
/* A late call or answer comes; one write is carried out of those that may be later. False: there is
 * none. */
bool cassandra_catch_up(struct cassandra *);
bool cassandra_land(struct cassandra *);
/* Time has passed for the nodes that have not stopped. */
void cassandra_advance(struct cassandra *);
/* Time passes for the operator alone, if they wait for any; else false. */
bool cassandra_wait(struct cassandra *);

/* A node asks its store what of a log is to go (graveyard.h). */
void cassandra_retains(struct cassandra *, const struct node *, uint64_t conversation);
/* The row of an event as it was last written, whether it is gone or not; *dropped: it is there no
 * more. */
bool cassandra_event(struct cassandra *, uint64_t conversation, uint64_t seq, struct arena *,
                     struct str *record, bool *dropped);

#endif
