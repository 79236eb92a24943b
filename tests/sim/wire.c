/*
 * Each publication is a message to each node, its sender's included, as a server between them
 * would send it. A message lies in `flying` until chance takes it, and is then a task of the node's
 * chat thread. Who is subscribed is looked at when it arrives.
 */
#include "wire.h"

#include <stdlib.h>

#include "bus/topics.h"
#include "node.h"
#include "sabotage.h"
#include "util/macros.h"
#include "util/mem.h"
#include "world.h"

enum { NOTICE_LOSS_MS = 2000 };

/* A node's end, as long as its core lives. */
struct end {
    struct bus bus;
    struct wire *wire;
    struct node *node;
    struct topics topics;
    bool missed; /* something, and has not noticed */
    struct task lost;
    bool lost_posted;
};

struct message {
    struct list link;
    struct task task;
    struct end *to;
    struct buf *buf;
    enum bus_topic_kind kind;
    uint64_t due_ms;
    uint64_t question; /* it asks this one, ... */
    bool answer;       /* or answers it; 0: neither */
    size_t n;
    uint64_t ids[];
};

/* Somebody waits for an answer. */
struct asking {
    struct list link;
    struct task over; /* there was none in time */
    struct end *from;
    enum bus_topic_kind kind;
    uint64_t number, id, tag, until_ms;
};

struct wire {
    struct world *world;
    struct list flying;
    struct list asking;
    uint64_t asked; /* questions so far */
    struct end *ends[NODES_MAX];
    bool cut[NODES_MAX][NODES_MAX]; /* from, to */
    uint64_t cut_to;
    uint64_t noticed_ms;
};

static struct end *end_of(struct bus *bus)
{
    return container_of(bus, struct end, bus);
}

static void message_free(struct message *m)
{
    list_remove(&m->link);
    buf_unref(m->buf);
    free(m);
}

/* --- subscriptions --- */

static void end_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_add(&end_of(bus)->topics, kind, id);
}

static void end_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_drop(&end_of(bus)->topics, kind, id);
}

/* --- the way --- */

static struct asking *asking_find(struct wire *wire, uint64_t number)
{
    list_for_each(&wire->asking, node)
    {
        struct asking *a = list_entry(node, struct asking, link);
        if (a->number == number)
            return a;
    }
    return NULL;
}

static void answer_to(struct asking *a, struct buf *answer)
{
    struct bus_handler *handler = a->from->bus.handler;
    list_remove(&a->link);
    handler->answered(handler, a->kind, a->id, a->tag, answer);
    free(a);
}

static struct message *send_to(struct end *from, struct end *to, enum bus_topic_kind kind,
                               const uint64_t *ids, size_t n, struct buf *buf);

static void be_asked(struct end *to, const struct message *m)
{
    struct wire *wire = to->wire;
    struct buf *answer = to->bus.handler->asked(to->bus.handler, m->kind, m->ids[0], m->buf);
    struct asking *a = asking_find(wire, m->question);
    if (answer && a && !sabotaged(wire->world, "mute")) {
        struct message *back = send_to(to, a->from, m->kind, m->ids, m->n, answer);
        if (back) {
            back->question = m->question;
            back->answer = true;
        }
    }
    buf_unref(answer);
}

static void arrive(struct task *task)
{
    struct message *m = container_of(task, struct message, task);
    struct end *to = m->to;
    struct asking *a = m->answer ? asking_find(to->wire, m->question) : NULL;
    size_t kept = topics_keep(&to->topics, m->kind, m->ids, m->ids, m->n);
    if (a)
        answer_to(a, m->buf);
    else if (kept && m->question && !m->answer)
        be_asked(to, m);
    else if (kept && !m->question)
        to->bus.handler->deliver(to->bus.handler, m->kind, m->ids, kept, m->buf);
    message_free(m);
}

/* NULL: it is lost. */
static struct message *send_to(struct end *from, struct end *to, enum bus_topic_kind kind,
                               const uint64_t *ids, size_t n, struct buf *buf)
{
    struct wire *wire = from->wire;
    struct world *w = wire->world;
    if (wire->cut[from->node->index][to->node->index] || rng_percent(&w->rng, w->wire_lost_percent))
        return NULL;
    struct message *m = mem_new(sizeof(*m) + n * sizeof(*ids));
    m->task.run = arrive;
    m->to = to;
    m->kind = kind;
    m->buf = buf_ref(buf);
    m->due_ms = w->mono_ms;
    if (rng_percent(&w->rng, w->wire_late_percent))
        m->due_ms += rng_below(&w->rng, rng_percent(&w->rng, 20) ? 60000 : 1000);
    m->n = n;
    for (size_t i = 0; i < n; i++)
        m->ids[i] = ids[i];
    list_init(&m->task.node);
    list_push_back(&wire->flying, &m->link);
    return m;
}

static void end_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                        struct buf *buf)
{
    struct end *from = end_of(bus);
    struct wire *wire = from->wire;
    struct world *w = wire->world;
    if (kind == BUS_NODES && sabotaged(w, "deaf"))
        return;
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        struct end *to = wire->ends[i];
        if (to && !send_to(from, to, kind, ids, n, buf))
            to->missed = true;
    }
}

static void nobody_answered(struct task *task)
{
    answer_to(container_of(task, struct asking, over), NULL);
}

