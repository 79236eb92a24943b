/*
 * The dispatch to whichever bus was picked, so that callers never spell ->ops->. It owns nothing
 * and adds only the checks of our own mistakes: a call before bus_attach(), an unsubscribe that
 * nobody asked for (the implementation's), an empty publish.
 */
#include "bus/bus.h"

#include "util/macros.h"

void bus_attach(struct bus *bus, struct bus_handler *handler)
{
    must(!bus->handler && handler);
    bus->handler = handler;
}

void bus_attach_peers(struct bus *bus, struct bus_handler *handler)
{
    must(bus->handler && !bus->peers && handler);
    bus->peers = handler;
}

static void ignore_message(struct bus_handler *handler, enum bus_topic_kind kind,
                           const uint64_t *ids, size_t n, struct buf *message)
{
    (void)handler, (void)kind, (void)ids, (void)n, (void)message;
}

static void ignore_loss(struct bus_handler *handler)
{
    (void)handler;
}

static struct buf *ignore_question(struct bus_handler *handler, enum bus_topic_kind kind,
                                   uint64_t id, struct buf *question)
{
    (void)handler, (void)kind, (void)id, (void)question;
    return NULL;
}

static void ignore_answer(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t id,
                          uint64_t tag, struct buf *answer)
{
    (void)handler, (void)kind, (void)id, (void)tag, (void)answer;
}

void bus_detach(struct bus *bus)
{
    static struct bus_handler nobody = {ignore_message, ignore_loss, ignore_question,
                                        ignore_answer};
    must(bus->handler);
    bus->handler = &nobody;
    bus->peers = NULL;
}

void bus_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    must(bus->handler);
    bus->ops->subscribe(bus, kind, id);
}

void bus_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    must(bus->handler);
    bus->ops->unsubscribe(bus, kind, id);
}

void bus_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                 struct buf *message)
{
    must(bus->handler && message);
    if (n)
        bus->ops->publish(bus, kind, ids, n, message);
}

bool bus_ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
             uint32_t within_ms, uint64_t tag)
{
    must(bus->handler && question);
    return bus->ops->ask(bus, kind, id, question, within_ms, tag);
}

bool bus_connected(const struct bus *bus)
{
    return bus->ops->connected(bus);
}

void bus_free(struct bus *bus)
{
    if (bus)
        bus->ops->free(bus);
}
