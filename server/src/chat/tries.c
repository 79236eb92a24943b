/*
 * One bucket holds `left_ms`, the time's worth of tries it has left: it fills by a millisecond a
 * millisecond, up to the window, and a try costs window / burst. No timers, no sweeps: the table
 * is bounded by dropping the bucket unused for longest, which is also the fullest.
 */
#include "chat/tries.h"

#include <stdlib.h>

#include "util/mem.h"

struct bucket {
    struct list oldest;
    uint64_t key;
    uint64_t left_ms;
    uint64_t at_ms;
};

void tries_init(struct tries *t, uint32_t burst, uint64_t window_ms)
{
    *t = (struct tries){.burst = burst, .window_ms = window_ms};
    list_init(&t->oldest);
}

void tries_deinit(struct tries *t)
{
    for (struct list *node; (node = list_pop_front(&t->oldest));)
        free(list_entry(node, struct bucket, oldest));
    map_deinit(&t->buckets);
}

static struct bucket *bucket_of(struct tries *t, uint64_t key, uint64_t now_ms)
{
    struct bucket *b = map_get(&t->buckets, key);
    if (!b) {
        if (t->buckets.n >= TRIES_TABLE_MAX) {
            b = list_entry(list_pop_front(&t->oldest), struct bucket, oldest);
            map_remove(&t->buckets, b->key);
            free(b);
        }
        b = mem_new(sizeof(*b));
        *b = (struct bucket){.key = key, .left_ms = t->window_ms, .at_ms = now_ms};
        list_init(&b->oldest);
        map_put(&t->buckets, key, b);
    }
    list_remove(&b->oldest);
    list_push_back(&t->oldest, &b->oldest);
    return b;
}

uint32_t tries_take(struct tries *t, struct str who, uint64_t now_ms)
{
    if (!t->burst)
        return 0;
    struct bucket *b = bucket_of(t, hash_bytes(who), now_ms);
    uint64_t cost = t->window_ms / t->burst;
    b->left_ms = MIN(t->window_ms, b->left_ms + (now_ms - b->at_ms));
    b->at_ms = now_ms;
    if (b->left_ms < cost)
        return (uint32_t)(cost - b->left_ms);
    b->left_ms -= cost;
    return 0;
}

void tries_give_back(struct tries *t, struct str who)
{
    if (!t->burst)
        return;
    struct bucket *b = map_get(&t->buckets, hash_bytes(who));
    if (b)
        b->left_ms = MIN(t->window_ms, b->left_ms + t->window_ms / t->burst);
}
