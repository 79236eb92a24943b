/*
 * How often somebody may try something that costs, or that gives somebody away when it goes well: a
 * bucket for each name or address (util/rate.h), which fills in TRIES_WINDOW_MS. One thread.
 */
#ifndef PARLEY_CHAT_TRIES_H
#define PARLEY_CHAT_TRIES_H

#include "util/hash.h"
#include "util/rate.h"
#include "util/str.h"

enum { TRIES_WINDOW_MS = 10 * 60 * 1000 };

struct tries {
    struct rate_table buckets;
};

/* `burst` at once; 0: no limit. */
static inline void tries_init(struct tries *t, uint32_t burst)
{
    rate_table_init(&t->buckets, rate_of(burst, burst ? burst : 1, TRIES_WINDOW_MS));
}

static inline void tries_deinit(struct tries *t)
{
    rate_table_deinit(&t->buckets);
}

/* Takes one try of `who`. 0: allowed; else the milliseconds until the next is. */
static inline uint32_t tries_take(struct tries *t, struct str who, uint64_t now_ms)
{
    return (uint32_t)rate_table_take(&t->buckets, hash_bytes(who), now_ms, 1);
}

/* Gives it back: the try was good. */
static inline void tries_give_back(struct tries *t, struct str who)
{
    rate_table_give_back(&t->buckets, hash_bytes(who));
}

#endif
