/* A kv in memory: for tests and the simulator. Its snapshots are the newest state, so it is for one
 * thread, and nothing may be committed while a snapshot or scan is open. */
#ifndef PARLEY_STORE_KV_MEMORY_H
#define PARLEY_STORE_KV_MEMORY_H

#include "store/kv.h"

/* Empty. Never NULL. */
struct kv *kv_memory_new(void);

#endif
