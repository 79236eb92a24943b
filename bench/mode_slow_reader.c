/*
 * Two groups on one server, alike but that in one of them a member reads nothing: they talk in
 * turns, in an open loop, so that the others' latencies are measured side by side. Before that the
 * slow one's queue is filled, as it takes megabytes until the kernel takes no more for it.
 */
#include "mode.h"

#include "die.h"
#include "group.h"

enum {
    TURNS = 4,
    FILL_TEXT = 8000,
    FILL_MESSAGES = 1500, /* 12 MB: above what the kernel and the server keep for one */
    FILL_WINDOW = 16,
    FILL_S_MAX = 60,
    GROWN_BYTES_MAX = 64 * 1024 * 1024,
};

static void say_for(struct group *g, double rate, double seconds)
{
    uint64_t begun_ns = g->load->now_ns, end_ns = begun_ns + (uint64_t)(seconds * 1e9), due_ns;
    for (uint32_t k = 0; g->load->now_ns < end_ns;) {
        while ((due_ns = begun_ns + (uint64_t)(k * 1e9 / rate)) <= g->load->now_ns) {
            group_say(g, k % g->writers_n, due_ns);
            k++;
        }
        load_turn(g->load, MIN(due_ns, end_ns));
    }
    group_settle(g);
}

static bool is_filled(void *arg)
{
    const struct group *g = arg;
    return g->sent >= FILL_MESSAGES;
}

/* Talks until a member that does not read must have been left behind. */
static void fill(struct group *g)
{
    size_t size = g->size;
    g->size = FILL_TEXT;
    group_window(g, FILL_WINDOW);
    if (!load_until(g->load, is_filled, g, FILL_S_MAX))
        die("a group could not be filled within %d s", FILL_S_MAX);
    group_settle(g);
    g->size = size;
}

void slow_reader_measure(struct bench *b, double rate, double seconds, struct slow_reader *out)
{
    const struct options *o = b->options;
    struct server server;
    struct memory before, after;
    uint32_t n = (uint32_t)MIN(o->members, 20.0);
    server_begin(&server, o->server, o->dir);
    struct group *all = group_new(&b->load, &server, n, 1, (size_t)o->size, false);
    struct group *but_one = group_new(&b->load, &server, n, 1, (size_t)o->size, false);
    fill(all);
    memory_read(&before, server.pid);
    group_slow_down(but_one, n - 1);
    fill(but_one);
    memory_read(&after, server.pid);
    say_for(all, rate, seconds / TURNS);
    say_for(but_one, rate, seconds / TURNS);
    histogram_reset(&all->delivered_ns);
    histogram_reset(&but_one->delivered_ns);
    for (int turn = 0; turn < TURNS; turn++) {
        say_for(turn % 2 ? all : but_one, rate, seconds / TURNS);
        say_for(turn % 2 ? but_one : all, rate, seconds / TURNS);
    }
    group_wake(but_one, n - 1);
    *out = (struct slow_reader){
        .without_ms = (double)histogram_at(&all->delivered_ns, 0.99) / 1e6,
        .with_ms = (double)histogram_at(&but_one->delivered_ns, 0.99) / 1e6,
        .grown_bytes = (double)after.anonymous - (double)before.anonymous,
        .closed = but_one->slow_lost,
    };
    group_free(all);
    group_free(but_one);
    server_end(&server);
}

void row_slow_reader(struct bench *b, const struct slow_reader *s)
{
    struct row *row = report_row(&b->report, "slow_reader", "ms p99", BOUND_AT_MOST, 1.1);
    row_add(row, s->with_ms, s->without_ms);
    row_detail(row, "grown_bytes", s->grown_bytes);
    row->also = "grown_bytes <= 64 MiB";
    row->also_met = row_detail_median(row, "grown_bytes") <= GROWN_BYTES_MAX;
}

void mode_slow_reader(struct bench *b)
{
    struct slow_reader s;
    slow_reader_measure(b, b->options->rate, b->options->seconds, &s);
    row_slow_reader(b, &s);
}
