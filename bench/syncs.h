/*
 * Counts the syncs of a server's write-ahead log: a shared page, into which a small library that
 * is loaded before the server's own (preload_syncs.c) counts. So a client can tell whether a sync
 * that began after its send had ended before its `ok`, which is what "durable" promises, without
 * trusting the server's word.
 *
 * The log is written and synced by one thread at a time, so the k-th sync to begin is the k-th to
 * end.
 */
#ifndef PARLEY_BENCH_SYNCS_H
#define PARLEY_BENCH_SYNCS_H

#include <stdatomic.h>
#include <stdint.h>

/* Names the file of the shared page, in the server's environment. */
#define SYNCS_VARIABLE "BENCH_SYNCS"
/* Set to anything: the log is not synced at all, and nothing is counted. */
#define SYNCS_DROP_VARIABLE "BENCH_DROP_SYNCS"

struct syncs {
    _Atomic uint64_t begun, ended; /* of the log (files named *.log) */
    _Atomic uint64_t others;       /* of anything else */
};

/* Makes the file and maps it; dies where it cannot. */
struct syncs *syncs_make(const char *path);

/* What a client notes when it sends. NULL: nothing is known of syncs, and all is well. */
static inline uint64_t syncs_before(const struct syncs *s)
{
    return !s ? 0 : atomic_load_explicit(&s->begun, memory_order_acquire);
}

/* Whether a sync that began after that note has ended. */
static inline int syncs_since(const struct syncs *s, uint64_t before)
{
    return !s || atomic_load_explicit(&s->ended, memory_order_acquire) > before;
}

#endif
