#include "histogram.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { SUB = 1 << HISTOGRAM_SUB_BITS };
static_assert(HISTOGRAM_BUCKETS % SUB == 0, "whole doublings");

/* Values below SUB have a bucket each; above, the leading bits say which. */
static uint32_t bucket_of(uint64_t value)
{
    if (value < SUB)
        return (uint32_t)value;
    uint32_t bits = 63 - (uint32_t)__builtin_clzll(value);
    uint32_t shift = bits - HISTOGRAM_SUB_BITS;
    return ((shift + 1) << HISTOGRAM_SUB_BITS) + (uint32_t)(value >> shift) - SUB;
}

/* The greatest value in a bucket. */
static uint64_t end_of(uint32_t bucket)
{
    if (bucket < SUB)
        return bucket;
    uint32_t shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
    uint64_t first = (uint64_t)SUB + (bucket & (SUB - 1));
    return ((first + 1) << shift) - 1;
}

void histogram_reset(struct histogram *h)
{
    memset(h, 0, sizeof(*h));
}

void histogram_add(struct histogram *h, uint64_t value)
{
    uint64_t value_max = (UINT64_C(1) << HISTOGRAM_BITS_MAX) - 1;
    if (value > value_max)
        value = value_max;
    if (value > h->max)
        h->max = value;
    h->counts[bucket_of(value)]++;
    h->n++;
}

uint64_t histogram_at(const struct histogram *h, double quantile)
{
    uint64_t rank = (uint64_t)ceil(quantile * (double)h->n), passed = 0;
    if (rank < 1)
        rank = 1;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        passed += h->counts[i];
        if (passed >= rank)
            return end_of(i) < h->max ? end_of(i) : h->max;
    }
    return h->max;
}
