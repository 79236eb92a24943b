/*
 * One thread (link_run) owns the connection and the subscriptions, and makes all calls of libnats:
 * what the chat thread asks for waits in `ops`, in order. Each call sends at once (SendAsap): a
 * millisecond's wait to gather more is what libnats does otherwise. Messages come on libnats' one
 * delivery thread, are taken apart there and handed to the listener.
 *
 * libnats' own reconnecting is switched off. A connection that broke is taken apart by this thread
 * and another one made, with all subscriptions, so there is one way up and one way down, and what
 * happens to be in between is dropped rather than sent late.
 *
 * Loss: `number` counts what is sent to all nodes. It skips one wherever something may not have
 * gone out (no connection, a full queue, a connection that broke with bytes under way), so that the
 * other nodes see a hole (peers.h) and have their devices compare. Ours compare after we were
 * connected anew, and when we see such a hole.
 *
 * To whom: a message for fewer people than there are other nodes, or for one, goes to each person's
 * subject, and NATS hands it to the nodes that hold them; one for more goes to all nodes once, with
 * the ids. So neither the calls nor the deliveries are ever more than the people, nor more than the
 * nodes (but where somebody's devices are on several).
 * docs/decisions/0016-the-bus-on-nats.md has the figures.
 *
 * Refused: libnats on our own loop. It can be driven so, but its buffer then has no bound, its
 * reconnecting calls in from a thread of its own all the same, and a call may still block.
 */
#include "bus/nats_link.h"

#include <nats/nats.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/bus_metric.h"
#include "bus/envelope.h"
#include "bus/interests.h"
#include "bus/nats_questions.h"
#include "bus/peers.h"
#include "bus/subject.h"
#include "util/clock.h"
#include "util/crypto.h"
#include "util/list.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

enum { TICK_MS = 200 };

struct op {
    struct list node;
    enum op_type { OP_SUBSCRIBE, OP_UNSUBSCRIBE, OP_PUBLISH, OP_ASK, OP_ANSWER } type;
    enum bus_topic_kind kind;
    struct buf *buf;           /* of the last three */
    uint64_t number, until_ms; /* OP_ASK */
    char *reply;               /* OP_ANSWER */
    size_t bytes;              /* what it counts for */
    size_t n;
    uint64_t ids[];
};

struct nats_link {
    natsOptions *options;
    char prefix[SUBJECT_PREFIX_BYTES_MAX + 1], nodes_subject[SUBJECT_BYTES_MAX];
    struct nats_listener *listener;
    uint64_t renew_ms;
    uint64_t id; /* ours, among the nodes */
    pthread_t thread;
    _Atomic bool connected;

    pthread_mutex_t lock; /* guards these */
    pthread_cond_t wake;
    struct list ops;
    size_t ops_bytes;
    bool full, stopping;
    bool broken;          /* the connection is to be taken apart */
    bool closed, drained; /* libnats calls back no more: for the connection, for messages */
    bool lost;            /* a sign of it, to be told */
    struct peers peers;

    /* The link's thread's own. */
    natsConnection *connection;
    bool failed;  /* it is of no use any more */
    bool counted; /* as connected, by the metrics */
    natsSubscription *nodes;
    struct nats_questions questions;
    struct interests interests;
    uint64_t number; /* of what was last sent to all nodes */
    uint64_t sent_ms, told_ms, ticked_ms, retry_ms, retry_wait_ms;
};

/* How what has a kind of its own goes, and comes. */
static const enum bus_as as_kind[BUS_KINDS] = {[BUS_USER] = BUS_AS_USER,
                                               [BUS_PRESENCE] = BUS_AS_PRESENCE,
                                               [BUS_NODES] = BUS_AS_ALL,
                                               [BUS_PEERS] = BUS_AS_NODE};

/* --- from libnats' threads --- */

static void mark(struct nats_link *l, bool *flag)
{
    pthread_mutex_lock(&l->lock);
    *flag = true;
    pthread_cond_broadcast(&l->wake);
    pthread_mutex_unlock(&l->lock);
}

static void on_closed(natsConnection *connection, void *arg)
{
    struct nats_link *l = arg;
    (void)connection;
    atomic_store(&l->connected, false);
    mark(l, &l->broken);
    mark(l, &l->closed);
}

/* The last of `nodes` was delivered, which libnats' one delivery thread says after whatever it was
 * delivering of the other subscriptions. */
