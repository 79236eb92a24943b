/*
 * One, two and three nodes in one run, on the same engines and in the same keyspace; the two of
 * each pair are with different nodes. Beside the greatest rate, what a message costs: it must not
 * grow with the nodes. The limit is what the driver gives by itself for the same statements
 * (limit_cassandra.h).
 *
 * Before that, idle people of one node with and without NATS, on a store of its own, since signing
 * up thousands takes Cassandra minutes; then a group over three nodes, for what its messages cost
 * the bus.
 */
#include <stdlib.h>

#include "group.h"
#include "limit_cassandra.h"
#include "mode.h"
#include "nodes.h"
#include "scrape.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    PAIRS_MAX = 128, /* more are signed up slowly, and two cores give no more */
    WINDOWS = 2,     /* one under way in each pair, and --window */
};

/* Growth that a machine's mood explains. */
static const double grown_max = 1.15;

struct stretch {
    struct talk talk;
    struct node_counts counts;
    double messages; /* acknowledged in all of it, the warming up and the end too */
};

static double per_message(const struct stretch *s, uint64_t n)
{
    return (double)n / s->messages;
}

static void row_stretch(struct bench *b, const char *key, const struct stretch *s)
{
    const struct node_counts *c = &s->counts;
    struct row *row = report_row(&b->report, key, "messages/s", BOUND_NONE, 0);
    row_add(row, s->talk.acknowledged_s, 0);
    row_detail(row, "ok_p50_ms", s->talk.ok_ms[0]);
    row_detail(row, "ok_p99_ms", s->talk.ok_ms[1]);
    row_detail(row, "p50_ms", s->talk.delivered_ms[0]);
    row_detail(row, "p99_ms", s->talk.delivered_ms[1]);
    row_detail(row, "cpu_us", s->talk.cpu_us);
    row_detail(row, "cpu_chat_us", talk_thread_us(&s->talk, "parleyd"));
    row_detail(row, "cpu_net_us", talk_thread_us(&s->talk, "net-"));
    row_detail(row, "bench_cpu_us", s->talk.bench_cpu_us);
    row_detail(row, "statements", per_message(s, c->statements));
    row_detail(row, "batch_messages", c->batches ? (double)c->batched / 2 / (double)c->batches : 0);
    row_detail(row, "bus_sent", per_message(s, c->sent));
    row_detail(row, "bus_received", per_message(s, c->received));
    row_detail(row, "failed", (double)c->failed);
}

/* --- pairs --- */

static void measure_pairs(struct bench *b, struct nodes *nodes, struct pairs *all, uint32_t window,
                          struct stretch *out)
{
    const struct options *o = b->options;
    struct node_counts before;
    uint64_t acknowledged = all->acknowledged;
    nodes_count(nodes, &before);
    pairs_closed(all, window, o->warm, o->seconds, &out->talk);
    nodes_count(nodes, &out->counts);
    node_counts_since(&out->counts, &before);
    out->messages = (double)(all->acknowledged - acknowledged);
}

static void run_nodes(struct bench *b, struct nodes *nodes, unsigned n, struct stretch out[WINDOWS])
{
    const struct options *o = b->options;
    uint32_t pairs_n = (uint32_t)MIN(o->pairs, (double)PAIRS_MAX);
    nodes_start(nodes, n);
    struct pairs *all =
        pairs_new_over(&b->load, nodes->servers, n, pairs_n, PAIRS_FLIGHTS, (size_t)o->size);
    measure_pairs(b, nodes, all, 1, &out[0]);
    measure_pairs(b, nodes, all, (uint32_t)o->window, &out[1]);
    pairs_free(all);
    nodes_stop(nodes);
}

/* --- the limit --- */

