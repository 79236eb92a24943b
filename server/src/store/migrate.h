/*
 * Brings the rows of an older schema to the one of layout.h, when a store is opened and before
 * anybody is served. A schema's step to the next is a list of passes, each of which walks the rows
 * of one kind; the step is done in batches, and the last one raises the store's number. So what is
 * killed, or finds the disk full, between two batches goes on after the last one. Until the end the
 * store is one of the older schema, but rows that were rewritten may mean nothing to the older
 * program; the store as it was is the caller's to keep (rocksdb.c links a copy).
 *
 * If somebody wrote meanwhile, the step begins anew: a pass must find nothing to do, or do the same
 * again, where it has been.
 */
#ifndef PARLEY_STORE_MIGRATE_H
#define PARLEY_STORE_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

#include "store/kv.h"

struct turn;

/* One walk over the rows whose key begins with `prefix`, in their order. */
struct migrate_pass {
    enum kv_table table;
    const char *prefix; /* "": the whole table */
    /* Puts what the row asks for into the turn's batch, outside of the range that is walked or
     * under the row's own key. Texts stay until it returns; the turn's arena until the batch is
     * written. 0, negative. */
    int (*row)(struct turn *, struct str key, struct str value);
};

struct migrate_step {
    const struct migrate_pass *passes;
    size_t n_passes;
};

/* From `schema`, which is older, to SCHEMA. 0, negative (-ENOSPC, -EIO, -EBADMSG: a row that does
 * not decode): the store is still of the older schema. */
int migrate_run(struct kv *, uint32_t schema);

/* The same with steps of one's own, of `rows_max` rows a batch: steps[i] leads from schema
 * from + i on. */
int migrate_steps(struct kv *, uint32_t from, const struct migrate_step *steps, size_t n_steps,
                  size_t rows_max);

#endif
