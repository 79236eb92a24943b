/*
 * struct bus: carries live notices between those who have something to say about a user and the
 * chat cores that hold that user's connections. Delivery is at most once: whatever matters stands
 * in the store, and a device that misses a notice finds out (docs/log.md, 11).
 *
 * One subscriber (a chat core) a bus handle. All calls on the chat thread; the handler runs on it
 * too, never inside a call.
 */
#ifndef PARLEY_BUS_BUS_H
#define PARLEY_BUS_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum bus_topic_kind {
    BUS_USER,     /* what a user's devices should know */
    BUS_PRESENCE, /* what those who watch a user should know */
    BUS_NODES,    /* what every node should know; the one id is BUS_ALL_NODES */
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
};

/* One documented slot an operation; callers use the bus_ functions below. */
struct bus_ops {
    void (*subscribe)(struct bus *, enum bus_topic_kind, uint64_t id);
    void (*unsubscribe)(struct bus *, enum bus_topic_kind, uint64_t id);
    void (*publish)(struct bus *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                    struct buf *message);
    void (*free)(struct bus *);
};

struct bus {
    const struct bus_ops *ops;
    struct bus_handler *handler; /* set by bus_attach() */
};

/* Before any other call; the handler outlives the bus. */
void bus_attach(struct bus *, struct bus_handler *);
/* From here on the handler is not called: it is about to go. Other calls still go, to no effect. */
void bus_detach(struct bus *);
/* Counted: as many unsubscribes end it. */
void bus_subscribe(struct bus *, enum bus_topic_kind, uint64_t id);
void bus_unsubscribe(struct bus *, enum bus_topic_kind, uint64_t id);
/* To all subscribers of any of the ids. Takes a reference of its own to `message`. */
void bus_publish(struct bus *, enum bus_topic_kind, const uint64_t *ids, size_t n,
                 struct buf *message);
void bus_free(struct bus *);

#endif
