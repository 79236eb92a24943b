/* Beside test_rig.h, what a rig on Cassandra can do. */
#ifndef PARLEY_TESTS_CLUSTER_STORE_RIG_H
#define PARLEY_TESTS_CLUSTER_STORE_RIG_H

#include "store/cassandra/cassandra.h"
#include "store/test_rig.h"

/* Another node's store, on the same tables and loop. */
struct store *store_rig_another(void);
/* Frees it; the next case finds empty what it wrote to. */
void store_rig_free(struct store *);
/* One statement, with the keyspace's own names; it must work. */
void store_rig_text(const char *text);

/* A driver of the test's own, in the same keyspace and on the same loop. */
struct cql *store_rig_cql(void);
void store_rig_close_cql(struct cql *);

/* How many statements were sent since the last call of the first. */
void store_rig_count(struct rig *);
uint64_t store_rig_counted(struct rig *);

#endif
