/*
 * struct rowmap: an ordered map from byte strings to byte strings, in memory. The memory backend is
 * made of it, and so is a batch that is not yet written. One thread.
 */
#ifndef PARLEY_STORE_ROWMAP_H
#define PARLEY_STORE_ROWMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

enum { ROWMAP_LEVELS = 12 }; /* at one row in four a level: good for 16 million rows */

/* One entry. Its key stays where it is until it is removed; its value until it is put again. */
struct row {
    struct str key, value;
    bool deleted; /* for the owner: a batch remembers here that the key is to go */
    struct row *prev;
    struct row *next[]; /* one for each of its levels */
};

struct rowmap {
    struct row *first[ROWMAP_LEVELS];
    struct row *last;
    uint64_t dice; /* decides levels; the same puts give the same map */
    size_t n;
    size_t bytes; /* of keys and values */
};

/* Starts as {0}. Frees all; it may be used again after. */
void rowmap_deinit(struct rowmap *);
/* The row with this key, or NULL. */
struct row *rowmap_get(const struct rowmap *, struct str key);
/* Sets the value (copied), inserting where need be; the row is then not `deleted`. */
struct row *rowmap_put(struct rowmap *, struct str key, struct str value);
/* The same for a value on the heap, which becomes the map's; in its place the caller gets the one
 * that was there, absent in a new row. `deleted` stays. */
struct row *rowmap_swap(struct rowmap *, struct str key, struct str *value);
/* Harmless when there is none. */
void rowmap_remove(struct rowmap *, struct str key);
/* The first row at or after `key`, or NULL. */
struct row *rowmap_at(const struct rowmap *, struct str key);
/* The last row before `key`, or NULL. */
struct row *rowmap_before(const struct rowmap *, struct str key);
static inline struct row *row_next(const struct row *r)
{
    return r->next[0];
}
static inline struct row *row_prev(const struct row *r)
{
    return r->prev;
}

#endif
