/*
 * Runs on one net thread. Time-outs cost nothing while all is well: each list is in the order of
 * since_ms, since a client goes to the end when something came from it, so the tick looks at the
 * front of each and stops at the first that has time left. A timer for each connection was
 * refused: it would be re-armed with every frame.
 *
 * Draining: `draining` is set by a task from the chat thread; each client then closes itself as
 * soon as nothing of it is under way, and the last one tells the chat thread.
 */
#include "gateway/lane.h"

#include <stdlib.h>
#include <unistd.h>

#include "gateway/client.h"
#include "gateway/output.h"
#include "gateway/rest.h"
#include "gateway/socket.h"
#include "gateway/state.h"
#include "gateway/stream.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/metric.h"

/* Connections beyond connections_max that still get an answer, so that a full node can say so and
 * its health can be asked. */
enum { SPARE_CONNECTIONS = 64 };

enum {
    /* Connections that a full node closes for each new one: more than one, so that it comes back
     * below its limit. */
    MAKE_ROOM = 2,
    /* Within this an honest client has sent the rest of what it began, and read a short answer. */
    PROMPT_MS = 1000,
    /* Idle connections looked at to find one that has read its answer. */
    LOOK_AT_MAX = 16,
    /* A tick that is later than this was not held up by work. */
    STOPPED_MS = 1000,
};

/* Why connections are refused, as METRIC_CONNECTIONS_REFUSED counts it. */
enum { REFUSED_FULL, REFUSED_UNTRUSTED, REFUSED_CROWDED };

/* Clients by their place. */

void lane_list(struct lane *lane, struct client *c, enum lane_list list)
{
    if (c->list != list) {
        metric_drop_at(METRIC_CONNECTIONS, c->list);
        metric_add_at(METRIC_CONNECTIONS, list, 1);
    }
    list_remove(&c->node);
    list_push_back(&lane->lists[list], &c->node);
    c->list = (uint8_t)list;
    c->since_ms = loop_now_ms(lane->loop);
}

static void tick_soon(struct lane *lane)
{
    lane->tick_set_ms = loop_now_ms(lane->loop);
    loop_timer_set(lane->loop, &lane->tick, LANE_TICK_MS);
}

static void begin_ticking(struct lane *lane)
{
    if (timer_armed(&lane->tick))
        return;
    tick_soon(lane);
    lane->fresh_ms = lane->tick_set_ms;
}

void lane_adopt(struct lane *lane, struct client *c)
{
    lane->clients_n++;
    metric_add(METRIC_CONNECTIONS_OPENED, 1);
    metric_add_at(METRIC_CONNECTIONS, c->list, 1);
    c->heard_ms = loop_now_ms(lane->loop);
    lane_list(lane, c, LANE_IDLE);
    begin_ticking(lane);
}

static void emptied(struct task *task)
{
    gateway_lane_empty(container_of(task, struct lane, emptied)->gateway);
}

static void tell_if_empty(struct lane *lane)
{
    if (!lane->draining || lane->clients_n)
        return;
    loop_timer_cancel(lane->loop, &lane->tick);
    lane->emptied.run = emptied;
    courier_send(&lane->to_chat, &lane->emptied);
}

void lane_forget(struct lane *lane, struct client *c)
{
    list_remove(&c->node);
    lane->clients_n--;
    metric_drop_at(METRIC_CONNECTIONS, c->list);
    atomic_fetch_sub(&lane->gateway->clients, 1);
    tell_if_empty(lane);
}

/* Time. */

static void expire(struct lane *lane, enum lane_list list, uint64_t after_ms,
                   void (*over)(struct client *))
{
    uint64_t now_ms = loop_now_ms(lane->loop);
    list_for_each(&lane->lists[list], node)
    {
        struct client *c = client_of_node(node);
        if (now_ms - c->since_ms < after_ms)
            break;
        over(c);
    }
}

static void late(struct client *c)
{
    if (c->is_socket)
        socket_late(c);
    else
        rest_late(c);
}

/* Not by client_close(): who is silent, or does not read, would stay for its linger time. */
static void close_promptly(struct client *c, enum api_close code)
{
    if (c->is_socket)
        socket_close(c, code);
    else
        lane_list(c->lane, c, LANE_CLOSING);
    conn_close_promptly(&c->conn);
}

/* While the output of all is near its bound: whoever has at least half as much queued as the one
 * with the most is closed. What somebody holds by many connections goes in a few ticks, and those
 * that read are far from the most. Nobody below a quarter of an even share is: a lane may have none
 * of those who hold so much, and near the bound somebody has more than that. */
