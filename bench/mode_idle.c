/* The slope between two numbers of connections, so that what the server has anyway is left out. */
#include "mode.h"

enum { SETTLE_MS = 200, CONNECTIONS_PER_MS = 25 };

static double anonymous_bytes(struct bench *b, const struct flock *f)
{
    struct memory memory;
    load_for(&b->load, (SETTLE_MS + (double)f->n / CONNECTIONS_PER_MS) / 1e3);
    memory_read(&memory, f->server->pid);
    return (double)memory.anonymous;
}

void idle_measure(struct bench *b, struct flock *f, struct idle *out)
{
    uint32_t fewer = f->n / 3;
    double seconds = flock_connect(f, 0, fewer, false);
    double before = anonymous_bytes(b, f);
    seconds += flock_connect(f, fewer, f->n, false);
    double after = anonymous_bytes(b, f);
    *out = (struct idle){
        .bytes = (after - before) / (f->n - fewer),
        .connected = f->n,
        .connects_s = f->n / seconds,
    };
}

void row_idle(struct bench *b, const struct idle *idle)
{
    struct row *row = report_row(&b->report, "idle", "B/connection", BOUND_AT_MOST, 1);
    row_add(row, idle->bytes, 1024);
    row_detail(row, "connections", idle->connected);
}

void mode_with_flock(struct bench *b, void (*measure)(struct bench *, struct flock *))
{
    const struct options *o = b->options;
    struct server server;
    server_begin(&server, o->server, o->dir);
    struct flock *f = flock_new(&b->load, &server, (uint32_t)o->connections, (size_t)o->size);
    server_stop(&server); /* what signing up took is no part of it */
    server_start(&server);
    measure(b, f);
    flock_free(f);
    server_end(&server);
}

static void measure_idle(struct bench *b, struct flock *f)
{
    struct idle idle;
    idle_measure(b, f, &idle);
    row_idle(b, &idle);
}

void mode_idle(struct bench *b)
{
    mode_with_flock(b, measure_idle);
}
