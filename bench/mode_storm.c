#include "mode.h"

#include <math.h>

#define JITTER_S 1.0

void storm_measure(struct flock *f, struct storm *out)
{
    struct memory steady, peak;
    uint64_t caught_up = f->caught_up;
    flock_write_each(f); /* so that everybody has something to catch up with */
    memory_read(&steady, f->server->pid);
    flock_storm(f, JITTER_S, &out->most_s, &out->all_s);
    memory_read(&peak, f->server->pid);
    out->connections = f->n;
    out->started_s = f->server->started_s;
    out->caught_up = (double)(f->caught_up - caught_up);
    out->memory_ratio = (double)peak.peak / (double)steady.resident;
    out->most_s = fmax(out->most_s - JITTER_S, 0);
    out->all_s = fmax(out->all_s - JITTER_S, 0);
}

void row_storm(struct bench *b, const struct storm *s)
{
    struct row *row = report_row(&b->report, "storm", "s", BOUND_AT_MOST, 1);
    row_add(row, s->all_s, 3);
    row_detail(row, "connections", s->connections);
    row_detail(row, "p99_s", s->most_s);
    row_detail(row, "server_start_s", s->started_s);
    row_detail(row, "caught_up", s->caught_up);
    row_detail(row, "peak_to_steady", s->memory_ratio);
    row->also = "peak_to_steady < 1.5";
    row->also_met = row_detail_median(row, "peak_to_steady") < 1.5;
}

static void measure_storm(struct bench *b, struct flock *f)
{
    struct storm storm;
    flock_connect(f, 0, f->n, false);
    storm_measure(f, &storm);
    row_storm(b, &storm);
}

void mode_storm(struct bench *b)
{
    mode_with_flock(b, measure_storm);
}
