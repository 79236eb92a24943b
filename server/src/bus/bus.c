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
