/*
 * One rowmap a table. "Durable" means that the object lives on: a crash is to drop the store that
 * stands on it and to open another.
 */
#include "store/kv_memory.h"

#include <errno.h>
#include <stdlib.h>

#include "util/macros.h"
#include "util/mem.h"

struct kv_memory {
    struct kv kv;
    struct rowmap tables[KV_TABLES];
    size_t n_cursors;
};

struct kv_cursor {
    struct kv_memory *m;
    struct str from, to;
    bool backward;
    const struct row *row; /* the next to give, or NULL */
};

static struct kv_memory *memory(struct kv *kv)
{
    return container_of(kv, struct kv_memory, kv);
}

static int memory_get(struct kv *kv, const struct kv_snapshot *snapshot, enum kv_table table,
                      struct str key, struct arena *arena, struct str *value)
{
    (void)snapshot;
    const struct row *row = rowmap_get(&memory(kv)->tables[table], key);
    if (!row)
        return KV_ABSENT;
    *value = arena_str(arena, row->value);
    return 0;
}

static int memory_get_many(struct kv *kv, const struct kv_snapshot *snapshot, enum kv_table table,
                           const struct str *keys, size_t n, struct arena *arena,
                           struct str *values)
{
    for (size_t i = 0; i < n; i++) {
        must(i == 0 || str_cmp(keys[i - 1], keys[i]) < 0);
        if (memory_get(kv, snapshot, table, keys[i], arena, &values[i]))
            values[i] = (struct str){0};
    }
    return 0;
}

static struct kv_cursor *memory_open(struct kv *kv, const struct kv_snapshot *snapshot,
                                     enum kv_table table, struct str from, struct str to,
                                     bool backward)
{
    (void)snapshot;
    struct kv_memory *m = memory(kv);
    struct kv_cursor *c = mem_new(sizeof(*c));
    *c = (struct kv_cursor){.m = m, .from = from, .to = to, .backward = backward};
    c->row = backward ? rowmap_before(&m->tables[table], to) : rowmap_at(&m->tables[table], from);
    m->n_cursors++;
    return c;
}

static int memory_next(struct kv_cursor *c, struct str *key, struct str *value)
{
    const struct row *row = c->row;
    if (!row || (c->backward ? str_cmp(row->key, c->from) < 0 : str_cmp(row->key, c->to) >= 0))
        return KV_ABSENT;
    *key = row->key;
    *value = row->value;
    c->row = c->backward ? row_prev(row) : row_next(row);
    return 0;
}

static void memory_close(struct kv_cursor *c)
{
    c->m->n_cursors--;
    free(c);
}

static struct kv_snapshot *memory_snapshot(struct kv *kv)
{
    (void)kv;
    return NULL;
}

static void memory_release(struct kv *kv, struct kv_snapshot *snapshot)
{
    (void)kv;
    (void)snapshot;
}

static int memory_commit(struct kv *kv, const struct rowmap changes[KV_TABLES])
{
    struct kv_memory *m = memory(kv);
    must(m->n_cursors == 0);
    for (int t = 0; t < KV_TABLES; t++) {
        for (const struct row *row = changes[t].first[0]; row; row = row_next(row)) {
            if (row->deleted)
                rowmap_remove(&m->tables[t], row->key);
            else
                rowmap_put(&m->tables[t], row->key, row->value);
        }
    }
    return 0;
}

static int memory_checkpoint(struct kv *kv, const char *directory)
{
    (void)kv, (void)directory;
    return -ENOTSUP;
}

static void memory_free(struct kv *kv)
{
    struct kv_memory *m = memory(kv);
    must(m->n_cursors == 0);
    for (int t = 0; t < KV_TABLES; t++)
        rowmap_deinit(&m->tables[t]);
    free(m);
}

static const struct kv_ops memory_ops = {
    .get = memory_get,
    .get_many = memory_get_many,
    .open = memory_open,
    .next = memory_next,
    .close = memory_close,
    .snapshot = memory_snapshot,
    .release = memory_release,
    .commit = memory_commit,
    .checkpoint = memory_checkpoint,
    .free = memory_free,
};

struct kv *kv_memory_new(void)
{
    struct kv_memory *m = mem_new(sizeof(*m));
    m->kv.ops = &memory_ops;
    return &m->kv;
}
