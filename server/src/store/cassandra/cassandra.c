/*
 * Owns the driver and the strands. A request is a strand from its coming to its answer; nothing is
 * kept between two requests, so that whatever another node writes is seen.
 *
 * Opening, migrating and freeing turn the loop until they are through: before the server runs and
 * after it has ended there is nothing else for it to do.
 */
#include "store/cassandra/cassandra.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/loop.h"
#include "store/cassandra/operations.h"
#include "store/cassandra/schema.h"
#include "store/workers.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"
#include "util/snowflake.h"

struct store_cassandra {
    struct store store;
    struct strands strands;
    struct store_info info;
    struct worker_seen workers[SNOWFLAKE_WORKERS];
    uint64_t seen_ms; /* when a node was last connected */
    void (*freed)(void *);
    void *arg;
};

static struct store_cassandra *cassandra_of(const struct store *s)
{
    return container_of(s, struct store_cassandra, store);
}

/* --- requests --- */

static void run_request(struct strand *s, struct store_request *r)
{
    int result = operation_run(s, r);
    metric_add_at(METRIC_STORE_REQUESTS, (uint32_t)r->op, 1);
    if (result >= 0) {
        r->status = (enum store_status)result;
        return;
    }
    r->status = store_op_writes(r->op) && strand_wrote(s) ? STORE_UNKNOWN : STORE_FAILED;
    metric_add_at(METRIC_STORE_REQUESTS_FAILED, (uint32_t)r->op, 1);
    if (result != -ECANCELED)
        log_warn("store_request_failed", log_str("op", store_op_name((uint32_t)r->op)),
                 log_i64("error", result), log_u64("unknown", r->status == STORE_UNKNOWN));
}

static void submit(struct store *store, struct store_request *r)
{
    strands_start(&cassandra_of(store)->strands, r);
}

static const struct store_info *info(const struct store *store)
{
    return &cassandra_of(store)->info;
}

/* --- the end --- */

static void on_stopped(void *loop)
{
    loop_stop(loop);
}

/* What is under way ends, with what is known of it. */
static void stop(struct strands *strands)
{
    strands_close(strands);
    cql_stop(strands->cql, on_stopped, strands->loop);
    loop_run(strands->loop);
    strands_deinit(strands);
}

static void close_all(struct store_cassandra *c)
{
    stop(&c->strands);
    if (c->freed)
        c->freed(c->arg);
    free(c);
}

static void free_store(struct store *store)
{
    close_all(cassandra_of(store));
}

static const struct store_ops ops = {.submit = submit, .info = info, .free = free_store};

/* --- what is done while the loop does nothing else --- */

/* Something to do on a strand, with the loop turned until it is done. */
struct chore {
    struct store_request request;
    struct loop *loop;
    int (*run)(struct strand *, struct chore *);
    struct store_info *info;
    const struct store_cassandra_migrate_options *migrate;
    uint32_t from;
    int result;
    char *why;
    size_t why_n;
};

static void run_chore(struct strand *s, struct store_request *r)
{
    struct chore *c = container_of(r, struct chore, request);
    c->result = c->run(s, c);
}

static void chore_done(struct task *task)
{
    struct store_request *r = container_of(task, struct store_request, task);
    loop_stop(container_of(r, struct chore, request)->loop);
}

static void start(struct strands *strands, const struct cql_options *options)
{
    struct cql_options o = *options;
    if (!o.timeout_ms)
        o.timeout_ms = CASSANDRA_TIMEOUT_MS;
    strands->loop = o.loop;
    strands->cql = cql_new(&o);
    strands_init(strands);
}

static int turn_until_done(struct strands *strands, struct chore *c)
{
    c->loop = strands->loop;
    c->request.task.run = chore_done;
    list_init(&c->request.task.node);
    list_init(&c->request.link);
    strands->run = run_chore;
    strands->to = &strands->loop->poster;
    strands_start(strands, &c->request);
    loop_run(strands->loop);
    if (c->result && c->result != -EPROTO && !c->why[0])
        snprintf(c->why, c->why_n, "Cassandra does not answer, or not as it should: %s",
                 strerror(-c->result));
    store_request_deinit(&c->request);
    return c->result;
}

/* --- opening --- */

