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
/* The nodes that whoever is sent away had better use, the best first; how many. Good until the chat
 * thread turns. */
size_t nodes_others(const struct node_facts *, struct str urls[NODES_NAMED_MAX]);
/* The frames that tell clients to go to these, all the same but for which of them comes first: one
 * for each, so that whoever is given them in turn spreads evenly; one without any where there are
 * none. For GOAWAY_BALANCE one, since the best alone has too few. How many. */
size_t nodes_goaway(enum goaway_reason, uint64_t reconnect_ms, const struct str *urls, size_t n,
                    struct builder out[NODES_NAMED_MAX]);

#endif
