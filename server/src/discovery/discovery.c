/*
 * Questions go to a node's own topic and carry the id that is asked about, 8 bytes, and more where
 * a later version says more. Asked about itself a node answers with its gossip; about another one,
 * with for how long it has not heard of it.
 *
 * What this node says of itself it also takes into its own table, so the table is all there is to
 * look at.
 */
#include "discovery/discovery.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "bus/bus.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"
#include "util/wheel.h"

struct discovery {
    struct discovery_options options;
    struct bus_handler handler;
    struct nodes nodes;
    struct timer timer;
    uint64_t number; /* of our last gossip */
    uint64_t turn;   /* choices so far */
    uint64_t noted;  /* as gossip.h has it */
    bool connected;  /* the bus was, when looked at last */
    bool full;       /* there was no room for a node, and that was logged */
    bool left;
    _Atomic uint32_t counts[NODE_STATES];
};

uint64_t discovery_now_ms(const struct discovery *d)
{
    return d->options.wheel->now_ms;
}

static void count(struct discovery *d)
{
    const struct node *all[NODES_MAX];
    uint32_t counts[NODE_STATES] = {0};
    size_t n = nodes_list(&d->nodes, all);
    for (size_t i = 0; i < n; i++)
        counts[all[i]->state]++;
    for (int state = 0; state < NODE_STATES; state++)
        atomic_store_explicit(&d->counts[state], counts[state], memory_order_relaxed);
}

/* --- saying --- */

static struct buf *own_gossip(struct discovery *d, enum node_state end)
{
    const struct discovery_options *o = &d->options;
    struct node_load load = {.state = NODE_JOINING};
    struct builder out = {0};
    o->look(o->arg, &load);
    struct gossip gossip = {
        .id = o->id,
        .number = ++d->number,
        .state = end ? end : load.state,
        .roles = o->roles,
        .connections = load.connections,
        .connections_max = o->connections_max,
        .cpu_permille = load.cpu_permille,
        .noted = d->noted,
        .url = o->url,
        .region = o->region,
        .version = o->version,
    };
    nodes_heard(&d->nodes, &gossip, discovery_now_ms(d));
    gossip_encode(&out, &gossip);
    return builder_finish(&out);
}

static void publish(struct discovery *d, struct buf *gossip)
{
    static const uint64_t all = BUS_ALL_NODES;
    bus_publish(d->options.bus, BUS_PEERS, &all, 1, gossip);
    buf_unref(gossip);
}

void discovery_say(struct discovery *d)
{
    if (!d->left)
        publish(d, own_gossip(d, 0));
}

void discovery_note(struct discovery *d, uint64_t number)
{
    d->noted = number;
}

void discovery_leave(struct discovery *d)
{
    if (d->left)
        return;
    publish(d, own_gossip(d, NODE_REMOVED));
    d->left = true;
    timer_cancel(d->options.wheel, &d->timer);
}

/* --- hearing --- */

static enum node_state state_of(const struct discovery *d, uint64_t id)
{
    const struct node *node = map_get(&d->nodes.map, id);
    return node ? node->state : NODE_REMOVED;
}

static void log_change(const struct discovery *d, uint64_t id, enum node_state before)
{
    const struct node *node = map_get(&d->nodes.map, id);
    if (node && node->state != before)
        log_info("node_state", log_u64("node", id), log_str("state", node_state_name(node->state)),
                 log_str("url", node->url));
}

static void hear(struct discovery *d, const struct gossip *gossip)
{
    enum node_state before = state_of(d, gossip->id);
    if (!nodes_heard(&d->nodes, gossip, discovery_now_ms(d)) && !d->full) {
        d->full = true;
        log_warn("nodes_full", log_u64("nodes", NODES_MAX));
    }
    log_change(d, gossip->id, before);
    if (gossip->noted > d->noted && d->options.noted)
        d->options.noted(d->options.arg, gossip->noted);
}

static void hear_answer(struct discovery *d, uint64_t about, enum nodes_answer answer)
{
    enum node_state before = state_of(d, about);
    nodes_answered(&d->nodes, about, answer, discovery_now_ms(d));
    log_change(d, about, before);
}

/* --- doubting --- */

static void ask(struct discovery *d, uint64_t whom, uint64_t about)
{
    struct buf *question = buf_new(8);
    be64_put(question->data, about);
    if (!bus_ask(d->options.bus, BUS_PEERS, whom, question, DOUBT_MS, about))
        hear_answer(d, about, NODES_NO_ANSWER);
    buf_unref(question);
}

static void doubt(struct discovery *d)
{
    uint64_t witnesses[NODES_WITNESSES];
    for (const struct node *node; (node = nodes_doubt(&d->nodes, discovery_now_ms(d)));) {
        uint64_t about = node->id;
        size_t n = nodes_witnesses(&d->nodes, node, witnesses);
        log_info("node_silent", log_u64("node", about), log_u64("witnesses", n));
        ask(d, about, about);
        for (size_t i = 0; i < n; i++)
            ask(d, witnesses[i], about);
    }
}

