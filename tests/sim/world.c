/*
 * The scheduler. Two queues can run: the chat thread's (its own tasks and the store's
 * completions) and the store's. Within a queue the order is kept, as threads keep it; between them
 * chance decides.
 *
 * A crash leaves the old core's memory behind: a killed process frees nothing either.
 */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "bus/local.h"
#include "client.h"
#include "faults.h"
#include "sabotage.h"
#include "store/directory.h"
#include "store/kv_memory.h"
#include "util/mem.h"

/* --- queues --- */

static void queue_post(struct poster *poster, struct task *task)
{
    struct queue *q = container_of(poster, struct queue, poster);
    list_push_back(&q->tasks, &task->node);
}

static void queue_init(struct queue *q)
{
    q->poster.post = queue_post;
    list_init(&q->tasks);
}

static bool queue_run(struct queue *q)
{
    struct list *node = list_pop_front(&q->tasks);
    if (!node)
        return false;
    struct task *task = list_entry(node, struct task, node);
    task->run(task);
    return true;
}

/* --- the environment --- */

static uint64_t env_wall_ms(struct env *env)
{
    return container_of(env, struct world, env)->wall_ms;
}

static uint64_t env_mono_ms(struct env *env)
{
    return container_of(env, struct world, env)->mono_ms;
}

static void env_random(struct env *env, void *p, size_t n)
{
    struct world *w = container_of(env, struct world, env);
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)p)[i] = (unsigned char)rng_next(&w->rng);
}

struct password_task {
    struct task task;
    struct password_job *job;
};

/* The real ones are tested elsewhere; here only who is who matters. */
static void password_run(struct task *task)
{
    struct password_task *t = container_of(task, struct password_task, task);
    struct password_job *job = t->job;
    uint8_t hash[CRYPTO_HASH_BYTES];
    char text[CRYPTO_PASSWORD_BYTES];
    crypto_sha256(hash, job->password);
    crypto_base64url(text, hash, sizeof(hash));
    if (job->verify)
        job->matches = !strcmp(job->hash, text);
    else
        strcpy(job->hash, text);
    free(t);
    job->done(job);
}

static bool env_password(struct env *env, struct password_job *job)
{
    struct password_task *t = mem_new(sizeof(*t));
    t->task.run = password_run;
    t->job = job;
    post(env->self, &t->task);
    return true;
}

static const struct env_ops env_ops = {env_wall_ms, env_mono_ms, env_random, env_password};

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
    world_settle(w);
    w->fault_percent = fault_percent;
    w->late_percent = late_percent;
    store_request_deinit(&set.base);
}

/* Enables whoever is disabled, at the end all; or disables somebody. */
static void change_accounts(struct world *w)
{
    bool changed = false;
    for (uint32_t i = 0; i < w->n_outs; i++) {
        struct out *out = &w->outs[i];
        if (out->to != UINT64_MAX || (!w->calm && rng_percent(&w->rng, 50)))
            continue;
        set_disabled(w, out->user, false);
        out->to = w->step;
        changed = true;
    }
    if (changed || w->calm || w->n_outs == OUTS_MAX || !rng_percent(&w->rng, 30))
        return;
    uint64_t user = w->users[rng_below(&w->rng, USERS)];
    for (uint32_t i = 0; i < w->n_outs; i++)
        if (w->outs[i].user == user && w->outs[i].to == UINT64_MAX)
            return;
    set_disabled(w, user, true);
    w->outs[w->n_outs++] = (struct out){.user = user, .from = w->step, .to = UINT64_MAX};
}

/* --- the core --- */

