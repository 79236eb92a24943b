/*
 * Inside the store on Cassandra: what the rows of an embedded store are written as here. Each row
 * says by itself, with what it points to, which statements it becomes; so a walk may begin behind
 * any row, and always gives the same. A row of a kind that is not known is an error: nothing is
 * left behind.
 */
#ifndef PARLEY_STORE_CASSANDRA_COPY_ROWS_H
#define PARLEY_STORE_CASSANDRA_COPY_ROWS_H

#include "store/cassandra/strand.h"
#include "store/kv.h"

enum {
    COPY_ASKS_MAX = 512,   /* of one step: a second's work of a small cluster at most */
    COPY_ROW_ASKS_MAX = 8, /* of one row */
    COPY_STEP_BYTES = 1 << 20,
    COPY_STEP_ROWS = 4096, /* looked at in one step; many become nothing by themselves */
};

/* Where a walk is: behind a row. */
struct copy_place {
    uint32_t table; /* KV_TABLES: at the end */
    size_t key_n;   /* 0: at the table's beginning */
    unsigned char key[KV_KEY_MAX];
    uint64_t carry; /* what rows of a run tell the next one */
};

/* Starts as {.kv}. */
struct copy_walk {
    struct kv *kv; /* borrowed */
    struct copy_place place;
    uint64_t rows; /* so far */
    /* Of this step; they lie in its strand's scratch. */
    struct strand *strand;
    struct ask *asks;
    uint32_t n_asks;
    size_t bytes;
};

/* A step: the next rows become asks, at most COPY_ASKS_MAX, and the place moves behind them. 0,
 * negative. */
int copy_walk_step(struct copy_walk *, struct strand *);

/* As strand_ask_all(), again and again for a while where there is no answer: none is on condition,
 * and what stands, stands. */
int copy_ask(struct strand *, struct ask *, size_t n);

#endif
