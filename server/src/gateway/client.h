/*
 * struct client: one connection, first HTTP (rest.h), perhaps a WebSocket later (socket.h). This
 * is what the two have in common: the conn, the place in the lane's lists, the calls under way,
 * and the order in which it all ends.
 *
 * Errors: none; a connection that goes wrong is closed.
 * Thread: the lane's, but for `peer` and what stands under "chat thread".
 */
#ifndef PARLEY_GATEWAY_CLIENT_H
#define PARLEY_GATEWAY_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/lane.h"
#include "gateway/peer.h"
#include "net/conn.h"
#include "ws/ws.h"

struct exchange;
struct http_request;

enum {
    /* Calls of one socket under way: what a client would send without waiting, with room. Past it
     * the socket is not read until one is answered. */
    CLIENT_CALLS_MAX = 32,
    /* Queued for one connection before pushes are left out and a resync is owed: more than a burst
     * that a phone on a slow line catches up with in seconds. */
    CLIENT_PUSH_BYTES_MAX = 1024 * 1024,
    /* The same before the connection is not read any more, so that a client that asks and does
     * not read the answers holds itself back. */
    CLIENT_UNREAD_BYTES_MAX = 256 * 1024,
    /* The end of the queue, for replies: the calls under way when reading stopped, a page of the
     * longest messages among them (100 of 8 KiB, most of it escaped). */
    CLIENT_QUEUE_BYTES_MAX = 8 * 1024 * 1024,
    CLIENT_QUEUE_ENTRIES_MAX = 16 * 1024,
    /* For the peer to take our last bytes. */
    CLIENT_LINGER_MS = 2000,
};

struct client {
    struct conn conn;
    struct lane *lane;
    struct list node;
    uint64_t since_ms; /* in its list; a socket's: when it was last heard */
    uint64_t number;   /* for logs */
    uint64_t rate_us;  /* frames: when the bucket will be full again (mono) */
    uint8_t list;      /* enum lane_list */
    uint8_t calls;     /* sent to the chat thread, not yet back */
    bool asked : 1;    /* the chat thread has heard of it */
    bool closed : 1;   /* on_closed() has run */
    bool last : 1;     /* HTTP: close after this answer */
    bool head : 1;     /* HTTP: the answer has no body */
    bool pinged : 1;   /* socket: since it was last heard */
    bool behind : 1;   /* socket: pushes were left out, a resync is owed */
    bool session : 1;  /* socket: `auth` was answered ok */
    uint8_t misread;   /* socket: frames in a row that were no JSON */
    struct http_request *request; /* HTTP: arrived in part; else NULL */
    struct ws ws;                 /* socket */
    struct task farewell, hangup;
    struct peer peer; /* the chat thread's */
};

/* A new HTTP connection on `fd`, which it owns; on an error only a log line is left. */
void client_open(struct lane *, int fd, const struct address *);
/* The client of a connection; chat thread: of a peer. */
struct client *client_of(struct conn *);
struct client *client_of_peer(struct peer *);

/* Sends a call to the chat thread; consumes it. There are fewer than CLIENT_CALLS_MAX. */
void client_ask(struct client *, struct exchange *);
/* The client will not read on but waits: the chat thread ends its waits. */
void client_stop_waiting(struct client *);

/* Sends what is queued, then closes. Again: harmless. */
void client_close(struct client *);
/* Its time is over (the lane's tick), or the node drains and nothing of it is under way. */
void client_expire(struct client *, uint64_t now_ms);
void client_go_away(struct client *);

/* conn_handler.on_closed of both modes. */
void client_closed(struct conn *, int why);

/* Chat thread. */

/* Sends an answered call back; consumes it. */
void client_answer(struct client *, struct exchange *);
/* Nothing on the chat thread refers to the connection any more. */
void client_gone(struct client *);

#endif
