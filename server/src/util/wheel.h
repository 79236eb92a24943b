/*
 * Timers on a hashed hierarchical wheel (Varghese and Lauck, 1987): arming and cancelling are O(1)
 * and allocate nothing. It reads no clock: the owner tells it the time. One thread.
 */
#ifndef PARLEY_UTIL_WHEEL_H
#define PARLEY_UTIL_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "util/list.h"

/* Embedded in the caller's struct; zeroed then timer_init()ed. */
struct timer {
    struct list node;
    uint64_t due_ms;
    void (*fire)(struct timer *);
};

enum { WHEEL_BITS = 6, WHEEL_SLOTS = 1 << WHEEL_BITS, WHEEL_LEVELS = 6 };

struct wheel {
    uint64_t now_ms;
    uint32_t armed;
    bool advancing;
    struct list overdue;             /* armed for a time that had passed */
    uint64_t occupied[WHEEL_LEVELS]; /* bit = that slot holds a timer */
    struct list slots[WHEEL_LEVELS][WHEEL_SLOTS];
};

/* The wheel points into itself: it must not be moved. There is nothing to release, but timers
 * still armed when its memory goes must not be touched any more. */
void wheel_init(struct wheel *, uint64_t now_ms);
void timer_init(struct timer *, void (*fire)(struct timer *));
bool timer_armed(const struct timer *);
/* (Re)arms: fires once, in the first wheel_advance() to a time >= due_ms. A due time that has
 * passed fires in the next advance. Delays above about 2 years are cut to that. */
void timer_set(struct wheel *, struct timer *, uint64_t due_ms);
/* Harmless when not armed. */
void timer_cancel(struct wheel *, struct timer *);
/* Fires what is due, each after it was disarmed (it may re-arm or free itself, and cancel any
 * other): first those armed too late, as armed, then by due time, equal ones as armed. Time never
 * goes back: an earlier now_ms counts as the newest one. fire() must not advance. The cost is that
 * of the timers passed, not of the milliseconds. */
void wheel_advance(struct wheel *, uint64_t now_ms);
/* Milliseconds until wheel_advance() has something to do: 0 = now, UINT64_MAX = never. May be
 * earlier than the next timer (a cascade), never later. */
uint64_t wheel_next_ms(const struct wheel *);

#endif
