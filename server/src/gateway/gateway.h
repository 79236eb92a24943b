/*
 * struct gateway: joins net, http, ws and proto to the domain. It accepts connections on the net
 * threads' loops, answers HTTP/1.1 (REST and the web client's files), carries WebSockets, and is
 * the domain's sink: what happens in chat reaches connections through it.
 *
 * Life: gateway_new(), chat_new() with gateway_sink(), gateway_start(), then the loops run;
 * gateway_drain(); the loops are stopped and joined, gateway_free(), chat_free().
 *
 * Errors: gateway_start() answers 0 or -errno, the rest cannot fail.
 * Threads: the chat loop's thread, or any one thread while no loop runs; gateway_set_ready() from
 * any. One gateway has one lane for each net loop (gateway/lane.h): the parts never share a
 * lock, they post to each other in batches.
 */
#ifndef PARLEY_GATEWAY_GATEWAY_H
#define PARLEY_GATEWAY_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/nodes.h"
#include "net/address_range.h"
#include "proto/api.gen.h"
#include "util/rate.h"
#include "util/str.h"

struct asset;
struct builder;
struct chat;
struct gateway;
struct loop;
struct sink;
struct tls;

/* All that is pointed to is borrowed and outlives the gateway. 0 takes the default. */
struct gateway_options {
    struct loop *chat_loop;    /* the chat thread's */
    struct loop *const *loops; /* the net threads' */
    size_t loops_n;
    const struct address *addresses;     /* to listen on */
    size_t addresses_n;                  /* to GATEWAY_ADDRESSES_MAX */
    struct tls *tls;                     /* around every connection; NULL: nothing is encrypted */
    const struct address_range *trusted; /* proxies whose word on who asks is taken */
    size_t trusted_n;
    bool proxy_protocol; /* they say so before the first byte, and nobody else may connect */

    const struct str *origins; /* WebSocket: allowed besides the same origin */
    size_t origins_n;
    /* http(s)://host[:port][/path] by which clients reach this node; absent: as they came here. */
    struct str public_url;
    struct node_guide *guide; /* to the other nodes; NULL: this one stands alone */
    struct str policy;        /* of that guide */
    bool no_api;              /* routes and the page are other nodes' */
    bool no_sockets;          /* so are sockets */

    uint64_t incarnation; /* of the store; clients are told */

    bool log_traces; /* write down what came with a sampled traceparent */

    const struct address *metrics_address; /* where `metrics` is asked for; NULL: nowhere */
    /* Adds the text of a scrape. Any net thread; does not block for long. */
    void (*metrics)(void *arg, struct builder *out);
    void *metrics_arg;

    const struct asset *assets; /* gateway/assets.h */
    size_t assets_n;

    uint32_t connections_max; /* of the whole process; 10,000 */
    uint32_t strangers_max;   /* of one address, before `auth`; 0 is no limit (strangers.h) */
    uint32_t heartbeat_ms;    /* how often a client should beat; 5,000 */
    uint32_t silent_ms;       /* closed after so long without a frame; 30,000 */
    uint32_t auth_ms;         /* for a socket's first frame, or a whole HTTP request; 5,000 */
    uint32_t idle_ms;         /* HTTP keep-alive without a request; 60,000 */
    /* By enum api_rate; one with burst 0 is no limit. */
    struct rate rates[API_RATE_COUNT];
    /* Answers and pushes in memory that are not yet with the kernel, of all connections together;
     * 256 MiB. See gateway/output.h. */
    uint64_t output_bytes_max;
};

enum { GATEWAY_ADDRESSES_MAX = 8 };

struct gateway *gateway_new(const struct gateway_options *);
/* What chat_options.sink wants. */
struct sink *gateway_sink(struct gateway *);

/* Listens, and serves from when the loops run. The chat's env must count mono_ms by
 * CLOCK_MONOTONIC, as the loops do. Call while no loop runs. 0 or -errno; after an error only
 * gateway_free() may follow. */
int gateway_start(struct gateway *, struct chat *);
/* Where it listens, addresses_n of them, ports filled in. */
const struct address *gateway_addresses(const struct gateway *);
/* Where metrics are asked for, port filled in; where options named an address. */
const struct address *gateway_metrics_address(const struct gateway *);
/* Answers and pushes that are not yet with the kernel. Any thread. */
uint64_t gateway_output_bytes(const struct gateway *);

/* Whether /readyz says 200; true from gateway_start() on. Any thread. */
void gateway_set_ready(struct gateway *, bool ready);

/* Where clients open their sockets; absent where public_url is. */
struct str gateway_socket_url(const struct gateway *);
/* Connections there are. Any thread. */
uint32_t gateway_connections(const struct gateway *);

/* Tells `n` of the sockets (UINT64_MAX: all) to go to other nodes; none is told twice for
 * GOAWAY_BALANCE. Nobody is forced: those who go close the connection themselves. False: there are
 * no others, and nobody is told. */
bool gateway_hand_over(struct gateway *, uint64_t n, enum goaway_reason);

/* Stops accepting, tells sockets to go away, lets what is under way finish, closes. done() runs
 * once, on the chat thread, within `within_ms`: with `clean` no connection and no session is
 * left; without, calls are under way still. */
void gateway_drain(struct gateway *, uint32_t within_ms,
                   void (*done)(struct gateway *, bool clean, void *arg), void *arg);
/* Once that has begun: lanes that have connections, or have not said yet that they have none. While
 * there are any the process can only end without gateway_free(). On the chat thread. */
size_t gateway_lanes_left(const struct gateway *);

/* Not started, or drained with no lane left, and no loop runs (loop_drain() them first). NULL is
 * fine. */
void gateway_free(struct gateway *);

#endif
