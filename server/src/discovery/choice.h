/*
 * Which nodes a client had better use. Those that are up and serve sockets, have an address that
 * others can name (this one may do without) and room for one more, in this node's region first;
 * within a region
 *
 *     least_loaded  by connections, as a part of how many it takes, or its CPU, whichever is more;
 *                   whom this node sent there since it last heard of it counts as being there, so
 *                   that not everybody who comes in one second is sent to one node
 *     round_robin   each in turn
 *     hash          each user to the same as long as the nodes are the same, and few to another one
 *                   when they are not
 *
 * Nodes with one address, such as that of a balancer before them, are one. Only where all are full
 * a full one is named: it says by itself when to come again.
 *
 * Who is sent away from this node goes by the load, whatever the policy, since that is why; and
 * stays in the region if there is a node with room in it. A node that is not ready names itself
 * last: it was reached, which may be more than it knows of the others. Pure; any one thread.
 */
#ifndef PARLEY_DISCOVERY_CHOICE_H
#define PARLEY_DISCOVERY_CHOICE_H

#include "discovery/nodes.h"

enum { CHOICE_MAX = 4 }; /* that are named to a client: two may fail at once, and one more */

enum choice_policy { CHOICE_LEAST_LOADED, CHOICE_ROUND_ROBIN, CHOICE_HASH };

struct choice {
    enum choice_policy policy;
    uint64_t user; /* who asks; 0: nobody that is known */
    uint64_t turn; /* how often was asked: for round_robin */
    bool others;   /* not this one, whose client is sent away */
};

/* The best first; how many. They are among `nodes` and may be changed: each that is named counts
 * as one more client there if it is the first. */
size_t choose_nodes(struct nodes *, const struct choice *, const struct node *out[CHOICE_MAX]);

enum {
    /* So many a second at most are handed over: a share that takes the others a minute or two to
     * have, and their stores and caches do not feel. */
    HAND_OVER_PER_S_MAX = 50,
    HAND_OVER_MIN = 50, /* fewer, too many or too few, are left as they are */
};

/* How many clients this node is to send to others in this second: some of those that it has beyond
 * its share of what its region has, if it has a fifth more than that, or the emptiest node there a
 * fifth less than its own; else 0. By the first alone, one that joins three would stay at two
 * fifths of its share. */
uint64_t hand_over_now(const struct nodes *);

#endif