static void close_slowest(struct lane *lane)
{
    struct gateway *g = lane->gateway;
    size_t share = g->options.output_bytes_max / MAX(atomic_load(&g->clients), 1u);
    size_t most = 0, closed_n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int list = 0; list < LANE_LISTS; list++)
            list_for_each(&lane->lists[list], node)
            {
                struct client *c = client_of_node(node);
                size_t queued = conn_queued_bytes(&c->conn);
                if (pass == 0)
                    most = MAX(most, queued);
                else if (queued && queued >= MAX(most / 2, share / 4)) {
                    close_promptly(c, API_CLOSE_SLOW_READER);
                    closed_n++;
                }
            }
    if (closed_n)
        log_warn("output_tight", log_u64("closed", closed_n), log_u64("bytes", most));
}

static void tick(struct timer *timer)
{
    struct lane *lane = container_of(timer, struct lane, tick);
    const struct gateway_options *o = &lane->gateway->options;
    /* After the process was stopped (a suspended machine, a debugger) what came meanwhile is still
     * to be read: nobody is late before that. */
    if (loop_now_ms(lane->loop) - lane->tick_set_ms < LANE_TICK_MS + STOPPED_MS) {
        expire(lane, LANE_IDLE, o->idle_ms, rest_idle);
        expire(lane, LANE_GREETING, o->auth_ms, late);
        expire(lane, LANE_STREAMING, o->idle_ms, stream_late);
        expire(lane, LANE_SOCKETS, o->silent_ms, socket_silent);
        expire(lane, LANE_SOCKETS, 2 * (uint64_t)o->heartbeat_ms, socket_ping);
    }
    if (output_is_tight(lane->gateway))
        close_slowest(lane);
    if (lane->refused_n)
        log_warn("conn_refused", log_str("why", "connections_max"), log_u64("n", lane->refused_n));
    if (lane->untrusted_n)
        log_warn("conn_refused", log_str("why", "no_trusted_proxy"),
                 log_u64("n", lane->untrusted_n));
    if (lane->crowded_n)
        log_warn("conn_refused", log_str("why", "unauthenticated_per_address"),
                 log_u64("n", lane->crowded_n));
    lane->refused_n = lane->untrusted_n = lane->crowded_n = 0;
    lane->fresh_ms = lane->tick_set_ms;
    if (lane->clients_n)
        tick_soon(lane);
}

struct str lane_date(struct lane *lane)
{
    uint64_t now_s = clock_wall_ms() / 1000;
    if (now_s != lane->date_s) {
        lane->date_s = now_s;
        http_date(lane->date, (int64_t)now_s);
    }
    return str_n(lane->date, HTTP_DATE_BYTES);
}

/* Coming. */

static bool had_time(struct lane *lane, const struct client *c)
{
    return loop_now_ms(lane->loop) - c->since_ms >= PROMPT_MS;
}

/* The one that most likely asks for nothing; NULL: all do. Whoever has an answer to read, or is in
 * the middle of a request or before `auth`, is given a moment. */
static struct client *most_idle(struct lane *lane)
{
    struct list *greeting = &lane->lists[LANE_GREETING];
    int looked_at = 0;
    list_for_each(&lane->lists[LANE_IDLE], node)
    {
        struct client *c = client_of_node(node);
        if (!conn_queued_bytes(&c->conn) || had_time(lane, c))
            return c;
        if (++looked_at == LOOK_AT_MAX)
            break;
    }
    struct client *c = list_empty(greeting) ? NULL : client_of_node(greeting->next);
    return c && had_time(lane, c) ? c : NULL;
}

/* Else whoever opens enough connections and stays silent would keep everybody out for idle_ms.
 * Looks at this lane alone: the kernel spreads connections evenly, so of so many silent ones each
 * lane has its share. */
static void make_room(struct lane *lane)
{
    struct client *c;
    for (int i = 0; i < MAKE_ROOM && (c = most_idle(lane)); i++)
        close_promptly(c, API_CLOSE_OVERLOADED);
}

/* Where proxies speak first, nobody else can be told from one that lies. Whom a proxy speaks for is
 * known and counted later (rest.c). Whoever asks for metrics is none of either. */
static bool may_connect(struct lane_listener *l, const struct address *address, uint32_t *stranger)
{
    struct lane *lane = l->lane;
    struct gateway *g = lane->gateway;
    if (l->metrics)
        return true;
    bool trusted = address_ranges_hold(g->options.trusted, g->options.trusted_n, address);
    bool untrusted = g->options.proxy_protocol && !trusted;
    bool crowded = !untrusted && !trusted && !strangers_enter(&g->strangers, address, stranger);
    lane->untrusted_n += untrusted;
    lane->crowded_n += crowded;
    metric_add_at(METRIC_CONNECTIONS_REFUSED, REFUSED_UNTRUSTED, untrusted);
    metric_add_at(METRIC_CONNECTIONS_REFUSED, REFUSED_CROWDED, crowded);
    if (untrusted || crowded)
        begin_ticking(lane);
    return !untrusted && !crowded;
}

