#include "store/cql/ring.h"

#include <stdlib.h>

#include "util/mem.h"
#include "util/numbers.h"

void ring_deinit(struct ring *r)
{
    free(r->places);
    *r = (struct ring){0};
}

void ring_clear(struct ring *r)
{
    r->n = 0;
}

void ring_add(struct ring *r, uint32_t node, const int64_t *tokens, size_t n)
{
    if (n == 0)
        return;
    r->places = mem_resize(r->places, (r->n + n) * sizeof(*r->places));
    for (size_t i = 0; i < n; i++)
        r->places[r->n++] = (struct ring_place){tokens[i], node};
}

static int by_token(const void *a, const void *b)
{
    int64_t x = ((const struct ring_place *)a)->token, y = ((const struct ring_place *)b)->token;
    return (x > y) - (x < y);
}

void ring_sort(struct ring *r)
{
    if (r->n)
        qsort(r->places, r->n, sizeof(*r->places), by_token);
}

size_t ring_find(const struct ring *r, int64_t token)
{
    size_t from = 0, to = r->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (r->places[middle].token < token)
            from = middle + 1;
        else
            to = middle;
    }
    return from == r->n ? 0 : from;
}

bool ring_parse_token(struct str text, int64_t *token)
{
    bool negative = str_starts(text, STR("-"));
    uint64_t size, size_max = (uint64_t)INT64_MAX + negative;
    if (negative)
        text = str_n(text.p + 1, text.n - 1);
    if (!u64_parse(text, &size) || size > size_max)
        return false;
    *token = (int64_t)(negative ? -size : size);
    return true;
}