static enum nodes_answer read_answer(struct discovery *d, uint64_t about, uint64_t whom,
                                     const struct buf *answer)
{
    struct gossip gossip;
    if (!answer)
        return NODES_NO_ANSWER;
    if (whom != about)
        return answer->n < 8 || be64_get(answer->data) > NODES_HEARD_MS ? NODES_SAID_SILENT
                                                                        : NODES_SAID_ALIVE;
    if (!gossip_decode(&gossip, buf_str(answer)) || gossip.id != about)
        return NODES_NO_ANSWER;
    hear(d, &gossip);
    return NODES_SAID_ALIVE;
}

/* --- what the bus brings --- */

static void on_gossip(struct bus_handler *handler, enum bus_topic_kind kind, const uint64_t *ids,
                      size_t n, struct buf *message)
{
    struct discovery *d = container_of(handler, struct discovery, handler);
    struct gossip gossip;
    (void)kind, (void)ids, (void)n;
    if (!gossip_decode(&gossip, buf_str(message))) {
        log_warn("gossip_malformed", log_u64("bytes", message->n));
        return;
    }
    if (gossip.id == d->options.id)
        return;
    hear(d, &gossip);
}

static struct buf *on_question(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t id,
                               struct buf *question)
{
    struct discovery *d = container_of(handler, struct discovery, handler);
    (void)kind, (void)id;
    if (question->n < 8 || d->left)
        return NULL;
    uint64_t about = be64_get(question->data);
    if (about == d->options.id)
        return own_gossip(d, 0);
    struct buf *answer = buf_new(8);
    be64_put(answer->data, (uint64_t)nodes_silent_ms(&d->nodes, about, discovery_now_ms(d)));
    return answer;
}

static void on_answer(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t whom,
                      uint64_t about, struct buf *answer)
{
    struct discovery *d = container_of(handler, struct discovery, handler);
    (void)kind;
    hear_answer(d, about, read_answer(d, about, whom, answer));
}

static void on_lost(struct bus_handler *handler)
{
    (void)handler; /* the next gossip says all of it */
}

/* --- once a second --- */

static void tick(struct timer *timer)
{
    struct discovery *d = container_of(timer, struct discovery, timer);
    const struct discovery_options *o = &d->options;
    uint64_t now_ms = discovery_now_ms(d);
    timer_set(o->wheel, timer, now_ms + GOSSIP_EVERY_MS);
    bool connected = bus_connected(o->bus);
    if (!connected || !d->connected)
        nodes_were_unheard(&d->nodes, now_ms);
    d->connected = connected;
    discovery_say(d);
    doubt(d);
    nodes_forget(&d->nodes, now_ms);
    count(d);
    bool by_user = o->policy == CHOICE_HASH; /* who was handed over would come back */
    uint64_t n = connected && !by_user ? hand_over_now(&d->nodes) : 0;
    if (n)
        o->hand_over(o->arg, n);
}

/* --- choosing --- */

size_t discovery_choose(struct discovery *d, uint64_t user, bool others,
                        struct str urls[CHOICE_MAX])
{
    const struct node *nodes[CHOICE_MAX];
    struct choice choice = {
        .policy = d->options.policy, .user = user, .turn = d->turn++, .others = others};
    size_t n = choose_nodes(&d->nodes, &choice, nodes);
    for (size_t i = 0; i < n; i++)
        urls[i] = str_of(nodes[i]->url);
    return n;
}

const struct nodes *discovery_nodes(const struct discovery *d)
{
    return &d->nodes;
}

uint32_t discovery_count(const struct discovery *d, enum node_state state)
{
    return atomic_load_explicit(&d->counts[state], memory_order_relaxed);
}

/* --- beginning and end --- */

struct discovery *discovery_new(const struct discovery_options *options)
{
    struct discovery *d = mem_new(sizeof(*d));
    d->options = *options;
    d->handler = (struct bus_handler){on_gossip, on_lost, on_question, on_answer};
    nodes_init(&d->nodes, options->id);
    timer_init(&d->timer, tick);
    bus_attach_peers(options->bus, &d->handler);
    bus_subscribe(options->bus, BUS_PEERS, BUS_ALL_NODES);
    bus_subscribe(options->bus, BUS_PEERS, options->id);
    timer_set(options->wheel, &d->timer, discovery_now_ms(d));
    return d;
}

void discovery_free(struct discovery *d)
{
    if (!d)
        return;
    timer_cancel(d->options.wheel, &d->timer);
    nodes_deinit(&d->nodes);
    free(d);
}
