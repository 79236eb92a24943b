/*
 * struct store: what Parley keeps. Its operations stand in log.h (conversations) and directory.h
 * (accounts, devices, names); this header is what they share.
 *
 * Every operation is a request that the caller embeds in a struct of its own: fill in the
 * inputs, set `done`, call store_<operation>(). It and all it points to stay alive and unchanged
 * until done() runs: exactly once, on the thread of the poster the store was opened with, never
 * inside the call. Outputs lie in the request and in its arena, until store_request_deinit().
 *
 * Writes of one store happen in the order they were asked for, but where many nodes share it: there
 * whoever needs an order waits for the answer. A read asked for after a write completed sees it.
 * Nothing is seen, by anyone, before it is durable.
 */
#ifndef PARLEY_STORE_STORE_H
#define PARLEY_STORE_STORE_H

#include <stdint.h>

#include "util/arena.h"
#include "util/task.h"

enum store_status {
    STORE_DONE = 0,
    STORE_MOVED,     /* the head, or the password, is another than named; nothing written */
    STORE_KNOWN,     /* append: a key was used before; nothing written */
    STORE_NOT_FOUND, /* what was asked for is not there */
    STORE_TAKEN,     /* a claim: somebody has it; see the outputs */
    STORE_TRUNCATED, /* a token or page mark of another incarnation: start again */
    STORE_UNKNOWN,   /* a write may or may not stand, now or later: ask again with the same key */
    STORE_FAILED, /* not carried out, nothing written: disk full, store failed earlier, closing */
};

struct store;

struct store_request {
    struct task task; /* the store's own */
    struct list link; /* the store's own */
    void (*done)(struct store_request *);
    enum store_status status;
    struct arena arena; /* outputs lie here */
    int op;             /* the store's own */
};

/* Frees the outputs. */
void store_request_deinit(struct store_request *);

struct store_ops; /* store/ops.h: only backends and the dispatchers include it */

/* Embedded in a backend's own struct. */
struct store {
    const struct store_ops *ops;
};

/* The name of request.op, for metrics; NULL beyond the last one. */
const char *store_op_name(uint32_t op);

/* Finishes what was asked for (each done() has run or is posted), closes, frees. NULL is fine. */
void store_free(struct store *);

#endif
