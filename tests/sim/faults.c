/*
 * A late write is a copy of its own, carried out by the store like any other: an append names its
 * head and its keys, a claim its name, a mark only moves forward, so the store itself decides
 * whether it still can stand.
 */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

#include "cassandra/cassandra.h"
#include "fleet.h"
#include "model/limits.h"
#include "model/record.h"
#include "op.h"
#include "sabotage.h"
#include "store/directory.h"
#include "store/log.h"
#include "store/memory.h"
#include "store/ops.h"
#include "util/mem.h"
#include "world.h"

struct faults {
    struct store store;
    struct store *inner;
    struct node *node;
    struct world *world;
    struct poster completions;
    bool dead;        /* what is answered is lost */
    struct list held; /* answers that come late */
    struct list late; /* writes that may come to stand later */
};

struct late {
    struct list link;
    struct faults *faults;
    int op;
    struct store_user_set with; /* the append's */
    struct arena arena;
    struct event events[APPEND_MAX];
    union {
        struct store_request base;
        struct store_append append;
        struct store_mark mark;
        struct store_direct_claim direct;
        struct store_group_claim group;
    } u;
};

static struct faults *faults_of(const struct store *s)
{
    return container_of(s, struct faults, store);
}

static bool strikes(struct faults *f, uint32_t percent)
{
    return percent && rng_percent(&f->world->rng, percent);
}

/* --- late writes --- */

static void late_free(struct late *l)
{
    list_remove(&l->link);
    arena_deinit(&l->arena);
    free(l);
}

static void late_done(struct store_request *request)
{
    struct late *l = container_of(request, struct late, u.base);
    world_trace(l->faults->world, "a late write is answered %d", request->status);
    store_request_deinit(request);
    late_free(l);
}

static void keep_text(struct late *l, struct str *text)
{
    if (text->n)
        *text = arena_str(&l->arena, *text);
}

/* The user that changes with it. */
static void late_with(struct late *l)
{
    if (!l->u.append.with)
        return;
    l->with = *l->u.append.with;
    l->with.base = (struct store_request){0};
    l->with.user = (struct user){0}; /* what is answered is nobody's */
    keep_text(l, &l->with.password);
    keep_text(l, &l->with.password_before);
    keep_text(l, &l->with.second_factor);
    keep_text(l, &l->with.second_factor_before);
    l->u.append.with = &l->with;
}

/* A copy of a write that may come later, or NULL: it is none of that kind. */
static struct late *late_new(struct faults *f, const struct store_request *r)
{
    struct late *l = mem_new(sizeof(*l));
    l->faults = f;
    l->op = r->op;
    switch (r->op) {
    case STORE_OP_APPEND: {
        l->u.append = *container_of(r, const struct store_append, base);
        late_with(l);
        for (uint32_t i = 0; i < l->u.append.n_events; i++)
            record_copy(&l->events[i], &l->u.append.events[i], &l->arena);
        l->u.append.events = l->events;
        break;
    }
    case STORE_OP_MARK:
        l->u.mark = *container_of(r, const struct store_mark, base);
        break;
    case STORE_OP_DIRECT_CLAIM:
        l->u.direct = *container_of(r, const struct store_direct_claim, base);
        break;
    case STORE_OP_GROUP_CLAIM:
        l->u.group = *container_of(r, const struct store_group_claim, base);
        if (l->u.group.created.conversation)
            record_copy(&l->events[0], &l->u.group.created, &l->arena);
        l->u.group.created = l->events[0];
        break;
    default:
        free(l);
        return NULL;
    }
    l->u.base = (struct store_request){.done = late_done};
    list_init(&l->link);
    return l;
}

static void late_begin(struct late *l)
{
    struct store *inner = l->faults->inner;
    list_remove(&l->link);
    if (l->op == STORE_OP_APPEND)
        store_append(inner, &l->u.append);
    else if (l->op == STORE_OP_MARK)
        store_mark(inner, &l->u.mark);
    else if (l->op == STORE_OP_DIRECT_CLAIM)
        store_direct_claim(inner, &l->u.direct);
    else
        store_group_claim(inner, &l->u.group);
}

/* One of a list, by chance. */
static struct list *pick(struct faults *f, struct list *of)
{
    uint32_t n = 0;
    list_for_each(of, node) n++;
    if (!n)
        return NULL;
    uint32_t at = rng_below(&f->world->rng, n);
    list_for_each(of, node)
    {
        if (at-- == 0)
            return node;
    }
    return NULL;
}

bool faults_land(struct faults *f)
{
    struct list *node = pick(f, &f->late);
    if (!node)
        return false;
    struct late *l = list_entry(node, struct late, link);
    if (rng_percent(&f->world->rng, 70))
        late_begin(l);
    else
        late_free(l);
    return true;
}

/* --- answers --- */

static void answer(struct faults *f, struct store_request *r)
{
    post(&f->node->chat_queue.poster, &r->task);
}

/* The store has carried it out. */
static void completed(struct poster *poster, struct task *task)
{
    struct faults *f = container_of(poster, struct faults, completions);
    struct store_request *r = container_of(task, struct store_request, task);
    if (f->dead)
        return;
    if (f->world->cassandra || r->done == late_done) {
        answer(f, r);
        return;
    }
    sabotage_answer(f->world, r);
    if (store_op_writes(r->op) && strikes(f, f->world->fault_percent)) {
        world_trace(f->world, "operation %d: answered unknown, and stands", r->op);
        r->status = STORE_UNKNOWN;
    }
    if (strikes(f, f->world->late_percent)) {
        list_push_back(&f->held, &r->task.node);
        return;
    }
    answer(f, r);
}

