/*
 * The scheduler: who runs next is chance's choice, a task at a time, and nothing takes any time but
 * where world_pass() says so.
 */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "cassandra/cassandra.h"
#include "client.h"
#include "faults.h"
#include "fleet.h"
#include "sabotage.h"
#include "store/directory.h"
#include "store/kv_memory.h"
#include "store/memory.h"
#include "wire.h"

/* --- the operator --- */

static void user_set(struct store_request *request)
{
    must(request->status == STORE_DONE || request->status == STORE_NOT_FOUND); /* deleted */
}

static void set_disabled(struct world *w, uint64_t user, bool on)
{
    world_trace(w, "%llu is %s", (unsigned long long)user, on ? "disabled" : "enabled");
    struct store_user_set set = {.base.done = user_set, .id = user, .disabled = on};
    uint32_t fault_percent = w->fault_percent, late_percent = w->late_percent;
    w->fault_percent = w->late_percent = 0;
    store_user_set(w->store, &set);
    do
        world_settle(w);
    while (w->cassandra && cassandra_wait(w->cassandra));
    w->fault_percent = fault_percent;
    w->late_percent = late_percent;
    store_request_deinit(&set.base);
}

/* Enables whoever is disabled, at the end all; or disables somebody. */
void world_change_accounts(struct world *w)
{
    bool changed = false;
    for (uint32_t i = 0; i < w->n_outs; i++) {
        struct out *out = &w->outs[i];
        if (out->to_step != UINT64_MAX || (!w->calm && rng_percent(&w->rng, 50)))
            continue;
        out->to_step = w->step;
        set_disabled(w, out->user, false);
        out->over_step = w->step;
        changed = true;
    }
    if (changed || w->calm || w->n_outs == OUTS_MAX || !rng_percent(&w->rng, 30))
        return;
    uint64_t user = w->users[rng_below(&w->rng, USERS)];
    for (uint32_t i = 0; i < w->n_outs; i++)
        if (w->outs[i].user == user && w->outs[i].to_step == UINT64_MAX)
            return;
    uint64_t from_step = w->step;
    set_disabled(w, user, true);
    w->outs[w->n_outs++] = (struct out){.user = user,
                                        .from_step = from_step,
                                        .stood_step = w->step,
                                        .to_step = UINT64_MAX,
                                        .over_step = UINT64_MAX,
                                        .stood_ms = w->mono_ms};
}

/* --- beginning and end --- */

/* What servers keep: all, for a time, or until all have it. */
enum { DAY_MS = 24 * 60 * 60 * 1000 };
static const struct retention retentions[] = {
    {0, 0},
    {.after_ms = 2 * DAY_MS},
    {.after_ms = (uint64_t)30 * DAY_MS, .delivered_ms = 7 * DAY_MS},
    {.delivered_ms = DAY_MS},
};

/* What a cluster has between its nodes. Of its buses some lose nothing, some are never told what
 * they lose. */
static void choose_between(struct world *w)
{
    w->wire = wire_new(w);
    w->clocks_apart = rng_percent(&w->rng, 30);
    w->wire_silent = rng_percent(&w->rng, 40);
    w->reliable = rng_percent(&w->rng, sabotaged(w, "deaf") ? 100 : 30);
    if (w->reliable)
        return;
    w->wire_lost_percent = sabotaged(w, "ageless") ? 90 : rng_below(&w->rng, 4) * 10;
    w->wire_late_percent = rng_below(&w->rng, 3) * 20;
}

static void open_store(struct world *w, bool cassandra)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {1, 2, 3};
    w->archive = archive_new(w);
    w->keep = retentions[(w->seed + w->seed / 8) % ARRAY_SIZE(retentions)];
    if (cassandra) {
        w->cassandra = cassandra_new(w);
        w->store = cassandra_store(w->cassandra, NULL, &w->desk.poster);
        return;
    }
    w->fleet = w->n_nodes > 1 ? fleet_new(w) : NULL;
    w->kv = archive_kv(w, sabotage_kv(w, kv_memory_new()));
    w->store = store_memory_open(w->kv, &w->desk.poster, &w->desk.poster, secret, 7);
}

