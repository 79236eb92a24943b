/*
 * What engines share: the batch, and reads that see it. A batch is a rowmap for each table laid
 * over the engine, so that reading one's own writes is the same code, and as well tested, over
 * every engine. Refused: RocksDB's WriteBatchWithIndex, which does it for RocksDB alone.
 */
#include "store/kv.h"

#include <stdlib.h>

#include "store/row_cache.h"
#include "util/macros.h"
#include "util/mem.h"

/* How a row stood before a change. */
struct kv_undo {
    struct row *row;
    enum kv_table table;
    bool was_deleted;
    struct str value; /* owned; absent: the row was not there */
};

void kv_free(struct kv *kv)
{
    if (kv)
        kv->ops->free(kv);
}

int kv_checkpoint(struct kv *kv, const char *directory)
{
    return kv->ops->checkpoint(kv, directory);
}

void kv_batch_mark(struct kv_batch *b)
{
    while (b->undo_n)
        free((void *)b->undo[--b->undo_n].value.p);
}

void kv_batch_rollback(struct kv_batch *b)
{
    while (b->undo_n) {
        struct kv_undo *u = &b->undo[--b->undo_n];
        if (!u->value.p) {
            rowmap_remove(&b->changes[u->table], u->row->key);
            continue;
        }
        rowmap_swap(&b->changes[u->table], u->row->key, &u->value);
        u->row->deleted = u->was_deleted;
        free((void *)u->value.p);
    }
}

void kv_batch_deinit(struct kv_batch *b)
{
    kv_batch_mark(b);
    free(b->undo);
    b->undo = NULL;
    b->undo_max = 0;
    arena_deinit(&b->scratch);
    for (int t = 0; t < KV_TABLES; t++)
        rowmap_deinit(&b->changes[t]);
}

static void undo_push(struct kv_batch *b, struct kv_undo undo)
{
    enum { UNDO_MIN = 16 };
    if (b->undo_n == b->undo_max) {
        b->undo_max = MAX(2 * b->undo_max, (size_t)UNDO_MIN);
        b->undo = mem_resize(b->undo, b->undo_max * sizeof(*b->undo));
    }
    b->undo[b->undo_n++] = undo;
}

static void change(struct kv_batch *b, enum kv_table table, struct str key, struct str value,
                   bool deleted)
{
    must(key.n >= 1 && key.n <= KV_KEY_MAX);
    struct str other = str_n(mem_copy(value.p, value.n), value.n);
    struct row *row = rowmap_swap(&b->changes[table], key, &other);
    undo_push(b, (struct kv_undo){row, table, row->deleted, other});
    row->deleted = deleted;
}

void kv_put(struct kv_batch *b, enum kv_table table, struct str key, struct str value)
{
    change(b, table, key, value, false);
}

void kv_delete(struct kv_batch *b, enum kv_table table, struct str key)
{
    change(b, table, key, STR(""), true);
}

size_t kv_batch_rows(const struct kv_batch *b)
{
    size_t n = 0;
    for (int t = 0; t < KV_TABLES; t++)
        n += b->changes[t].n;
    return n;
}

size_t kv_batch_bytes(const struct kv_batch *b)
{
    size_t n = 0;
    for (int t = 0; t < KV_TABLES; t++)
        n += b->changes[t].bytes;
    return n;
}

int kv_commit(struct kv_batch *b)
{
    int err = kv_batch_rows(b) ? b->kv->ops->commit(b->kv, b->changes) : 0;
    if (!err && b->known)
        row_cache_commit(b->known, &b->changes[KV_STATE]);
    kv_batch_deinit(b);
    return err;
}

/* The batch's own row with this key, or NULL when it does not touch it. */
static const struct row *overlay_get(const struct kv_view *v, enum kv_table table, struct str key)
{
    return v->batch ? rowmap_get(&v->batch->changes[table], key) : NULL;
}

