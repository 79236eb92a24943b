/*
 * struct local owns the subscriptions and the queue of messages published since the last delivery,
 * with one reference to each. One task is posted for the queue as a whole. All of it runs on the
 * chat thread.
 *
 * What always holds: a task is posted exactly if `posted`; it delivers what waited when it began,
 * so that a handler which publishes gets its message in a later task and cannot starve the loop.
 *
 * Freed while its task is posted, the bus lets that task take away the struct: the poster has no
 * way to take a task back.
 *
 * Refused: delivering inside publish(). It is faster by one task, but then a handler runs in the
 * middle of the publisher's own step, and a single node would behave unlike a cluster.
 */
#include "bus/local.h"

#include <stdlib.h>

#include "bus/bus_metric.h"
#include "bus/topics.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"
#include "util/task.h"

struct message {
    struct list node;
    enum bus_topic_kind kind;
    struct buf *buf;
    size_t bytes;  /* what it counts for in the queue */
    bool question; /* of ids[0], subscribed or not */
    uint64_t tag;  /* a question's */
    uint64_t ends; /* topics.ends when it was published */
    size_t n;
    uint64_t ids[]; /* those subscribed then */
};

struct local {
    struct bus bus;
    struct poster *self;
    struct topics topics;
    struct list queue;
    size_t queue_bytes;
    struct task task;
    bool posted, freed;
    bool full; /* dropping, and it was logged; told and cleared at the next delivery */
};

static struct local *local_of(struct bus *bus)
{
    return container_of(bus, struct local, bus);
}

static void local_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_add(&local_of(bus)->topics, kind, id);
}

static void local_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_drop(&local_of(bus)->topics, kind, id);
}

static void message_free(struct message *m)
{
    buf_unref(m->buf);
    free(m);
}

static void deliver_soon(struct local *l)
{
    if (l->posted)
        return;
    l->posted = true;
    post(l->self, &l->task);
}

static bool queue_has_room(struct local *l, size_t bytes)
{
    if (bytes <= LOCAL_QUEUE_BYTES_MAX - l->queue_bytes)
        return true;
    if (!l->full)
        log_warn("bus_full", log_u64("queued_bytes", l->queue_bytes));
    l->full = true;
    metric_add_at(METRIC_BUS_DROPPED, BUS_LOCAL_FULL, 1);
    deliver_soon(l);
    return false;
}

static void queue_up(struct local *l, struct message *m, enum bus_topic_kind kind, struct buf *buf)
{
    m->kind = kind;
    m->ends = l->topics.ends;
    m->buf = buf_ref(buf);
    list_push_back(&l->queue, &m->node);
    l->queue_bytes += m->bytes;
    deliver_soon(l);
}

static void local_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                          struct buf *buf)
{
    struct local *l = local_of(bus);
    struct message *m = mem_new(sizeof(*m) + n * sizeof(*ids));

    m->n = topics_keep(&l->topics, kind, m->ids, ids, n);
    m->bytes = sizeof(*m) + n * sizeof(*ids) + buf->n;
    if (m->n == 0 || !queue_has_room(l, m->bytes)) {
        free(m);
        return;
    }
    queue_up(l, m, kind, buf);
}

/* In the queue as well: behind what was published before it. */
static bool local_ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                      uint32_t within_ms, uint64_t tag)
{
    struct local *l = local_of(bus);
    size_t bytes = sizeof(struct message) + sizeof(id) + question->n;
    (void)within_ms; /* it is answered in the next turn */
    if (!queue_has_room(l, bytes))
        return false;
    struct message *m = mem_new(sizeof(*m) + sizeof(id));
    m->bytes = bytes;
    m->question = true;
    m->tag = tag;
    m->n = 1;
    m->ids[0] = id;
    queue_up(l, m, kind, question);
    return true;
}

static bool local_connected(const struct bus *bus)
{
    (void)bus;
    return true;
}

static void local_deinit(struct local *l)
{
    for (struct list *node; (node = list_pop_front(&l->queue));)
        message_free(list_entry(node, struct message, node));
    topics_deinit(&l->topics);
}

static void local_free(struct bus *bus)
{
    struct local *l = local_of(bus);

    local_deinit(l);
    if (l->posted)
        l->freed = true;
    else
        free(l);
}

static void deliver(struct local *l, struct message *m)
{
    struct bus_handler *handler = bus_handler_of(&l->bus, m->kind);
    if (m->ends != l->topics.ends)
        m->n = topics_keep(&l->topics, m->kind, m->ids, m->ids, m->n);
    if (m->n)
        handler->deliver(handler, m->kind, m->ids, m->n, m->buf);
}

static void put_question(struct local *l, const struct message *m)
{
    struct bus_handler *handler = bus_handler_of(&l->bus, m->kind);
    struct buf *answer = NULL;
    uint64_t kept;
    if (topics_keep(&l->topics, m->kind, &kept, m->ids, 1))
        answer = handler->asked(handler, m->kind, m->ids[0], m->buf);
    handler->answered(handler, m->kind, m->ids[0], m->tag, answer);
    buf_unref(answer);
}

static void deliver_all(struct task *task)
{
    struct local *l = container_of(task, struct local, task);
    struct list batch = LIST_INIT(batch);
    bool lost = l->full;

    l->posted = false;
    if (l->freed) {
        free(l);
        return;
    }
    list_splice_back(&batch, &l->queue);
    l->queue_bytes = 0;
    l->full = false;
    for (struct list *node; (node = list_pop_front(&batch));) {
        struct message *m = list_entry(node, struct message, node);

        if (m->question)
            put_question(l, m);
        else
            deliver(l, m);
        message_free(m);
    }
    if (lost)
        l->bus.handler->lost(l->bus.handler);
}

static const struct bus_ops local_ops = {
    .subscribe = local_subscribe,
    .unsubscribe = local_unsubscribe,
    .publish = local_publish,
    .ask = local_ask,
    .connected = local_connected,
    .free = local_free,
};

struct bus *bus_local_new(struct poster *self)
{
    struct local *l = mem_new(sizeof(*l));

    l->bus.ops = &local_ops;
    l->self = self;
    l->task.run = deliver_all;
    list_init(&l->queue);
    return &l->bus;
}
