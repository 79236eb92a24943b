/*
 * Runs on the net thread. What a client sends faster than it is answered stays in the kernel: no
 * frame is read while CLIENT_CALLS_MAX calls are under way or its queue of answers is long. What
 * the node pushes faster than the client reads is left out from CLIENT_PUSH_BYTES_MAX on, and when
 * the queue has drained one `resync` says so. Dropping the queue was refused: answers to commands
 * stand in it, and a client that lost one of those could only guess.
 *
 * Before `auth` is answered one call at a time is taken, so nothing overtakes it.
 */
#include "gateway/socket.h"

#include "gateway/client.h"
#include "gateway/exchange.h"
#include "gateway/output.h"
#include "gateway/state.h"
#include "proto/reply.h"
#include "proto/request.h"
#include "util/log.h"
#include "util/metric.h"

enum {
    /* Frames in a row that are no JSON, before we take the client for something else. */
    MISREAD_MAX = 16,
    /* A command refused because the node goes away: by then the socket is closed. */
    DRAINING_RETRY_MS = 1000,
};

static bool is_read(enum command command)
{
    switch (command) {
    case COMMAND_CONVERSATION_EVENTS:
    case COMMAND_CONVERSATION_LIST:
    case COMMAND_MESSAGE_HISTORY:
    case COMMAND_MESSAGES_UNREAD:
    case COMMAND_SYNC:
        return true;
    default:
        return false;
    }
}

static bool takes_frames(const struct client *c)
{
    unsigned calls_max = c->session ? CLIENT_CALLS_MAX : 1;
    return c->calls < calls_max && c->reads < CLIENT_READS_MAX && c->list != LANE_CLOSING &&
           conn_queued_bytes(&c->conn) <= CLIENT_PUSH_BYTES_MAX + CLIENT_UNREAD_BYTES_MAX;
}

static bool send_frame(struct client *c, struct buf *payload, bool late)
{
    unsigned char head[WS_HEAD_BYTES_MAX];
    size_t n = ws_frame_head(head, WS_TEXT, payload->n);
    int (*send)(struct conn *, const void *, size_t, struct buf *) =
        late ? conn_send_late : conn_send;
    return send(&c->conn, head, n, payload) == 0;
}

/* Pongs and close frames, as they stand in `out`. */
static void send_control(struct client *c, struct builder *out)
{
    struct buf *frames = builder_finish(out);
    client_send(c, NULL, 0, frames);
    buf_unref(frames);
}

void socket_close(struct client *c, unsigned code)
{
    if (c->list == LANE_CLOSING)
        return;
    struct builder out = {0};
    ws_close(&c->ws, code, (struct str){0}, &out);
    send_control(c, &out);
    log_debug("socket_close", log_u64("conn", c->number), log_u64("code", code));
    client_close(c, "socket");
}

/* Of what a client does by itself: nobody looks at the answer. */
static bool may_wait(enum command command)
{
    return command == COMMAND_RECEIPT_DELIVERED || command == COMMAND_RECEIPT_READ;
}

/* An answer that finds no room is worth more than the connection: the client asks again. */
static void send_answer(struct client *c, struct buf *frame, bool late)
{
    if (c->list != LANE_CLOSING && !send_frame(c, frame, late))
        socket_close(c, API_CLOSE_SLOW_READER);
}

static void refuse(struct client *c, const struct request *request, const struct problem *problem)
{
    struct builder out = {0};
    struct writer w = {.out = &out};
    metric_add_at(METRIC_ERRORS, problem->error, 1);
    reply_error(&w, request, problem);
    struct buf *frame = builder_finish(&out);
    send_answer(c, frame, false);
    buf_unref(frame);
}

static struct problem rate_limited(uint64_t wait_ms)
{
    return (struct problem){.error = API_ERROR_RATE_LIMITED, .retry_after_ms = wait_ms};
}

/* What a well-formed command may still be refused for, before the domain sees it. */
static bool is_refused(struct client *c, const struct request *request, uint64_t wait_ms)
{
    struct problem problem = {0};
    bool is_auth = request->command == COMMAND_AUTH;
    if (!c->session && !is_auth)
        problem.error = API_ERROR_UNAUTHENTICATED;
    else if (c->lane->draining)
        problem =
            (struct problem){.error = API_ERROR_DRAINING, .retry_after_ms = DRAINING_RETRY_MS};
    else if (wait_ms)
        problem = rate_limited(wait_ms);
    else if (c->session && is_auth)
        problem = (struct problem){.error = API_ERROR_BAD_REQUEST,
                                   .message = STR("this socket is authenticated")};
    if (!problem.error)
        return false;
    refuse(c, request, &problem);
    if (problem.error == API_ERROR_UNAUTHENTICATED)
        socket_close(c, API_CLOSE_MISUSE);
    return true;
}

/* A frame that could not be read as a command. */
static void misread(struct client *c, const struct request *request, uint64_t wait_ms)
{
    bool is_auth = request->spec && request->command == COMMAND_AUTH;
    c->misread = request->problem.error == API_ERROR_BAD_JSON ? c->misread + 1 : 0;
    struct problem limited = rate_limited(wait_ms);
    refuse(c, request, wait_ms ? &limited : &request->problem);
    if (c->misread >= MISREAD_MAX || (!c->session && !is_auth))
        socket_close(c, API_CLOSE_MISUSE);
}

