/*
 * What a cluster's database gives by itself: the statements that messages were seen to take, in
 * batches of the same size, asked bare by the driver (store/cql), with nothing before or behind it:
 * nobody decides, nothing waits for what came before it but the next batch of a conversation, no
 * answer is looked at but for whether its condition held.
 *
 * And what goes with a database of the bench's own: its keyspace is dropped at the end.
 */
#ifndef PARLEY_BENCH_LIMIT_CASSANDRA_H
#define PARLEY_BENCH_LIMIT_CASSANDRA_H

#include <stddef.h>
#include <stdint.h>

#include "store/cassandra/statements.h"

struct replay_load {
    const char *contacts;   /* with commas between them */
    const char *keyspace;   /* with the store's tables */
    uint32_t conversations; /* of each one batch is under way */
    size_t size;            /* of a text */
    double warm_s, seconds;
    double batch;             /* messages in one, in the mean: 1 or more */
    double asked[STATEMENTS]; /* how often each statement for a message */
};

struct replay {
    double messages_s, cpu_us; /* CPU: the driver's, of a message */
    double batch_ms[3];        /* p50, p99, p99.9 until a batch and all beside it were answered */
    double statements;         /* asked for a message */
    double left_out;           /* of those that were to be */
};

/* Dies where a statement fails. */
void replay_measure(const struct replay_load *, struct replay *);
/* The keyspace and all that is in it. */
void replay_drop(const char *contacts, const char *keyspace);

#endif
