/*
 * Accepts TCP connections on one loop. Every net thread has a listener of its own on the same
 * address (SO_REUSEPORT), so that the kernel spreads connections and no thread waits for another.
 * When descriptors or memory run out it stops accepting for a while instead of spinning.
 *
 * Errors: 0 or -errno. Thread: the loop's.
 */
#ifndef PARLEY_NET_LISTENER_H
#define PARLEY_NET_LISTENER_H

#include "loop/loop.h"
#include "net/address.h"

enum {
    /* Accepted in a turn, so that a storm of connections does not starve those that stand. */
    LISTENER_ACCEPT_MAX = 64,
    /* Asked of the kernel, which cuts it to net.core.somaxconn. */
    LISTENER_BACKLOG = 4096,
    /* The pause after descriptors ran out, doubled each time up to the second. */
    LISTENER_BACKOFF_MIN_MS = 100,
    LISTENER_BACKOFF_MAX_MS = 1000,
};

struct listener {
    struct loop *loop;
    struct watch watch;
    struct timer backoff;
    uint32_t backoff_ms; /* the last pause; 0 while all is well */
    /* Gets a non-blocking socket with TCP_NODELAY and owns it. May deinit the listener, not
     * free it. */
    void (*on_accept)(struct listener *, int fd, const struct address *peer);
};

/* Whether nobody listens there: 0, -EADDRINUSE or -errno. Asked once before the first listener of
 * an address is made: from then on SO_REUSEPORT would let another server of the same user in, and
 * give each a part of the clients. */
int listener_claim(const struct address *);
/* Binds and listens. Port 0 takes a free one: see listener_address(). The loop does not run yet,
 * or this is its thread. 0 or -errno; after an error nothing is held. */
int listener_init(struct listener *, struct loop *, const struct address *,
                  void (*on_accept)(struct listener *, int fd, const struct address *peer));
/* Stops accepting and closes the socket. */
void listener_deinit(struct listener *);

/* The address it is bound to, with the port that port 0 became. */
struct address listener_address(const struct listener *);
/* Whether it waits for descriptors. */
bool listener_backing_off(const struct listener *);

#endif
