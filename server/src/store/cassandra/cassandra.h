/*
 * The store of a cluster: log.h and directory.h on Apache Cassandra. Many processes share it, none
 * of them owns anything; what orders an append is a condition on the partition that it writes
 * (docs/decisions/0017).
 *
 * Errors: -errno, with a sentence in `why`: -EPROTO the schema is of another version or is not
 * there, -EIO Cassandra does not answer or refuses.
 * Thread: the loop's. Opening and freeing turn the loop themselves, so it does not run meanwhile.
 */
#ifndef PARLEY_STORE_CASSANDRA_CASSANDRA_H
#define PARLEY_STORE_CASSANDRA_CASSANDRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/cql/cql.h"
#include "util/task.h"

struct address;
struct store;

enum {
    /* Of a statement; an append may take several. What takes longer is unknown, and asked for. */
    CASSANDRA_TIMEOUT_MS = 5000,
    /* Until the nodes have answered for the first time. */
    CASSANDRA_OPEN_MS = 30 * 1000,
};

struct store_cassandra_options {
    struct cql_options cql;     /* with the keyspace; timeout_ms 0: CASSANDRA_TIMEOUT_MS */
    struct poster *completions; /* the loop's, but in tests */
    void (*freed)(void *arg);   /* runs when all connections are closed, also if opening failed; or
                                   NULL */
    void *arg;
};

/* The keyspace is there and of our schema. *out is NULL after an error. */
int store_cassandra_open(struct store **out, const struct store_cassandra_options *, char *why,
                         size_t why_n);

/* The cluster and the keyspace as they are to be. */
struct store_cassandra_migrate_options {
    struct cql_options cql; /* as above */
    /* What a keyspace that is not there is made with, as CQL: what is after WITH replication =.
     * Absent: it must be there. */
    struct str replication;
    /* For a store that is new. */
    uint64_t incarnation;
    uint8_t secret[32];
    /* What may be wrong with the nodes, sentence by sentence; may be NULL. */
    void (*warn)(void *, const char *sentence);
    void *arg;
};
/* Makes the tables, or brings those of an older version to ours; harmless to repeat, also at once.
 * *from is the version that was found, 0: there was none. */
int store_cassandra_migrate(const struct store_cassandra_migrate_options *, uint32_t *from,
                            char *why, size_t why_n);

/* Whether no node has answered for CASSANDRA_AWAY_MS. */
enum { CASSANDRA_AWAY_MS = 10 * 1000 };
bool store_cassandra_away(const struct store *);

/* The address of the node that metrics call so (cql.h). Any thread. */
bool store_cassandra_node_address(const struct store *, uint32_t number, struct address *out);

/* How often each statement was sent so far, by its number (statements.h). For tests. */
const uint64_t *store_cassandra_asked(const struct store *);
/* How many bytes of cells were answered so far. For tests. */
uint64_t store_cassandra_answered_bytes(const struct store *);

#endif
