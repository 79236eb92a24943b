/*
 * Inside the store on Cassandra: whether what stands in a keyspace is what was to be written, and
 * nothing else. Each statement that writes is a line: its kind and its values, its time included
 * where what comes later is held against that. The same lines are read off the tables. Both sides
 * are counted and summed, kind by kind; a sum does not know an order.
 */
#ifndef PARLEY_STORE_CASSANDRA_COPY_CHECK_H
#define PARLEY_STORE_CASSANDRA_COPY_CHECK_H

#include "store/cassandra/strand.h"

struct copy_tally {
    uint64_t n;
    uint64_t sum[2]; /* of what the lines hash to */
};

struct copy_tallies {
    struct copy_tally at[STATEMENTS];
};

/* Counts what is to be written. */
void copy_tally_ask(struct copy_tallies *, const struct ask *);

/* How many kinds of lines there are; what one is for people, and which statement writes it: or, of
 * what is in a table beside them, scans it. */
uint32_t copy_lines(void);
const char *copy_line(uint32_t i, enum statement *);

/* A way through all tables. Starts as {0}. */
struct copy_scan {
    uint32_t table;
    bool ended;
    char page[512]; /* where Cassandra is in it */
    size_t page_n;
    char partition[64]; /* the first cell of the row before */
    size_t partition_n;
    bool in_partition;
    uint64_t rows;
};
/* The next page, counted. 0, negative. */
int copy_scan_step(struct copy_scan *, struct strand *, struct copy_tallies *);
/* Whether there is nothing in any table but what the store is. 1, 0, negative. */
int copy_scan_empty(struct strand *);

#endif