static void on_drained(void *arg)
{
    struct nats_link *l = arg;
    mark(l, &l->drained);
}

/* A slow consumer, a subscription that is not permitted: something is not heard. */
static void on_error(natsConnection *connection, natsSubscription *sub, natsStatus status,
                     void *arg)
{
    struct nats_link *l = arg;
    (void)connection, (void)sub;
    log_warn("bus_error", log_str("why", natsStatus_GetText(status)));
    metric_add_at(METRIC_BUS_ERRORS,
                  status == NATS_SLOW_CONSUMER ? BUS_SLOW_CONSUMER : BUS_OTHER_ERROR, 1);
    mark(l, &l->lost);
}

static void on_message(natsConnection *connection, natsSubscription *sub, natsMsg *message,
                       void *arg)
{
    struct nats_link *l = arg;
    enum bus_topic_kind kind;
    uint64_t id;
    (void)connection, (void)sub;
    if (subject_parse(natsMsg_GetSubject(message), l->prefix, &kind, &id)) {
        const char *reply = natsMsg_GetReply(message);
        struct buf *buf =
            buf_copy(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message));
        metric_add_at(METRIC_BUS_RECEIVED, reply ? BUS_AS_QUESTION : as_kind[kind], 1);
        if (!reply)
            l->listener->message(l->listener, kind, &id, 1, buf);
        else if (strlen(reply) < LINK_REPLY_BYTES_MAX)
            l->listener->asked(l->listener, kind, id, buf, reply);
        buf_unref(buf);
    }
    natsMsg_Destroy(message);
}

/* On the link's thread, too, and on who asks. */
static void on_answer(void *arg, uint64_t number, struct buf *answer)
{
    struct nats_link *l = arg;
    if (answer)
        metric_add_at(METRIC_BUS_RECEIVED, BUS_AS_ANSWER, 1);
    l->listener->answered(l->listener, number, answer);
}

static void hear(struct nats_link *l, const struct envelope *e)
{
    pthread_mutex_lock(&l->lock);
    bool hole = e->type == ENVELOPE_LEFT
                    ? peers_left(&l->peers, e->sender, e->number)
                    : peers_heard(&l->peers, e->sender, e->number, clock_mono_ms());
    l->lost = l->lost || hole;
    pthread_mutex_unlock(&l->lock);
}

static enum bus_as as_envelope(enum envelope_type type)
{
    return type == ENVELOPE_MESSAGE ? BUS_AS_ALL : BUS_AS_BEAT;
}

static void on_nodes_message(natsConnection *connection, natsSubscription *sub, natsMsg *message,
                             void *arg)
{
    struct nats_link *l = arg;
    struct envelope e;
    (void)connection, (void)sub;
    if (!envelope_decode(&e,
                         str_n(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message)))) {
        log_warn("bus_malformed", log_u64("bytes", (uint64_t)natsMsg_GetDataLength(message)));
        natsMsg_Destroy(message);
        return;
    }
    hear(l, &e);
    metric_add_at(METRIC_BUS_RECEIVED, as_envelope(e.type), 1);
    if (e.type == ENVELOPE_MESSAGE && e.kind < BUS_KINDS) {
        uint64_t ids[ENVELOPE_IDS_MAX];
        struct buf *buf = buf_copy(e.message.p, e.message.n);
        for (size_t i = 0; i < e.n; i++)
            ids[i] = envelope_id(&e, i);
        l->listener->message(l->listener, (enum bus_topic_kind)e.kind, ids, e.n, buf);
        buf_unref(buf);
    }
    natsMsg_Destroy(message);
}

/* --- the connection --- */

static bool is_up(const struct nats_link *l)
{
    return l->connection && !l->failed;
}

/* False: the connection is of use no more. */
static bool call_went(struct nats_link *l, natsStatus status)
{
    if (status != NATS_OK && !l->failed) {
        l->failed = true;
        log_warn("bus_failed", log_str("why", natsStatus_GetText(status)));
        mark(l, &l->broken);
    }
    return status == NATS_OK;
}

static void interest_make(struct nats_link *l, struct interest *i)
{
    char subject[SUBJECT_BYTES_MAX];
    subject_of(subject, l->prefix, i->kind, i->id);
    natsSubscription *sub = NULL;
    if (call_went(l, natsConnection_Subscribe(&sub, l->connection, subject, on_message, l)))
        i->subscription = sub;
}

