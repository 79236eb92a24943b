/*
 * The slope between two numbers of connections, so that what the server has anyway is left out. And
 * without the blocks of the store that it read to know these people and keeps for the next who
 * asks: they are bounded by store.cache_bytes, however many connect, and said beside.
 */
#include "mode.h"
#include "scrape.h"
#include "usage.h"
#include "util/clock.h"
#include "util/macros.h"

enum { SETTLE_MS = 200, CONNECTIONS_PER_MS = 25 };

static const double BEATING_S = 1; /* a fifth of all beat in it */

struct bytes {
    double user, cached, kernel;
};

static struct bytes bytes_now(struct bench *b, const struct flock *f)
{
    struct memory memory;
    load_for(&b->load, (SETTLE_MS + (double)f->n / CONNECTIONS_PER_MS) / 1e3);
    memory_read(&memory, f->server->pid);
    double cached = (double)scrape(f->server->metrics_port, "parley_store_block_cache_bytes");
    return (struct bytes){(double)memory.anonymous - cached, cached, (double)memory_kernel()};
}

/* The server's CPU for a beat and its answer, when it does nothing else. */
static double beat_us(struct bench *b, const struct flock *f)
{
    struct usage before, now;
    uint64_t begun_ns = clock_mono_ns();
    usage_read(&before, f->server->pid);
    load_for(&b->load, BEATING_S);
    usage_read(&now, f->server->pid);
    usage_since(&now, &before);
    double ms = (double)(clock_mono_ns() - begun_ns) / 1e6;
    return (double)now.cpu_ns / 1e3 / (f->n * ms / f->members[0].device->heartbeat_ms);
}

void idle_measure(struct bench *b, struct flock *f, struct idle *out)
{
    uint32_t fewer = f->n / 3;
    double seconds = flock_connect(f, 0, fewer, false);
    struct bytes before = bytes_now(b, f);
    seconds += flock_connect(f, fewer, f->n, false);
    struct bytes after = bytes_now(b, f);
    *out = (struct idle){
        .bytes = (after.user - before.user) / (f->n - fewer),
        .cached_bytes = (after.cached - before.cached) / (f->n - fewer),
        /* The bench holds the other ends. */
        .kernel_bytes = (after.kernel - before.kernel) / (f->n - fewer) / 2,
        .beat_us = beat_us(b, f),
        .connected = f->n,
        .connects_s = f->n / seconds,
    };
}

double idle_watch_measure(struct bench *b, struct flock *f)
{
    struct bytes before = bytes_now(b, f);
    flock_watch(f);
    struct bytes after = bytes_now(b, f);
    return (after.user - before.user) / f->n;
}

void row_idle(struct bench *b, const struct flock *f, const struct idle *idle)
{
    const double plain_bytes = 1024, tls_bytes = 12 * 1024.0;
    bool tls = server_is_tls(f->server);
    struct row *row =
        report_row(&b->report, tls ? "idle_tls" : "idle", "B/connection", BOUND_AT_MOST, 1);
    row_add(row, idle->bytes, tls ? tls_bytes : plain_bytes);
    row_detail(row, "connections", idle->connected);
    row_detail(row, "store_cache_bytes", idle->cached_bytes);
    row_detail(row, "kernel_bytes", idle->kernel_bytes);
    row_detail(row, "beat_us", idle->beat_us);
}

static void with_flock(struct bench *b, struct server *server, double n,
                       void (*measure)(struct bench *, struct flock *))
{
    struct flock *f = flock_new(&b->load, server, (uint32_t)n, (size_t)b->options->size);
    server_stop(server); /* what signing up took is no part of it */
    server_start(server);
    measure(b, f);
    flock_free(f);
    server_end(server);
}

void mode_with_flock(struct bench *b, void (*measure)(struct bench *, struct flock *))
{
    const struct options *o = b->options;
    struct server server;
    server_begin(&server, o->server, o->dir);
    with_flock(b, &server, o->connections, measure);
}

static void measure_idle(struct bench *b, struct flock *f)
{
    struct idle idle;
    idle_measure(b, f, &idle);
    row_idle(b, f, &idle);
}

void idle_tls(struct bench *b)
{
    const double connections_max = 3000; /* a handshake takes its time */
    const struct options *o = b->options;
    struct server server;
    server_begin_tls(&server, o->server, o->dir);
    b->load.secure = secure_new();
    with_flock(b, &server, MIN(o->connections, connections_max), measure_idle);
    secure_free(b->load.secure);
    b->load.secure = NULL;
}

void mode_idle(struct bench *b)
{
    mode_with_flock(b, measure_idle);
    idle_tls(b);
}
