/*
 * A request is posted through a ticket of the store's own, since the task in the request is needed
 * for its completion while tickets may be run out of order. There is one ticket for each waiting
 * request of its kind, so every request gets its run.
 */
#include "store/memory.h"

#include <stdlib.h>

#include "model/limits.h"
#include "store/embedded.h"
#include "store/kv_memory.h"
#include "store/ops.h"
#include "util/macros.h"
#include "util/mem.h"

struct store_memory {
    struct store store;
    struct store_info info;
    struct kv *kv;
    bool owns_kv;
    uint32_t append_events_max;
    struct poster *work, *completions;
    struct list tickets;
    struct list writes; /* waiting, oldest first */
};

struct ticket {
    struct task task;
    struct list link;
    struct store_memory *store;
    struct store_request *read; /* NULL: a write, the oldest */
};

static struct store_memory *memory(const struct store *s)
{
    return container_of(s, struct store_memory, store);
}

static void carry_out(struct store_memory *m, struct store_request *r)
{
    if (store_op_writes(r->op)) {
        struct kv_batch batch = {.kv = m->kv};
        embedded_write(&batch, &m->info, m->append_events_max, r);
        must(kv_commit(&batch) == 0);
    } else {
        embedded_read(m->kv, NULL, &m->info, r);
    }
    post(m->completions, &r->task);
}

static void ticket_free(struct ticket *ticket)
{
    list_remove(&ticket->link);
    free(ticket);
}

static void ticket_run(struct task *task)
{
    struct ticket *ticket = container_of(task, struct ticket, task);
    struct store_memory *m = ticket->store;
    struct store_request *r = ticket->read;
    ticket_free(ticket);
    if (!r)
        r = list_entry(list_pop_front(&m->writes), struct store_request, link);
    carry_out(m, r);
}

static void memory_submit(struct store *s, struct store_request *r)
{
    struct store_memory *m = memory(s);
    bool writes = store_op_writes(r->op);
    struct ticket *ticket = mem_new(sizeof(*ticket));
    *ticket = (struct ticket){.task.run = ticket_run, .store = m, .read = writes ? NULL : r};
    list_init(&ticket->task.node);
    list_push_back(&m->tickets, &ticket->link);
    if (writes)
        list_push_back(&m->writes, &r->link);
    post(m->work, &ticket->task);
}

static const struct store_info *memory_info(const struct store *s)
{
    return &memory(s)->info;
}

void store_memory_crash(struct store *s)
{
    struct store_memory *m = memory(s);
    list_for_each(&m->tickets, node)
    {
        struct ticket *ticket = list_entry(node, struct ticket, link);
        list_remove(&ticket->task.node);
        ticket_free(ticket);
    }
    while (list_pop_front(&m->writes))
        ;
    if (m->owns_kv)
        kv_free(m->kv);
    free(m);
}

static void memory_free(struct store *s)
{
    struct store_memory *m = memory(s);
    list_for_each(&m->tickets, node)
    {
        struct ticket *ticket = list_entry(node, struct ticket, link);
        list_remove(&ticket->task.node);
        ticket_run(&ticket->task);
    }
    store_memory_crash(s);
}

void store_memory_take_at_most(struct store *s, uint32_t events)
{
    must(events >= 1);
    memory(s)->append_events_max = events;
}

static const struct store_ops memory_ops = {
    .submit = memory_submit,
    .info = memory_info,
    .free = memory_free,
};

struct store *store_memory_open(struct kv *kv, struct poster *work, struct poster *completions,
                                const uint8_t secret[CRYPTO_SECRET_BYTES], uint64_t incarnation)
{
    struct store_memory *m = mem_new(sizeof(*m));
    m->store.ops = &memory_ops;
    m->kv = kv;
    m->append_events_max = APPEND_MAX;
    m->work = work;
    m->completions = completions;
    list_init(&m->tickets);
    list_init(&m->writes);
    must(embedded_open(kv, &m->info, incarnation, secret) == 0);
    return &m->store;
}

struct store *store_memory_new(struct poster *work, struct poster *completions,
                               const uint8_t secret[CRYPTO_SECRET_BYTES], uint64_t incarnation)
{
    struct store *s = store_memory_open(kv_memory_new(), work, completions, secret, incarnation);
    memory(s)->owns_kv = true;
    return s;
}
