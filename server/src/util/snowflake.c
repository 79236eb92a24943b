/*
 * Always: the next id is made of (at_ms, counter) or something later, so ids only grow, whatever
 * the clock does. When a millisecond's counter is used up, the generator runs ahead of the clock
 * instead of waiting; the reservation bounds how far. Timestamps end in 2094: nothing past that
 * can be reserved.
 */
#include "util/snowflake.h"

#include "util/macros.h"

enum { COUNTER_BITS = 12, WORKER_BITS = 10, TIME_SHIFT = COUNTER_BITS + WORKER_BITS };

#define END_MS (SNOWFLAKE_EPOCH_MS + (UINT64_C(1) << 41))

void snowflake_init(struct snowflake *s, uint32_t worker, uint64_t used_up_to_ms)
{
    must(worker < SNOWFLAKE_WORKERS);
    *s = (struct snowflake){
        .worker = worker,
        .at_ms = MAX(used_up_to_ms, SNOWFLAKE_EPOCH_MS),
        .up_to_ms = used_up_to_ms,
    };
}

void snowflake_extend(struct snowflake *s, uint64_t up_to_ms)
{
    s->up_to_ms = MAX(s->up_to_ms, MIN(up_to_ms, END_MS));
}

bool snowflake_next(struct snowflake *s, uint64_t now_ms, uint64_t *id)
{
    uint64_t at_ms = s->at_ms;
    uint32_t counter = s->counter;
    if (now_ms > at_ms) {
        at_ms = now_ms;
        counter = 0;
    } else if (counter == SNOWFLAKE_PER_MS) {
        at_ms++;
        counter = 0;
    }
    if (at_ms >= s->up_to_ms)
        return false;
    *id =
        (at_ms - SNOWFLAKE_EPOCH_MS) << TIME_SHIFT | (uint64_t)s->worker << COUNTER_BITS | counter;
    s->at_ms = at_ms;
    s->counter = counter + 1;
    return true;
}

uint64_t snowflake_time_ms(uint64_t id)
{
    return SNOWFLAKE_EPOCH_MS + (id >> TIME_SHIFT);
}
