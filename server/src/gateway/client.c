/*
 * A client is two halves, one for each thread, in one piece of memory: the net thread makes it and
 * frees it. If the chat thread never heard of it, its end is the conn's. Else the end is a walk:
 *
 *     net: on_closed ── farewell ──▶ chat: peer_hang_up, waits, session_end
 *     net: free      ◀── farewell ── chat: client_gone
 *
 * Both ways keep their order, so the farewell that comes back is the last thing that refers to the
 * client. Refused: a reference count, which two threads would touch for every frame and push.
 */
#include "gateway/client.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/exchange.h"
#include "gateway/rest.h"
#include "gateway/socket.h"
#include "gateway/span.h"
#include "gateway/state.h"
#include "gateway/stream.h"
#include "http/request.h"
#include "net/tls.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/metric.h"

struct client *client_of(struct conn *conn)
{
    return container_of(conn, struct client, conn);
}

struct client *client_of_peer(struct peer *peer)
{
    return container_of(peer, struct client, peer);
}

struct client *client_of_node(struct list *node)
{
    return list_entry(node, struct client, node);
}

static void client_free(struct client *c)
{
    must(c->calls == 0);
    if (c->is_socket)
        ws_deinit(&c->ws);
    else
        free(c->request);
    lane_forget(c->lane, c);
    free(c);
}

static struct transport transport_on(struct client *c, int fd)
{
    const struct gateway_options *o = &c->lane->gateway->options;
    if (c->metrics)
        return transport_tcp(fd);
    struct transport t = o->tls ? tls_transport(o->tls, fd) : transport_tcp(fd);
    return o->proxy_protocol ? transport_behind_proxy(t, &c->conn.peer) : t;
}

bool client_open(struct lane *lane, int fd, const struct address *address, uint32_t stranger,
                 bool metrics)
{
    struct client *c = mem_new(sizeof(*c));
    c->lane = lane;
    c->number = (uint32_t)++lane->clients_ever;
    c->stranger = stranger;
    c->metrics = metrics;
    list_init(&c->node);
    peer_init(&c->peer);
    struct transport transport = transport_on(c, fd);
    int r = conn_init(&c->conn, lane->loop, transport, address, &rest_handler);
    if (r) {
        log_warn("conn_refused", log_i64("error", r));
        strangers_leave(&lane->gateway->strangers, &c->stranger);
        free(c);
        return false;
    }
    lane_adopt(lane, c);
    if (!conn_is_established(&c->conn))
        lane_list(lane, c, LANE_GREETING);
    char ip[ADDRESS_TEXT_MAX];
    log_debug("conn_open", log_u64("conn", c->number),
              log_str("ip", address_format_ip(address, ip)));
    return true;
}

/* On the chat thread and back. */

static void taken(struct task *task)
{
    struct exchange *ex = container_of(task, struct exchange, task);
    ex->taken_ns = clock_mono_ns();
    metric_observe(METRIC_COMMAND_QUEUE_SECONDS, ex->taken_ns - ex->asked_ns);
    if (ex->call.resume)
        peer_resume(&ex->client->peer, ex);
    else
        peer_take(&ex->client->peer, ex);
}

void client_ask(struct client *c, struct exchange *ex)
{
    must(c->calls < CLIENT_CALLS_MAX);
    struct call *call = &ex->call;
    /* by network: one customer has more IPv6 addresses than there are tries */
    memcpy(call->address.b, address_network(&c->from).ip, sizeof(call->address.b));
    call->time_ms = clock_wall_ms();
    call->mono_ms = loop_now_ms(c->lane->loop);
    call->since_ms = c->lane->fresh_ms;
    call->framed = c->is_socket;
    call->session = c->is_socket ? &c->peer.session : NULL;
    c->calls++;
    c->asked = true;
    ex->asked_ns = clock_mono_ns();
    ex->task.run = taken;
    courier_send(&c->lane->to_chat, &ex->task);
}

/* What the exchange was, once its answer is queued. */
static void count(const struct exchange *ex)
{
    const struct call *call = &ex->call;
    uint64_t now_ns = clock_mono_ns();
    span_log(ex, now_ns);
    metric_add_at(METRIC_COMMANDS, call->command, 1);
    if (call->problem.error) {
        metric_add_at(METRIC_COMMANDS_REFUSED, call->command, 1);
        metric_add_at(METRIC_ERRORS, call->problem.error, 1);
    }
    if (call->command == COMMAND_SYNC || call->command == COMMAND_ACCOUNT_EXPORT)
        return; /* as long as the client takes */
    metric_observe(METRIC_COMMAND_SECONDS, now_ns - ex->asked_ns);
    metric_observe(METRIC_COMMAND_DOMAIN_SECONDS, ex->answered_ns - ex->taken_ns);
}

static void came_back(struct task *task)
{
    struct exchange *ex = container_of(task, struct exchange, task);
    struct client *c = ex->client;
    c->calls--;
    if (ex->call.resume) {
        stream_part(c, ex);
        return;
    }
    if (!c->closed) {
        if (c->is_socket)
            socket_answered(c, ex);
        else
            rest_answered(c, ex);
    }
    count(ex);
    exchange_free(ex);
}

void client_answer(struct client *c, struct exchange *ex)
{
    ex->answered_ns = clock_mono_ns();
    ex->task.run = came_back;
    courier_send(&c->lane->to_net, &ex->task);
}

/* On its way before the client's farewell, which the client outlives. */
struct stop_waiting {
    struct task task;
    struct client *client;
};

static void stop_waiting(struct task *task)
{
    struct stop_waiting *stop = container_of(task, struct stop_waiting, task);
    peer_stop_waiting(&stop->client->peer);
    free(stop);
}

void client_stop_waiting(struct client *c)
{
    struct stop_waiting *stop = mem_new(sizeof(*stop));
    *stop = (struct stop_waiting){.task.run = stop_waiting, .client = c};
    courier_send(&c->lane->to_chat, &stop->task);
}

/* The end. */

bool client_send(struct client *c, const void *header, size_t header_n, struct buf *payload)
{
    return conn_send(&c->conn, header, header_n, payload) == 0;
}

void client_close(struct client *c, const char *why)
{
    if (c->list == LANE_CLOSING)
        return;
    log_debug("conn_closing", log_u64("conn", c->number), log_str("why", why));
    lane_list(c->lane, c, LANE_CLOSING);
    conn_close(&c->conn);
}

static void hung_up(struct task *task)
{
    peer_hang_up(&container_of(task, struct client, farewell)->peer);
}

void client_closed(struct conn *conn, int why)
{
    struct client *c = client_of(conn);
    log_debug("conn_closed", log_u64("conn", c->number), log_i64("error", why));
    c->closed = true;
    strangers_leave(&c->lane->gateway->strangers, &c->stranger);
    lane_list(c->lane, c, LANE_CLOSING);
    if (!c->is_socket)
        stream_abandon(c);
    if (!c->asked) {
        client_free(c);
        return;
    }
    c->farewell.run = hung_up;
    courier_send(&c->lane->to_chat, &c->farewell);
}

static void forgotten(struct task *task)
{
    client_free(container_of(task, struct client, farewell));
}

void client_gone(struct client *c)
{
    c->farewell.run = forgotten;
    courier_send(&c->lane->to_net, &c->farewell);
}
