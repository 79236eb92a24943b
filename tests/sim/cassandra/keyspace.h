/*
 * What stands in the simulated Cassandra: partitions on three replicas, which get what is written
 * at different times. A cell is what was written with the greatest timestamp, whenever that came
 * (docs: Cassandra's "last write wins"; equal ones: a deletion, then the greater bytes).
 *
 * A partition is what has reached all replicas, and a list of what has not yet, each with the set
 * of those that it is on. A mutation that a condition decided counts before it is on any: whoever
 * reads or decides at SERIAL first brings it to a quorum (Paxos, as in Cassandra's CEP-14).
 */
#ifndef PARLEY_SIM_CASSANDRA_KEYSPACE_H
#define PARLEY_SIM_CASSANDRA_KEYSPACE_H

#include "../rng.h"
#include "plan.h"
#include "store/rowmap.h"
#include "util/arena.h"
#include "util/list.h"

enum { CLUSTERING_MAX = 4, REPLICAS = 3, ALL_REPLICAS = (1 << REPLICAS) - 1 };

/* Absent bytes: a deletion. */
struct cell {
    int64_t time; /* INT64_MIN: never written */
    struct str bytes;
};

struct row_of_cells {
    struct str key[CLUSTERING_MAX];
    int64_t marked, deleted; /* INT64_MIN: never */
    struct cell cells[COLUMNS_MAX];
};

struct rows {
    struct row_of_cells **at; /* in the table's order */
    uint32_t n, room;
    struct row_of_cells fixed; /* static columns */
    int64_t deleted, below_deleted;
    struct str below; /* of the first clustering column: rows before it are deleted */
};

enum write_kind { WRITE_ROW, WRITE_STATIC, DELETE_ROW, DELETE_BELOW, DELETE_PARTITION };

struct write {
    enum write_kind kind;
    struct str key[CLUSTERING_MAX];
    bool marks; /* an INSERT: the row is there even if all its cells are null */
    uint8_t n_sets;
    uint8_t columns[SETS_MAX];
    struct str values[SETS_MAX];
};

struct partition {
    const struct table *table;
    struct rows rows;    /* on all replicas */
    struct list pending; /* mutations, oldest first */
    int64_t ballot;      /* of the newest that a condition decided */
};

/* Becomes visible at once, wherever it is. */
struct mutation {
    struct list in_partition, in_keyspace;
    struct partition *partition;
    uint32_t on; /* replicas, a bit each */
    bool decided;
    int64_t time;
    struct write *writes;
    uint32_t n_writes;
};

struct keyspace {
    struct schema schema;
    struct rowmap partitions;
    struct list pending;
    struct arena arena; /* of all that was ever written: a world is short */
    struct rng *rng;
};

void keyspace_init(struct keyspace *, struct rng *, struct str schema_text);
void keyspace_deinit(struct keyspace *);
/* NULL: nothing was ever written there, unless it is to be made. `key` has a value for each column.
 */
struct partition *keyspace_find(struct keyspace *, const struct table *, const struct str *key,
                                bool make);
const struct table *keyspace_table(const struct keyspace *, const char *name);
uint8_t table_column(const struct table *, const char *name);
/* The next partition of a table in their order, behind that one or from the first. NULL: none. */
struct partition *keyspace_next(struct keyspace *, const struct table *, const struct row **at);
/* Takes over the mutation, whose bytes lie in the arena. */
void keyspace_write(struct keyspace *, struct partition *, const struct mutation *);
/* Something reaches one replica more. False: all is everywhere. */
bool keyspace_spread(struct keyspace *);

/* Some quorum. */
uint32_t quorum(struct rng *);
/* What was decided so far is on a quorum. */
void partition_finish(struct keyspace *, struct partition *);
/* As those replicas have it; what one of them lacked it has from here on, as after a blocking read
 * repair. The view lies in `arena` or in the partition, until it is written to. */
const struct rows *partition_read(struct keyspace *, struct partition *, uint32_t replicas,
                                  struct arena *arena);
/* All that was ever written there, wherever it is; nobody has it from that. It lies in `arena`. */
const struct rows *partition_written(struct partition *, struct arena *);

/* Of a row: absent if it is null, or deleted. */
struct str rows_cell(const struct rows *, const struct row_of_cells *, const struct table *,
                     uint8_t column, int64_t *time);
/* Whether there is such a row at all. */
bool rows_has(const struct rows *, const struct row_of_cells *, const struct table *);
const struct row_of_cells *rows_find(const struct rows *, const struct table *,
                                     const struct str key[CLUSTERING_MAX]);
/* By a column's type. */
int value_compare(const struct column *, struct str a, struct str b);

#endif