static void interest_end(struct interest *i)
{
    if (i->subscription)
        natsSubscription_Unsubscribe(i->subscription);
    natsSubscription_Destroy(i->subscription);
    i->subscription = NULL;
}

static void send_out(struct nats_link *l, enum bus_as as, const char *subject,
                     const struct buf *buf)
{
    natsStatus status = natsConnection_Publish(l->connection, subject, buf->data, (int)buf->n);
    if (status == NATS_OK) {
        metric_add_at(METRIC_BUS_SENT, as, 1);
        return;
    }
    l->number++;
    metric_add_at(METRIC_BUS_DROPPED, status == NATS_MAX_PAYLOAD ? BUS_TOO_LARGE : BUS_FAILED, 1);
    if (status == NATS_MAX_PAYLOAD)
        log_error("bus_too_large", log_u64("bytes", buf->n));
    else
        call_went(l, status);
}

/* To all nodes, with the next number. */
static void send_to_nodes(struct nats_link *l, enum envelope_type type, uint8_t kind,
                          const uint64_t *ids, size_t n, struct str message)
{
    struct envelope e = {
        .sender = l->id, .number = ++l->number, .type = type, .kind = kind, .n = n};
    if (!is_up(l))
        return;
    struct buf *buf = envelope_encode(&e, ids, message);
    send_out(l, as_envelope(type), l->nodes_subject, buf);
    buf_unref(buf);
    l->sent_ms = clock_mono_ms();
}

static natsStatus subscribe_all(struct nats_link *l)
{
    natsStatus status =
        natsConnection_Subscribe(&l->nodes, l->connection, l->nodes_subject, on_nodes_message, l);
    if (status == NATS_OK)
        status = natsSubscription_SetOnCompleteCB(l->nodes, on_drained, l);
    if (status != NATS_OK) {
        natsSubscription_Destroy(l->nodes); /* on_drained() will not come */
        l->nodes = NULL;
        return status;
    }
    status = (natsStatus)nats_questions_open(&l->questions, l->connection);
    if (status != NATS_OK)
        return status;
    list_for_each(&l->interests.by_age, node)
        interest_make(l, list_entry(node, struct interest, by_age));
    send_to_nodes(l, ENVELOPE_BEAT, 0, NULL, 0, STR(""));
    /* When it answers, the server has them all. */
    return natsConnection_FlushTimeout(l->connection, LINK_SUBSCRIBE_MS_MAX);
}

static void retry_later(struct nats_link *l)
{
    uint64_t random;
    crypto_random(&random, sizeof(random));
    l->retry_wait_ms =
        MIN(MAX(l->retry_wait_ms * 2, (uint64_t)LINK_RETRY_MS_MIN), (uint64_t)LINK_RETRY_MS_MAX);
    l->retry_ms = clock_mono_ms() + l->retry_wait_ms / 2 + random % (l->retry_wait_ms / 2 + 1);
}

static void connect_now(struct nats_link *l)
{
    pthread_mutex_lock(&l->lock);
    l->broken = l->closed = l->drained = false;
    if (!l->sent_ms) /* after that, whoever is missed is missed */
        l->peers.joined_ms = clock_mono_ms();
    pthread_mutex_unlock(&l->lock);
    natsStatus status = natsConnection_Connect(&l->connection, l->options);
    if (status != NATS_OK) {
        if (!l->retry_wait_ms)
            log_warn("bus_unreachable", log_str("why", natsStatus_GetText(status)));
        l->connection = NULL;
        retry_later(l);
        return;
    }
    l->failed = false;
    if (!call_went(l, subscribe_all(l)))
        return;
    l->retry_wait_ms = 0;
    atomic_store(&l->connected, true);
    metric_add(METRIC_BUS_CONNECTED, 1);
    metric_add(METRIC_BUS_CONNECTS, 1);
    l->counted = true;
    if (l->interests.n || l->number > 1) /* else nobody was here to miss anything */
        mark(l, &l->lost);
    log_info("bus_connected", log_u64("subscriptions", l->interests.n));
}

static void wait_for(struct nats_link *l, const bool *flag)
{
    pthread_mutex_lock(&l->lock);
    while (!*flag)
        pthread_cond_wait(&l->wake, &l->lock);
    pthread_mutex_unlock(&l->lock);
}