static void replay_stretch(struct bench *b, const struct nodes *nodes, const struct stretch *s,
                           const char *key, const char *limit_key)
{
    const struct options *o = b->options;
    const struct node_counts *c = &s->counts;
    struct replay replay;
    struct replay_load load = {
        .contacts = o->cassandra,
        .keyspace = nodes->keyspace,
        .conversations = (uint32_t)MIN(o->pairs, (double)PAIRS_MAX),
        .size = (size_t)o->size,
        .warm_s = o->warm,
        .seconds = o->seconds,
        .batch = c->batches ? (double)c->batched / 2 / (double)c->batches : 1,
    };
    for (int i = 0; i < STATEMENTS; i++)
        load.asked[i] = per_message(s, c->asked[i]);
    replay_measure(&load, &replay);
    struct row *row = report_row(&b->report, limit_key, "messages/s", BOUND_NONE, 0);
    row_add(row, replay.messages_s, 0);
    row_detail(row, "statements", replay.statements);
    row_detail(row, "left_out", replay.left_out);
    row_detail(row, "batch_messages", load.batch);
    row_detail(row, "batch_p50_ms", replay.batch_ms[0]);
    row_detail(row, "batch_p99_ms", replay.batch_ms[1]);
    row_detail(row, "cpu_us", replay.cpu_us);
    row = report_row(&b->report, key, "messages/s", BOUND_AT_LEAST, 0.7);
    row_add(row, s->talk.acknowledged_s, replay.messages_s);
}

/* --- a group --- */

static void measure_group(struct bench *b, struct nodes *nodes)
{
    const struct options *o = b->options;
    struct node_counts before, counts;
    struct measure measure;
    struct talk talk;
    nodes_start(nodes, NODES_MAX);
    struct group *g = group_new_over(&b->load, nodes->servers, NODES_MAX, (uint32_t)o->members, 1,
                                     (size_t)o->size, false);
    group_window(g, 1);
    load_for(&b->load, o->warm);
    group_settle(g);
    uint64_t acknowledged = g->acknowledged;
    nodes_count(nodes, &before);
    group_begin(g, &measure);
    group_window(g, 1);
    load_for(&b->load, o->seconds);
    group_end(g, &measure, &talk);
    group_settle(g);
    nodes_count(nodes, &counts);
    node_counts_since(&counts, &before);
    double messages = (double)(g->acknowledged - acknowledged), remote = NODES_MAX - 1;
    struct row *row =
        report_row(&b->report, "cluster_group", "deliveries a node", BOUND_AT_MOST, 1);
    /* With what goes for marks and ticks, so it is rather too much. */
    row_add(row, (double)counts.delivered / messages / remote, o->members / NODES_MAX);
    row_detail(row, "acknowledged_s", talk.acknowledged_s);
    row_detail(row, "deliveries_s", talk.delivered_s);
    row_detail(row, "p99_ms", talk.delivered_ms[1]);
    row_detail(row, "cpu_us", talk.cpu_us);
    row_detail(row, "statements", (double)counts.statements / messages);
    row_detail(row, "bus_sent", (double)counts.sent / messages);
    group_free(g);
    nodes_stop(nodes);
}

/* --- idle people --- */

static double resident_of(const char *pids)
{
    double bytes = 0;
    for (char *end; pids && *pids; pids = *end ? end + 1 : end) {
        struct memory memory;
        memory_read(&memory, (pid_t)strtol(pids, &end, 10));
        bytes += (double)memory.resident;
    }
    return bytes;
}

/* What one more of them takes, and what another subscription for each does, of whom they watch: of
 * the server, and of all NATS servers together. */
struct idle_cost {
    struct idle idle;
    double nats_bytes, subscriptions, watch_bytes, watch_nats_bytes;
};