bool faults_answer(struct faults *f)
{
    struct list *node = pick(f, &f->held);
    if (!node)
        return false;
    list_remove(node);
    answer(f, list_entry(list_entry(node, struct task, node), struct store_request, task));
    return true;
}

/* --- questions --- */

static void refuse(struct faults *f, struct store_request *r, enum store_status status)
{
    world_trace(f->world, "operation %d: not carried out, status %d", r->op, status);
    if (status != STORE_UNKNOWN || !sabotage_refusal(f->world, r))
        r->status = status;
    answer(f, r);
}

/* Nobody gives out an id twice. */
static void look_at_id(const struct faults *f, uint64_t id)
{
    struct world *w = f->world;
    if (id && map_put(&w->ids, id, w))
        world_fail(w, "the id %llu is given out twice", (unsigned long long)id);
    if (id && w->fleet)
        fleet_gives(w->fleet, f->node, id);
}

static void look_at_ids(const struct faults *f, const struct store_request *r)
{
    if (r->op == STORE_OP_DIRECT_CLAIM)
        look_at_id(f, container_of(r, const struct store_direct_claim, base)->conversation);
    if (r->op == STORE_OP_GROUP_CLAIM)
        look_at_id(f, container_of(r, const struct store_group_claim, base)->created.conversation);
    if (r->op == STORE_OP_DEVICE_PUT)
        look_at_id(f, container_of(r, const struct store_device_put, base)->device.id);
    if (r->op != STORE_OP_USER_CREATE)
        return;
    look_at_id(f, container_of(r, const struct store_user_create, base)->user.id);
    look_at_id(f, container_of(r, const struct store_user_create, base)->device.id);
}

static void faults_submit(struct store *s, struct store_request *r)
{
    struct faults *f = faults_of(s);
    look_at_ids(f, r);
    if (r->op == STORE_OP_APPEND)
        ops_decided(f->node, container_of(r, const struct store_append, base));
    if (r->op == STORE_OP_RESERVE && f->world->fleet) {
        fleet_reserve(f->world->fleet, f->node, container_of(r, struct store_reserve, base));
        return;
    }
    if (sabotage_question(f->world, f->inner, r)) {
        answer(f, r);
        return;
    }
    if (f->world->cassandra) {
        if (r->op == STORE_OP_RETAIN)
            cassandra_retains(f->world->cassandra, f->node,
                              container_of(r, const struct store_retain, base)->conversation);
        f->inner->ops->submit(f->inner, r);
        return;
    }
    if (!strikes(f, f->world->fault_percent)) {
        f->inner->ops->submit(f->inner, r);
        return;
    }
    uint32_t how = store_op_writes(r->op) ? rng_below(&f->world->rng, 4) : 0;
    if (how == 0) {
        refuse(f, r, STORE_FAILED);
        return;
    }
    struct late *late = how == 1 ? NULL : late_new(f, r);
    if (late)
        list_push_back(&f->late, &late->link);
    refuse(f, r, STORE_UNKNOWN);
}

static const struct store_info *faults_info(const struct store *s)
{
    return store_info(faults_of(s)->inner);
}

static void faults_free_store(struct store *s)
{
    faults_free(faults_of(s));
}

static const struct store_ops faults_ops = {faults_submit, faults_info, faults_free_store};

/* --- beginning and end --- */

/* On one machine what is late comes with the restart or never; elsewhere the store goes on. */
static void take_over(struct faults *f, struct faults *before)
{
    for (struct list *node; (node = list_pop_front(&before->late));) {
        struct late *l = list_entry(node, struct late, link);
        l->faults = f;
        if (f->world->n_nodes > 1)
            list_push_back(&f->late, &l->link);
        else if (rng_percent(&f->world->rng, 50))
            late_begin(l);
        else
            late_free(l);
    }
    free(before);
}

struct faults *faults_new(struct node *n, struct faults *before)
{
    struct world *w = n->world;
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {1, 2, 3};
    struct faults *f = mem_new(sizeof(*f));
    f->store.ops = &faults_ops;
    f->node = n;
    f->world = w;
    f->completions.post = completed;
    list_init(&f->held);
    list_init(&f->late);
    if (w->cassandra) {
        f->inner = cassandra_store(w->cassandra, n, &f->completions);
    } else {
        f->inner = store_memory_open(w->kv, &n->store_queue.poster, &f->completions, secret, 7);
        store_memory_take_at_most(f->inner, 1 + rng_below(&w->rng, 8));
    }
    if (before)
        take_over(f, before);
    return f;
}

void faults_free(struct faults *f)
{
    while (faults_land(f))
        ;
    store_free(f->inner);
    free(f);
}

struct store *faults_store(struct faults *f)
{
    return &f->store;
}

void faults_crash(struct faults *f)
{
    list_init(&f->held);
    f->dead = true;
    if (f->world->cassandra)
        store_free(f->inner);
    else
        store_memory_crash(f->inner);
}
