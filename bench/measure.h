/* struct measure: what a server, or several together, used and did between two moments, per
 * message. */
#ifndef PARLEY_BENCH_MEASURE_H
#define PARLEY_BENCH_MEASURE_H

#include "histogram.h"
#include "server.h"
#include "usage.h"

struct measure {
    struct usage usage;
    uint64_t syncs, begun_ns, bench_cpu_ns;
    double seconds;
};

void measure_begin(struct measure *, const struct server *servers, unsigned n);
/* From here on it holds the differences. */
void measure_end(struct measure *, const struct server *servers, unsigned n);

/* What a run of messages came to; all per message or per second. */
struct talk {
    double seconds;
    double acknowledged_s, delivered_s;  /* messages, deliveries */
    double ok_ms[3], delivered_ms[3];    /* p50, p99, p99.9 */
    double cpu_us, bytes, syncs, frames; /* server's, for each acknowledged message */
    double threads_us[USAGE_THREADS_MAX];
    char threads[USAGE_THREADS_MAX][USAGE_NAME_MAX];
    unsigned threads_n;
    double bench_cpu_us;
};

void talk_latencies(double ms[3], const struct histogram *);
/* Fills in all but the latencies. Dies when messages were acknowledged and nothing was synced. */
void talk_fill(struct talk *, const struct measure *, uint64_t acknowledged, uint64_t delivered,
               uint64_t frames);

/* Of all threads whose name begins so: CPU µs per message. */
double talk_thread_us(const struct talk *, const char *prefix);

#endif
