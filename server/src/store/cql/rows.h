/*
 * The rows of an answer, read one after the other. All of it points into the answer's bytes and
 * ends with them. It was looked through when it was decoded: nothing here can fail but a cell that
 * has not the type that is asked for. Pure, any thread.
 */
#ifndef PARLEY_STORE_CQL_ROWS_H
#define PARLEY_STORE_CQL_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/cql/reader.h"

enum {
    /* Columns of an answer, and parameters of a statement: our widest table has half as many. */
    CQL_COLUMNS_MAX = 64,
    /* A list in a list in a map …: none of ours is deeper than one. */
    CQL_TYPE_DEPTH_MAX = 4,
};

/* The protocol's numbers of the types that the driver itself looks at. */
enum {
    CQL_TYPE_CUSTOM = 0x00,
    CQL_TYPE_BOOLEAN = 0x04,
    CQL_TYPE_LIST = 0x20,
    CQL_TYPE_MAP = 0x21,
    CQL_TYPE_SET = 0x22,
    CQL_TYPE_UDT = 0x30,
    CQL_TYPE_TUPLE = 0x31,
};

struct cql_column {
    struct str name;
    uint16_t type;
};

struct cql_rows {
    uint32_t columns_n;
    struct cql_column columns[CQL_COLUMNS_MAX];
    struct str next_page;              /* absent: there is no more */
    uint32_t n;                        /* rows that cql_rows_next() has yet to give */
    struct str cells[CQL_COLUMNS_MAX]; /* of the row given last; absent: null */
    struct reader reader;
};

/* Goes on to the next row; false: there is none. */
bool cql_rows_next(struct cql_rows *);
/* The number of the column with that name, or -1. */
int cql_rows_column(const struct cql_rows *, const char *name);

/* Of 1, 2, 4 or 8 bytes. False: null or something else, *v is left alone. */
bool cql_cell_integer(struct str cell, int64_t *v);
/* Null is false. */
bool cql_cell_boolean(struct str cell);

/* Goes through the elements of a list or set; begins with its cell. False: there is no more, or
 * what is left is not well formed. */
struct cql_list {
    uint32_t n;
    struct reader reader;
};
struct cql_list cql_list_of(struct str cell);
bool cql_list_next(struct cql_list *, struct str *element);

/* --- for wire.c --- */

/* The columns that stand in front of rows. `keys`: of a prepared statement's parameters, which say
 * also where the partition key is among them (NULL: of rows). Sets reader->bad. */
struct cql_keys;
void cql_rows_read_columns(struct cql_rows *, struct reader *, struct cql_keys *keys);
/* All of an answer with rows, up to its end. Sets reader->bad. */
void cql_rows_read(struct cql_rows *, struct reader *);

enum { CQL_KEYS_MAX = 8 };

struct cql_keys {
    uint32_t n; /* 0: the node does not know, so there is no token */
    uint16_t at[CQL_KEYS_MAX];
};

#endif
