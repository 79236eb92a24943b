/*
 * Inside the store on Cassandra: something that is done on a strand while the loop does nothing
 * else, before a server runs and beside one. One thread, which turns the loop itself.
 */
#ifndef PARLEY_STORE_CASSANDRA_CHORE_H
#define PARLEY_STORE_CASSANDRA_CHORE_H

#include "store/cassandra/strand.h"

/* Embedded in what it works on; the last four are the owner's to set, the others start as {0}. */
struct chore {
    struct store_request request;
    struct loop *loop;
    int result;
    int (*run)(struct strand *, struct chore *);
    char *why; /* for people, where run() did not say it: begins empty */
    size_t why_n;
};

/* Connects. `timeout_ms` 0: the store's own. */
void chores_start(struct strands *, const struct cql_options *);
/* Turns the loop until it is done: what run() gave. It may be run again. */
int chore_run(struct strands *, struct chore *);
/* What is under way ends, with what is known of it; then all connections are closed. */
void chores_stop(struct strands *);

#endif
