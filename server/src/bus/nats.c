/*
 * struct nats joins two halves: a local bus, which delivers to the handler, and a link
 * (nats_link.c), whose threads talk to NATS. What arrives there waits in `arrivals`, under the
 * lock, for one task on the chat thread, which publishes it on the local bus alone; so ids that are
 * no longer subscribed, order, references and the turn's bound are the local bus's in either case.
 *
 * A question is asked of the local bus first, and of the other nodes if nobody answered there; one
 * of another node is asked of the local bus alone. Both lie in `questions` meanwhile, by a number
 * of ours, so that whatever comes late or twice finds nothing there.
 *
 * What always holds: a task is posted exactly if `posted`. After nats_link_free() nothing arrives.
 *
 * Refused: sending everything through NATS, the node's own people included. It is one path instead
 * of two, but then two people on one node cannot talk while NATS is away, and each message waits
 * for a round trip.
 */
#include "bus/nats.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus_metric.h"
#include "bus/local.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"
#include "util/task.h"

/* A message, a question, or the answer to one of ours. */
struct arrival {
    struct list node;
    enum arrival_type { ARRIVAL_MESSAGE, ARRIVAL_QUESTION, ARRIVAL_ANSWER } type;
    enum bus_topic_kind kind;
    struct buf *buf; /* NULL: there is no answer */
    size_t bytes;    /* what it counts for */
    uint64_t number; /* of the question that is answered */
    char *reply;     /* a question's: where the answer is to go */
    size_t n;
    uint64_t ids[];
};

/* One under way: ours with how it is to be answered, another node's with where. */
struct question {
    struct buf *buf; /* ours, until others are asked */
    enum bus_topic_kind kind;
    uint64_t id, tag;
    uint32_t within_ms;
    char *reply; /* another node's */
};

struct nats {
    struct bus bus;
    struct bus *local;
    struct bus_handler ear; /* the local bus's: hands on to ours */
    struct nats_link *link;
    struct nats_listener listener;
    struct poster *self;
    struct map questions; /* number -> struct question */
    uint64_t asked;       /* the number of the last one */
    struct task task;
    pthread_mutex_t lock; /* guards what follows */
    struct list arrivals;
    size_t arrivals_bytes;
    bool posted, lost, freed;
};

static struct nats *nats_of(const struct bus *bus)
{
    return container_of(bus, struct nats, bus);
}

/* --- from the link's threads --- */

static void arrival_free(struct arrival *a)
{
    buf_unref(a->buf);
    free(a->reply);
    free(a);
}

static struct arrival *arrival_new(enum arrival_type type, enum bus_topic_kind kind,
                                   const uint64_t *ids, size_t n_ids, struct buf *buf)
{
    struct arrival *a = mem_new(sizeof(*a) + n_ids * sizeof(*ids));
    a->type = type;
    a->kind = kind;
    a->buf = buf ? buf_ref(buf) : NULL;
    a->n = n_ids;
    /* that there is no answer always fits: whoever asked waits for it */
    a->bytes = buf ? sizeof(*a) + n_ids * sizeof(*ids) + buf->n : 0;
    for (size_t i = 0; i < n_ids; i++)
        a->ids[i] = ids[i];
    return a;
}

/* With the lock held. */
static void take_soon(struct nats *n)
{
    if (n->posted)
        return;
    n->posted = true;
    post(n->self, &n->task);
}

static void arrive(struct nats *n, struct arrival *a)
{
    pthread_mutex_lock(&n->lock);
    bool fits = a->bytes <= NATS_ARRIVALS_BYTES_MAX - n->arrivals_bytes;
    bool first = !fits && !n->lost;
    if (fits) {
        list_push_back(&n->arrivals, &a->node);
        n->arrivals_bytes += a->bytes;
    } else {
        n->lost = true;
    }
    take_soon(n);
    pthread_mutex_unlock(&n->lock);
    if (first)
        log_warn("bus_full", log_u64("queued_bytes", NATS_ARRIVALS_BYTES_MAX));
    if (!fits) {
        metric_add_at(METRIC_BUS_DROPPED, BUS_ARRIVALS_FULL, 1);
        arrival_free(a);
    }
}

