/*
 * CQL as the simulated Cassandra reads it: the tables of store/cassandra/schema.cql and the
 * statements of store/cassandra/statements.c, each once in a world, to be carried out many times.
 * What else CQL may say is a mistake here, and ends the run: the store has learned something that
 * the simulator has to.
 */
#ifndef PARLEY_SIM_CASSANDRA_PLAN_H
#define PARLEY_SIM_CASSANDRA_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

enum { COLUMNS_MAX = 16, TABLES_MAX = 40, WHERES_MAX = 8, SETS_MAX = 12, KEY_COLUMNS_MAX = 3 };

enum column_kind { COLUMN_PARTITION, COLUMN_CLUSTERING, COLUMN_STATIC, COLUMN_REGULAR };

/* Names point into the text, which outlives all. */
struct column {
    struct str name;
    enum column_kind kind;
    uint8_t width; /* of an integer; 0: bytes */
    bool descending;
};

/* Columns in the order of the schema; those of the key in the order of the key. */
struct table {
    struct str name;
    struct column columns[COLUMNS_MAX];
    uint32_t n;
    uint8_t partition[KEY_COLUMNS_MAX], n_partition;
    uint8_t clustering[COLUMNS_MAX], n_clustering;
    bool has_static;
};

struct schema {
    struct table tables[TABLES_MAX];
    uint32_t n;
};

/* All CREATE TABLE and ALTER TABLE statements of the text. */
void schema_parse(struct schema *, struct str text);

/* A value: the `?` of that number, or what the text says. */
struct term {
    bool bound;
    uint8_t at;
    int64_t number; /* of a column that is an integer */
    struct str text;
};

enum plan_kind { PLAN_SELECT, PLAN_INSERT, PLAN_UPDATE, PLAN_DELETE };
enum compare { IS, IN, BELOW, UP_TO, ABOVE, FROM };
enum condition { ALWAYS, IF_NOT_EXISTS, IF_EXISTS, IF_SAME };

/* Several columns: compared as one, by their values. */
struct where {
    enum compare compare;
    bool token;
    uint8_t columns[KEY_COLUMNS_MAX], n;
    struct term terms[KEY_COLUMNS_MAX];
};

struct set {
    uint8_t column;
    struct term term;
};

struct plan {
    enum plan_kind kind;
    const struct table *table;
    struct {
        uint8_t column;
        bool writetime;
    } out[COLUMNS_MAX];
    uint8_t n_out;
    bool backward, limited;
    struct term limit;
    struct where wheres[WHERES_MAX];
    uint8_t n_wheres;
    struct set sets[SETS_MAX]; /* of a DELETE: which columns, none: rows */
    uint8_t n_sets;
    bool timed;
    struct term time;
    enum condition condition;
    struct set ifs[SETS_MAX];
    uint8_t n_ifs;
};

void plan_parse(struct plan *, const struct schema *, const char *text);

#endif
