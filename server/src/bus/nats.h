/*
 * The bus of a cluster, on NATS: who is told what crosses from node to node by subjects of a NATS
 * cluster, which so is the table of who holds whom:
 *
 *     <prefix>.user.<id>       what a user's devices should know
 *     <prefix>.presence.<id>   what those who watch a user should know
 *     <prefix>.nodes           what every node should know, and messages for at least as many
 *                              people as there are other nodes; numbered (bus/envelope.h,
 *                              bus/peers.h)
 *     <prefix>.peer.<id>, <prefix>.answer.<id>.<n>   questions to a node, and answers to one
 *
 * What is published reaches the subscribers on this node by the local bus, NATS or no NATS, in the
 * order published; those on other nodes through NATS, in no order to the local ones. Delivery is at
 * most once. Signs that something was lost (a connection that broke and stands again, a peer's
 * hole or silence, a slow consumer, a full queue) are told as bus_handler.lost, at most one in
 * LINK_LOST_EVERY_MS; and each subscription is made anew every LINK_RENEW_MS, should the servers
 * have forgotten it.
 *
 * Errors: bus_nats_new() answers 0 or NATS_BAD with the reason. A cluster that cannot be reached is
 * no error: the bus tries again until it can, and tells then.
 */
#ifndef PARLEY_BUS_NATS_H
#define PARLEY_BUS_NATS_H

#include <stddef.h>

#include "bus/bus.h"
#include "bus/nats_link.h"

struct poster;

enum {
    /* Messages of other nodes that wait for the chat thread's next turn: as for the local bus. */
    NATS_ARRIVALS_BYTES_MAX = 64 * 1024 * 1024,
    /* Under way, our own and those of others, which are for one turn: what people watch is asked
     * for in turn. */
    NATS_QUESTIONS_MAX = 16384,
};

/* `self` posts to the chat thread; borrowed until bus_free() and what was posted then has run.
 * *out is set on 0 alone. */
int bus_nats_new(struct bus **out, const struct nats_options *, struct poster *self, char *why,
                 size_t why_size);

#endif
