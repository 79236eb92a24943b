/*
 * Which nodes there are: asked of one of them when the first link opens, soon after a link was lost
 * or has come back, and every minute. Nodes of other datacenters are left alone. One thread.
 */
#ifndef PARLEY_STORE_CQL_TOPOLOGY_H
#define PARLEY_STORE_CQL_TOPOLOGY_H

#include "store/cql/link.h"

struct cql;
struct node;

enum {
    TOPOLOGY_LOOK_MS = 60 * 1000,
    /* After a change: long enough that one look serves all links of a node. */
    TOPOLOGY_SOON_MS = 500,
};

/* Embedded in struct cql. */
struct topology {
    struct exchange exchange;
    struct node *asked; /* while the exchange is under way */
    bool peers;         /* of it, the second question */
    struct timer timer;
};

void topology_init(struct topology *);
/* Looks at once, or soon. */
void topology_look(struct cql *, uint64_t in_ms);
/* No more. */
void topology_end(struct cql *);

#endif
