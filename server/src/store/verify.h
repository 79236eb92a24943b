/*
 * Whether the rows of an embedded store fit together: every log dense, counted and within its head;
 * every row that points somewhere points to what says the same. What is looked for stands at each
 * check; a new kind of row or event gets its check with it, or is called unknown.
 *
 * Streams through the tables: memory follows one row, not the store. Nothing may be written
 * meanwhile. Any one thread.
 */
#ifndef PARLEY_STORE_VERIFY_H
#define PARLEY_STORE_VERIFY_H

#include <stdint.h>

#include "store/kv.h"

enum { VERIFY_FAULT_BYTES_MAX = 256 };

/* Starts as {.kv, .fault, .arg}. */
struct verify {
    struct kv *kv;
    /* Told of each, in a sentence without the words of any message. */
    void (*fault)(void *arg, const char *sentence);
    void *arg;
    /* out */
    uint64_t schema, incarnation;
    uint64_t users, devices, claims, conversations, members, events, keys;
    uint64_t faults;
    /* own */
    uint64_t reports[2]; /* open, resolved */
    uint64_t commit;     /* the newest */
    struct arena *arena; /* of the row that is looked at */
};

enum verify_result {
    VERIFY_OLDER_SCHEMA = 1, /* see `schema`; nothing was looked at */
};

/* 0: walked to the end, see `faults`; OLDER_SCHEMA; negative: the engine could not read on. */
int verify_run(struct verify *);

#endif
