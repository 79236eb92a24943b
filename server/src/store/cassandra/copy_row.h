/*
 * Inside a copy: one row of the source, and what whoever says what it becomes has at hand. All of
 * it lies in the scratch of the step's strand. Functions give 0 or a negative errno.
 */
#ifndef PARLEY_STORE_CASSANDRA_COPY_ROW_H
#define PARLEY_STORE_CASSANDRA_COPY_ROW_H

#include <string.h>

#include "store/cassandra/copy_rows.h"
#include "store/cassandra/own.h"
#include "store/turn.h"
#include "util/numbers.h"

/* What keys are made of (store/layout.h). */
enum { TAG = 1, ID = 8 };

struct copy_row {
    struct str key, value, before; /* before: the key in front of it in its table, or empty */
};

/* The nth number behind the tag, and what is behind n of them. */
static inline uint64_t copy_id(const struct copy_row *row, size_t n)
{
    return be64_get(row->key.p + TAG + n * ID);
}
static inline struct str copy_text(const struct copy_row *row, size_t n_ids)
{
    size_t at = TAG + n_ids * ID;
    return str_n(row->key.p + at, row->key.n - at);
}
/* Whether the row before begins with the same n bytes. */
static inline bool copy_same_run(const struct copy_row *row, size_t n)
{
    return row->before.n >= n && memcmp(row->before.p, row->key.p, n) == 0;
}

/* The source, typed. */
struct turn copy_turn(struct copy_walk *);
int copy_head_of(struct copy_walk *, uint64_t conversation, struct log_head *);
/* The row does not decode: logs that, -EBADMSG. */
int copy_bad(const struct copy_walk *, const struct copy_row *);
/* It becomes this, too; at most COPY_ROW_ASKS_MAX of one row. */
void copy_emit(struct copy_walk *, struct ask);
/* All rows whose keys begin so, each of which says by what event of the own log it is, as one set.
 */
int copy_emit_set(struct copy_walk *, uint64_t user, enum own_kind, const struct row_key *prefix);

/* What the rows with a tag become. A tag 0 ends a table. */
struct copy_kind {
    char tag;
    uint8_t ids; /* numbers in its key */
    bool text;   /* and bytes behind them; else there are none */
    int (*run)(struct copy_walk *, const struct copy_row *);
};
extern const struct copy_kind copy_directory_kinds[]; /* copy_directory.c */
extern const struct copy_kind copy_state_kinds[];     /* copy_state.c */

#endif
