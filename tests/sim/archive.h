/*
 * What the store removes, kept for the checker, which replays logs from their beginning; and the
 * rule of what may be removed, held against each batch as it is written.
 */
#ifndef PARLEY_SIM_ARCHIVE_H
#define PARLEY_SIM_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"

struct event;
struct kv;
struct store_load;
struct world;

/* A kv in front of `inner`, which it owns. world->archive is set. */
struct kv *archive_new(struct world *, struct kv *inner);
/* An event that was removed, as it was then; its texts lie in the arena. */
bool archive_event(struct world *, uint64_t conversation, uint64_t seq, struct event *,
                   struct arena *);
/* Whether an event that is kept is so old that it may go. `load`: its conversation as it is. */
bool archive_may_go(const struct world *, const struct store_load *load, const struct event *);
/* How much was gone when the event at `seq` was appended. */
uint64_t archive_gone_at(const struct world *, uint64_t conversation, uint64_t seq);

#endif
