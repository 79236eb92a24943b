/*
 * struct peers: the other nodes on the bus, as far as they are heard. Each numbers what it sends to
 * all, 1, 2, 3, ..., at least once in a second, so that a hole or a silence shows that something
 * was lost on the way, and very likely more than was numbered: what goes to users alone is not.
 *
 * Bytes and times in, signs of loss out: no clock, no descriptors. Errors: none. Any one thread.
 */
#ifndef PARLEY_BUS_PEERS_H
#define PARLEY_BUS_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hash.h"

enum {
    PEERS_SILENT_MS = 5000, /* five of the messages that each sends in this time */
    /* Nodes of a cluster, by far: past it a peer is not watched. */
    PEERS_MAX = 4096,
};

/* Starts as {0}. */
struct peers {
    struct map map; /* id -> struct peer */
    /* When we came, for the caller to set: whoever is heard soon after was there before. */
    uint64_t joined_ms;
};

void peers_deinit(struct peers *);
/* How many are heard. */
static inline size_t peers_n(const struct peers *p)
{
    return p->map.n;
}
/* A peer's message to all came. True: something of this peer was lost before it. */
bool peers_heard(struct peers *, uint64_t id, uint64_t number, uint64_t now_ms);
/* A peer said that it goes, as its last message. True as above. */
bool peers_left(struct peers *, uint64_t id, uint64_t number);
/* Forgets those who were silent for too long. True: there were some, and what they sent last may
 * have been lost. */
bool peers_silent(struct peers *, uint64_t now_ms);

#endif
