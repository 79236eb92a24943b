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
    /* Those of them that ask for pages, of which each answer may be megabytes: few, so that a
     * client that does not read holds no more than its queue may. */
    CLIENT_READS_MAX = 3,
    /* Queued for one connection before pushes are left out and a resync is owed: what a phone on a
     * slow line catches up with in seconds. */
    CLIENT_PUSH_BYTES_MAX = 1024 * 1024,
    /* The same before the connection is not read any more, so that a client that asks and does
     * not read the answers holds itself back. A socket's pushes come on top: they alone must not
     * make us deaf to what it says, its signs of life among it. */
    CLIENT_UNREAD_BYTES_MAX = 256 * 1024,
    /* The end of the queue, with the replies to what was under way when reading stopped: a page of
     * conversations with the longest last messages, each byte of them escaped, is 2.4 MiB. */
    CLIENT_QUEUE_BYTES_MAX = 9 * 1024 * 1024,
    CLIENT_QUEUE_ENTRIES_MAX = 16 * 1024,
    /* For the peer to take our last bytes. */
    CLIENT_LINGER_MS = 2000,
};

/* A node holds one for everybody who is connected: small members stand together, so that none pads
 * another. */
struct client {
    struct conn conn;
    struct lane *lane; /* never changes: the chat thread reads it too */
    struct list node;
    struct address from; /* who asks: the peer, or whom a trusted proxy names */
    bool is_socket : 1;
    bool asked : 1;     /* the chat thread has heard of it */
    bool closed : 1;    /* on_closed() has run */
    bool last : 1;      /* HTTP: close after this answer */
    bool metrics : 1;   /* HTTP: came for the metrics, and gets nothing else */
    bool head : 1;      /* HTTP: the answer under way has no body */
    bool session : 1;   /* socket: `auth` was answered ok */
    bool pinged : 1;    /* socket: since it was last heard */
    bool chunked : 1;   /* HTTP: it takes answers in chunks */
    bool streaming : 1; /* HTTP: a part of the answer under way was sent */
    bool behind : 1;    /* socket: pushes were left out, a resync is owed */
    bool sent_away : 1; /* socket: it was told to go to another node */
    uint32_t stranger;  /* its place among those that have not said whose they are */
    uint32_t number;    /* of its lane, for logs; begins again after 2^32 */
    uint8_t list;       /* enum lane_list */
    uint8_t calls;      /* sent to the chat thread, not yet back */
    uint8_t reads;      /* socket: those of the calls that ask for pages */
    uint8_t misread;    /* socket: frames in a row that were no JSON */
    uint64_t since_ms;  /* in its list (mono); a socket's: when it was last heard */
    uint64_t heard_ms;  /* when bytes last came (mono) */
    uint64_t full_ns;   /* socket: of its frames (util/rate.h) */
    union {
        struct {
            struct exchange *stream; /* HTTP: waits for a part to leave (stream.h); else NULL */
            struct http_request *request; /* HTTP: one that arrived in part; else NULL */
        };
        struct ws ws; /* socket */
    };
    struct task farewell;
    struct peer peer; /* the chat thread's */
};

/* A new connection, HTTP once a handshake is over, on `fd`, which it owns. False: it is gone
 * already. `stranger`: its place in the gateway's strangers. */
bool client_open(struct lane *, int fd, const struct address *, uint32_t stranger, bool metrics);
struct client *client_of(struct conn *);
/* The client of a place in the lane's lists. */
struct client *client_of_node(struct list *);

/* Sends a call to the chat thread, or back for the next part of its answer; consumes it. The call's
 * command, args and arena are set. */
void client_ask(struct client *, struct exchange *);
/* The client ended its side but may still read: the chat thread ends its waits. */
void client_stop_waiting(struct client *);

/* Queues an entry; false when it does not fit or the connection is ending. */
bool client_send(struct client *, const void *header, size_t header_n, struct buf *);
/* Sends what is queued, then closes. Again: harmless. */
void client_close(struct client *, const char *why);

/* conn_handler.on_closed of both modes. */
void client_closed(struct conn *, int why);

/* Chat thread. */

struct client *client_of_peer(struct peer *);
/* Sends an answered call back; consumes it. */
void client_answer(struct client *, struct exchange *);
/* Nothing on the chat thread refers to the client any more. */
void client_gone(struct client *);

#endif
