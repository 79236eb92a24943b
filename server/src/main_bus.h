/* Opens the bus that the configuration names: the one place that picks a backend. */
#ifndef PARLEY_MAIN_BUS_H
#define PARLEY_MAIN_BUS_H

struct bus;
struct config;
struct poster;

/* NULL, with the reason said on stderr. `self` posts to the chat thread. */
struct bus *main_bus_open(const struct config *, struct poster *self);

#endif
