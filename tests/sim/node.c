/*
 * Two queues of a node can run: the chat thread's (its own tasks and the store's completions) and
 * the store's. Within a queue the order is kept, as threads keep it; between them chance decides.
 *
 * A crash leaves the old core's memory behind: a killed process frees nothing either. Of what it
 * had asked of a store on other machines some is carried out all the same.
 */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include "bus/local.h"
#include "cassandra/cassandra.h"
#include "client.h"
#include "faults.h"
#include "fleet.h"
#include "op.h"
#include "sabotage.h"
#include "store/store.h"
#include "util/mem.h"
#include "wire.h"
#include "world.h"

/* --- queues --- */

static void queue_post(struct poster *poster, struct task *task)
{
    struct queue *q = container_of(poster, struct queue, poster);
    list_push_back(&q->tasks, &task->node);
}

void queue_init(struct queue *q)
{
    q->poster.post = queue_post;
    list_init(&q->tasks);
}

bool queue_run(struct queue *q)
{
    struct list *node = list_pop_front(&q->tasks);
    if (!node)
        return false;
    struct task *task = list_entry(node, struct task, node);
    task->run(task);
    return true;
}

void queue_drop(struct queue *q)
{
    while (list_pop_front(&q->tasks))
        ;
}

/* --- the environment --- */

uint64_t node_wall_ms(const struct node *n)
{
    return (uint64_t)((int64_t)n->world->wall_ms + n->ahead_ms);
}

uint64_t node_mono_ms(const struct node *n)
{
    return n->world->mono_ms + n->boot_ms;
}

static uint64_t env_wall_ms(struct env *env)
{
    return node_wall_ms(container_of(env, struct node, env));
}

static uint64_t env_mono_ms(struct env *env)
{
    return node_mono_ms(container_of(env, struct node, env));
}

static void env_random(struct env *env, void *p, size_t n)
{
    struct world *w = container_of(env, struct node, env)->world;
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

/* --- the core --- */

void node_init(struct node *n, struct world *w, uint32_t index)
{
    *n = (struct node){.world = w, .index = index};
    n->env = (struct env){.ops = &env_ops, .self = &n->chat_queue.poster, .wheel = &n->wheel};
    n->sink.ops = &client_sink_ops;
    queue_init(&n->chat_queue);
    queue_init(&n->store_queue);
    if (index) {
        enum { DAY_MS = 24 * 60 * 60 * 1000, BOOT_MS_MAX = 1000 * 1000 };
        n->boot_ms = rng_below(&w->rng, BOOT_MS_MAX);
        n->ahead_ms = w->clocks_apart ? (int64_t)rng_below(&w->rng, 2 * DAY_MS) - DAY_MS : 0;
    }
}

void node_start(struct node *n)
{
    struct world *w = n->world;
    bool shared = w->n_nodes > 1;
    n->faults = faults_new(n, n->faults);
    world_settle(w); /* what was late is decided before anybody asks */
    if (w->crashes)
        world_change_accounts(w);
    n->bus = shared ? wire_bus(w->wire, n) : bus_local_new(&n->chat_queue.poster);
    n->bus = sabotage_bus(w, n->bus);
    struct chat_options options = {
        .env = &n->env,
        .store = faults_store(n->faults),
        .bus = n->bus,
        .sink = &n->sink,
        .registration = REGISTRATION_OPEN,
        .retention = w->keep,
        .worker = shared ? rng_below(&w->rng, NODES_MAX) : 0,
        .shared = shared && !sabotaged(w, "alone"),
        .patience_ms = OP_PATIENCE_MS,
        .person_age_ms_max = sabotaged(w, "ageless") ? UINT64_MAX : 0,
        /* now everything stays loaded, now almost nothing */
        .cache_bytes_max = rng_percent(&w->rng, 50) ? 4096 : 0,
    };
    wheel_init(&n->wheel, node_mono_ms(n));
    n->chat = chat_new(&options);
    chat_run_jobs(n->chat);
}

void node_end(struct node *n)
{
    bus_detach(n->bus); /* other nodes go on talking */
    chat_free(n->chat);
}

void node_deinit(struct node *n)
{
    bus_free(n->bus);
    faults_free(n->faults);
}

void node_crash(struct node *n)
{
    struct world *w = n->world;
    world_trace(w, "node %u dies", n->index);
    w->crashes++;
    n->stopped = false;
    while (w->n_nodes > 1 && rng_percent(&w->rng, 70) && queue_run(&n->store_queue))
        ;
    queue_drop(&n->chat_queue);
    queue_drop(&n->store_queue);
    clients_crash(w, n);
    if (w->n_nodes > 1)
        wire_forget(w->wire, n);
    if (w->fleet)
        fleet_forget(w->fleet, n);
    faults_crash(n->faults);
    node_start(n);
}

void node_stop(struct node *n, uint64_t ms)
{
    world_trace(n->world, "node %u stops", n->index);
    n->stopped = true;
    n->stopped_to = n->world->mono_ms + ms;
}

void node_go_on(struct node *n)
{
    if (!n->stopped)
        return;
    world_trace(n->world, "node %u goes on", n->index);
    n->stopped = false;
    n->went_on_ms = n->world->mono_ms;
    clients_went_on(n);
    if (n->world->cassandra)
        cassandra_advance(n->world->cassandra);
    wheel_advance(&n->wheel, node_mono_ms(n));
}

void node_advance(struct node *n)
{
    if (n->stopped && n->stopped_to <= n->world->mono_ms)
        node_go_on(n);
    else if (!n->stopped)
        wheel_advance(&n->wheel, node_mono_ms(n));
}

bool node_run(struct node *n)
{
    if (n->stopped)
        return queue_run(&n->store_queue);
    struct queue *first = rng_percent(&n->world->rng, 50) ? &n->chat_queue : &n->store_queue;
    struct queue *second = first == &n->chat_queue ? &n->store_queue : &n->chat_queue;
    return queue_run(first) || queue_run(second);
}
