/*
 * A socket on its way to a peer: what a client does before it has a connection (net/conn.h). How
 * long that may take is the owner's matter.
 *
 * Errors: -errno.
 * Thread: the loop's. done() never runs inside a call by the owner.
 */
#ifndef PARLEY_NET_CONNECTOR_H
#define PARLEY_NET_CONNECTOR_H

#include "loop/loop.h"

struct address;

/* Embedded in the owner's struct. */
struct connector {
    struct loop *loop;
    struct watch watch; /* its fd is -1 while nothing is under way */
    /* `fd`: a connected non-blocking socket, the owner's from here on; or -errno. */
    void (*done)(struct connector *, int fd);
};

void connector_init(struct connector *, struct loop *, void (*done)(struct connector *, int fd));
/* 0: done() follows; or -errno: it does not. Nothing else is under way. */
int connector_start(struct connector *, const struct address *);
/* done() will not run. Harmless when nothing is under way. */
void connector_cancel(struct connector *);

#endif
