/*
 * The bus of a node that stands alone: what is published comes back to the same chat core by a
 * task on its own loop.
 *
 * Delivery: messages arrive in the order published, all of one turn in one task, never inside
 * bus_publish(). An id counts if it is subscribed both when the message is published and when it
 * is delivered. Errors: none; past LOCAL_QUEUE_BYTES_MAX a message is dropped, logged, and told
 * with the next delivery (bus_handler.lost).
 */
#ifndef PARLEY_BUS_LOCAL_H
#define PARLEY_BUS_LOCAL_H

#include "bus/bus.h"

struct poster;

enum {
    /* Messages, ids and their bookkeeping that wait for the next turn: far above what a turn of
     * the loop can publish, so reaching it means that a handler publishes without end. */
    LOCAL_QUEUE_BYTES_MAX = 64 * 1024 * 1024,
};

/* `self` posts to the chat thread; borrowed until bus_free() and what was posted then has run. */
struct bus *bus_local_new(struct poster *self);

#endif
