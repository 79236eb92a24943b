/*
 * 64-bit ids that sort by time (after Twitter's Snowflake, 2010): 0 | 41 bits of milliseconds since
 * 2025-01-01T00:00:00Z | 10 bits of worker | 12 bits of counter. Only timestamps below a
 * reservation that the store keeps are used, so a clock set back never repeats an id. One thread.
 */
#ifndef PARLEY_UTIL_SNOWFLAKE_H
#define PARLEY_UTIL_SNOWFLAKE_H

#include <stdbool.h>
#include <stdint.h>

#define SNOWFLAKE_EPOCH_MS UINT64_C(1735689600000) /* Unix ms */

enum { SNOWFLAKE_WORKERS = 1024, SNOWFLAKE_PER_MS = 4096 };

struct snowflake {
    uint32_t worker;
    uint64_t at_ms;    /* Unix ms of the newest id */
    uint32_t counter;  /* next within at_ms */
    uint64_t up_to_ms; /* first Unix ms that is not reserved */
};

/* Starts after everything that may have been used: `used_up_to_ms` is what the store held. */
void snowflake_init(struct snowflake *, uint32_t worker, uint64_t used_up_to_ms);
/* Allows timestamps below `up_to_ms`. */
void snowflake_extend(struct snowflake *, uint64_t up_to_ms);
/* Writes the next id; false when the reservation is used up (extend it first). A clock behind
 * the newest id does not matter: the newest id's time goes on. */
bool snowflake_next(struct snowflake *, uint64_t now_ms, uint64_t *id);
/* Unix ms at which the id was made. */
uint64_t snowflake_time_ms(uint64_t id);

#endif
