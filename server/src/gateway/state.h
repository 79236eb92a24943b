/*
 * struct gateway from inside: what its parts share. Constant once started, but for what is marked.
 */
#ifndef PARLEY_GATEWAY_STATE_H
#define PARLEY_GATEWAY_STATE_H

#include <stdatomic.h>

#include "chat/session.h"
#include "cmd/call.h"
#include "cmd/quota.h"
#include "gateway/gateway.h"
#include "gateway/lane.h"
#include "gateway/strangers.h"
#include "util/buf.h"

struct gateway {
    struct gateway_options options; /* defaults filled in */
    struct chat *chat;
    struct node_facts node;
    struct buf *node_url; /* what node.url says */
    struct address addresses[GATEWAY_ADDRESSES_MAX];
    struct address metrics_address;
    struct buf **asset_bodies;           /* for each of options.assets its ASSET_FORMS, or NULL */
    struct buf *resync, *ping;           /* always the same: a payload, a whole frame */
    struct buf *goaway[NODES_NAMED_MAX]; /* payloads; made when the drain begins */
    size_t goaway_n;
    atomic_bool ready;          /* any thread */
    atomic_uint clients;        /* any thread: connections of all lanes */
    struct meter output;        /* any thread: see output.h */
    struct strangers strangers; /* any thread */

    struct lane *lanes;
    size_t lanes_n; /* those that were set up */

    /* The chat thread's. */
    struct sink sink;
    struct quota quota;
    size_t hand_over_at; /* lanes that had to tell one more than the others: the next one begins */
    size_t lanes_left;   /* draining: with connections */
    bool drain_hurries, drain_given_up;
    uint64_t drain_by_ms; /* mono */
    struct timer drain_timer;
    void (*drained)(struct gateway *, bool clean, void *arg);
    void *drained_arg;
};

/* The sink's operations (deliver.c). */
extern const struct sink_ops deliver_ops;
/* Chat thread: a draining lane has no connection left. */
void gateway_lane_empty(struct gateway *);
/* Chat thread: closes the peer's connection with an enum api_close. */
void deliver_end(struct client *, unsigned code);

#endif
