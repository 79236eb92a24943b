/*
 * struct kv: an ordered map from byte strings to byte strings, in a few tables, with snapshots and
 * atomic durable batches: all that the embedded store asks of an engine. What the rows mean stands
 * in layout.h; the engines are kv_rocksdb.c and kv_memory.c.
 *
 * Reads go through a view: the newest state, a snapshot, or a batch that is not yet written (its
 * own changes over the newest state). Errors are negative errnos: -EIO (the engine could not read),
 * -EBADMSG (a row that does not decode), -ENOSPC.
 */
#ifndef PARLEY_STORE_KV_H
#define PARLEY_STORE_KV_H

#include <stdbool.h>
#include <stdint.h>

#include "store/rowmap.h"
#include "util/arena.h"
#include "util/str.h"

/* Tables differ in how they are used, so an engine may keep them differently. */
enum kv_table {
    KV_DIRECTORY, /* accounts, devices, claims, what the store is: small, seldom written */
    KV_STATE,  /* heads, members: small, written all the time, read in batches; stays in memory */
    KV_EVENTS, /* records: large, written once, read in runs */
    KV_KEYS,   /* nearly all lookups are of keys that are not there */
    KV_TABLES,
};

enum kv_result {
    KV_ABSENT = 1, /* get: no such row; scan: no more rows */
};

enum { KV_KEY_MAX = 96 };

struct kv;
struct kv_cursor;
struct kv_snapshot;

/* What an engine does. A NULL snapshot is the newest state. */
struct kv_ops {
    /* *value goes into the arena. 0, KV_ABSENT, negative. */
    int (*get)(struct kv *, const struct kv_snapshot *, enum kv_table, struct str key,
               struct arena *, struct str *value);
    /* Keys ascend, none twice; what is absent becomes an absent text. 0, negative. */
    int (*get_many)(struct kv *, const struct kv_snapshot *, enum kv_table, const struct str *keys,
                    size_t n, struct arena *, struct str *values);
    /* Over from <= key < to, both borrowed until the close. */
    struct kv_cursor *(*open)(struct kv *, const struct kv_snapshot *, enum kv_table,
                              struct str from, struct str to, bool backward);
    /* Key and value stay until the next call. 0, KV_ABSENT, negative. */
    int (*next)(struct kv_cursor *, struct str *key, struct str *value);
    void (*close)(struct kv_cursor *);
    struct kv_snapshot *(*snapshot)(struct kv *);
    void (*release)(struct kv *, struct kv_snapshot *);
    /* All rows or none; durable, and only then visible, when it returns 0. After an error it may
     * stand or not, and the kv must not be written again. */
    int (*commit)(struct kv *, const struct rowmap changes[KV_TABLES]);
    /* See kv_checkpoint(). */
    int (*checkpoint)(struct kv *, const char *directory);
    void (*free)(struct kv *);
};

/* Embedded in an engine's own struct. Reads may come from many threads where the engine says so;
 * commits from one. */
struct kv {
    const struct kv_ops *ops;
};

/* NULL is fine. No view, scan or snapshot may be left. */
void kv_free(struct kv *);
/* A second kv in `directory`, which must not be there, with all that was committed before the call,
 * and of what is committed meanwhile a beginning. Any thread that may read. 0, -ENOTSUP (the engine
 * keeps nothing on a disk), -EIO, -ENOSPC. */
int kv_checkpoint(struct kv *, const char *directory);

/* A batch: changes that are to be written together. Starts as {.kv = …}; with `known`, reads of
 * KV_STATE that see the batch look there before they ask the engine. */
struct kv_undo;
struct row_cache;
struct kv_batch {
    struct kv *kv;
    struct row_cache *known; /* borrowed; NULL: none. All that is committed goes through it */
    struct rowmap changes[KV_TABLES];
    struct kv_undo *undo; /* since the mark, the newest last */
    size_t undo_n, undo_max;
    struct arena scratch; /* of the write under way (embedded.c) */
};

void kv_batch_deinit(struct kv_batch *);
void kv_put(struct kv_batch *, enum kv_table, struct str key, struct str value);
void kv_delete(struct kv_batch *, enum kv_table, struct str key);
/* From here on changes can be taken back… */
void kv_batch_mark(struct kv_batch *);
/* …to the newest mark. */
void kv_batch_rollback(struct kv_batch *);
/* Rows changed so far, and their bytes. */
size_t kv_batch_rows(const struct kv_batch *);
size_t kv_batch_bytes(const struct kv_batch *);
/* Writes and empties it. 0 (at once when there is nothing), negative. */
int kv_commit(struct kv_batch *);

/* What a read looks at: at most one of snapshot and batch is set. */
struct kv_view {
    struct kv *kv;
    const struct kv_snapshot *snapshot;
    const struct kv_batch *batch;
};

/* As the operations of the same names above. */
int kv_get(const struct kv_view *, enum kv_table, struct str key, struct arena *,
           struct str *value);
int kv_get_many(const struct kv_view *, enum kv_table, const struct str *keys, size_t n,
                struct arena *, struct str *values);

/* Rows of a range in order. The batch must not change meanwhile. */
struct kv_scan {
    struct kv *kv;
    struct kv_cursor *cursor;
    struct str from, to;
    bool backward;
    int base_result; /* of the row under the cursor */
    bool base_taken; /* it was given out: move on before looking again */
    struct str base_key, base_value;
    const struct row *over; /* the batch's row that is next, or NULL */
};

/* Over from <= key < to, both borrowed until kv_scan_end(). */
int kv_scan_begin(struct kv_scan *, const struct kv_view *, enum kv_table, struct str from,
                  struct str to, bool backward);
/* Key and value stay until the next call. 0, KV_ABSENT, negative. */
int kv_scan_next(struct kv_scan *, struct str *key, struct str *value);
void kv_scan_end(struct kv_scan *);

#endif
