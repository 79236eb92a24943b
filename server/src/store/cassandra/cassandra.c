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
#include "store/cassandra/chore.h"
#include "store/cassandra/copy.h"
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

static void close_all(struct store_cassandra *c)
{
    chores_stop(&c->strands);
    if (c->freed)
        c->freed(c->arg);
    free(c);
}

static void free_store(struct store *store)
{
    close_all(cassandra_of(store));
}

static const struct store_ops ops = {.submit = submit, .info = info, .free = free_store};

/* --- opening --- */

static void warn_in_log(void *arg, const char *sentence)
{
    (void)arg;
    log_warn("cassandra_settings", log_str("what", sentence));
}

struct opening {
    struct chore chore;
    struct store_info *info;
};

/* A store that is copied into the keyspace is none before all of it is there. */
static int look_for_copy(struct strand *s, struct chore *c)
{
    int err = copy_look(s);
    if (err == COPY_UNFINISHED)
        snprintf(c->why, c->why_n,
                 "a copy into the keyspace has not come to its end: run parleyd copy again");
    return err > 0 ? -EPROTO : err;
}

static int run_opening(struct strand *s, struct chore *c)
{
    struct store_info *info = container_of(c, struct opening, chore)->info;
    int err = schema_await(s, CASSANDRA_OPEN_MS, c->why, c->why_n);
    if (!err)
        err = schema_read(s, info);
    if (err == STORE_NOT_FOUND || (!err && info->schema < CASSANDRA_SCHEMA)) {
        snprintf(c->why, c->why_n,
                 "the keyspace has no tables of this version: run parleyd migrate");
        return -EPROTO;
    }
    if (!err && info->schema > CASSANDRA_SCHEMA) {
        snprintf(c->why, c->why_n, "the keyspace is a newer Parley's (schema %u, ours is %d)",
                 info->schema, CASSANDRA_SCHEMA);
        return -EPROTO;
    }
    if (!err)
        err = look_for_copy(s, c);
    if (!err)
        schema_look_at_settings(s, warn_in_log, NULL);
    return err;
}

int store_cassandra_open(struct store **out, const struct store_cassandra_options *options,
                         char *why, size_t why_n)
{
    struct store_cassandra *c = mem_new(sizeof(*c));
    struct opening opening = {.chore = {.run = run_opening, .why = why, .why_n = why_n},
                              .info = &c->info};
    *out = NULL;
    why[0] = 0;
    c->freed = options->freed;
    c->arg = options->arg;
    chores_start(&c->strands, &options->cql);
    int err = chore_run(&c->strands, &opening.chore);
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

struct migrating {
    struct chore chore;
    const struct store_cassandra_migrate_options *options;
    uint32_t from;
};

static int make_keyspace(struct strand *s, struct chore *c)
{
    const struct store_cassandra_migrate_options *o =
        container_of(c, struct migrating, chore)->options;
    int err = schema_await(s, CASSANDRA_OPEN_MS, c->why, c->why_n);
    return err ? err : schema_make_keyspace(s, o->cql.keyspace, o->replication, c->why, c->why_n);
}

static int migrate(struct strand *s, struct chore *c)
{
    struct migrating *m = container_of(c, struct migrating, chore);
    const struct store_cassandra_migrate_options *o = m->options;
    int err = schema_await(s, CASSANDRA_OPEN_MS, c->why, c->why_n);
    if (!err)
        err = schema_migrate(s, o->incarnation, o->secret, &m->from, c->why, c->why_n);
    if (!err && o->warn)
        schema_look_at_settings(s, o->warn, o->arg);
    return err;
}

static int run_alone(const struct cql_options *cql, struct chore *c)
{
    struct strands strands = {0};
    chores_start(&strands, cql);
    int err = chore_run(&strands, c);
    chores_stop(&strands);
    return err;
}

int store_cassandra_migrate(const struct store_cassandra_migrate_options *options, uint32_t *from,
                            char *why, size_t why_n)
{
    struct migrating m = {.chore = {.why = why, .why_n = why_n}, .options = options};
    int err = 0;
    why[0] = 0;
    if (options->replication.p) {
        struct cql_options without = options->cql;
        without.keyspace = (struct str){0};
        m.chore.run = make_keyspace;
        err = run_alone(&without, &m.chore);
    }
    m.chore.run = migrate;
    if (!err)
        err = run_alone(&options->cql, &m.chore);
    *from = m.from;
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
