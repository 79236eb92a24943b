/*
 * struct row_cache: what the writer knows of single rows without asking the engine: how they were
 * found or written last, absence too. Only KV_STATE's rows are kept: an append reads the heads and
 * marks that the one before it wrote, and a look into the engine costs more than all else of it.
 *
 * It is true because one thread writes: every commit goes through it. Bounded in bytes; what was
 * not used for longest goes first. One thread.
 */
#ifndef PARLEY_STORE_ROW_CACHE_H
#define PARLEY_STORE_ROW_CACHE_H

#include <stdbool.h>

#include "store/rowmap.h"
#include "util/hash.h"
#include "util/list.h"

/* Enough for the rows of some 15,000 conversations that talk at the same time. */
enum { ROW_CACHE_BYTES = 16 * 1024 * 1024 };

struct row_cache {
    struct map rows;  /* by the key's hash; of two with one hash the later stays */
    struct list used; /* the least lately used first */
    size_t bytes, bytes_max;
};

void row_cache_init(struct row_cache *, size_t bytes_max);
void row_cache_deinit(struct row_cache *);

/* Whether it knows the row; *value, borrowed until the next call, has no `p` where there is none.
 */
bool row_cache_get(struct row_cache *, struct str key, struct str *value);
/* The row was read: *value as above. */
void row_cache_learn(struct row_cache *, struct str key, struct str value);
/* These changes were committed. Only what is known already is kept up to date: most rows are
 * written and not read again. */
void row_cache_commit(struct row_cache *, const struct rowmap *changes);

#endif
