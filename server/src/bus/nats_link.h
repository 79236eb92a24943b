/*
 * struct nats_link: a node's connection to NATS, its subscriptions on it, and what is published by
 * it. The calls of libnats block, so a thread of the link makes them; the calls here only queue.
 *
 * Errors: nats_link_new() answers 0 or NATS_BAD with the reason, as text; the rest cannot fail.
 * Publishing is dropped, and told to the other nodes as a hole in our numbers, while there is no
 * connection or more than LINK_QUEUE_BYTES_MAX waits; subscriptions are kept and made when there
 * is one.
 * Threads: any one for the calls but nats_link_connected(), which any may make. The listener is
 * called on threads of the link and of libnats, two at once perhaps, and `answered` inside the call
 * that asks, too.
 */
#ifndef PARLEY_BUS_NATS_LINK_H
#define PARLEY_BUS_NATS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/bus.h"
#include "bus/nats_options.h"

enum {
    LINK_QUEUE_BYTES_MAX = 64 * 1024 * 1024, /* what is published and waits for the link's thread */
    LINK_CONNECT_MS_MAX = 2000,              /* to one server */
    LINK_SUBSCRIBE_MS_MAX = 30000, /* to all that is wanted, anew: a million take seconds */
    LINK_WRITE_MS_MAX = 2000,      /* a server that takes nothing for so long is gone */
    LINK_PING_MS = 2000,           /* two without an answer and the connection is gone */
    LINK_RETRY_MS_MIN = 50,        /* after all servers were tried; doubled each time */
    LINK_RETRY_MS_MAX = 2000,      /* and spread by a half */
    LINK_REPLY_BYTES_MAX = 256,    /* of the subject that an answer goes to */
    LINK_BEAT_MS = 1000,           /* something to all nodes at least so often */
    LINK_LOST_EVERY_MS = 5000,     /* each has all devices compare, at their beats, 5 s apart */
    LINK_RENEW_MS = 5 * 60 * 1000, /* each subscription once in this time, as the devices compare */
    /* At once, each with a thread for a moment: enough for 380,000 in that time, more take longer.
     */
    LINK_RENEW_TICK_MAX = 256,
    /* Of one subscription, at libnats: a callback only queues, so this much waits for none that
     * runs. */
    LINK_PENDING_MESSAGES_MAX = 65536,
};

struct nats_listener {
    /* Of another node. Ids and message are borrowed for the call. */
    void (*message)(struct nats_listener *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                    struct buf *message);
    /* Something was lost on the way here, perhaps. */
    void (*lost)(struct nats_listener *);
    /* Another node asks; `reply` is what nats_link_answer() wants. Borrowed for the call, as
     * above. */
    void (*asked)(struct nats_listener *, enum bus_topic_kind, uint64_t id, struct buf *question,
                  const char *reply);
    /* Of a question of ours: NULL when there was none. Perhaps more than once. */
    void (*answered)(struct nats_listener *, uint64_t number, struct buf *answer);
};

struct nats_link;

int nats_link_new(struct nats_link **out, const struct nats_options *, struct nats_listener *,
                  char *why, size_t why_size);
/* Says to the other nodes that we go, and waits until no thread of it runs. */
void nats_link_free(struct nats_link *);

/* Counted, for BUS_USER, BUS_PRESENCE, and the one id of BUS_PEERS that is this node's. */
void nats_link_subscribe(struct nats_link *, enum bus_topic_kind, uint64_t id);
void nats_link_unsubscribe(struct nats_link *, enum bus_topic_kind, uint64_t id);
/* Takes a reference of its own to `message`. */
void nats_link_publish(struct nats_link *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                       struct buf *message);
/* Asks other nodes; a question has a number that no other one had. Without a connection, and as
 * soon as it breaks, there is no answer. */
void nats_link_ask(struct nats_link *, enum bus_topic_kind, uint64_t id, struct buf *question,
                   uint32_t within_ms, uint64_t number);
void nats_link_answer(struct nats_link *, const char *reply, struct buf *answer);
bool nats_link_connected(const struct nats_link *);

#endif
