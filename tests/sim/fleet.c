/* See fleet.h. There are hardly more rows than nodes, so that who starts anew has to take one. */
#include "fleet.h"

#include <stdlib.h>

#include "node.h"
#include "sabotage.h"
#include "store/directory.h"
#include "store/workers.h"
#include "util/mem.h"
#include "util/snowflake.h"
#include "world.h"

enum { ROWS = NODES_MAX + 1, GRANTS_MAX = 4096 };

/* Timestamps that a row's change made somebody's. */
struct grant {
    uint64_t owner, from_ms, to_ms;
    uint32_t worker;
};

struct fleet {
    struct world *world;
    struct worker_row rows[ROWS];
    struct worker_seen seen[NODES_MAX][ROWS];
    uint64_t owners[NODES_MAX]; /* the processes, as they last asked */
    struct grant grants[GRANTS_MAX];
    uint32_t n_grants;
    struct list late; /* changes that may be made later */
};

/* A reservation between its two steps, or a change that is late. */
struct reservation {
    struct task task;
    struct list link;
    struct fleet *fleet;
    struct node *node;
    struct store_reserve *request;
    struct worker_change change;
};

static void answer(struct reservation *r, enum store_status status)
{
    r->request->base.status = status;
    post(&r->node->chat_queue.poster, &r->request->base.task);
}

/* The conditional update. */
static bool make(struct fleet *f, const struct worker_change *change)
{
    struct worker_row *row = &f->rows[change->worker];
    bool same = row->owner == change->before.owner && row->up_to_ms == change->before.up_to_ms;
    if (!same && !sabotaged(f->world, "squatter"))
        return false;
    *row = change->after;
    must(f->n_grants < GRANTS_MAX);
    f->grants[f->n_grants++] = (struct grant){change->after.owner, change->before.up_to_ms,
                                              change->after.up_to_ms, change->worker};
    return true;
}

void fleet_gives(struct fleet *f, const struct node *n, uint64_t id)
{
    enum { WORKER_SHIFT = 12 };
    uint64_t ms = snowflake_time_ms(id), worker = (id >> WORKER_SHIFT) % SNOWFLAKE_WORKERS;
    for (uint32_t i = 0; i < f->n_grants; i++) {
        const struct grant *g = &f->grants[i];
        if (g->owner == f->owners[n->index] && g->worker == worker && g->from_ms <= ms &&
            ms < g->to_ms)
            return;
    }
    world_fail(f->world, "node %u gives out the id %llu, which it has not reserved", n->index,
               (unsigned long long)id);
}

static void change_row(struct task *task)
{
    struct reservation *r = container_of(task, struct reservation, task);
    struct fleet *f = r->fleet;
    struct store_reserve *request = r->request;
    bool unknown = f->world->fault_percent && rng_percent(&f->world->rng, f->world->fault_percent);
    if (unknown && rng_percent(&f->world->rng, 50)) {
        answer(r, STORE_UNKNOWN);
        list_push_back(&f->late, &r->link);
        return;
    }
    bool made = make(f, &r->change);
    request->worker = r->change.worker;
    request->used_up_to_ms = sabotaged(f->world, "rewind") ? 0 : r->change.before.up_to_ms;
    request->another = r->change.before.owner != request->owner;
    request->up_to_ms = r->change.after.up_to_ms;
    answer(r, unknown ? STORE_UNKNOWN : made ? STORE_DONE : STORE_FAILED);
    free(r);
}

static void read_rows(struct task *task)
{
    struct reservation *r = container_of(task, struct reservation, task);
    struct fleet *f = r->fleet;
    struct worker_seen *seen = f->seen[r->node->index];
    f->owners[r->node->index] = r->request->owner;
    uint64_t now = node_mono_ms(r->node);
    for (uint32_t i = 0; i < ROWS; i++)
        worker_saw(&seen[i], f->rows[i], now, now);
    if (!worker_choose(seen, ROWS, r->request->owner, r->request->worker, r->request->up_to_ms,
                       &r->change)) {
        answer(r, STORE_FAILED);
        free(r);
        return;
    }
    r->task.run = change_row;
    list_init(&r->task.node);
    post(&r->node->store_queue.poster, &r->task);
}

void fleet_reserve(struct fleet *f, struct node *n, struct store_reserve *request)
{
    struct reservation *r = mem_new(sizeof(*r));
    *r = (struct reservation){.task.run = read_rows, .fleet = f, .node = n, .request = request};
    list_init(&r->task.node);
    list_init(&r->link);
    post(&n->store_queue.poster, &r->task);
}

void fleet_forget(struct fleet *f, const struct node *n)
{
    for (uint32_t i = 0; i < ROWS; i++)
        f->seen[n->index][i] = (struct worker_seen){0};
}

bool fleet_land(struct fleet *f)
{
    struct list *node = list_pop_front(&f->late);
    if (!node)
        return false;
    struct reservation *r = list_entry(node, struct reservation, link);
    if (rng_percent(&f->world->rng, 70))
        make(f, &r->change);
    free(r);
    return true;
}

struct fleet *fleet_new(struct world *w)
{
    struct fleet *f = mem_new(sizeof(*f));
    f->world = w;
    list_init(&f->late);
    return f;
}

void fleet_free(struct fleet *f)
{
    while (f && fleet_land(f))
        ;
    free(f);
}
