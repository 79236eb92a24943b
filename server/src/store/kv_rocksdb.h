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

/* How the engine is. */
struct kv_rocksdb_state {
    uint64_t stopped;      /* 1: nothing can be written until it has compacted */
    uint64_t delayed_rate; /* bytes a second it holds writes back to; 0: it does not */
    uint64_t memtable_bytes, file_bytes, compaction_pending_bytes, block_cache_bytes;
    uint64_t compactions, flushes; /* that run */
    uint64_t background_errors;    /* so far */
};
/* Any thread. */
void kv_rocksdb_look(struct kv *, struct kv_rocksdb_state *);

/* The number of its newest change: no two states of a database have the same. */
uint64_t kv_rocksdb_newest(struct kv *);

/* What it stands on, the kv's own: for whoever measures RocksDB alone, opened as the store opens
 * it.
 */
struct rocksdb_t;
struct rocksdb_column_family_handle_t;
struct rocksdb_t *kv_rocksdb_engine(struct kv *);
struct rocksdb_column_family_handle_t *kv_rocksdb_family(struct kv *, enum kv_table);

#endif
