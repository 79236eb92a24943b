/*
 * Refused: rows that expire (a time to live is somebody's wall clock), and a lease that its owner
 * must not outlive: it would have to trust its own clock against the store's. Here an owner that
 * stood still goes on with what it reserved, which nobody else will ever use, and finds out at the
 * next reservation.
 */
#include "store/workers.h"

#include "util/macros.h"

void worker_saw(struct worker_seen *seen, struct worker_row row, uint64_t asked_ms,
                uint64_t answered_ms)
{
    bool same = seen->row.owner == row.owner && seen->row.up_to_ms == row.up_to_ms;
    if (!same || !seen->to_ms) {
        seen->row = row;
        seen->from_ms = answered_ms;
    }
    seen->to_ms = MAX(seen->from_ms, asked_ms);
}

static bool is_idle(const struct worker_seen *seen)
{
    return seen->to_ms - seen->from_ms >= WORKER_IDLE_MS;
}

/* How good a choice a row is; 0: none. */
static int worth(const struct worker_seen *seen, uint64_t owner)
{
    if (seen->row.owner == owner)
        return 3;
    if (!seen->row.owner)
        return 2;
    return is_idle(seen) ? 1 : 0;
}

bool worker_choose(const struct worker_seen *seen, uint32_t n, uint64_t owner, uint32_t first,
                   uint64_t up_to_ms, struct worker_change *out)
{
    int best = 0;
    must(owner);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t worker = (first + i) % n;
        const struct worker_row *row = &seen[worker].row;
        if (worth(&seen[worker], owner) <= best)
            continue;
        best = worth(&seen[worker], owner);
        out->worker = worker;
        out->before = *row;
        out->after = (struct worker_row){owner, MAX(up_to_ms, row->up_to_ms + WORKER_AHEAD_MS)};
    }
    return best > 0;
}
