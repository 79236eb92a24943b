/*
 * What a connection's bytes go through: plain TCP here, TLS later. A transport knows nothing of
 * loops and queues; a connection (net/conn.h) knows nothing of what lies beneath.
 *
 * Errors: -errno, forwarded from the socket; -EAGAIN means "wait until the socket is ready".
 * Thread: the connection's.
 */
#ifndef PARLEY_NET_TRANSPORT_H
#define PARLEY_NET_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct iovec;
struct transport;

/* > 0 bytes read into `p`; 0 when the peer has ended its side; -EAGAIN; -errno. */
typedef ssize_t transport_recv_fn(struct transport *, void *p, size_t n);
/* > 0 bytes taken, fewer than offered when the socket is full; -EAGAIN; -errno. Never SIGPIPE.
 * `n` is 1 to IOV_MAX. */
typedef ssize_t transport_writev_fn(struct transport *, const struct iovec *, int n);
/* True if recv() has bytes that it took from the socket before, so that waiting for the socket
 * would miss them. */
typedef bool transport_pending_fn(struct transport *);
/* Ends our side: the peer reads to the end. 0 or -errno. Called once at most. */
typedef int transport_shutdown_fn(struct transport *);
/* Closes the socket and releases `state`. Called exactly once. */
typedef void transport_close_fn(struct transport *);

struct transport_ops {
    transport_recv_fn *recv;
    transport_writev_fn *writev;
    transport_pending_fn *pending;
    transport_shutdown_fn *shutdown;
    transport_close_fn *close;
};

/* A value: embedded in its connection. */
struct transport {
    const struct transport_ops *ops;
    void *state; /* the implementation's, NULL for TCP */
    int fd;      /* non-blocking; what the loop watches */
};

/* Plain TCP on a connected non-blocking socket, which it owns from here on. */
struct transport transport_tcp(int fd);

#endif