static void take_message(struct client *c, struct str message)
{
    struct exchange *ex = exchange_new(c);
    struct call *call = &ex->call;
    struct request request;
    const struct rate *frames = &c->lane->gateway->options.rates[API_RATE_FRAMES];
    uint64_t wait_ms = rate_take(frames, &c->full_ns, loop_now_ms(c->lane->loop), 1);
    if (request_from_frame(&request, &call->arena, arena_str(&call->arena, message))) {
        misread(c, &request, wait_ms);
        exchange_free(ex);
        return;
    }
    c->misread = 0;
    if (is_refused(c, &request, wait_ms)) {
        exchange_free(ex);
        return;
    }
    call->command = request.command;
    call->args = request.args;
    call->id = request.id;
    ex->trace = request.trace;
    call->bytes = (uint32_t)message.n;
    c->reads += is_read(call->command);
    client_ask(c, ex);
}

static void heard(struct client *c)
{
    c->heard_ms = loop_now_ms(c->lane->loop);
    c->pinged = false;
    if (c->list == LANE_SOCKETS)
        lane_list(c->lane, c, LANE_SOCKETS);
}

static size_t on_data(struct conn *conn, unsigned char *data, size_t n)
{
    struct client *c = client_of(conn);
    struct ws_input in = {data, n};
    struct ws_event event;
    struct builder out = {0};
    bool closed = false;
    heard(c);
    while (!closed && takes_frames(c) && ws_next(&c->ws, &in, &event, &out)) {
        if (event.kind == WS_EVENT_MESSAGE)
            take_message(c, event.data);
        closed = event.kind == WS_EVENT_CLOSED;
    }
    if (out.n)
        send_control(c, &out);
    if (closed)
        client_close(c, "closed");
    else if (in.n)
        conn_pause_reading(conn);
    return n - in.n;
}

static void read_on(struct client *c)
{
    if (takes_frames(c))
        conn_resume_reading(&c->conn);
}

static void on_drained(struct conn *conn)
{
    struct client *c = client_of(conn);
    if (c->behind && c->list != LANE_CLOSING) {
        c->behind = false;
        send_frame(c, c->lane->gateway->resync, false);
    }
    read_on(c);
}

const struct conn_handler socket_handler = {
    .on_data = on_data,
    .on_drained = on_drained,
    .on_closed = client_closed,
    .read_max = CONN_READ_MAX,
    .queue_bytes_max = CLIENT_QUEUE_BYTES_MAX,
    .queue_entries_max = CLIENT_QUEUE_ENTRIES_MAX,
    .linger_ms = CLIENT_LINGER_MS,
};

void socket_open(struct client *c)
{
    c->is_socket = true;
    ws_init(&c->ws, API_FRAME_BYTES_MAX, true);
    lane_list(c->lane, c, LANE_GREETING);
    conn_set_handler(&c->conn, &socket_handler);
}

/* What the answer to `auth` means for the connection. */
static void authenticated(struct client *c, const struct call *call)
{
    if (call->problem.error == API_OK) {
        c->session = true;
        strangers_leave(&c->lane->gateway->strangers, &c->stranger);
        lane_list(c->lane, c, LANE_SOCKETS);
        log_debug("socket_open", log_u64("conn", c->number), log_u64("user", call->user),
                  log_u64("device", call->device));
    } else if (call->problem.error == API_ERROR_UNAUTHENTICATED) {
        socket_close(c, API_CLOSE_UNAUTHENTICATED);
    } else if (call->problem.error == API_ERROR_ACCOUNT_DISABLED) {
        socket_close(c, API_CLOSE_ACCOUNT_DISABLED);
    }
}

void socket_answered(struct client *c, struct exchange *ex)
{
    c->reads -= is_read(ex->call.command);
    if (c->list == LANE_CLOSING)
        return;
    send_answer(c, ex->reply, may_wait(ex->call.command));
    if (ex->call.command == COMMAND_AUTH && c->list != LANE_CLOSING)
        authenticated(c, &ex->call);
    if (c->lane->draining && c->calls == 0)
        socket_close(c, API_CLOSE_GOING_AWAY);
    read_on(c);
}

void socket_push(struct client *c, struct buf *frame, bool late)
{
    if (c->closed || c->list == LANE_CLOSING || c->behind)
        return;
    bool waits = conn_is_blocked(&c->conn) && output_is_full(c->lane->gateway);
    if (waits || conn_queued_bytes(&c->conn) + frame->n > CLIENT_PUSH_BYTES_MAX ||
        !send_frame(c, frame, late)) {
        log_debug("socket_behind", log_u64("conn", c->number));
        c->behind = true;
        metric_add(METRIC_PUSHES_LEFT_OUT, 1);
    } else {
        metric_add(METRIC_PUSHES, 1);
    }
}

/* Time. */

void socket_late(struct client *c)
{
    socket_close(c, API_CLOSE_AUTH_TIMEOUT);
}

void socket_silent(struct client *c)
{
    socket_close(c, API_CLOSE_SILENT);
}

void socket_ping(struct client *c)
{
    if (c->pinged)
        return;
    c->pinged = true;
    client_send(c, NULL, 0, c->lane->gateway->ping);
}

void socket_go_away(struct client *c)
{
    const struct gateway *g = c->lane->gateway;
    if (c->session)
        send_frame(c, g->goaway[c->number % g->goaway_n], false);
    if (c->calls == 0)
        socket_close(c, API_CLOSE_GOING_AWAY);
}

void socket_send_away(struct client *c, struct buf *frame)
{
    c->sent_away = true;
    if (c->session)
        send_frame(c, frame, false);
}
