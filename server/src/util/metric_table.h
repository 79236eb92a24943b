/* Inside metric: the table that counting and printing share. */
#ifndef PARLEY_UTIL_METRIC_TABLE_H
#define PARLEY_UTIL_METRIC_TABLE_H

#include "util/metric.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
enum metric_unit {
    METRIC_ONES,
    METRIC_BYTES,
    METRIC_NS, /* told as seconds */
};

struct metric_row {
    const char *name; /* without the unit and what Prometheus wants after it */
    enum metric_kind kind;
    enum metric_unit unit;
    const char *label; /* NULL: none */
    const char *help;  /* one sentence, plain */
};

extern const struct metric_row metric_rows[METRICS];

/* Upper ends of a histogram's buckets; the last bucket has none. Then follows the sum. */
enum { METRIC_BUCKETS = 16, METRIC_SUM = METRIC_BUCKETS };
const uint64_t *metric_bounds(enum metric);

#endif