static void idle_with(struct bench *b, const char *const *arguments, struct idle_cost *out)
{
    const struct options *o = b->options;
    struct server server;
    server_begin_with(&server, o->server, o->dir, arguments, false);
    struct flock *f = flock_new(&b->load, &server, (uint32_t)o->connections, (size_t)o->size);
    server_stop(&server);
    server_start(&server);
    f->watches = false;
    double before = resident_of(o->nats_pids);
    idle_measure(b, f, &out->idle);
    double idle = resident_of(o->nats_pids);
    out->nats_bytes = (idle - before) / f->n;
    out->subscriptions = (double)scrape(server.metrics_port, "parley_bus_subscriptions") / f->n;
    out->watch_bytes = idle_watch_measure(b, f);
    out->watch_nats_bytes = (resident_of(o->nats_pids) - idle) / f->n;
    flock_free(f);
    server_end(&server);
}

static void measure_idle(struct bench *b, const struct nodes *nodes)
{
    const double subscription_bytes = 1.2 * 1024;
    const char *const arguments[] = {nodes->arguments[NODE_OPTIONS - 3],
                                     nodes->arguments[NODE_OPTIONS - 2],
                                     nodes->arguments[NODE_OPTIONS - 1], NULL};
    struct idle_cost alone, with;
    struct row *row = report_row(&b->report, "cluster_idle", "B/user", BOUND_AT_MOST, 1);
    if (!b->options->nats_pids) {
        row->note = "not measured: no --nats_pids";
        return;
    }
    idle_with(b, NULL, &alone);
    idle_with(b, arguments, &with);
    /* Each of the servers has about as much of a subscription, wherever it was made. */
    row_add(row, with.idle.bytes + with.nats_bytes / list_count(b->options->nats_pids),
            alone.idle.bytes + subscription_bytes);
    row_detail(row, "alone_bytes", alone.idle.bytes);
    row_detail(row, "node_bytes", with.idle.bytes);
    row_detail(row, "nats_bytes_all", with.nats_bytes);
    row_detail(row, "subscriptions", with.subscriptions);
    row_detail(row, "watch_alone_bytes", alone.watch_bytes);
    row_detail(row, "watch_node_bytes", with.watch_bytes);
    row_detail(row, "watch_nats_bytes_all", with.watch_nats_bytes);
    row_detail(row, "users", with.idle.connected);
}

/* --- all --- */

/* What a message costs on three nodes, beside what it costs on one. */
static void row_grown(struct bench *b, const char *key, const char *unit, double three, double one)
{
    struct row *row = report_row(&b->report, key, unit, BOUND_AT_MOST, grown_max);
    row_add(row, three, one);
}

void mode_cluster(struct bench *b)
{
    static const char *const keys[NODES_MAX][WINDOWS] = {
        {"nodes_1_w1", "nodes_1"}, {"nodes_2_w1", "nodes_2"}, {"nodes_3_w1", "nodes_3"}};
    struct stretch(*s)[WINDOWS] = mem_new_array(NODES_MAX, sizeof(*s));
    struct nodes nodes;
    nodes_init(&nodes, b->options);
    measure_idle(b, &nodes); /* first: what the NATS servers let go of later hides what it takes */
    for (unsigned n = 1; n <= NODES_MAX; n++) {
        run_nodes(b, &nodes, n, s[n - 1]);
        for (int i = 0; i < WINDOWS; i++)
            row_stretch(b, keys[n - 1][i], &s[n - 1][i]);
    }
    const struct stretch *one = s[0], *three = s[NODES_MAX - 1];
    replay_stretch(b, &nodes, &three[0], "cluster_w1", "driver_w1");
    replay_stretch(b, &nodes, &three[1], "cluster", "driver");
    row_grown(b, "grown_cpu", "us/message", three[1].talk.cpu_us, one[1].talk.cpu_us);
    row_grown(b, "grown_asked", "statements", per_message(&three[1], three[1].counts.statements),
              per_message(&one[1], one[1].counts.statements));
    row_grown(b, "grown_bus", "messages", per_message(&three[1], three[1].counts.sent),
              per_message(&one[1], one[1].counts.sent));
    measure_group(b, &nodes);
    nodes_deinit(&nodes);
    free(s);
}