void world_init(struct world *w, uint64_t seed, uint32_t n_nodes, bool cassandra,
                const char *sabotage)
{
    *w = (struct world){.seed = seed, .rng.state = seed, .mono_ms = 1000, .sabotage = sabotage};
    w->n_nodes = n_nodes;
    w->wall_ms = UINT64_C(1790000000000);
    queue_init(&w->desk);
    list_init(&w->attempts);
    if (n_nodes > 1)
        choose_between(w);
    open_store(w, cassandra);
    for (uint32_t i = 0; i < n_nodes; i++)
        node_init(&w->nodes[i], w, i);
    for (uint32_t i = 0; i < n_nodes; i++)
        node_start(&w->nodes[i]);
    clients_init(w);
}

void world_deinit(struct world *w)
{
    clients_deinit(w);
    world_settle(w);
    for (uint32_t i = 0; i < w->n_nodes; i++)
        node_end(&w->nodes[i]);
    world_settle(w);
    for (uint32_t i = 0; i < w->n_nodes; i++)
        node_deinit(&w->nodes[i]);
    wire_free(w->wire);
    fleet_free(w->fleet);
    map_deinit(&w->ids);
    store_free(w->store);
    if (w->kv)
        kv_free(w->kv);
    cassandra_free(w->cassandra);
    archive_free(w->archive);
    builder_deinit(&w->errors);
}

/* --- trouble --- */

struct node *world_any_node(struct world *w)
{
    uint32_t at = w->n_nodes > 1 ? rng_below(&w->rng, w->n_nodes) : 0;
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        struct node *n = &w->nodes[(at + i) % w->n_nodes];
        if (!n->stopped)
            return n;
    }
    return NULL;
}

void world_trouble(struct world *w)
{
    enum { TROUBLE_MS_MAX = 100 * 1000 };
    uint32_t what = w->n_nodes > 1 ? rng_below(&w->rng, 100) : 0;
    struct node *n = &w->nodes[w->n_nodes > 1 ? rng_below(&w->rng, w->n_nodes) : 0];
    if (what < 40)
        node_crash(n);
    else if (w->reliable)
        return;
    else if (what < 70)
        node_stop(n, rng_below(&w->rng, TROUBLE_MS_MAX));
    else
        wire_cut(w->wire, rng_below(&w->rng, TROUBLE_MS_MAX));
}

uint64_t world_untold_ms(const struct world *w)
{
    enum { WITHOUT_BUS_MS = 60 * 1000 };
    return w->n_nodes > 1 ? WITHOUT_BUS_MS : 0;
}

uint64_t world_told_ms(const struct world *w)
{
    enum { BUS_MS = 1000 };
    return w->reliable ? BUS_MS : world_untold_ms(w);
}

void world_calm(struct world *w)
{
    w->calm = true;
    w->drop_pushes = 0;
    w->fault_percent = w->late_percent = 0;
    if (w->wire)
        wire_calm(w->wire);
    while (w->cassandra && cassandra_land(w->cassandra))
        ;
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        struct node *n = &w->nodes[i];
        node_go_on(n);
        while (faults_land(n->faults) || faults_answer(n->faults))
            ;
    }
    world_settle(w);
    for (uint32_t i = 0; i < w->n_outs; i++)
        if (w->outs[i].to_step == UINT64_MAX)
            node_crash(&w->nodes[0]); /* a new core, and all accounts enabled */
}

/* --- time and turns --- */

