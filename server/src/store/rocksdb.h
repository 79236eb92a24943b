/*
 * The store of one machine: the embedded store on RocksDB, run by threads, in one directory with a
 * lock file, so that two servers never share it.
 */
#ifndef PARLEY_STORE_ROCKSDB_H
#define PARLEY_STORE_ROCKSDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct files_sum;
struct kv;
struct kv_rocksdb_state;
struct verify;

struct store_rocksdb_options {
    const char *directory; /* made, readable by its owner alone, where it is missing */
    uint64_t cache_bytes;  /* 0: 64 MiB */
    uint32_t readers;      /* threads; 0: 2 */
};

/* Completions are posted to `completions`. 0, or a negative errno and a sentence for people in
 * `why`: -EBUSY (another server holds the directory), -EPROTO (written by a newer Parley), -EACCES,
 * -ENOENT (the parent is missing), -ENOSPC, -EIO. */
int store_rocksdb_open(struct store **out, const struct store_rocksdb_options *,
                       struct poster *completions, char *why, size_t why_size);
/* A store in `directory`, which must be empty or missing, from the backup in `from`; a new one, as
 * its incarnation says. 0, or a negative errno and the reason in `why`; nothing then stands. */
int store_rocksdb_restore(const char *from, const char *directory, struct files_sum *, char *why,
                          size_t why_size);
/* Verifies the store, or the backup, in `directory`, and changes nothing there. verify->fault and
 * arg are set. 0: see verify->faults; or a negative errno and the reason in `why` (-EPROTO: it is
 * of an older schema). */
int store_rocksdb_verify(const char *directory, struct verify *, char *why, size_t why_size);
/* The rows of the store in `directory`, to be copied elsewhere: nobody opens it meanwhile. */
struct store_rocksdb_source {
    struct kv *kv;
    uint64_t version; /* another one after any write */
    int lock_fd;
    const char *directory;
};
/* Borrows `directory`. 0, or a negative errno and the reason in `why`. */
int store_rocksdb_source_open(struct store_rocksdb_source *, const char *directory, char *why,
                              size_t why_size);
/* From here on no server starts on it: it is another's, who has it by now, or soon. Harmless to
 * repeat. 0, negative. */
int store_rocksdb_source_leave(struct store_rocksdb_source *);
void store_rocksdb_source_close(struct store_rocksdb_source *);
/* Whether writes are refused for good, since one failed. Any thread. */
bool store_rocksdb_broken(const struct store *);
/* See kv_rocksdb.h. Any thread. */
void store_rocksdb_look(const struct store *, struct kv_rocksdb_state *);

#endif
