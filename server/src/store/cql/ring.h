/*
 * Which node owns which token. A token belongs to the first node whose own token is not below it,
 * round the ring; further copies stand on the nodes that follow. One thread.
 */
#ifndef PARLEY_STORE_CQL_RING_H
#define PARLEY_STORE_CQL_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum {
    /* Of a node: Cassandra's default is 16, and was 256. */
    RING_TOKENS_MAX = 256,
};

struct ring_place {
    int64_t token;
    uint32_t node; /* a number of the caller's */
};

struct ring {
    struct ring_place *places; /* by token */
    size_t n;
};

/* Starts as {0}. */
void ring_deinit(struct ring *);
void ring_clear(struct ring *);
/* Adds places, in any order; ring_sort() before the next look. */
void ring_add(struct ring *, uint32_t node, const int64_t *tokens, size_t n);
void ring_sort(struct ring *);
/* The index of the owner's place; walking on from it, round the end, gives the nodes of the copies.
 * The ring is not empty. */
size_t ring_find(const struct ring *, int64_t token);

/* A token as nodes write it. False: it is none (of another partitioner). */
bool ring_parse_token(struct str text, int64_t *token);

#endif
