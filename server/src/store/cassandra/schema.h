/*
 * The schema of the store on Cassandra (schema.cql), and its version: a number that stands in the
 * keyspace, raised with a section in that file. Serving takes its own version alone: an older one
 * is for `parleyd migrate` to bring up, a newer one is a newer Parley's.
 */
#ifndef PARLEY_STORE_CASSANDRA_SCHEMA_H
#define PARLEY_STORE_CASSANDRA_SCHEMA_H

#include "store/cassandra/strand.h"

enum { CASSANDRA_SCHEMA = 3 };

/* The file. */
extern const char schema_text[];

/* The statements of a version, to be gone through in order; empty where there is no such version.
 */
struct str schema_section(struct str text, uint32_t version);
/* False: there is none left. */
bool schema_next(struct str *rest, struct str *statement);

/* Waits until a node answers. 0, or -EAGAIN and why. */
int schema_await(struct strand *, uint32_t timeout_ms, char *why, size_t why_n);
/* What the store is. 0, STORE_NOT_FOUND (there are no tables, or the first migration has not come
 * to its end), negative. */
int schema_read(struct strand *, struct store_info *);
/* Makes the keyspace if it is not there. 0, negative with why. */
int schema_make_keyspace(struct strand *, struct str keyspace, struct str replication, char *why,
                         size_t why_n);
/* Brings the tables to our version; *from is the one they were of, 0: there were none. 0, -EPROTO
 * with why (they are of a newer one; a statement is refused), negative. */
int schema_migrate(struct strand *, uint64_t incarnation, const uint8_t secret[CRYPTO_SECRET_BYTES],
                   uint32_t *from, char *why, size_t why_n);
/* A row of what the store is: reads it: 0, STORE_NOT_FOUND, negative. Writes it, unless there is
 * one. Changes it: 0, STORE_MOVED (it is not `before`), STORE_NOT_FOUND, negative. */
int meta_get(struct strand *, const char *name, struct str *value);
int meta_put(struct strand *, const char *name, struct cql_value);
int meta_change(struct strand *, const char *name, struct str before, struct str now);
/* Says what of a node's settings cannot be seen to be right, sentence by sentence. */
void schema_look_at_settings(struct strand *, void (*warn)(void *, const char *sentence),
                             void *arg);

#endif