static void start_core(struct world *w)
{
    w->faults = faults_new(w, w->faults);
    w->store = faults_inner(w->faults);
    world_settle(w); /* what was late is decided before anybody asks */
    if (w->crashes)
        change_accounts(w);
    w->bus = sabotage_bus(w, bus_local_new(&w->chat_queue.poster));
    struct chat_options options = {
        .env = &w->env,
        .store = faults_store(w->faults),
        .bus = w->bus,
        .sink = &w->sink,
        .registration = REGISTRATION_OPEN,
        .retention = w->keep,
        /* now everything stays loaded, now almost nothing */
        .cache_bytes_max = rng_percent(&w->rng, 50) ? 4096 : 0,
    };
    wheel_init(&w->wheel, w->mono_ms);
    w->chat = chat_new(&options);
    chat_run_jobs(w->chat);
}

/* What servers keep: all, for a time, or until all have it. */
enum { DAY_MS = 24 * 60 * 60 * 1000 };
static const struct retention retentions[] = {
    {0, 0},
    {.after_ms = 2 * DAY_MS},
    {.after_ms = (uint64_t)30 * DAY_MS, .delivered_ms = 7 * DAY_MS},
    {.delivered_ms = DAY_MS},
};

void world_init(struct world *w, uint64_t seed, const char *sabotage)
{
    *w = (struct world){.seed = seed, .rng.state = seed, .mono_ms = 1000, .sabotage = sabotage};
    w->wall_ms = UINT64_C(1790000000000);
    w->env = (struct env){.ops = &env_ops, .self = &w->chat_queue.poster, .wheel = &w->wheel};
    w->sink.ops = &client_sink_ops;
    queue_init(&w->chat_queue);
    queue_init(&w->store_queue);
    list_init(&w->attempts);
    w->kv = archive_new(w, sabotage_kv(w, kv_memory_new()));
    w->keep = retentions[(seed + seed / 8) % ARRAY_SIZE(retentions)];
    start_core(w);
    clients_init(w);
}

void world_deinit(struct world *w)
{
    clients_deinit(w);
    world_settle(w);
    chat_free(w->chat);
    world_settle(w);
    bus_free(w->bus);
    faults_free(w->faults);
    kv_free(w->kv);
    builder_deinit(&w->errors);
}

void world_crash(struct world *w)
{
    world_trace(w, "crash");
    w->crashes++;
    clients_crash(w);
    list_init(&w->chat_queue.tasks);
    list_init(&w->store_queue.tasks);
    faults_crash(w->faults);
    start_core(w);
}

void world_calm(struct world *w)
{
    w->calm = true;
    w->drop_pushes = 0;
    w->fault_percent = w->late_percent = 0;
    while (faults_land(w->faults) || faults_answer(w->faults))
        ;
    world_settle(w);
    for (uint32_t i = 0; i < w->n_outs; i++)
        if (w->outs[i].to == UINT64_MAX)
            world_crash(w); /* a new core, and all accounts enabled */
}

/* --- time and turns --- */

void world_pass(struct world *w, uint64_t ms)
{
    w->mono_ms += ms;
    w->wall_ms += ms;
    if (rng_percent(&w->rng, 1)) {                                  /* somebody set the clock */
        w->wall_ms += (uint64_t)rng_below(&w->rng, 100000) - 50000; /* there or back */
        w->clock_set_step = w->step;
    }
    w->wall_ms_max = MAX(w->wall_ms_max, w->wall_ms);
    wheel_advance(&w->wheel, w->mono_ms);
}

bool world_step(struct world *w)
{
    enum { LATE_ANSWER_PERMILLE = 50, LATE_WRITE_PERMILLE = 5 };
    w->step++;
    if (w->late_percent && rng_below(&w->rng, 1000) < LATE_ANSWER_PERMILLE)
        faults_answer(w->faults);
    if (w->fault_percent && rng_below(&w->rng, 1000) < LATE_WRITE_PERMILLE)
        faults_land(w->faults);
    struct queue *first = rng_percent(&w->rng, 50) ? &w->chat_queue : &w->store_queue;
    struct queue *second = first == &w->chat_queue ? &w->store_queue : &w->chat_queue;
    return queue_run(first) || queue_run(second) || faults_answer(w->faults);
}

void world_settle(struct world *w)
{
    while (world_step(w))
        ;
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