/* After this libnats calls nothing of ours. */
static void disconnect(struct nats_link *l)
{
    if (!l->connection)
        return;
    atomic_store(&l->connected, false);
    if (l->counted)
        metric_drop_at(METRIC_BUS_CONNECTED, 0);
    l->counted = false;
    natsConnection_Close(l->connection);
    wait_for(l, &l->closed);
    if (l->nodes)
        wait_for(l, &l->drained);
    natsSubscription_Destroy(l->nodes);
    l->nodes = NULL;
    nats_questions_close(&l->questions);
    list_for_each(&l->interests.by_age, node)
        interest_end(list_entry(node, struct interest, by_age));
    natsConnection_Destroy(l->connection);
    l->connection = NULL;
    l->number++; /* what went out last may not have arrived */
}

/* --- what the chat thread asks for --- */

static void subscribe(struct nats_link *l, enum bus_topic_kind kind, uint64_t id)
{
    struct interest *i = interests_add(&l->interests, kind, id);
    metric_add(METRIC_BUS_SUBSCRIPTIONS, i != NULL);
    if (i && is_up(l))
        interest_make(l, i);
}

static void unsubscribe(struct nats_link *l, enum bus_topic_kind kind, uint64_t id)
{
    struct interest *i = interests_drop(&l->interests, kind, id);
    if (i) {
        metric_drop_at(METRIC_BUS_SUBSCRIPTIONS, 0);
        interest_end(i);
    }
    free(i);
}

static void publish_to_each(struct nats_link *l, const struct op *op)
{
    for (size_t i = 0; i < op->n; i++) {
        char subject[SUBJECT_BYTES_MAX];
        subject_of(subject, l->prefix, op->kind, op->ids[i]);
        if (is_up(l))
            send_out(l, as_kind[op->kind], subject, op->buf);
        else
            metric_add_at(METRIC_BUS_DROPPED, BUS_DISCONNECTED, 1);
    }
}

static void publish(struct nats_link *l, const struct op *op)
{
    if (!is_up(l)) {
        l->number++;
        metric_add_at(METRIC_BUS_DROPPED, BUS_DISCONNECTED, 1);
        return;
    }
    pthread_mutex_lock(&l->lock);
    size_t nodes = peers_n(&l->peers);
    pthread_mutex_unlock(&l->lock);
    bool for_all = op->kind == BUS_NODES || op->kind == BUS_PEERS;
    if (!for_all && (op->n == 1 || op->n < nodes)) {
        publish_to_each(l, op);
        return;
    }
    for (size_t at = 0; at < op->n; at += ENVELOPE_IDS_MAX)
        send_to_nodes(l, ENVELOPE_MESSAGE, (uint8_t)op->kind, op->ids + at,
                      MIN(op->n - at, (size_t)ENVELOPE_IDS_MAX), buf_str(op->buf));
}

static void put_question(struct nats_link *l, const struct op *op)
{
    char subject[SUBJECT_BYTES_MAX];
    subject_of(subject, l->prefix, op->kind, op->ids[0]);
    if (is_up(l))
        metric_add_at(
            METRIC_BUS_SENT, BUS_AS_QUESTION,
            call_went(l, (natsStatus)nats_questions_ask(&l->questions, l->connection, subject,
                                                        op->buf, op->number, op->until_ms)));
    else
        on_answer(l, op->number, NULL);
}

static void op_free(struct op *op)
{
    buf_unref(op->buf);
    free(op->reply);
    free(op);
}

static void op_run(struct nats_link *l, struct op *op)
{
    switch (op->type) {
    case OP_SUBSCRIBE:
        subscribe(l, op->kind, op->ids[0]);
        break;
    case OP_UNSUBSCRIBE:
        unsubscribe(l, op->kind, op->ids[0]);
        break;
    case OP_PUBLISH:
        publish(l, op);
        break;
    case OP_ASK:
        put_question(l, op);
        break;
    case OP_ANSWER:
        if (is_up(l))
            send_out(l, BUS_AS_ANSWER, op->reply, op->buf);
        break;
    }
    op_free(op);
}

/* --- once a tick --- */

static void on_renewed(void *sub)
{
    natsSubscription_Destroy(sub);
}

/* As many of the oldest as are due. The server must forget a subscription wholly, to make it anew
 * on every way to here; so what it takes in between the two calls, which reach it as one, is lost.
 * What was on its way is not: draining hears it out, for which libnats starts a thread. */
