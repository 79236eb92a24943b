/*
 * What a node holds for clients to read: answers and pushes, of which each connection may queue its
 * part (client.h), but not all of them at once. gateway_options.output_bytes_max bounds the sum:
 *
 *   - an answer that is not small is made only while the sum is below, else it is `overloaded`;
 *   - a push is left out for whoever lets us wait already: a resync is owed instead;
 *   - the lanes close whoever holds most, so that some who do not read cannot keep all others from
 *     being answered (lane.c).
 *
 * So the sum passes the bound by one answer, what is small, and the parts of answers that have
 * begun (cmd/quota.h: few). Any thread.
 */
#ifndef PARLEY_GATEWAY_OUTPUT_H
#define PARLEY_GATEWAY_OUTPUT_H

#include <stdbool.h>

#include "gateway/state.h"

enum {
    /* Answers to whatever writes, and errors, are smaller: a client always hears what came of it.
     */
    OUTPUT_SMALL_BYTES_MAX = 4096,
    /* For those that do not read to be closed, which takes the lanes a tick or two. */
    OUTPUT_RETRY_MS = 1000,
};

static inline bool output_is_full(struct gateway *g)
{
    return atomic_load_explicit(&g->output.bytes, memory_order_relaxed) >
           g->options.output_bytes_max;
}

/* Full, or near it: time to close those that hold most. */
static inline bool output_is_tight(struct gateway *g)
{
    return atomic_load_explicit(&g->output.bytes, memory_order_relaxed) >
           g->options.output_bytes_max / 4 * 3;
}

#endif
