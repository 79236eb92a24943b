/*
 * The store in memory, for the simulator and for tests: the embedded store on a kv in memory, run
 * by somebody else's scheduler. Single-threaded and deterministic: every request waits as one task
 * at `work` until the scheduler runs it; its completion is then posted to `completions`. Tasks may
 * run in any order: whichever task of a write runs, the oldest waiting write is carried out.
 */
#ifndef PARLEY_STORE_MEMORY_H
#define PARLEY_STORE_MEMORY_H

#include <stdint.h>

#include "store/store.h"
#include "util/crypto.h"

struct kv;

/* A fresh store, which dies with store_free(). Never NULL. */
struct store *store_memory_new(struct poster *work, struct poster *completions,
                               const uint8_t secret[CRYPTO_SECRET_BYTES], uint64_t incarnation);
/* A store on what `kv` holds (kv_memory_new()), which outlives it. Where the kv holds a store
 * already, its own secret and incarnation stand. */
struct store *store_memory_open(struct kv *kv, struct poster *work, struct poster *completions,
                                const uint8_t secret[CRYPTO_SECRET_BYTES], uint64_t incarnation);
/* The process dies: requests that were not carried out are lost, their done() never runs, the store
 * is freed; what was carried out stays in the kv. The tasks that wait at `work` are taken out of
 * the lists they are in; a poster that keeps them otherwise must have dropped them. Completions
 * posted before are the poster's to drop. */
void store_memory_crash(struct store *);
/* From now on an append takes at most `events` (>= 1), so that callers meet `taken` < offered. */
void store_memory_take_at_most(struct store *, uint32_t events);

#endif