static void warn_in_log(void *arg, const char *sentence)
{
    (void)arg;
    log_warn("cassandra_settings", log_str("what", sentence));
}

static int open_chore(struct strand *s, struct chore *c)
{
    int err = schema_await(s, CASSANDRA_OPEN_MS, c->why, c->why_n);
    if (!err)
        err = schema_read(s, c->info);
    if (err == STORE_NOT_FOUND || (!err && c->info->schema < CASSANDRA_SCHEMA)) {
        snprintf(c->why, c->why_n,
                 "the keyspace has no tables of this version: run parleyd migrate");
        return -EPROTO;
    }
    if (!err && c->info->schema > CASSANDRA_SCHEMA) {
        snprintf(c->why, c->why_n, "the keyspace is a newer Parley's (schema %u, ours is %d)",
                 c->info->schema, CASSANDRA_SCHEMA);
        return -EPROTO;
    }
    if (!err)
        schema_look_at_settings(s, warn_in_log, NULL);
    return err;
}

int store_cassandra_open(struct store **out, const struct store_cassandra_options *options,
                         char *why, size_t why_n)
{
    struct store_cassandra *c = mem_new(sizeof(*c));
    struct chore chore = {.run = open_chore, .info = &c->info, .why = why, .why_n = why_n};
    *out = NULL;
    why[0] = 0;
    c->freed = options->freed;
    c->arg = options->arg;
    start(&c->strands, &options->cql);
    int err = turn_until_done(&c->strands, &chore);
    if (err) {
        close_all(c);
        return err;
    }
    c->store.ops = &ops;
    c->strands.info = &c->info;
    c->strands.workers = c->workers;
    c->strands.run = run_request;
    c->strands.to = options->completions;
    c->seen_ms = loop_now_ms(c->strands.loop);
    *out = &c->store;
    return 0;
}

/* --- migrating --- */

static int keyspace_chore(struct strand *s, struct chore *c)
{
    int err = schema_await(s, CASSANDRA_OPEN_MS, c->why, c->why_n);
    return err ? err
               : schema_make_keyspace(s, c->migrate->cql.keyspace, c->migrate->replication, c->why,
                                      c->why_n);
}

static int migrate_chore(struct strand *s, struct chore *c)
{
    const struct store_cassandra_migrate_options *o = c->migrate;
    int err = schema_await(s, CASSANDRA_OPEN_MS, c->why, c->why_n);
    if (!err)
        err = schema_migrate(s, o->incarnation, o->secret, &c->from, c->why, c->why_n);
    if (!err && o->warn)
        schema_look_at_settings(s, o->warn, o->arg);
    return err;
}

static int chore_alone(const struct cql_options *cql, struct chore *c)
{
    struct strands strands = {0};
    start(&strands, cql);
    int err = turn_until_done(&strands, c);
    stop(&strands);
    return err;
}

int store_cassandra_migrate(const struct store_cassandra_migrate_options *options, uint32_t *from,
                            char *why, size_t why_n)
{
    struct chore c = {.migrate = options, .why = why, .why_n = why_n};
    int err = 0;
    why[0] = 0;
    if (options->replication.p) {
        struct cql_options without = options->cql;
        without.keyspace = (struct str){0};
        c.run = keyspace_chore;
        err = chore_alone(&without, &c);
    }
    c.run = migrate_chore;
    if (!err)
        err = chore_alone(&options->cql, &c);
    *from = c.from;
    return err;
}

/* --- how it is --- */

bool store_cassandra_away(const struct store *store)
{
    struct store_cassandra *c = cassandra_of(store);
    uint64_t now_ms = loop_now_ms(c->strands.loop);
    if (cql_counts(c->strands.cql).links_open)
        c->seen_ms = now_ms;
    return now_ms - c->seen_ms >= CASSANDRA_AWAY_MS;
}

bool store_cassandra_node_address(const struct store *store, uint32_t number, struct address *out)
{
    return cql_node_address(cassandra_of(store)->strands.cql, number, out);
}

const uint64_t *store_cassandra_asked(const struct store *store)
{
    return cassandra_of(store)->strands.asked;
}

uint64_t store_cassandra_answered_bytes(const struct store *store)
{
    return cassandra_of(store)->strands.answered_bytes;
}
