/*
 * Copies an embedded store, which nobody writes meanwhile, into a keyspace that it makes. Whoever
 * is interrupted, at any moment, calls again and goes on where it was; nothing is doubled. When all
 * is written, all of it is read again and held against what was to be written, by counts and
 * checksums. A server opens the keyspace only then (docs/decisions/0022).
 *
 * Errors: -errno with a sentence in `why`: -EEXIST the keyspace holds something else, or what was
 * copied before is of another time; -EBADMSG a row of the source does not decode, or what was read
 * again is not what was written; as of cassandra.h.
 * Thread: the loop's, which is turned until all is done.
 */
#ifndef PARLEY_STORE_CASSANDRA_COPY_H
#define PARLEY_STORE_CASSANDRA_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "store/cql/cql.h"

struct kv;
struct strand;

struct store_cassandra_copy_options {
    struct cql_options cql; /* with the keyspace, as of store_cassandra_open() */
    struct str replication; /* as of store_cassandra_migrate() */
    struct kv *from;        /* borrowed; of our schema */
    uint64_t version;       /* a number that any write to `from` makes another */
    /* All may be NULL. The keyspace is claimed, and nothing written so far: a negative errno ends
     * it. How many rows of the source were gone through so far, all over again when they are
     * `checked`. What was counted, at the end: `sum` is text; and what is not as it was to be
     * written. What may be wrong with the nodes. */
    int (*claimed)(void *);
    void (*progress)(void *, bool checked, uint64_t rows);
    void (*counted)(void *, const char *what, uint64_t n, const char *sum);
    void (*differs)(void *, const char *what, uint64_t there, uint64_t wanted);
    void (*warn)(void *, const char *sentence);
    void *arg;
};

/* *already: it was done before; nothing was looked at. */
int store_cassandra_copy(const struct store_cassandra_copy_options *, bool *already, char *why,
                         size_t why_n);

/* --- for the store --- */

enum copy_result { COPY_UNFINISHED = 1 };
/* Whether the keyspace may be served from. 0, COPY_UNFINISHED, negative. */
int copy_look(struct strand *);

#endif
