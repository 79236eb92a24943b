/*
 * This node among the others: joins discovery/ to the gateway, says how the node is, and sends
 * clients elsewhere where it can serve them no more. Thread: chat, but where said.
 */
#ifndef PARLEY_MAIN_DISCOVERY_H
#define PARLEY_MAIN_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/nodes.h"

struct bus;
struct config;
struct discovery;
struct gateway;
struct loop;
struct settings;

enum {
    /* Without its bus for so long, a node is of no use to its clients: they come to others by far
     * sooner than whatever it is will be over. */
    UNREADY_MS_MAX = 10 * 1000,
};

/* Starts as {0}. */
struct main_discovery {
    struct node_guide guide; /* the gateway's */
    struct discovery *discovery;
    struct gateway *gateway;
    struct settings *settings; /* NULL: none are kept */
    bool ready, draining;
    bool sent_away;      /* since it was ready last */
    uint64_t unready_ms; /* since when (mono) */
    uint64_t cpu_ns, cpu_at_ms, cpu_permille;
    uint32_t cores;
};

/* Before the gateway, which wants the guide. */
void main_discovery_init(struct main_discovery *);
/* After the chat, whose bus it is. */
void main_discovery_open(struct main_discovery *, const struct config *, struct bus *,
                         struct loop *chat, struct gateway *, uint64_t connections_max);
/* How things stand, twice a second: whether the bus is there, and the store, of which that is said
 * only when it has been away for as long as matters. /readyz says so, and the other nodes are told.
 */
void main_discovery_look(struct main_discovery *, bool bus, bool store, uint64_t now_ms);
/* It drains: the others are told at once. Before gateway_drain(). */
void main_discovery_drain(struct main_discovery *);
/* It ends; before bus_detach(). */
void main_discovery_leave(struct main_discovery *);
/* After bus_detach(). */
void main_discovery_close(struct main_discovery *);

#endif