static void renew(struct nats_link *l, uint64_t passed_ms)
{
    interests_pass(&l->interests, passed_ms, l->renew_ms);
    for (int n = 0; n < LINK_RENEW_TICK_MAX && is_up(l); n++) {
        struct interest *i = interests_due(&l->interests);
        if (!i)
            break;
        natsSubscription *old = i->subscription;
        if (natsSubscription_SetOnCompleteCB(old, on_renewed, old) == NATS_OK &&
            natsSubscription_DrainTimeout(old, 0) == NATS_OK)
            i->subscription = NULL;
        interest_end(i);
        interest_make(l, i);
    }
}

static void tell_lost(struct nats_link *l, uint64_t now_ms)
{
    pthread_mutex_lock(&l->lock);
    bool silent = peers_silent(&l->peers, now_ms);
    l->lost = l->lost || silent;
    bool tell = l->lost && (!l->told_ms || now_ms - l->told_ms >= LINK_LOST_EVERY_MS);
    if (tell)
        l->lost = false;
    pthread_mutex_unlock(&l->lock);
    if (!tell)
        return;
    l->told_ms = now_ms;
    metric_add(METRIC_BUS_LOST, 1);
    l->listener->lost(l->listener);
}

static void tick(struct nats_link *l)
{
    uint64_t now_ms = clock_mono_ms(), passed_ms = now_ms - l->ticked_ms;
    l->ticked_ms = now_ms;
    if (is_up(l) && now_ms - l->sent_ms >= LINK_BEAT_MS)
        send_to_nodes(l, ENVELOPE_BEAT, 0, NULL, 0, STR(""));
    renew(l, passed_ms);
    nats_questions_tick(&l->questions, now_ms);
    tell_lost(l, now_ms);
}

/* --- the thread --- */

/* Waits for something to do, for a tick at most, and takes it. False: the link is to end. */
static bool wait_for_work(struct nats_link *l, struct list *taken)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&l->lock);
    while (list_empty(&l->ops) && !l->stopping && !l->broken)
        if (pthread_cond_timedwait(&l->wake, &l->lock, &until))
            break;
    list_splice_back(taken, &l->ops);
    l->ops_bytes = 0;
    l->number += l->full ? 1 : 0;
    l->full = false;
    bool go_on = !l->stopping;
    pthread_mutex_unlock(&l->lock);
    return go_on;
}

static bool take_broken(struct nats_link *l)
{
    pthread_mutex_lock(&l->lock);
    bool broken = l->broken;
    l->broken = false;
    pthread_mutex_unlock(&l->lock);
    return broken;
}

static void *link_run(void *arg)
{
    struct nats_link *l = arg;
    struct list taken = LIST_INIT(taken);
    bool go_on = true;
    while (go_on) {
        if (!l->connection && clock_mono_ms() >= l->retry_ms)
            connect_now(l);
        go_on = wait_for_work(l, &taken);
        for (struct list *node; (node = list_pop_front(&taken));)
            op_run(l, list_entry(node, struct op, node));
        if (clock_mono_ms() - l->ticked_ms >= TICK_MS)
            tick(l);
        if (take_broken(l) && l->connection) {
            log_warn("bus_disconnected");
            disconnect(l);
            retry_later(l);
        }
    }
    send_to_nodes(l, ENVELOPE_LEFT, 0, NULL, 0, STR(""));
    disconnect(l);
    nats_ReleaseThreadMemory();
    return NULL;
}

/* --- the calls --- */

static struct op *op_new(enum op_type type, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                         struct buf *buf)
{
    struct op *op = mem_new(sizeof(*op) + n * sizeof(*ids));
    op->type = type;
    op->kind = kind;
    op->n = n;
    op->bytes = buf ? sizeof(*op) + n * sizeof(*ids) + buf->n : 0;
    op->buf = buf ? buf_ref(buf) : NULL;
    if (n)
        memcpy(op->ids, ids, n * sizeof(*ids));
    return op;
}

/* False: too much waits, and it is dropped. */
static bool queue_up(struct nats_link *l, struct op *op)
{
    pthread_mutex_lock(&l->lock);
    bool fits = op->bytes <= LINK_QUEUE_BYTES_MAX - l->ops_bytes;
    bool first = !fits && !l->full;
    l->full = l->full || !fits;
    if (fits) {
        list_push_back(&l->ops, &op->node);
        l->ops_bytes += op->bytes;
        pthread_cond_signal(&l->wake);
    }
    pthread_mutex_unlock(&l->lock);
    if (first)
        log_warn("bus_queue_full", log_u64("queued_bytes", LINK_QUEUE_BYTES_MAX));
    if (!fits) {
        metric_add_at(METRIC_BUS_DROPPED, BUS_QUEUE_FULL, 1);
        op_free(op);
    }
    return fits;
}

