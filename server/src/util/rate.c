/*
 * The generic cell rate algorithm (ITU-T I.371): a bucket is the time at which it will be full
 * again. So one that has not been used for long is as good as none, and the table has nothing to
 * sweep: whoever is new takes the slot that is full, or else the one nearest to it, which forgets
 * the least. The hash is keyed (hash.h), so nobody can choose whose slot that is.
 *
 * Refused: a map of buckets with a list by age. It allocates on the way of each new sender, and
 * needs three times the memory for the same answer.
 */
#include "util/rate.h"

#include <stdlib.h>

#include "util/macros.h"
#include "util/mem.h"

enum { NS_PER_MS = 1000 * 1000, MS_PER_MINUTE = 60 * 1000 };

struct rate_slot {
    uint64_t who;
    uint64_t full_ns;
};

struct rate rate_of(uint64_t burst, uint64_t n, uint64_t span_ms)
{
    must(n >= 1);
    uint64_t each_ns = MAX(span_ms * NS_PER_MS / n, 1u);
    return (struct rate){burst, burst ? MIN(each_ns, RATE_FULL_NS_MAX / burst) : each_ns};
}

uint64_t rate_per_minute(const struct rate *r)
{
    return (uint64_t)MS_PER_MINUTE * NS_PER_MS / r->each_ns;
}

uint64_t rate_take(const struct rate *r, uint64_t *full_ns, uint64_t now_ms, uint64_t cost)
{
    if (!r->burst)
        return 0;
    uint64_t now_ns = now_ms * NS_PER_MS;
    uint64_t full = MAX(*full_ns, now_ns) + MIN(cost, r->burst) * r->each_ns;
    uint64_t latest = now_ns + r->burst * r->each_ns;
    if (full > latest)
        return (full - latest + NS_PER_MS - 1) / NS_PER_MS;
    *full_ns = full;
    return 0;
}

void rate_table_init(struct rate_table *t, struct rate rate)
{
    t->rate = rate;
    t->slots = rate.burst ? mem_new_array(RATE_TABLE_MAX, sizeof(struct rate_slot)) : NULL;
}

void rate_table_deinit(struct rate_table *t)
{
    free(t->slots);
    t->slots = NULL;
}

/* The slot of `who`, or the one that they may have. */
static struct rate_slot *slot_of(struct rate_table *t, uint64_t who)
{
    struct rate_slot *set = &t->slots[who % (RATE_TABLE_MAX / RATE_WAYS) * RATE_WAYS];
    struct rate_slot *fullest = &set[0];
    for (int i = 0; i < RATE_WAYS; i++) {
        if (set[i].who == who)
            return &set[i];
        if (set[i].full_ns < fullest->full_ns)
            fullest = &set[i];
    }
    return fullest;
}

uint64_t rate_table_take(struct rate_table *t, uint64_t who, uint64_t now_ms, uint64_t cost)
{
    if (!t->slots)
        return 0;
    struct rate_slot *slot = slot_of(t, who);
    if (slot->who != who)
        *slot = (struct rate_slot){.who = who};
    return rate_take(&t->rate, &slot->full_ns, now_ms, cost);
}

void rate_table_give_back(struct rate_table *t, uint64_t who)
{
    if (!t->slots)
        return;
    struct rate_slot *slot = slot_of(t, who);
    if (slot->who == who)
        slot->full_ns -= MIN(slot->full_ns, t->rate.each_ns);
}