static void on_message(struct nats_listener *listener, enum bus_topic_kind kind,
                       const uint64_t *ids, size_t n_ids, struct buf *buf)
{
    struct nats *n = container_of(listener, struct nats, listener);
    arrive(n, arrival_new(ARRIVAL_MESSAGE, kind, ids, n_ids, buf));
}

static void on_question(struct nats_listener *listener, enum bus_topic_kind kind, uint64_t id,
                        struct buf *buf, const char *reply)
{
    struct nats *n = container_of(listener, struct nats, listener);
    struct arrival *a = arrival_new(ARRIVAL_QUESTION, kind, &id, 1, buf);
    a->reply = mem_new(strlen(reply) + 1);
    strcpy(a->reply, reply);
    arrive(n, a);
}

static void on_answer(struct nats_listener *listener, uint64_t number, struct buf *buf)
{
    struct nats *n = container_of(listener, struct nats, listener);
    struct arrival *a = arrival_new(ARRIVAL_ANSWER, BUS_PEERS, NULL, 0, buf);
    a->number = number;
    arrive(n, a);
}

static void on_lost(struct nats_listener *listener)
{
    struct nats *n = container_of(listener, struct nats, listener);
    pthread_mutex_lock(&n->lock);
    n->lost = true;
    take_soon(n);
    pthread_mutex_unlock(&n->lock);
}

/* --- on the chat thread --- */

static void question_free(struct question *q)
{
    buf_unref(q->buf);
    free(q->reply);
    free(q);
}

static void nats_destroy(struct nats *n)
{
    size_t at = 0;
    uint64_t number;
    for (struct list *node; (node = list_pop_front(&n->arrivals));)
        arrival_free(list_entry(node, struct arrival, node));
    for (struct question *q; (q = map_next(&n->questions, &at, &number));)
        question_free(q);
    map_deinit(&n->questions);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

/* Asks those on this node; ear_answered() goes on. False, and freed: too many are under way. */
static bool ask_here(struct nats *n, struct question *q, struct buf *buf)
{
    uint64_t number = ++n->asked;
    if (n->questions.n < NATS_QUESTIONS_MAX &&
        bus_ask(n->local, q->kind, q->id, buf, q->within_ms, number)) {
        map_put(&n->questions, number, q);
        return true;
    }
    question_free(q);
    return false;
}

/* Of ours, the first time; or of none. */
static void tell_answer(struct nats *n, uint64_t number, struct buf *answer)
{
    struct question *q = map_remove(&n->questions, number);
    if (!q)
        return;
    struct bus_handler *handler = bus_handler_of(&n->bus, q->kind);
    handler->answered(handler, q->kind, q->id, q->tag, answer);
    question_free(q);
}

static void ear_answered(struct bus_handler *ear, enum bus_topic_kind kind, uint64_t id,
                         uint64_t number, struct buf *answer)
{
    struct nats *n = container_of(ear, struct nats, ear);
    struct question *q = map_get(&n->questions, number);
    must(q);
    if (q->reply) {
        if (answer)
            nats_link_answer(n->link, q->reply, answer);
        question_free(map_remove(&n->questions, number));
    } else if (answer) {
        tell_answer(n, number, answer);
    } else {
        nats_link_ask(n->link, kind, id, q->buf, q->within_ms, number);
        buf_unref(q->buf);
        q->buf = NULL;
    }
}

static struct buf *ear_asked(struct bus_handler *ear, enum bus_topic_kind kind, uint64_t id,
                             struct buf *question)
{
    const struct nats *n = container_of(ear, struct nats, ear);
    struct bus_handler *handler = bus_handler_of(&n->bus, kind);
    return handler->asked(handler, kind, id, question);
}

static void take(struct nats *n, struct arrival *a)
{
    switch (a->type) {
    case ARRIVAL_MESSAGE:
        bus_publish(n->local, a->kind, a->ids, a->n, a->buf);
        break;
    case ARRIVAL_QUESTION: {
        struct question *q = mem_new(sizeof(*q));
        q->kind = a->kind;
        q->id = a->ids[0];
        q->reply = a->reply;
        a->reply = NULL;
        ask_here(n, q, a->buf);
        break;
    }
    case ARRIVAL_ANSWER: {
        const struct question *q = map_get(&n->questions, a->number);
        if (q && !q->reply && !q->buf) /* else nobody was asked who could owe it */
            tell_answer(n, a->number, a->buf);
        break;
    }
    }
    arrival_free(a);
}

static void take_all(struct task *task)
{
    struct nats *n = container_of(task, struct nats, task);
    struct list batch = LIST_INIT(batch);
    if (n->freed) {
        nats_destroy(n);
        return;
    }
    pthread_mutex_lock(&n->lock);
    list_splice_back(&batch, &n->arrivals);
    n->arrivals_bytes = 0;
    n->posted = false;
    bool lost = n->lost;
    n->lost = false;
    pthread_mutex_unlock(&n->lock);
    for (struct list *node; (node = list_pop_front(&batch));)
        take(n, list_entry(node, struct arrival, node));
    if (lost)
        n->bus.handler->lost(n->bus.handler);
}

static void ear_deliver(struct bus_handler *ear, enum bus_topic_kind kind, const uint64_t *ids,
                        size_t n_ids, struct buf *message)
{
    const struct nats *n = container_of(ear, struct nats, ear);
    struct bus_handler *handler = bus_handler_of(&n->bus, kind);
    handler->deliver(handler, kind, ids, n_ids, message);
}

static void ear_lost(struct bus_handler *ear)
{
    struct bus_handler *handler = container_of(ear, struct nats, ear)->bus.handler;
    handler->lost(handler);
}

/* Of what is for all nodes the link hears always. */
static bool is_for_all(enum bus_topic_kind kind, uint64_t id)
{
    return kind == BUS_NODES || (kind == BUS_PEERS && id == BUS_ALL_NODES);
}

static void nats_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    struct nats *n = nats_of(bus);
    bus_subscribe(n->local, kind, id);
    if (!is_for_all(kind, id))
        nats_link_subscribe(n->link, kind, id);
}

