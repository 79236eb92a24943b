/* struct topics: what a chat core is subscribed to on a bus, counted. For the backends. */
#ifndef PARLEY_BUS_TOPICS_H
#define PARLEY_BUS_TOPICS_H

#include "bus/bus.h"
#include "util/hash.h"

/* Starts as {0}. */
struct topics {
    /* id -> how often. One map for both topics of a user, since who is connected is often watched,
     * too. */
    struct map users, nodes, peers;
    uint64_t ends; /* of subscriptions, so far: while it is the same nobody is to be left out */
};

void topics_deinit(struct topics *);
void topics_add(struct topics *, enum bus_topic_kind, uint64_t id);
/* As many of these end it. */
void topics_drop(struct topics *, enum bus_topic_kind, uint64_t id);
/* Keeps those of the ids that are subscribed now, in their order; returns how many. `out` may be
 * `ids`. */
size_t topics_keep(const struct topics *, enum bus_topic_kind, uint64_t *out, const uint64_t *ids,
                   size_t n);

#endif
