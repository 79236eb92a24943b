/*
 * Runs on the net thread. While an answer is under way the next request stays unparsed; reading
 * goes on until one shows up, so that the end of a client that waits (sync) is noticed.
 *
 * struct http_request is large, so it is made with the first byte of a request and freed with the
 * last: an idle connection holds none.
 */
#include "gateway/rest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/answer.h"
#include "gateway/client.h"
#include "gateway/exchange.h"
#include "gateway/forwarded.h"
#include "gateway/socket.h"
#include "gateway/state.h"
#include "gateway/stream.h"
#include "gateway/web.h"
#include "http/field.h"
#include "http/request.h"
#include "http/uri.h"
#include "proto/request.h"
#include "util/log.h"
#include "util/mem.h"
#include "ws/handshake.h"

static_assert((int)CONN_READ_MAX >= (int)HTTP_HEAD_BYTES_MAX + API_BODY_BYTES_MAX,
              "a whole request arrives in one piece of the read buffer");

/* As long as the node drains, a client had better go elsewhere. */
enum { DRAINING_RETRY_MS = 1000 };

/* Commands. */

static struct str method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",         [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
        [HTTP_OPTIONS] = "OPTIONS",
    };
    static_assert(ARRAY_SIZE(names) == HTTP_METHODS, "each method has a name");
    return str_of(names[method]);
}

/* The parameters of the query, decoded; -1: it is malformed, or holds more than any command
 * takes. */
static int read_query(struct arena *arena, struct str query, struct arg_text texts[])
{
    struct str name, value;
    int n = 0;
    while (uri_query_next(&query, &name, &value)) {
        if (n == COMMAND_ARGS_MAX || !uri_decode(arena, name, URI_PLUS_IS_SPACE, &texts[n].name) ||
            !uri_decode(arena, value, URI_PLUS_IS_SPACE, &texts[n].text))
            return -1;
        n++;
    }
    return n;
}

/* The token of "Authorization: Bearer …" (RFC 6750 §2.1), or absent. */
static struct str bearer_token(const struct http_request *r)
{
    struct str value = http_request_field(r, STR("Authorization"));
    struct str scheme = STR("Bearer ");
    if (http_request_count(r, STR("Authorization")) != 1 || value.n < scheme.n ||
        !http_eq_nocase(str_n(value.p, scheme.n), scheme))
        return (struct str){0};
    return http_trim(str_n(value.p + scheme.n, value.n - scheme.n));
}

static void ask(struct client *c, const struct http_request *r)
{
    struct exchange *ex = exchange_new(c);
    struct arena *arena = &ex->call.arena;
    struct arg_text query[COMMAND_ARGS_MAX];
    struct request request = {.problem = {.error = API_ERROR_BAD_REQUEST}};
    int query_n = read_query(arena, http_request_query(r), query);
    struct rest_request rest = {
        .method = method_name(r->method),
        .path = arena_str(arena, http_request_path(r)),
        .query = query,
        .query_n = (size_t)MAX(query_n, 0),
        .body = arena_str(arena, http_request_body(r)),
    };
    if (http_request_count(r, STR("traceparent")) == 1)
        rest.traceparent = http_request_field(r, STR("traceparent"));
    if (c->lane->draining) {
        request.problem =
            (struct problem){.error = API_ERROR_DRAINING, .retry_after_ms = DRAINING_RETRY_MS};
    } else if (query_n >= 0 && request_from_rest(&request, arena, &rest) == 0) {
        struct str token = bearer_token(r);
        if (token.p)
            ex->token = arena_str(arena, token);
        ex->call.command = request.command;
        ex->call.args = request.args;
        ex->trace = request.trace;
        ex->call.bytes = (uint32_t)r->consumed;
        lane_list(c->lane, c, LANE_ASKING);
        client_ask(c, ex);
        return;
    }
    answer_problem(c, &request.problem);
    exchange_free(ex);
}

void rest_answered(struct client *c, struct exchange *ex)
{
    const struct problem *problem = &ex->call.problem;
    if (c->list == LANE_CLOSING)
        return;
    c->last = c->last || c->lane->draining;
    if (c->streaming) {
        stream_end(c, ex);
    } else if (problem->error) {
        answer_problem_body(c, problem, ex->reply);
    } else {
        struct answer a = {.status = 200, .type = STR("application/json"), .body = ex->reply};
        answer_field(&a, STR("Cache-Control"), STR("no-store"));
        answer_send(c, &a);
    }
    lane_list(c->lane, c, LANE_IDLE);
    if (c->last)
        client_close(c, "last_answer");
    else
        conn_resume_reading(&c->conn);
}

/* The way into a WebSocket. */

static void open_socket(struct client *c, const struct http_request *r)
{
    struct gateway *g = c->lane->gateway;
    struct ws_policy policy = {
        .origins = g->options.origins,
        .origins_n = g->options.origins_n,
        .date = lane_date(c->lane),
    };
    struct builder out = {0};
    if (c->lane->draining) {
        c->last = true;
        answer_problem(
            c, &(struct problem){.error = API_ERROR_DRAINING, .retry_after_ms = DRAINING_RETRY_MS});
        return;
    }
    if (!strangers_enter(&g->strangers, &c->from, &c->stranger)) { /* it came by a proxy */
        c->last = true;
        answer_problem(c, &(struct problem){.error = API_ERROR_RATE_LIMITED,
                                            .retry_after_ms = STRANGERS_RETRY_MS});
        return;
    }
    enum ws_handshake refused = ws_handshake(r, &policy, &out);
    struct buf *reply = builder_finish(&out);
    client_send(c, NULL, 0, reply);
    buf_unref(reply);
    if (refused) {
        log_debug("socket_refused", log_u64("conn", c->number), log_u64("status", refused));
        c->last = true;
        return;
    }
    socket_open(c);
    if (atomic_load(&g->clients) > g->options.connections_max)
        socket_close(c, API_CLOSE_OVERLOADED);
}

