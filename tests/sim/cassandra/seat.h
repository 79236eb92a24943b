/*
 * Where a process sits at the simulated Cassandra: its driver, and a loop with virtual time, of
 * which the store uses timers, and turns it itself while it is opened or freed.
 */
#ifndef PARLEY_SIM_CASSANDRA_SEAT_H
#define PARLEY_SIM_CASSANDRA_SEAT_H

#include "graveyard.h"
#include "loop/loop.h"
#include "store/cql/cql.h"

struct cassandra;
struct node;

struct cql {
    char unused;
};

struct seat {
    struct loop loop;
    struct cql cql;
    struct cassandra *cassandra;
    struct node *node; /* NULL: the operator's, and the checker's */
    uint32_t number;
    uint32_t n_statements; /* prepared so far */
    bool turning;
    struct grave_look look; /* when its node last asked what of a log is to go */
    void (*stopped)(void *);
    void *stopped_arg;
};

static inline struct seat *seat_of(struct cql *cql)
{
    return container_of(cql, struct seat, cql);
}

void seat_init(struct seat *, uint64_t now_ms);
void seat_advance(struct seat *, uint64_t now_ms);
/* Of what is asked as text: rows of a node's own tables; or that they are as they should be. */
bool seat_knows(struct str text, struct cql_rows *);
/* Something that the seat waits for, while nothing else runs. False: there is nothing. */
bool seat_turn(struct seat *);
/* What the store draws instead of crypto_random() (CMakeLists.txt): the same in each run of a seed.
 */
void seat_chance(uint64_t seed);
void seat_random(void *, size_t);

#endif
