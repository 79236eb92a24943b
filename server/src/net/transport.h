/*
 * What a connection's bytes go through: plain TCP here, TLS (net/tls.h), and what a proxy says
 * before (net/proxy.h). A transport knows nothing of loops and queues; a connection (net/conn.h)
 * knows nothing of what lies beneath.
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
/* Sends what was taken and could not be sent, by writev() or for recv()'s own sake. 0: nothing is
 * left; -EAGAIN; -errno. */
typedef int transport_flush_fn(struct transport *);
/* True if recv() has bytes that it took from the socket before, so that waiting for the socket
 * would miss them. */
typedef bool transport_pending_fn(struct transport *);
/* True once the peer has done all that comes before its first byte for the owner. Until then
 * writev() and shutdown() answer -ENOTCONN: the owner can only close. */
typedef bool transport_established_fn(struct transport *);
/* Ends our side: the peer reads to the end. 0; -EAGAIN: flush(), then call it again; -errno. */
typedef int transport_shutdown_fn(struct transport *);
/* Closes the socket and releases `state`. Called exactly once. */
typedef void transport_close_fn(struct transport *);

struct transport_ops {
    transport_recv_fn *recv;
    transport_writev_fn *writev;
    transport_flush_fn *flush;
    transport_pending_fn *pending;
    transport_established_fn *established;
    transport_shutdown_fn *shutdown;
    transport_close_fn *close;
};

/* A value: embedded in its connection. */
struct transport {
    const struct transport_ops *ops;
    void *state; /* the implementation's, NULL for TCP */
    int fd;      /* non-blocking; what the loop watches */
};

struct address;

/* Plain TCP on a connected non-blocking socket, which it owns from here on. */
struct transport transport_tcp(int fd);
/* `inner`, behind a proxy that says first for whom it speaks (net/proxy.h): then *peer, which
 * outlives the transport, becomes that client's. A header that is none ends it with -EPROTO. */
struct transport transport_behind_proxy(struct transport inner, struct address *peer);

#endif
