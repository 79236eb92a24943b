/*
 * A kv on RocksDB. Reads may come from any thread, commits from one. A column family a table; each
 * commit is one synced write batch.
 */
#ifndef PARLEY_STORE_KV_ROCKSDB_H
#define PARLEY_STORE_KV_ROCKSDB_H

#include <stddef.h>

#include "store/kv.h"

/* Opens or makes the database in `directory`, whose parent exists. `cache_bytes` is for blocks of
 * all tables. 0, or -EIO, -ENOSPC with the engine's words in `why`. */
int kv_rocksdb_open(struct kv **out, const char *directory, size_t cache_bytes, char *why,
                    size_t why_size);
/* As above, to look only: nothing in `directory` is written, and it must hold a database. Commits
 * fail. */
int kv_rocksdb_open_to_read(struct kv **out, const char *directory, size_t cache_bytes, char *why,
                            size_t why_size);

#endif
