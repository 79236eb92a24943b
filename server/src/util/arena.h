/*
 * Memory that is freed all at once: one arena per inbound frame or request, alive until its reply
 * is queued. Nothing stored may point into it. One thread at a time.
 */
#ifndef PARLEY_UTIL_ARENA_H
#define PARLEY_UTIL_ARENA_H

#include <stddef.h>

#include "util/str.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used; /* in the newest block */
};

/* Starts as {0}. */
void arena_deinit(struct arena *);
/* Empties it; the newest block is kept for what comes. */
void arena_reset(struct arena *);
/* Zeroed, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *, size_t size);
/* A copy, followed by a 0 byte that is not counted. */
struct str arena_str(struct arena *, struct str);

#endif
