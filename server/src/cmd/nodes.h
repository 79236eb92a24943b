/*
 * What clients are told of the nodes of a cluster: where to open their sockets, and when to leave
 * this one. Thread: chat.
 */
#ifndef PARLEY_CMD_NODES_H
#define PARLEY_CMD_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/str.h"

struct node_facts;
struct writer;

enum { NODES_NAMED_MAX = 4 };

/* Whoever knows the other nodes. */
struct node_guide {
    /* Sockets of the best nodes for this user (0: whoever), the best first; how many. An empty one
     * is this node's. With `others`, not this one. Good until the chat thread turns. */
    size_t (*choose)(struct node_guide *, uint64_t user, bool others,
                     struct str urls[NODES_NAMED_MAX]);
};

/* In the order of the API's goaway_reason. */
enum goaway_reason { GOAWAY_SHUTDOWN, GOAWAY_UNAVAILABLE, GOAWAY_BALANCE, GOAWAY_REASONS };

/* An array, under "nodes": never empty. */
void nodes_write(struct writer *, const struct node_facts *, uint64_t user);
/* The frames that tell clients to go, all the same but for which of the other nodes comes first:
 * one for each, so that whoever is given them in turn spreads evenly; one without any where there
 * is no other. How many. */
size_t nodes_goaway(const struct node_facts *, enum goaway_reason, uint64_t reconnect_ms,
                    struct builder out[NODES_NAMED_MAX]);
/* Whether another node is known that would be named. */
bool nodes_has_others(const struct node_facts *);

#endif
