/*
 * struct gossip: what a node says of itself, to all others once a second and to whoever asks, as
 * bytes:
 *
 *     field 1 | n 2 | n bytes, and again
 *
 * A number is up to 8 bytes, big-endian; a text is printable ASCII. A later version may add fields,
 * which an earlier one skips; what is not said is 0 or empty. Reading trusts nothing. Pure, any
 * thread.
 */
#ifndef PARLEY_DISCOVERY_GOSSIP_H
#define PARLEY_DISCOVERY_GOSSIP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

struct builder;

/* On the wire: never renumbered. */
enum node_state {
    NODE_JOINING = 1, /* it is there, and not ready for clients */
    NODE_UP,
    NODE_DRAINING, /* it sends its clients elsewhere and ends */
    NODE_DOWN,     /* nobody hears it; no node says so of itself */
    NODE_REMOVED,  /* it said that it ends */
    NODE_STATES,
};

/* What a node serves: bits. */
enum node_roles {
    NODE_API = 1,  /* routes, and the page */
    NODE_CHAT = 2, /* sockets */
};

enum {
    NODE_URL_BYTES_MAX = 512,
    NODE_WORD_BYTES_MAX = 64, /* a region, a version */
    GOSSIP_BYTES_MAX = 4096,  /* with room for what later versions say */
};

struct gossip {
    uint64_t id;     /* of the process: another one each time it starts; not 0 */
    uint64_t number; /* 1, 2, 3, ...: of two, the later is the one that holds */
    enum node_state state;
    uint64_t roles;
    uint64_t connections, connections_max;
    uint64_t cpu_permille; /* of all its cores, in the last second */
    uint64_t noted;        /* the newest change of what is set for all nodes that it knows of */
    struct str url;        /* of its sockets; empty: it can only be had where it was asked */
    struct str region, version;
};

void gossip_encode(struct builder *, const struct gossip *);
/* The texts point into `bytes`. False: it is no gossip. */
bool gossip_decode(struct gossip *, struct str bytes);

/* "up"; "" of a number that is no state. */
const char *node_state_name(enum node_state);

#endif