static void nats_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    struct nats *n = nats_of(bus);
    bus_unsubscribe(n->local, kind, id);
    if (!is_for_all(kind, id))
        nats_link_unsubscribe(n->link, kind, id);
}

static void nats_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids,
                         size_t n_ids, struct buf *message)
{
    struct nats *n = nats_of(bus);
    bus_publish(n->local, kind, ids, n_ids, message);
    nats_link_publish(n->link, kind, ids, n_ids, message);
}

static bool nats_ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                     uint32_t within_ms, uint64_t tag)
{
    struct question *q = mem_new(sizeof(*q));
    *q = (struct question){
        .buf = buf_ref(question), .kind = kind, .id = id, .tag = tag, .within_ms = within_ms};
    return ask_here(nats_of(bus), q, question);
}

static bool nats_connected(const struct bus *bus)
{
    return nats_link_connected(nats_of(bus)->link);
}

static void nats_free(struct bus *bus)
{
    struct nats *n = nats_of(bus);
    nats_link_free(n->link);
    bus_free(n->local);
    if (n->posted)
        n->freed = true;
    else
        nats_destroy(n);
}

static const struct bus_ops nats_ops = {
    .subscribe = nats_subscribe,
    .unsubscribe = nats_unsubscribe,
    .publish = nats_publish,
    .ask = nats_ask,
    .connected = nats_connected,
    .free = nats_free,
};

int bus_nats_new(struct bus **out, const struct nats_options *options, struct poster *self,
                 char *why, size_t why_size)
{
    struct nats *n = mem_new(sizeof(*n));
    n->bus.ops = &nats_ops;
    n->self = self;
    n->task.run = take_all;
    n->ear = (struct bus_handler){ear_deliver, ear_lost, ear_asked, ear_answered};
    n->listener = (struct nats_listener){on_message, on_lost, on_question, on_answer};
    list_init(&n->arrivals);
    pthread_mutex_init(&n->lock, NULL);
    int r = nats_link_new(&n->link, options, &n->listener, why, why_size);
    if (r) {
        nats_destroy(n);
        return r;
    }
    n->local = bus_local_new(self);
    bus_attach(n->local, &n->ear);
    *out = &n->bus;
    return 0;
}
