/*
 * The embedded store run by threads: one writer, which puts all that is waiting into one batch and
 * syncs once (group commit), and a few readers, each request on a snapshot of its own.
 */
#ifndef PARLEY_STORE_THREADED_H
#define PARLEY_STORE_THREADED_H

#include "store/embedded.h"
#include "store/kv.h"

/* Takes over `kv`, whose reads may come from any thread; `info` is what embedded_open() gave.
 * Completions are posted to `completions`. 0, or a negative errno (the kv is then the caller's). */
int store_threaded_new(struct store **out, struct kv *kv, const struct store_info *info,
                       uint32_t readers, struct poster *completions);
/* What it stands on, to be asked how it is. */
struct kv *store_threaded_kv(const struct store *);
/* Whether writes are refused for good, since one failed. Any thread. */
bool store_threaded_broken(const struct store *);

#endif
