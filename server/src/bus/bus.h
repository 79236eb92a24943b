/*
 * struct bus: carries live notices between those who have something to say about a user and the
 * chat cores that hold that user's connections. Delivery is at most once: whatever matters stands
 * in the store, and a device that misses a notice finds out (docs/log.md, 11).
 *
 * A question goes to all who are subscribed to its topic, and the first of them who has an answer
 * gives it. Whoever asks hears of each question once: an answer, or in time that there was none.
 *
 * One subscriber a bus handle: the chat core, and for BUS_PEERS the node's own (discovery/). All
 * calls on the chat thread; the handlers run on it too, never inside a call.
 */
#ifndef PARLEY_BUS_BUS_H
#define PARLEY_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum bus_topic_kind {
    BUS_USER,     /* what a user's devices should know */
    BUS_PRESENCE, /* what those who watch a user should know */
    BUS_NODES,    /* what every node should know; the one id is BUS_ALL_NODES */
    BUS_PEERS,    /* what nodes say of themselves: all, as above, or one, by its own id */
    BUS_KINDS,    /* nodes tell each other kinds by number: new ones come last */
};
enum { BUS_ALL_NODES = 1 };

struct bus;

struct bus_handler {
    /* `message` is borrowed for the call. `ids` are those of the published ones that are
     * subscribed here. */
    void (*deliver)(struct bus_handler *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                    struct buf *message);
    /* Messages were dropped, nobody knows which: whoever may have missed one should look. */
    void (*lost)(struct bus_handler *);
    /* Somebody asks about a topic that is subscribed here. The answer, one reference of which
     * becomes the bus's; NULL: somebody else may know. */
    struct buf *(*asked)(struct bus_handler *, enum bus_topic_kind, uint64_t id,
                         struct buf *question);
    /* What bus_ask() asked. NULL: nobody had an answer. Borrowed for the call. */
    void (*answered)(struct bus_handler *, enum bus_topic_kind, uint64_t id, uint64_t tag,
                     struct buf *answer);
};

/* One documented slot an operation; callers use the bus_ functions below. */
struct bus_ops {
    void (*subscribe)(struct bus *, enum bus_topic_kind, uint64_t id);
    void (*unsubscribe)(struct bus *, enum bus_topic_kind, uint64_t id);
    void (*publish)(struct bus *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                    struct buf *message);
    bool (*ask)(struct bus *, enum bus_topic_kind, uint64_t id, struct buf *question,
                uint32_t within_ms, uint64_t tag);
    bool (*connected)(const struct bus *);
    void (*free)(struct bus *);
};

struct bus {
    const struct bus_ops *ops;
    struct bus_handler *handler; /* set by bus_attach() */
    struct bus_handler *peers;   /* of BUS_PEERS; NULL: the same */
};

/* Before any other call; the handler outlives the bus. */
void bus_attach(struct bus *, struct bus_handler *);
/* Another handler for BUS_PEERS, in which `lost` is not called. After bus_attach(), and before
 * anybody subscribes to that; it outlives the bus, too. */
void bus_attach_peers(struct bus *, struct bus_handler *);
/* From here on no handler is called: they are about to go. Other calls still go, to no effect. */
void bus_detach(struct bus *);
/* Counted: as many unsubscribes end it. */
void bus_subscribe(struct bus *, enum bus_topic_kind, uint64_t id);
void bus_unsubscribe(struct bus *, enum bus_topic_kind, uint64_t id);
/* To all subscribers of any of the ids. Takes a reference of its own to `message`. */
void bus_publish(struct bus *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                 struct buf *message);
/* Asks who is subscribed to the id, this node's own handler first; other nodes are waited for as
 * long as `within_ms`, or until it is known that none of them is. Answered by the handler of that
 * kind, with `tag`. Takes a reference of its own to the question. False: too many are under way; it
 * was not asked. */
bool bus_ask(struct bus *, enum bus_topic_kind, uint64_t id, struct buf *question,
             uint32_t within_ms, uint64_t tag);
/* Whether other nodes can be reached, as far as this one knows; where there are none by design,
 * always. Any thread. */
bool bus_connected(const struct bus *);
void bus_free(struct bus *);

/* For the backends: whose a kind is. */
static inline struct bus_handler *bus_handler_of(const struct bus *bus, enum bus_topic_kind kind)
{
    return kind == BUS_PEERS && bus->peers ? bus->peers : bus->handler;
}

#endif
