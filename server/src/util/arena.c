#include "util/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "util/macros.h"
#include "util/mem.h"

enum { BLOCK_SIZE = 2048 - 32 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) unsigned char data[];
};

void arena_deinit(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    if (!a->blocks)
        return;
    struct arena older = {.blocks = a->blocks->next};
    a->blocks->next = NULL;
    a->used = 0;
    arena_deinit(&older);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    must(aligned >= size);
    if (!a->blocks || a->blocks->size - a->used < aligned) {
        size_t block_size = MAX(aligned, (size_t)BLOCK_SIZE);
        struct arena_block *block = mem_resize(NULL, sizeof(*block) + block_size);
        block->next = a->blocks;
        block->size = block_size;
        a->blocks = block;
        a->used = 0;
    }
    void *p = a->blocks->data + a->used;
    a->used += aligned;
    memset(p, 0, aligned);
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *copy = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(copy, s.p, s.n);
    return (struct str){copy, s.n};
}
