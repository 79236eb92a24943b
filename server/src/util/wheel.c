/*
 * A timer's slot follows from its due time and now alone: the level is that of the highest bit in
 * which the two differ, the slot is that level's six bits of the due time. Hence:
 *
 * - everything on a level is due before anything on a higher one, so the earliest slot is found in
 *   the lowest level that holds anything, by one bit scan;
 * - now stands still while a slot is empty, however long that is: a jump of hours costs what the
 *   timers on the way cost, at most one move a level each;
 * - a cancelled timer's slot can be computed, so its bit in `occupied` is always exact;
 * - timers due at the same time stand in the same list in the order in which they were armed.
 *
 * The top level alone wraps: a delay of at most MAX_DELAY_MS never reaches round to the slot that
 * now stands in. Timers found due are first gathered in one list, with now already at its end, and
 * fired from there; so what fire() arms for a time that has passed waits for the next advance, and
 * a timer that re-arms itself for "now" cannot hold the loop.
 *
 * Refused: a binary heap (cancelling is the common case here, nearly no time-out ever fires).
 */
#include "util/wheel.h"

#include "util/macros.h"

#define MAX_DELAY_MS ((uint64_t)(WHEEL_SLOTS - 1) << (WHEEL_BITS * (WHEEL_LEVELS - 1)))

struct place {
    unsigned level, slot;
};

static struct place place_of(uint64_t now_ms, uint64_t due_ms)
{
    unsigned highest = 63 - (unsigned)__builtin_clzll(now_ms ^ due_ms);
    unsigned level = MIN(highest / WHEEL_BITS, (unsigned)WHEEL_LEVELS - 1);
    return (struct place){level, (due_ms >> (level * WHEEL_BITS)) & (WHEEL_SLOTS - 1)};
}

/* The earliest slot that holds anything, and when it starts (after now). False: all are empty. */
static bool earliest(const struct wheel *w, struct place *at, uint64_t *start_ms)
{
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        uint64_t bits = w->occupied[level];
        if (!bits)
            continue;
        unsigned shift = level * WHEEL_BITS;
        unsigned here = (w->now_ms >> shift) & (WHEEL_SLOTS - 1);
        uint64_t ahead = bits >> here | bits << (-here & (WHEEL_SLOTS - 1));
        unsigned distance = (unsigned)__builtin_ctzll(ahead);
        must(distance > 0);
        *at = (struct place){level, (here + distance) & (WHEEL_SLOTS - 1)};
        *start_ms = ((w->now_ms >> shift) + distance) << shift;
        return true;
    }
    return false;
}

static void put_in_slot(struct wheel *w, struct timer *t)
{
    struct place at = place_of(w->now_ms, t->due_ms);
    list_push_back(&w->slots[at.level][at.slot], &t->node);
    w->occupied[at.level] |= UINT64_C(1) << at.slot;
}

/* Enters the slot, which starts now: its timers are due or move to lower levels. */
static void enter(struct wheel *w, struct place at, struct list *due)
{
    struct list *slot = &w->slots[at.level][at.slot];
    w->occupied[at.level] &= ~(UINT64_C(1) << at.slot);
    if (at.level == 0) {
        list_splice_back(due, slot);
        return;
    }
    for (struct list *node; (node = list_pop_front(slot));) {
        struct timer *t = list_entry(node, struct timer, node);
        if (t->due_ms <= w->now_ms)
            list_push_back(due, node);
        else
            put_in_slot(w, t);
    }
}

void wheel_init(struct wheel *w, uint64_t now_ms)
{
    *w = (struct wheel){.now_ms = now_ms};
    list_init(&w->overdue);
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        for (unsigned slot = 0; slot < WHEEL_SLOTS; slot++)
            list_init(&w->slots[level][slot]);
    }
}

void timer_init(struct timer *t, void (*fire)(struct timer *))
{
    list_init(&t->node);
    t->due_ms = 0;
    t->fire = fire;
}

bool timer_armed(const struct timer *t)
{
    return !list_empty(&t->node);
}

void timer_set(struct wheel *w, struct timer *t, uint64_t due_ms)
{
    timer_cancel(w, t);
    w->armed++;
    t->due_ms = due_ms;
    if (due_ms <= w->now_ms) {
        list_push_back(&w->overdue, &t->node);
        return;
    }
    t->due_ms = w->now_ms + MIN(due_ms - w->now_ms, MAX_DELAY_MS);
    put_in_slot(w, t);
}

void timer_cancel(struct wheel *w, struct timer *t)
{
    if (!timer_armed(t))
        return;
    list_remove(&t->node);
    w->armed--;
    if (t->due_ms <= w->now_ms)
        return;
    struct place at = place_of(w->now_ms, t->due_ms);
    if (list_empty(&w->slots[at.level][at.slot]))
        w->occupied[at.level] &= ~(UINT64_C(1) << at.slot);
}

void wheel_advance(struct wheel *w, uint64_t now_ms)
{
    must(!w->advancing);
    w->advancing = true;

    struct list due = LIST_INIT(due);
    list_splice_back(&due, &w->overdue);
    struct place at;
    uint64_t start_ms;
    while (earliest(w, &at, &start_ms) && start_ms <= now_ms) {
        w->now_ms = start_ms;
        enter(w, at, &due);
    }
    w->now_ms = MAX(w->now_ms, now_ms);

    for (struct list *node; (node = list_pop_front(&due));) {
        struct timer *t = list_entry(node, struct timer, node);
        w->armed--;
        t->fire(t);
    }
    w->advancing = false;
}

uint64_t wheel_next_ms(const struct wheel *w)
{
    if (!list_empty(&w->overdue))
        return 0;
    struct place at;
    uint64_t start_ms;
    return earliest(w, &at, &start_ms) ? start_ms - w->now_ms : UINT64_MAX;
}
