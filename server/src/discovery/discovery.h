/*
 * struct discovery: a node among the others. Says on the bus once a second how it is, hears what
 * the others say (nodes.h), asks where it doubts one, and answers which of them a client had better
 * use (choice.h). Of a node that stands alone it knows that one.
 *
 * It sees time by its timer's wheel alone, and the others by the bus, so that it can be run under
 * any clock. Errors: none. Thread: chat, but where said.
 */
#ifndef PARLEY_DISCOVERY_DISCOVERY_H
#define PARLEY_DISCOVERY_DISCOVERY_H

#include <stdint.h>

#include "discovery/choice.h"

struct bus;
struct discovery;
struct wheel;

enum {
    GOSSIP_EVERY_MS = 1000,
    DOUBT_MS = 1000, /* for the answers about a silent node */
};

/* How this node is, as of now. */
struct node_load {
    enum node_state state;
    uint64_t connections;
    uint64_t cpu_permille;
};

/* All borrowed, outlive it. */
struct discovery_options {
    struct bus *bus; /* with its handler; discovery becomes the one of BUS_PEERS */
    struct wheel *wheel;
    uint64_t id; /* random, not 0 nor BUS_ALL_NODES */
    uint64_t roles, connections_max;
    struct str url, region, version; /* as gossip.h takes them */
    enum choice_policy policy;
    /* Asked once a second. */
    void (*look)(void *arg, struct node_load *);
    /* Then: how many clients to send to others (choice.h). Not where each user has a node. */
    void (*hand_over)(void *arg, uint64_t n);
    /* Another node knows of a change of what is set for all (discovery_note()), or NULL. */
    void (*noted)(void *arg, uint64_t number);
    void *arg;
};

/* It speaks once in the time of its timer from here on; whoever frees it has detached the bus. */
struct discovery *discovery_new(const struct discovery_options *);
void discovery_free(struct discovery *);
/* Says at once how it is now, rather than within a second. */
void discovery_say(struct discovery *);
/* The newest change of what is set for all nodes that this one knows of: it is said with all else.
 */
void discovery_note(struct discovery *, uint64_t number);
/* Says that it ends, and no more. */
void discovery_leave(struct discovery *);

/* Sockets of the best nodes for this user (0: whoever), the best first; how many. With `others`,
 * not this one. An empty one is this node's own, which can only be had where it was asked. The
 * texts are good until the chat thread turns. */
size_t discovery_choose(struct discovery *, uint64_t user, bool others,
                        struct str urls[CHOICE_MAX]);
const struct nodes *discovery_nodes(const struct discovery *);
/* Now, as the nodes' times are. */
uint64_t discovery_now_ms(const struct discovery *);
/* How many nodes are in that state. Any thread. */
uint32_t discovery_count(const struct discovery *, enum node_state);

#endif
