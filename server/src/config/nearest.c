/*
 * Three rows of the usual table of distances between prefixes: swaps of neighbours, the commonest
 * slip, look two rows back. Names are short, so both are cut to a fixed length and the rows lie on
 * the stack.
 */
#include "config/nearest.h"

#include "util/macros.h"

size_t nearest_distance(struct str a, struct str b)
{
    size_t rows[3][NEAREST_BYTES_MAX + 1];
    size_t an = MIN(a.n, (size_t)NEAREST_BYTES_MAX), bn = MIN(b.n, (size_t)NEAREST_BYTES_MAX);
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= bn; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= an; i++) {
        now[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t replaced = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            now[j] = MIN(replaced, MIN(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                now[j] = MIN(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[bn] + (a.n - an) + (b.n - bn);
}
