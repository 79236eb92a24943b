/*
 * Which Snowflake worker a process is, where several share a store: one row a number says whose it
 * is and up to when timestamps were reserved with it. A row changes only by conditional update,
 * from exactly what it was, and `up_to_ms` only grows; whoever takes a row from another starts
 * above what that one may have used. So no id is made twice whatever the clocks say, whoever stands
 * still, and whenever a late update lands. Clocks decide only when a row may be taken: after it was
 * seen not to change for WORKER_IDLE_MS of one's own monotonic clock.
 *
 * Pure: the backend reads and writes the rows. One thread.
 */
#ifndef PARLEY_STORE_WORKERS_H
#define PARLEY_STORE_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

enum { WORKER_IDLE_MS = 60 * 1000, WORKER_AHEAD_MS = 60 * 1000 };

struct worker_row {
    uint64_t owner; /* a process's own number, drawn when it starts; 0: nobody's */
    uint64_t up_to_ms;
};

/* One row as it was seen, and between when it surely did not change: monotonic. */
struct worker_seen {
    struct worker_row row;
    uint64_t from_ms, to_ms;
};

struct worker_change {
    uint32_t worker;
    struct worker_row before, after; /* it is made only if the row is still `before` */
};

/* A row was read; the question was asked, and answered, at these times. `seen` starts as {0}. */
void worker_saw(struct worker_seen *, struct worker_row, uint64_t asked_ms, uint64_t answered_ms);
/* What to write so that `owner` has timestamps up to up_to_ms (Unix) or later: to its own row, or
 * else to one that is free or idle, those from number `first` on before the others. False: there is
 * none so far; the rows are to be read again. With the change made, timestamps from before.up_to_ms
 * to after.up_to_ms are the owner's; with an outcome that is not known, none are, and the rows are
 * read again. */
bool worker_choose(const struct worker_seen *seen, uint32_t n, uint64_t owner, uint32_t first,
                   uint64_t up_to_ms, struct worker_change *out);

#endif
