#include "store/row_cache.h"

#include <stdlib.h>
#include <string.h>

#include "util/macros.h"
#include "util/mem.h"

struct known {
    struct list link; /* in used */
    uint64_t hash;
    uint32_t key_n, value_n;
    bool absent;
    char bytes[]; /* key, value */
};

void row_cache_init(struct row_cache *c, size_t bytes_max)
{
    *c = (struct row_cache){.bytes_max = bytes_max};
    list_init(&c->used);
}

static size_t weight(const struct known *k)
{
    enum { SLOT_BYTES = 32 }; /* in the map, and what malloc adds */
    return sizeof(*k) + k->key_n + k->value_n + SLOT_BYTES;
}

static void forget(struct row_cache *c, struct known *k)
{
    list_remove(&k->link);
    map_remove(&c->rows, k->hash);
    c->bytes -= weight(k);
    free(k);
}

void row_cache_deinit(struct row_cache *c)
{
    while (!list_empty(&c->used))
        forget(c, list_entry(c->used.next, struct known, link));
    map_deinit(&c->rows);
}

static struct known *find(const struct row_cache *c, struct str key)
{
    struct known *k = map_get(&c->rows, hash_bytes(key));
    return k && str_eq(str_n(k->bytes, k->key_n), key) ? k : NULL;
}

bool row_cache_get(struct row_cache *c, struct str key, struct str *value)
{
    struct known *k = find(c, key);
    if (!k)
        return false;
    list_remove(&k->link);
    list_push_back(&c->used, &k->link);
    *value = k->absent ? (struct str){0} : str_n(k->bytes + k->key_n, k->value_n);
    return true;
}

void row_cache_learn(struct row_cache *c, struct str key, struct str value)
{
    uint64_t hash = hash_bytes(key);
    struct known *before = map_get(&c->rows, hash);
    if (before)
        forget(c, before);
    struct known *k = mem_new(sizeof(*k) + key.n + value.n);
    *k = (struct known){
        .hash = hash,
        .key_n = (uint32_t)key.n,
        .value_n = (uint32_t)value.n,
        .absent = !value.p,
    };
    memcpy(k->bytes, key.p, key.n);
    if (value.n)
        memcpy(k->bytes + key.n, value.p, value.n);
    map_put(&c->rows, hash, k);
    list_push_back(&c->used, &k->link);
    c->bytes += weight(k);
    while (c->bytes > c->bytes_max)
        forget(c, list_entry(c->used.next, struct known, link));
}

void row_cache_commit(struct row_cache *c, const struct rowmap *changes)
{
    for (const struct row *row = rowmap_at(changes, STR("")); row; row = row_next(row)) {
        struct known *k = find(c, row->key);
        if (!k)
            continue;
        if (!row->deleted && !k->absent && k->value_n == row->value.n)
            memcpy(k->bytes + k->key_n, row->value.p, row->value.n); /* the most usual */
        else
            row_cache_learn(c, row->key, row->deleted ? (struct str){0} : row->value);
    }
}
