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

static void ignore_message(struct bus_handler *handler, enum bus_topic_kind kind,
                           const uint64_t *ids, size_t n, struct buf *message)
{
    (void)handler, (void)kind, (void)ids, (void)n, (void)message;
}

static void ignore_loss(struct bus_handler *handler)
{
    (void)handler;
}

void bus_detach(struct bus *bus)
{
    static struct bus_handler nobody = {ignore_message, ignore_loss};
    must(bus->handler);
    bus->handler = &nobody;
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

void bus_free(struct bus *bus)
{
    if (bus)
        bus->ops->free(bus);
}
