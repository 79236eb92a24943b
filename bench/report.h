/*
 * struct report: the rows that a run measured, as one table or as one JSON object. A row has one
 * value for each repetition, each with the limit that was measured right beside it, since the
 * machine drifts; what is reported of them is the median, and the range.
 */
#ifndef PARLEY_BENCH_REPORT_H
#define PARLEY_BENCH_REPORT_H

#include <stdbool.h>
#include <stdio.h>

enum { REPORT_ROWS_MAX = 24, REPORT_SAMPLES_MAX = 16, REPORT_DETAILS_MAX = 32 };

/* How a value is held against its limit. */
enum bound {
    BOUND_NONE,     /* nothing is asked */
    BOUND_AT_LEAST, /* value >= factor * limit */
    BOUND_AT_MOST,
};

struct row {
    const char *key, *unit; /* as are all texts here: borrowed for as long as the report */
    enum bound bound;
    double factor;
    double values[REPORT_SAMPLES_MAX], limits[REPORT_SAMPLES_MAX];
    unsigned n;
    const char *also; /* what the target asks for besides, or NULL */
    bool also_met;
    bool instead_met; /* it is met whatever the bound says */
    const char *note; /* why there is no value, or a remark */
    struct detail {
        const char *name;
        double values[REPORT_SAMPLES_MAX];
        unsigned n;
    } details[REPORT_DETAILS_MAX];
    unsigned details_n;
};

struct report {
    struct row rows[REPORT_ROWS_MAX];
    unsigned n;
};

/* The row of that key, made where it is not there yet. */
struct row *report_row(struct report *, const char *key, const char *unit, enum bound,
                       double factor);
/* One repetition. */
void row_add(struct row *, double value, double limit);
/* A further figure of a repetition. */
void row_detail(struct row *, const char *name, double value);
/* The median of one. */
double row_detail_median(const struct row *, const char *name);

double median(const double *values, unsigned n);
/* The median of value / limit over the repetitions. */
double row_ratio(const struct row *);
bool row_met(const struct row *);

void report_table(const struct report *, FILE *);
void report_json(const struct report *, FILE *);

#endif
