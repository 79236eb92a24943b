/*
 * struct strangers: how many connections of each address have not said whose they are, so that
 * nobody takes all of a node's by opening them. Sockets whose `auth` went well do not count.
 *
 * Any thread; nothing is allocated. Addresses share a counter by their hash, one in
 * STRANGERS_COUNTERS with another: to be counted together with a stranger costs room, and under a
 * keyed hash (util/hash.h) nobody can choose with whom.
 */
#ifndef PARLEY_GATEWAY_STRANGERS_H
#define PARLEY_GATEWAY_STRANGERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"
#include "util/hash.h"

enum {
    STRANGERS_COUNTERS = 65536,
    /* By then some have said who they are, or were closed for not doing so. */
    STRANGERS_RETRY_MS = 1000,
};

struct strangers {
    uint32_t max; /* of one address; 0: no limit */
    _Atomic uint32_t counters[STRANGERS_COUNTERS];
};

/* Counts one of this address in, at *place, which is 0 for one that is not counted. False: there
 * are too many, and it is not. */
static inline bool strangers_enter(struct strangers *s, const struct address *address,
                                   uint32_t *place)
{
    if (!s->max || *place)
        return true;
    struct address network = address_network(address);
    uint64_t hash = hash_bytes(str_n(network.ip, sizeof(network.ip)));
    uint32_t i = (uint32_t)(hash % STRANGERS_COUNTERS);
    if (atomic_fetch_add_explicit(&s->counters[i], 1, memory_order_relaxed) >= s->max) {
        atomic_fetch_sub_explicit(&s->counters[i], 1, memory_order_relaxed);
        return false;
    }
    *place = i + 1;
    return true;
}

/* It is gone, or none any more. Again: harmless. */
static inline void strangers_leave(struct strangers *s, uint32_t *place)
{
    if (*place)
        atomic_fetch_sub_explicit(&s->counters[*place - 1], 1, memory_order_relaxed);
    *place = 0;
}

#endif
