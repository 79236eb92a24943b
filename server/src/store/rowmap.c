/*
 * A skip list (Pugh, 1990) with links back on its lowest level. Levels come from a generator with a
 * fixed start, so that a simulated run does the same steps each time. Refused: a sorted array
 * (a put in the middle moves everything) and balanced trees (three times the code for the same).
 */
#include "store/rowmap.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t roll(uint64_t *dice)
{
    uint64_t z = (*dice += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int levels_roll(uint64_t *dice)
{
    uint64_t bits = roll(dice);
    int levels = 1;
    while (levels < ROWMAP_LEVELS && (bits & 3) == 0) {
        bits >>= 2;
        levels++;
    }
    return levels;
}

/* Where, on each level, the links to the first row at or after `key` stand. */
static void find_links(struct rowmap *m, struct str key, struct row **links[ROWMAP_LEVELS],
                       struct row **before)
{
    struct row *at = NULL; /* the last row before the key so far; NULL: the front */
    for (int level = ROWMAP_LEVELS - 1; level >= 0; level--) {
        struct row **link = at ? &at->next[level] : &m->first[level];
        while (*link && str_cmp((*link)->key, key) < 0) {
            at = *link;
            link = &at->next[level];
        }
        links[level] = link;
    }
    *before = at;
}

static struct row *find_before(const struct rowmap *m, struct str key)
{
    struct row *at = NULL;
    for (int level = ROWMAP_LEVELS - 1; level >= 0; level--) {
        struct row *next = at ? at->next[level] : m->first[level];
        while (next && str_cmp(next->key, key) < 0) {
            at = next;
            next = at->next[level];
        }
    }
    return at;
}

static void row_free(struct row *r)
{
    free((void *)r->value.p);
    free(r);
}

void rowmap_deinit(struct rowmap *m)
{
    struct row *r = m->first[0];
    while (r) {
        struct row *next = row_next(r);
        row_free(r);
        r = next;
    }
    *m = (struct rowmap){0};
}

struct row *rowmap_at(const struct rowmap *m, struct str key)
{
    struct row *before = find_before(m, key);
    return before ? row_next(before) : m->first[0];
}

struct row *rowmap_before(const struct rowmap *m, struct str key)
{
    return find_before(m, key);
}

struct row *rowmap_get(const struct rowmap *m, struct str key)
{
    struct row *r = rowmap_at(m, key);
    return r && str_eq(r->key, key) ? r : NULL;
}

static struct row *insert(struct rowmap *m, struct str key, struct row **links[ROWMAP_LEVELS],
                          struct row *before)
{
    int levels = levels_roll(&m->dice);
    size_t bytes = sizeof(struct row) + (size_t)levels * sizeof(struct row *);
    struct row *r = mem_resize(NULL, bytes + key.n);
    *r = (struct row){.key = str_n((char *)r + bytes, key.n), .prev = before};
    memcpy((char *)r + bytes, key.p, key.n);
    for (int level = 0; level < levels; level++) {
        r->next[level] = *links[level];
        *links[level] = r;
    }
    if (row_next(r))
        row_next(r)->prev = r;
    else
        m->last = r;
    m->n++;
    m->bytes += key.n;
    return r;
}

struct row *rowmap_swap(struct rowmap *m, struct str key, struct str *value)
{
    struct row **links[ROWMAP_LEVELS], *before;
    find_links(m, key, links, &before);
    struct row *r = *links[0];
    if (!r || !str_eq(r->key, key))
        r = insert(m, key, links, before);
    struct str old = r->value;
    m->bytes += value->n - old.n;
    r->value = *value;
    *value = old;
    return r;
}

struct row *rowmap_put(struct rowmap *m, struct str key, struct str value)
{
    struct str copy = str_n(mem_copy(value.p, value.n), value.n);
    struct row *r = rowmap_swap(m, key, &copy);
    r->deleted = false;
    free((void *)copy.p);
    return r;
}

void rowmap_remove(struct rowmap *m, struct str key)
{
    struct row **links[ROWMAP_LEVELS], *before;
    find_links(m, key, links, &before);
    struct row *r = *links[0];
    if (!r || !str_eq(r->key, key))
        return;
    for (int level = 0; level < ROWMAP_LEVELS && *links[level] == r; level++)
        *links[level] = r->next[level];
    if (row_next(r))
        row_next(r)->prev = before;
    else
        m->last = before;
    m->n--;
    m->bytes -= r->key.n + r->value.n;
    row_free(r);
}
