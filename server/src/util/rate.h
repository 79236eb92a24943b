/*
 * How often something may happen. struct rate is a token bucket: so many at once, and each of them
 * comes back after its time. What a bucket has left is one number, so that it fits into whatever is
 * limited; struct rate_table holds those of many (users, addresses) in a table that never grows.
 *
 * Nothing can fail, nothing is allocated but by rate_table_init(). One thread.
 */
#ifndef PARLEY_UTIL_RATE_H
#define PARLEY_UTIL_RATE_H

#include <stdint.h>

enum {
    /* Names or addresses counted at once; 16 bytes each, and a page of them only once it is used.
     */
    RATE_TABLE_MAX = 65536,
    /* Of these, the ones that may stand in one place of the table. */
    RATE_WAYS = 8,
};

/* No bucket takes longer than this to fill, 31 years, so that sums of times have room. */
#define RATE_FULL_NS_MAX UINT64_C(1000000000000000000)

struct rate {
    uint64_t burst;   /* at once; 0: there is no limit */
    uint64_t each_ns; /* in which one comes back */
};

/* `n` come back in each `span_ms`. */
struct rate rate_of(uint64_t burst, uint64_t n, uint64_t span_ms);
/* In the long run. */
uint64_t rate_per_minute(const struct rate *);

/* Takes `cost` out of the bucket whose state is *full_ns, 0 when it is new. 0: taken; else nothing
 * was, and these are the milliseconds until there is enough. What costs more than the whole bucket
 * is let through when it is full. */
uint64_t rate_take(const struct rate *, uint64_t *full_ns, uint64_t now_ms, uint64_t cost);

struct rate_slot;

struct rate_table {
    struct rate rate;
    struct rate_slot *slots; /* NULL where there is no limit */
};

void rate_table_init(struct rate_table *, struct rate);
void rate_table_deinit(struct rate_table *);
/* rate_take() of the bucket of `who`, a hash of what is counted. */
uint64_t rate_table_take(struct rate_table *, uint64_t who, uint64_t now_ms, uint64_t cost);
/* Gives one back: it shall not count. */
void rate_table_give_back(struct rate_table *, uint64_t who);

#endif