static void on_accept(struct listener *listener, int fd, const struct address *address)
{
    struct lane_listener *l = container_of(listener, struct lane_listener, listener);
    struct lane *lane = l->lane;
    struct gateway *g = lane->gateway;
    uint32_t stranger = 0;
    if (!may_connect(l, address, &stranger)) {
        close(fd);
        return;
    }
    unsigned n = atomic_fetch_add(&g->clients, 1) + 1;
    if (n > g->options.connections_max)
        make_room(lane);
    if (n > g->options.connections_max + SPARE_CONNECTIONS) {
        lane->refused_n++;
        strangers_leave(&g->strangers, &stranger);
        metric_add_at(METRIC_CONNECTIONS_REFUSED, REFUSED_FULL, 1);
        close(fd);
    } else if (client_open(lane, fd, address, stranger, l->metrics)) {
        return;
    }
    atomic_fetch_sub(&g->clients, 1);
}

void lane_init(struct lane *lane, struct gateway *gateway, struct loop *loop)
{
    *lane = (struct lane){.gateway = gateway, .loop = loop};
    courier_init(&lane->to_chat, loop, &gateway->options.chat_loop->poster);
    courier_init(&lane->to_net, gateway->options.chat_loop, &loop->poster);
    for (int i = 0; i < LANE_LISTS; i++)
        list_init(&lane->lists[i]);
    timer_init(&lane->tick, tick);
}

int lane_listen(struct lane *lane, struct address *address, bool metrics)
{
    must(lane->listeners_n < ARRAY_SIZE(lane->listeners));
    struct lane_listener *l = &lane->listeners[lane->listeners_n];
    l->lane = lane;
    l->metrics = metrics;
    int r = listener_init(&l->listener, lane->loop, address, on_accept);
    if (r)
        return r;
    lane->listeners_n++;
    *address = listener_address(&l->listener);
    return 0;
}

static void stop_listening(struct lane *lane)
{
    while (lane->listeners_n)
        listener_deinit(&lane->listeners[--lane->listeners_n].listener);
}

void lane_deinit(struct lane *lane)
{
    stop_listening(lane);
    must(lane->clients_n == 0);
    loop_timer_cancel(lane->loop, &lane->tick);
    courier_deinit(&lane->to_chat);
    courier_deinit(&lane->to_net);
}

/* Going. */

static void drain(struct task *task)
{
    struct lane *lane = container_of(task, struct lane, drain);
    lane->draining = true;
    stop_listening(lane);
    list_for_each(&lane->lists[LANE_IDLE], node) client_close(client_of_node(node), "draining");
    for (int list = LANE_GREETING; list <= LANE_SOCKETS; list++)
        list_for_each(&lane->lists[list], at)
        {
            struct client *c = client_of_node(at);
            if (c->is_socket)
                socket_go_away(c);
            else if (list == LANE_STREAMING || (list == LANE_GREETING && !c->request))
                client_close(c, "draining");
        }
    tell_if_empty(lane);
}

void lane_drain(struct lane *lane)
{
    lane->drain.run = drain;
    courier_send(&lane->to_net, &lane->drain);
}

/* Some sockets of one lane are told to go. */
struct parting {
    struct task task;
    struct lane *lane;
    uint64_t n;
    enum goaway_reason reason;
    size_t frames_n;
    struct buf *frames[NODES_NAMED_MAX];
};

static void hand_over(struct task *task)
{
    struct parting *p = container_of(task, struct parting, task);
    uint64_t told = 0;
    list_for_each(&p->lane->lists[LANE_SOCKETS], node)
    {
        struct client *c = client_of_node(node);
        if (told == p->n || p->lane->draining)
            break;
        if (p->reason == GOAWAY_BALANCE && c->sent_away)
            continue;
        socket_send_away(c, p->frames[told++ % p->frames_n]);
    }
    if (told)
        log_info("handing_over", log_u64("clients", told), log_u64("reason", p->reason));
    for (size_t i = 0; i < p->frames_n; i++)
        buf_unref(p->frames[i]);
    free(p);
}

void lane_hand_over(struct lane *lane, uint64_t n, enum goaway_reason reason,
                    struct buf *const *frames, size_t frames_n)
{
    struct parting *p = mem_new(sizeof(*p));
    *p = (struct parting){
        .task.run = hand_over, .lane = lane, .n = n, .reason = reason, .frames_n = frames_n};
    for (size_t i = 0; i < frames_n; i++)
        p->frames[i] = buf_ref(frames[i]);
    courier_send(&lane->to_net, &p->task);
}

static void hurry(struct task *task)
{
    struct lane *lane = container_of(task, struct lane, hurry);
    for (int list = 0; list < LANE_LISTS; list++)
        list_for_each(&lane->lists[list], node) conn_close_now(&client_of_node(node)->conn);
}

void lane_hurry(struct lane *lane)
{
    lane->hurry.run = hurry;
    courier_send(&lane->to_net, &lane->hurry);
}
