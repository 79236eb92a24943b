/*
 * How often somebody may try something: a token bucket for each name or address, in a bounded
 * table (the one unused for longest goes first). One thread.
 */
#ifndef PARLEY_CHAT_TRIES_H
#define PARLEY_CHAT_TRIES_H

#include "util/hash.h"
#include "util/list.h"
#include "util/str.h"

enum {
    TRIES_WINDOW_MS = 10 * 60 * 1000, /* a bucket fills up in this time */
    TRIES_TABLE_MAX = 65536,
};

struct tries {
    struct map buckets;
    struct list oldest;
    uint32_t burst; /* 0: no limit */
    uint64_t window_ms;
};

void tries_init(struct tries *, uint32_t burst, uint64_t window_ms);
void tries_deinit(struct tries *);
/* Takes one try of `who`. 0: allowed; else the milliseconds until the next is. */
uint32_t tries_take(struct tries *, struct str who, uint64_t now_ms);
/* Gives it back: the try was good. */
void tries_give_back(struct tries *, struct str who);

#endif
