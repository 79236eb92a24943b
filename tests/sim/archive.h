/*
 * What the store removes, kept for the checker, which replays logs from their beginning; and when
 * it did. Of the contract in memory a kv in front of it sees each batch, and the rule of what may
 * be removed is held against it as it is written. Of a Cassandra in memory see
 * cassandra/graveyard.h, which notes the same here.
 */
#ifndef PARLEY_SIM_ARCHIVE_H
#define PARLEY_SIM_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/str.h"

/* The beginning of a log moved. */
struct cut {
    uint64_t conversation, gone_seq, gone_n;
    /* What was known when it was decided that from_seq to gone_seq go: the head, at the earliest
     * and the latest; the latest that a wall clock had ever been; and the step. */
    uint64_t from_seq, from_head_seq, to_head_seq, wall_ms_max, decided_step;
    /* The head when it moved, and the step from which on whoever asks finds it moved; UINT64_MAX:
     * it did not, or nobody knows. */
    uint64_t head_seq, stands_step;
};

struct archive;
struct event;
struct kv;
struct store_load;
struct world;

/* An empty one. */
struct archive *archive_new(struct world *);
void archive_free(struct archive *);
/* A kv in front of `inner`, which it owns: what goes from that is noted in world->archive. */
struct kv *archive_kv(struct world *, struct kv *inner);

/* --- to note --- */

/* An event that is removed, and is not noted yet. */
void archive_keep(struct archive *, uint64_t conversation, uint64_t seq, struct str record);
/* An event loses its words; the first time counts. */
void archive_empty(struct archive *, uint64_t conversation, uint64_t seq, uint64_t head_seq);
/* Its place among the cuts. */
uint32_t archive_cut(struct archive *, const struct cut *);

/* --- to look up --- */

struct cut *archive_cuts(struct archive *, uint32_t *n);
/* An event that was removed, as it was then; its texts lie in the arena. On Cassandra its words may
 * be gone: they go before it. */
bool archive_event(struct world *, uint64_t conversation, uint64_t seq, struct event *,
                   struct arena *);
/* Whether the store has words of what is gone. */
bool archive_has_words(struct world *, uint64_t conversation, uint64_t seq);
/* Whether an event that is kept is so old that it may go. `load`: its conversation as it is. */
bool archive_may_go(const struct world *, const struct store_load *load, const struct event *);
/* How much is gone by all that was written. */
uint64_t archive_gone(const struct world *, uint64_t conversation);
/* How much was gone when the event at `seq` was appended. */
uint64_t archive_gone_at(const struct world *, uint64_t conversation, uint64_t seq);
/* The head when the words of an event were first taken out of its row, on Cassandra, by whatever;
 * UINT64_MAX: they were not. By its age it may be long before it is said to be gone. */
uint64_t archive_emptied_at(const struct world *, uint64_t conversation, uint64_t seq);

#endif