/* The engine's row, by way of what the writer knows. */
static int get_known(const struct kv_view *v, struct row_cache *known, struct str key,
                     struct arena *arena, struct str *value)
{
    if (row_cache_get(known, key, value)) {
        if (!value->p)
            return KV_ABSENT;
        *value = arena_str(arena, *value);
        return 0;
    }
    int result = v->kv->ops->get(v->kv, v->snapshot, KV_STATE, key, arena, value);
    if (result == 0 || result == KV_ABSENT)
        row_cache_learn(known, key, result ? (struct str){0} : *value);
    return result;
}

int kv_get(const struct kv_view *v, enum kv_table table, struct str key, struct arena *arena,
           struct str *value)
{
    const struct row *row = overlay_get(v, table, key);
    if (!row && table == KV_STATE && v->batch && v->batch->known)
        return get_known(v, v->batch->known, key, arena, value);
    if (!row)
        return v->kv->ops->get(v->kv, v->snapshot, table, key, arena, value);
    if (row->deleted)
        return KV_ABSENT;
    *value = arena_str(arena, row->value);
    return 0;
}

int kv_get_many(const struct kv_view *v, enum kv_table table, const struct str *keys, size_t n,
                struct arena *arena, struct str *values)
{
    int err = v->kv->ops->get_many(v->kv, v->snapshot, table, keys, n, arena, values);
    for (size_t i = 0; !err && v->batch && i < n; i++) {
        const struct row *row = overlay_get(v, table, keys[i]);
        if (row)
            values[i] = row->deleted ? (struct str){0} : arena_str(arena, row->value);
    }
    return err;
}

static void base_advance(struct kv_scan *s)
{
    s->base_result = s->kv->ops->next(s->cursor, &s->base_key, &s->base_value);
}

static void over_advance(struct kv_scan *s)
{
    s->over = s->backward ? row_prev(s->over) : row_next(s->over);
}

static bool over_in_range(const struct kv_scan *s)
{
    return s->over &&
           (s->backward ? str_cmp(s->over->key, s->from) >= 0 : str_cmp(s->over->key, s->to) < 0);
}

int kv_scan_begin(struct kv_scan *s, const struct kv_view *v, enum kv_table table, struct str from,
                  struct str to, bool backward)
{
    *s = (struct kv_scan){.kv = v->kv, .from = from, .to = to, .backward = backward};
    s->cursor = v->kv->ops->open(v->kv, v->snapshot, table, from, to, backward);
    if (v->batch) {
        const struct rowmap *changes = &v->batch->changes[table];
        s->over = backward ? rowmap_before(changes, to) : rowmap_at(changes, from);
    }
    base_advance(s);
    return s->base_result < 0 ? s->base_result : 0;
}

/* Which of the two sources has the next row: < 0 the engine, > 0 the batch, 0 both the same key. */
static int scan_order(const struct kv_scan *s)
{
    if (s->base_result == KV_ABSENT)
        return 1;
    if (!over_in_range(s))
        return -1;
    int order = str_cmp(s->base_key, s->over->key);
    return s->backward ? -order : order;
}

int kv_scan_next(struct kv_scan *s, struct str *key, struct str *value)
{
    for (;;) {
        if (s->base_taken)
            base_advance(s);
        s->base_taken = false;
        if (s->base_result < 0)
            return s->base_result;
        if (s->base_result == KV_ABSENT && !over_in_range(s))
            return KV_ABSENT;
        int order = scan_order(s);
        const struct row *row = s->over;
        s->base_taken = order <= 0;
        if (order >= 0)
            over_advance(s);
        if (order >= 0 && row->deleted)
            continue;
        *key = order < 0 ? s->base_key : row->key;
        *value = order < 0 ? s->base_value : row->value;
        return 0;
    }
}

void kv_scan_end(struct kv_scan *s)
{
    if (s->cursor)
        s->kv->ops->close(s->cursor);
    s->cursor = NULL;
}
