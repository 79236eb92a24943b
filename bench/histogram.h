/*
 * struct histogram: how often each latency occurred, in buckets whose width grows with the value,
 * so that any quantile is known within 1 in 128 from nanoseconds to minutes, without keeping the
 * values (the layout of HdrHistogram, G. Tene). One thread.
 */
#ifndef PARLEY_BENCH_HISTOGRAM_H
#define PARLEY_BENCH_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 7,  /* buckets for each doubling: 128 */
    HISTOGRAM_BITS_MAX = 40, /* values to 2^40 ns, 18 minutes; greater ones count as that */
    HISTOGRAM_BUCKETS = (HISTOGRAM_BITS_MAX - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS,
};

/* Starts as {0}. */
struct histogram {
    uint64_t n, max;
    uint32_t counts[HISTOGRAM_BUCKETS];
};

void histogram_reset(struct histogram *);
void histogram_add(struct histogram *, uint64_t value);
/* The value that the part `quantile` (0 to 1) of all values does not exceed, rounded up to the end
 * of its bucket but never above the greatest value; 0 when there are none. */
uint64_t histogram_at(const struct histogram *, double quantile);

#endif
