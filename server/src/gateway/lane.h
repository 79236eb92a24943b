/*
 * struct lane: the gateway's part on one net thread: its listeners, its connections, and the way
 * to the chat thread and back. Lanes know nothing of each other.
 *
 * Errors: lane_listen() answers 0 or -errno. Thread: the lane's loop, but for what stands under
 * "chat thread" and where said.
 */
#ifndef PARLEY_GATEWAY_LANE_H
#define PARLEY_GATEWAY_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/courier.h"
#include "gateway/gateway.h"
#include "http/response.h"
#include "net/conn.h"
#include "net/listener.h"

struct client;
struct fan;

/* Lists of connections by what they may wait for, each in the order of client.since_ms, so that
 * one walk from the front finds all whose time is over. */
enum lane_list {
    LANE_IDLE,      /* HTTP, between requests: idle_ms */
    LANE_GREETING,  /* in the middle of a handshake or a request, or a socket before `auth`:
                       auth_ms */
    LANE_ASKING,    /* HTTP, an answer under way: the domain's time, and the client's to read it */
    LANE_STREAMING, /* HTTP, a part of an answer on its way: idle_ms to take it */
    LANE_SOCKETS,   /* authenticated, by last heard: silent_ms */
    LANE_CLOSING,   /* the rest is the connection's own (linger) */
    LANE_LISTS,
};

/* How long one may be late: the lists are walked this often, while there are connections. */
enum { LANE_TICK_MS = 500 };

struct lane_listener {
    struct listener listener;
    struct lane *lane;
    bool metrics; /* for whoever asks for those, and nothing else */
};

struct lane {
    struct gateway *gateway;
    struct loop *loop;
    struct courier to_chat;
    struct lane_listener listeners[GATEWAY_ADDRESSES_MAX + 1];
    size_t listeners_n;
    struct list lists[LANE_LISTS];
    size_t clients_n;
    uint64_t clients_ever;
    struct timer tick;
    uint64_t tick_set_ms; /* when it was armed (mono) */
    uint64_t fresh_ms;    /* when it was armed before: what is read now came after that, unless its
                             connection was held back */
    /* Since the last tick, one line of the log says so: for want of room; came past the proxies;
     * too many of one address. */
    uint64_t refused_n, untrusted_n, crowded_n;
    bool draining;
    struct task drain, emptied, hurry;
    char date[HTTP_DATE_BYTES + 1];
    uint64_t date_s; /* Unix; what `date` says */

    /* The chat thread's. */
    struct courier to_net;
    struct fan *fan; /* of the push under way (deliver.c) */
};

/* While no loop runs. */
void lane_init(struct lane *, struct gateway *, struct loop *);
void lane_deinit(struct lane *);
/* Listens on one more address; port 0 is replaced by the one it became. While no loop runs. */
int lane_listen(struct lane *, struct address *, bool metrics);

/* A new client; its place is LANE_IDLE. */
void lane_adopt(struct lane *, struct client *);
/* Puts the client at the end of a list, as of now. */
void lane_list(struct lane *, struct client *, enum lane_list);
/* The client is gone for good. */
void lane_forget(struct lane *, struct client *);
/* "Sun, 06 Nov 1994 08:49:37 GMT", of now. */
struct str lane_date(struct lane *);

/* Chat thread: starts to drain; gateway_lane_empty() is called there when no connection is left. */
void lane_drain(struct lane *);
/* Chat thread: says one of these frames, in turn, to `n` of the sockets; for GOAWAY_BALANCE to
 * those alone that have not been told before. */
void lane_hand_over(struct lane *, uint64_t n, enum goaway_reason, struct buf *const *frames,
                    size_t frames_n);
/* Chat thread: closes what is still open at once. */
void lane_hurry(struct lane *);

#endif
