/* Connections with a token: TCP, upgrade, `auth` answered; beside bare WebSocket accepts. */
#include "mode.h"

void row_connect(struct bench *b, const struct flock *f, double connects_s, double accepts_s)
{
    enum { ENOUGH_S = 20000 };
    struct row *row = report_row(&b->report, "connect", "connects/s", BOUND_AT_LEAST, 0.3);
    row_add(row, connects_s, accepts_s);
    row_detail(row, "connections", f->n);
    row->instead_met = median(row->values, row->n) >= ENOUGH_S;
}

static void measure_connect(struct bench *b, struct flock *f)
{
    double connects_s = f->n / flock_connect(f, 0, f->n, true);
    flock_disconnect(f);
    row_connect(b, f, connects_s, relay_accepts(&b->load, f->n));
}

void mode_connect(struct bench *b)
{
    mode_with_flock(b, measure_connect);
}