/* Requests. */

static void note_sender(struct client *c, const struct http_request *r)
{
    char ip[ADDRESS_TEXT_MAX];
    c->from = forwarded_from(c->lane->gateway, &c->conn.peer, r);
    if (memcmp(c->from.ip, c->conn.peer.ip, sizeof(c->from.ip)) != 0)
        log_debug("conn_forwarded", log_u64("conn", c->number),
                  log_str("ip", address_format_ip(&c->from, ip)));
}

/* Other nodes serve it: whatever stands before them goes by the path, and comes here by mistake. */
static bool is_elsewhere(const struct client *c, struct str path)
{
    const struct gateway_options *o = &c->lane->gateway->options;
    if (str_eq(path, STR(API_SOCKET_PATH)))
        return o->no_sockets;
    return o->no_api && !web_is_health(path);
}

static void dispatch(struct client *c, const struct http_request *r)
{
    struct str path = http_request_path(r);
    c->last = !r->keep_alive || c->lane->draining;
    c->head = r->method == HTTP_HEAD;
    c->chunked = r->minor > 0;
    note_sender(c, r);
    if (c->metrics)
        web_answer_metrics(c, r);
    else if (is_elsewhere(c, path))
        answer_problem(c, &(struct problem){.error = API_ERROR_UNKNOWN_COMMAND});
    else if (str_eq(path, STR(API_SOCKET_PATH)))
        open_socket(c, r);
    else if (str_starts(path, STR("/v1/")) && !web_has(c, path))
        ask(c, r);
    else
        web_answer(c, r);
    if (c->list == LANE_IDLE && c->last)
        client_close(c, "last_answer");
}

static void refuse(struct client *c, unsigned status)
{
    c->last = true;
    c->head = false;
    answer_malformed(c, status);
    client_close(c, "malformed");
}

static void go_on(struct client *c)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct buf *reply = buf_copy(text, sizeof(text) - 1);
    client_send(c, NULL, 0, reply);
    buf_unref(reply);
}

/* Returns how many bytes the request was; 0: it is not whole, or was refused. */
static size_t take_request(struct client *c, char *data, size_t n)
{
    if (!c->request) {
        c->request = mem_new(sizeof(*c->request));
        http_request_init(c->request, API_BODY_BYTES_MAX);
        lane_list(c->lane, c, LANE_GREETING);
    }
    switch (http_request_feed(c->request, data, n)) {
    case HTTP_REQUEST_DONE:
        break;
    case HTTP_REQUEST_MORE:
        if (n >= rest_handler.read_max)
            refuse(c, 413);
        else if (http_request_takes_continue(c->request))
            go_on(c);
        return 0;
    case HTTP_REQUEST_BAD:
        refuse(c, c->request->status);
        return 0;
    }
    struct http_request *r = c->request;
    size_t consumed = r->consumed;
    c->request = NULL;
    lane_list(c->lane, c, LANE_IDLE);
    dispatch(c, r);
    free(r);
    return consumed;
}

static bool takes_requests(const struct client *c)
{
    return !c->is_socket && (c->list == LANE_IDLE || c->list == LANE_GREETING) &&
           conn_queued_bytes(&c->conn) <= CLIENT_UNREAD_BYTES_MAX;
}

static size_t on_data(struct conn *conn, unsigned char *data, size_t n)
{
    struct client *c = client_of(conn);
    size_t used = 0, took = 1;
    c->heard_ms = loop_now_ms(c->lane->loop);
    while (took && used < n && takes_requests(c)) {
        took = take_request(c, (char *)data + used, n - used);
        used += took;
    }
    /* What is left is the next request's: not before this one is answered. */
    if (used < n && !c->is_socket && !takes_requests(c))
        conn_pause_reading(conn);
    return used;
}

static void on_drained(struct conn *conn)
{
    struct client *c = client_of(conn);
    stream_drained(c);
    if (c->list == LANE_IDLE)
        lane_list(c->lane, c, LANE_IDLE);
    if (takes_requests(c))
        conn_resume_reading(conn);
}

static void on_eof(struct conn *conn)
{
    struct client *c = client_of(conn);
    if (c->list != LANE_ASKING && c->list != LANE_STREAMING) {
        client_close(c, "eof");
        return;
    }
    c->last = true;
    client_stop_waiting(c);
}

const struct conn_handler rest_handler = {
    .on_data = on_data,
    .on_eof = on_eof,
    .on_drained = on_drained,
    .on_closed = client_closed,
    .read_max = CONN_READ_MAX,
    .queue_bytes_max = CLIENT_QUEUE_BYTES_MAX,
    .queue_entries_max = CLIENT_QUEUE_ENTRIES_MAX,
    .linger_ms = CLIENT_LINGER_MS,
};

/* Time. */

void rest_idle(struct client *c)
{
    client_close(c, "idle");
}

void rest_late(struct client *c)
{
    /* Nothing was asked yet: the time was the handshake's, and that is over. */
    if (!c->request && conn_is_established(&c->conn))
        lane_list(c->lane, c, LANE_IDLE);
    else
        refuse(c, 408);
}
