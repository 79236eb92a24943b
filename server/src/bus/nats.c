/*
 * struct nats joins two halves: a local bus, which delivers to the handler, and a link
 * (nats_link.c), whose threads talk to NATS. What arrives there waits in `arrivals`, under the
 * lock, for one task on the chat thread, which publishes it on the local bus alone; so ids that are
 * no longer subscribed, order, references and the turn's bound are the local bus's in either case.
 *
 * What always holds: a task is posted exactly if `posted`. After nats_link_free() nothing arrives.
 *
 * Refused: sending everything through NATS, the node's own people included. It is one path instead
 * of two, but then two people on one node cannot talk while NATS is away, and each message waits
 * for a round trip.
 */
#include "bus/nats.h"

#include <pthread.h>
#include <stdlib.h>

#include "bus/local.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/task.h"

struct arrival {
    struct list node;
    enum bus_topic_kind kind;
    struct buf *buf;
    size_t bytes; /* what it counts for */
    size_t n;
    uint64_t ids[];
};

struct nats {
    struct bus bus;
    struct bus *local;
    struct bus_handler ear; /* the local bus's: hands on to bus.handler */
    struct nats_link *link;
    struct nats_listener listener;
    struct poster *self;
    struct task task;
    pthread_mutex_t lock; /* guards what follows */
    struct list arrivals;
    size_t arrivals_bytes;
    bool posted, lost, freed;
};

static struct nats *nats_of(const struct bus *bus)
{
    return container_of(bus, struct nats, bus);
}

/* --- from the link's threads --- */

static void arrival_free(struct arrival *a)
{
    buf_unref(a->buf);
    free(a);
}

/* With the lock held. */
static void take_soon(struct nats *n)
{
    if (n->posted)
        return;
    n->posted = true;
    post(n->self, &n->task);
}

static void on_message(struct nats_listener *listener, enum bus_topic_kind kind,
                       const uint64_t *ids, size_t n_ids, struct buf *buf)
{
    struct nats *n = container_of(listener, struct nats, listener);
    struct arrival *a = mem_new(sizeof(*a) + n_ids * sizeof(*ids));
    a->kind = kind;
    a->buf = buf_ref(buf);
    a->n = n_ids;
    a->bytes = sizeof(*a) + n_ids * sizeof(*ids) + buf->n;
    for (size_t i = 0; i < n_ids; i++)
        a->ids[i] = ids[i];
    pthread_mutex_lock(&n->lock);
    bool fits = a->bytes <= NATS_ARRIVALS_BYTES_MAX - n->arrivals_bytes;
    bool first = !fits && !n->lost;
    if (fits) {
        list_push_back(&n->arrivals, &a->node);
        n->arrivals_bytes += a->bytes;
    } else {
        n->lost = true;
    }
    take_soon(n);
    pthread_mutex_unlock(&n->lock);
    if (first)
        log_warn("bus_full", log_u64("queued_bytes", NATS_ARRIVALS_BYTES_MAX));
    if (!fits)
        arrival_free(a);
}

static void on_lost(struct nats_listener *listener)
{
    struct nats *n = container_of(listener, struct nats, listener);
    pthread_mutex_lock(&n->lock);
    n->lost = true;
    take_soon(n);
    pthread_mutex_unlock(&n->lock);
}

/* --- on the chat thread --- */

static void nats_destroy(struct nats *n)
{
    for (struct list *node; (node = list_pop_front(&n->arrivals));)
        arrival_free(list_entry(node, struct arrival, node));
    pthread_mutex_destroy(&n->lock);
    free(n);
}

static void take_all(struct task *task)
{
    struct nats *n = container_of(task, struct nats, task);
    struct list batch = LIST_INIT(batch);
    if (n->freed) {
        nats_destroy(n);
        return;
    }
    pthread_mutex_lock(&n->lock);
    list_splice_back(&batch, &n->arrivals);
    n->arrivals_bytes = 0;
    n->posted = false;
    bool lost = n->lost;
    n->lost = false;
    pthread_mutex_unlock(&n->lock);
    for (struct list *node; (node = list_pop_front(&batch));) {
        struct arrival *a = list_entry(node, struct arrival, node);
        bus_publish(n->local, a->kind, a->ids, a->n, a->buf);
        arrival_free(a);
    }
    if (lost)
        n->bus.handler->lost(n->bus.handler);
}

static void ear_deliver(struct bus_handler *ear, enum bus_topic_kind kind, const uint64_t *ids,
                        size_t n_ids, struct buf *message)
{
    struct bus_handler *handler = container_of(ear, struct nats, ear)->bus.handler;
    handler->deliver(handler, kind, ids, n_ids, message);
}

static void ear_lost(struct bus_handler *ear)
{
    struct bus_handler *handler = container_of(ear, struct nats, ear)->bus.handler;
    handler->lost(handler);
}

static void nats_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    struct nats *n = nats_of(bus);
    bus_subscribe(n->local, kind, id);
    if (kind != BUS_NODES) /* the link always hears these */
        nats_link_subscribe(n->link, kind, id);
}

static void nats_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    struct nats *n = nats_of(bus);
    bus_unsubscribe(n->local, kind, id);
    if (kind != BUS_NODES)
        nats_link_unsubscribe(n->link, kind, id);
}

static void nats_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids,
                         size_t n_ids, struct buf *message)
{
    struct nats *n = nats_of(bus);
    bus_publish(n->local, kind, ids, n_ids, message);
    nats_link_publish(n->link, kind, ids, n_ids, message);
}

static void nats_free(struct bus *bus)
{
    struct nats *n = nats_of(bus);
    nats_link_free(n->link);
    bus_free(n->local);
    if (n->posted)
        n->freed = true;
    else
        nats_destroy(n);
}

static const struct bus_ops nats_ops = {
    .subscribe = nats_subscribe,
    .unsubscribe = nats_unsubscribe,
    .publish = nats_publish,
    .free = nats_free,
};

int bus_nats_new(struct bus **out, const struct nats_options *options, struct poster *self,
                 char *why, size_t why_size)
{
    struct nats *n = mem_new(sizeof(*n));
    n->bus.ops = &nats_ops;
    n->self = self;
    n->task.run = take_all;
    n->ear = (struct bus_handler){ear_deliver, ear_lost};
    n->listener = (struct nats_listener){on_message, on_lost};
    list_init(&n->arrivals);
    pthread_mutex_init(&n->lock, NULL);
    int r = nats_link_new(&n->link, options, &n->listener, why, why_size);
    if (r) {
        nats_destroy(n);
        return r;
    }
    n->local = bus_local_new(self);
    bus_attach(n->local, &n->ear);
    *out = &n->bus;
    return 0;
}

bool bus_nats_connected(const struct bus *bus)
{
    return nats_link_connected(nats_of(bus)->link);
}