static bool end_ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                    uint32_t within_ms, uint64_t tag)
{
    struct end *from = end_of(bus);
    struct wire *wire = from->wire;
    struct asking *a = mem_new(sizeof(*a));
    *a = (struct asking){
        .over.run = nobody_answered,
        .from = from,
        .kind = kind,
        .number = ++wire->asked,
        .id = id,
        .tag = tag,
        .until_ms = wire->world->mono_ms + within_ms,
    };
    list_init(&a->over.node);
    list_push_back(&wire->asking, &a->link);
    for (uint32_t i = 0; i < wire->world->n_nodes; i++) {
        struct end *to = wire->ends[i];
        struct message *m = to ? send_to(from, to, kind, &id, 1, question) : NULL;
        if (m)
            m->question = a->number;
    }
    return true;
}

static bool end_connected(const struct bus *bus)
{
    (void)bus;
    return true;
}

static struct message *pick(struct wire *wire)
{
    struct world *w = wire->world;
    struct message *picked = NULL;
    uint32_t n = 0;
    list_for_each(&wire->flying, node)
    {
        struct message *m = list_entry(node, struct message, link);
        if (m->due_ms > w->mono_ms || m->to->node->stopped)
            continue;
        if (!n++ || (w->wire_late_percent && rng_below(&w->rng, n) == 0))
            picked = m;
    }
    return picked;
}

bool wire_deliver(struct wire *wire)
{
    struct message *m = pick(wire);
    if (!m)
        return false;
    list_remove(&m->link);
    post(&m->to->node->chat_queue.poster, &m->task);
    return true;
}

/* --- loss --- */

static void say_lost(struct task *task)
{
    struct end *e = container_of(task, struct end, lost);
    e->lost_posted = false;
    e->bus.handler->lost(e->bus.handler);
}

/* A hole in what the others number is noticed soon; where the world is silent, never. */
static void notice_loss(struct wire *wire)
{
    for (uint32_t i = 0; i < wire->world->n_nodes; i++) {
        struct end *e = wire->ends[i];
        if (!e || !e->missed || e->lost_posted || e->node->stopped)
            continue;
        e->missed = false;
        e->lost_posted = true;
        post(&e->node->chat_queue.poster, &e->lost);
    }
}

void wire_cut(struct wire *wire, uint64_t ms)
{
    struct world *w = wire->world;
    uint32_t alone = rng_below(&w->rng, w->n_nodes);
    bool in = rng_percent(&w->rng, 70), out = !in || rng_percent(&w->rng, 70);
    world_trace(w, "node %u is cut off%s%s", alone, in ? " inwards" : "", out ? " outwards" : "");
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        wire->cut[i][alone] = i != alone && in;
        wire->cut[alone][i] = i != alone && out;
    }
    wire->cut_to = w->mono_ms + ms;
}

static void heal(struct wire *wire)
{
    for (uint32_t i = 0; i < NODES_MAX; i++)
        for (uint32_t j = 0; j < NODES_MAX; j++)
            wire->cut[i][j] = false;
}

void wire_calm(struct wire *wire)
{
    heal(wire);
    wire->world->wire_lost_percent = wire->world->wire_late_percent = 0;
    list_for_each(&wire->flying, node) list_entry(node, struct message, link)->due_ms = 0;
}

/* Their time is over. What was posted for it is on its way already. */
static void end_waiting(struct wire *wire)
{
    list_for_each(&wire->asking, node)
    {
        struct asking *a = list_entry(node, struct asking, link);
        if (a->until_ms > wire->world->mono_ms || a->from->node->stopped)
            continue;
        list_remove(&a->link); /* nothing that comes now finds it */
        post(&a->from->node->chat_queue.poster, &a->over);
    }
}

void wire_advance(struct wire *wire)
{
    struct world *w = wire->world;
    end_waiting(wire);
    if (wire->cut_to <= w->mono_ms)
        heal(wire);
    if (w->wire_silent || w->mono_ms < wire->noticed_ms + NOTICE_LOSS_MS)
        return;
    wire->noticed_ms = w->mono_ms;
    notice_loss(wire);
}

/* --- beginning and end --- */

static void end_free(struct bus *bus)
{
    struct end *e = end_of(bus);
    wire_forget(e->wire, e->node);
    topics_deinit(&e->topics);
    free(e);
}

static const struct bus_ops end_ops = {end_subscribe, end_unsubscribe, end_publish,
                                       end_ask,       end_connected,   end_free};

struct bus *wire_bus(struct wire *wire, struct node *node)
{
    struct end *e = mem_new(sizeof(*e));
    e->bus.ops = &end_ops;
    e->wire = wire;
    e->node = node;
    e->lost.run = say_lost;
    wire->ends[node->index] = e;
    return &e->bus;
}

void wire_forget(struct wire *wire, const struct node *node)
{
    wire->ends[node->index] = NULL;
    list_for_each(&wire->flying, at)
    {
        struct message *m = list_entry(at, struct message, link);
        if (m->to->node == node)
            message_free(m);
    }
    list_for_each(&wire->asking, at)
    {
        struct asking *a = list_entry(at, struct asking, link);
        if (a->from->node != node)
            continue;
        list_remove(&a->link);
        free(a);
    }
}

struct wire *wire_new(struct world *w)
{
    struct wire *wire = mem_new(sizeof(*wire));
    wire->world = w;
    list_init(&wire->flying);
    list_init(&wire->asking);
    return wire;
}

void wire_free(struct wire *wire)
{
    free(wire);
}