static void pass(struct world *w, uint64_t ms)
{
    enum { UNSETTLED_MS_MAX = 400 };
    w->unsettled_ms += ms;
    if (w->reliable && w->unsettled_ms > UNSETTLED_MS_MAX)
        world_settle(w); /* nothing takes long */
    if (w->unsettled_ms > UNSETTLED_MS_MAX)
        w->unsettled_ms = 0;
    w->mono_ms += ms;
    w->wall_ms += ms;
    if (rng_percent(&w->rng, 1)) {                                  /* somebody set the clock */
        w->wall_ms += (uint64_t)rng_below(&w->rng, 100000) - 50000; /* there or back */
        w->clock_set_step = w->step;
    }
    if (w->wire)
        wire_advance(w->wire);
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        w->wall_ms_max = MAX(w->wall_ms_max, node_wall_ms(&w->nodes[i]));
        node_advance(&w->nodes[i]);
    }
    if (w->cassandra)
        cassandra_advance(w->cassandra);
}

void world_pass(struct world *w, uint64_t ms)
{
    enum { LONG_MS = 1000, LAST_MS = 100 };
    if (w->wire && ms > LONG_MS) { /* what falls due on the way is done on the way */
        pass(w, ms - LAST_MS);
        world_settle(w);
        ms = LAST_MS;
    }
    pass(w, ms);
}

/* One task of one of them, by chance. */
static bool run_nodes(struct world *w)
{
    uint32_t at = w->n_nodes > 1 ? rng_below(&w->rng, w->n_nodes) : 0;
    if (w->wire && rng_percent(&w->rng, 30) && wire_deliver(w->wire))
        return true;
    for (uint32_t i = 0; i < w->n_nodes; i++)
        if (node_run(&w->nodes[(at + i) % w->n_nodes]))
            return true;
    return w->wire && wire_deliver(w->wire);
}

static bool answer_late(struct world *w)
{
    for (uint32_t i = 0; i < w->n_nodes; i++)
        if (w->nodes[i].faults && faults_answer(w->nodes[i].faults))
            return true;
    return w->cassandra && cassandra_catch_up(w->cassandra);
}

bool world_step(struct world *w)
{
    enum { LATE_ANSWER_PERMILLE = 50, LATE_WRITE_PERMILLE = 5 };
    if (w->restless)
        return false;
    struct node *n = &w->nodes[w->n_nodes > 1 ? rng_below(&w->rng, w->n_nodes) : 0];
    w->step++;
    if (w->cassandra && rng_percent(&w->rng, 70) && cassandra_run(w->cassandra))
        return true;
    if (n->faults && w->late_percent && rng_below(&w->rng, 1000) < LATE_ANSWER_PERMILLE)
        faults_answer(n->faults);
    if (n->faults && w->fault_percent && rng_below(&w->rng, 1000) < LATE_WRITE_PERMILLE)
        faults_land(n->faults);
    if (w->fleet && w->fault_percent && rng_below(&w->rng, 1000) < LATE_WRITE_PERMILLE)
        fleet_land(w->fleet);
    return run_nodes(w) || queue_run(&w->desk) || (w->cassandra && cassandra_run(w->cassandra)) ||
           answer_late(w);
}

void world_settle(struct world *w)
{
    enum { STEPS_MAX = 300 * 1000 };
    uint64_t begun = w->step;
    while (world_step(w)) {
        if (w->step - begun < STEPS_MAX)
            continue;
        world_fail(w, "it never comes to rest");
        w->restless = true;
    }
}

/* --- the report --- */

void world_fail(struct world *w, const char *format, ...)
{
    enum { REPORT_BYTES_MAX = 4096 };
    char line[512];
    if (w->errors.n > REPORT_BYTES_MAX)
        return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    builder_add(&w->errors, line, MIN((size_t)n, sizeof(line) - 1));
    builder_add_byte(&w->errors, '\n');
}

void world_trace(struct world *w, const char *format, ...)
{
    if (!w->trace)
        return;
    va_list args;
    printf("%6llu ", (unsigned long long)w->step);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void world_saw(struct world *w, uint64_t what)
{
    w->history = (w->history ^ what) * UINT64_C(0x100000001b3);
}