void nats_link_subscribe(struct nats_link *l, enum bus_topic_kind kind, uint64_t id)
{
    queue_up(l, op_new(OP_SUBSCRIBE, kind, &id, 1, NULL));
}

void nats_link_unsubscribe(struct nats_link *l, enum bus_topic_kind kind, uint64_t id)
{
    queue_up(l, op_new(OP_UNSUBSCRIBE, kind, &id, 1, NULL));
}

void nats_link_publish(struct nats_link *l, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                       struct buf *message)
{
    queue_up(l, op_new(OP_PUBLISH, kind, ids, n, message));
}

void nats_link_ask(struct nats_link *l, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                   uint32_t within_ms, uint64_t number)
{
    if (!nats_link_connected(l)) { /* the thread may be at connecting, for longer than that */
        on_answer(l, number, NULL);
        return;
    }
    struct op *op = op_new(OP_ASK, kind, &id, 1, question);
    op->number = number;
    op->until_ms = clock_mono_ms() + within_ms;
    if (!queue_up(l, op))
        on_answer(l, number, NULL);
}

void nats_link_answer(struct nats_link *l, const char *reply, struct buf *answer)
{
    struct op *op = op_new(OP_ANSWER, BUS_PEERS, NULL, 0, answer);
    op->reply = mem_new(strlen(reply) + 1);
    strcpy(op->reply, reply);
    queue_up(l, op);
}

bool nats_link_connected(const struct nats_link *l)
{
    return atomic_load(&l->connected);
}

/* --- beginning and end --- */

/* What is as we need it, whoever runs the servers. */
static void set_ours(struct nats_link *l)
{
    natsOptions *to = l->options;
    must(!natsOptions_SetNoEcho(to, true) && !natsOptions_SetSendAsap(to, true) &&
         !natsOptions_UseGlobalMessageDelivery(to, true) &&
         !natsOptions_SetAllowReconnect(to, false) &&
         !natsOptions_SetTimeout(to, LINK_CONNECT_MS_MAX) &&
         !natsOptions_SetWriteDeadline(to, LINK_WRITE_MS_MAX) &&
         !natsOptions_SetPingInterval(to, LINK_PING_MS) && !natsOptions_SetMaxPingsOut(to, 2) &&
         !natsOptions_SetMaxPendingMsgs(to, LINK_PENDING_MESSAGES_MAX) &&
         !natsOptions_SetClosedCB(to, on_closed, l) &&
         !natsOptions_SetErrorHandler(to, on_error, l));
}

static void link_destroy(struct nats_link *l)
{
    metric_add(METRIC_BUS_SUBSCRIPTIONS, UINT64_MAX - l->interests.n + 1);
    interests_deinit(&l->interests);
    nats_questions_deinit(&l->questions);
    peers_deinit(&l->peers);
    natsOptions_Destroy(l->options);
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static struct nats_link *link_alloc(const struct nats_options *options,
                                    struct nats_listener *listener)
{
    struct nats_link *l = mem_new(sizeof(*l));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    list_init(&l->ops);
    interests_init(&l->interests);
    l->listener = listener;
    l->renew_ms = options->renew_ms ? options->renew_ms : LINK_RENEW_MS;
    l->ticked_ms = clock_mono_ms();
    while (!l->id)
        crypto_random(&l->id, sizeof(l->id));
    l->questions = (struct nats_questions){
        .prefix = l->prefix, .node = l->id, .answered = on_answer, .arg = l};
    nats_questions_init(&l->questions);
    return l;
}

int nats_link_new(struct nats_link **out, const struct nats_options *options,
                  struct nats_listener *listener, char *why, size_t why_size)
{
    struct nats_link *l = link_alloc(options, listener);
    int r = nats_options_make(&l->options, options, why, why_size);
    if (r) {
        link_destroy(l);
        return r;
    }
    strcpy(l->prefix, options->prefix);
    subject_of_nodes(l->nodes_subject, l->prefix);
    set_ours(l);
    must(!nats_SetMessageDeliveryPoolSize(1)); /* one thread, one order: see on_drained() */
    must(pthread_create(&l->thread, NULL, link_run, l) == 0);
    *out = l;
    return 0;
}

void nats_link_free(struct nats_link *l)
{
    mark(l, &l->stopping);
    pthread_join(l->thread, NULL);
    link_destroy(l);
}
