/*
 * parley-ws-echo: sends every WebSocket message back, for conformance suites. It stands on the
 * same loop, net, http and ws code as the server.
 *
 *     parley-ws-echo PORT [LARGEST_MESSAGE [text]]
 *
 * Binds 127.0.0.1 and prints "listening on 127.0.0.1:PORT" (PORT 0 takes a free one). "text"
 * refuses binary messages with 1003. SIGTERM closes every connection with 1001 and ends when all
 * are gone, or after two seconds.
 *
 * One thread. A reader that is slower than its sender is not read from until it has caught up, so
 * what is queued for it stays bounded.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http/request.h"
#include "http/response.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "net/conn.h"
#include "net/listener.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"
#include "ws/handshake.h"
#include "ws/ws.h"

enum {
    MESSAGE_BYTES_DEFAULT = 16 * 1024 * 1024,
    MESSAGE_BYTES_MAX = 1024 * 1024 * 1024,
    /* Queued for a connection before it is no longer read from. */
    PAUSE_BYTES = 1024 * 1024,
    LINGER_MS = 1000,
    GOODBYE_MS = 2000,
};

struct echo {
    struct loop loop;
    struct listener listener;
    struct signals signals;
    struct timer goodbye;
    struct list clients;
    struct conn_handler http, ws;
    uint32_t message_bytes_max;
    bool text_only, stopping;
};

struct client {
    struct conn conn;
    struct list node;
    struct echo *echo;
    struct http_request *request; /* NULL once the handshake is done */
    struct ws ws;
};

static struct client *client_of(struct conn *c)
{
    return container_of(c, struct client, conn);
}

/* Queues what `out` holds and empties it. */
static void flush(struct client *client, struct builder *out)
{
    if (out->n == 0) {
        builder_deinit(out);
        return;
    }
    struct buf *buf = builder_finish(out);
    int r = conn_send(&client->conn, NULL, 0, buf);
    must(r != CONN_FULL); /* PAUSE_BYTES and one turn's output fit the queue */
    buf_unref(buf);
    if (conn_queued_bytes(&client->conn) > PAUSE_BYTES)
        conn_pause_reading(&client->conn);
}

static size_t on_request(struct conn *c, unsigned char *data, size_t n)
{
    static const struct str protocols[] = {{"echo", 4}};
    static const struct ws_policy policy = {.protocols = protocols, .protocols_n = 1};
    struct client *client = client_of(c);
    struct http_request *request = client->request;
    struct builder out = {0};

    enum http_request_result result = http_request_feed(request, (char *)data, n);
    if (result == HTTP_REQUEST_MORE)
        return 0;
    if (result == HTTP_REQUEST_DONE && ws_handshake(request, &policy, &out) == WS_HANDSHAKE_OK) {
        size_t consumed = request->consumed;
        flush(client, &out);
        free(request);
        client->request = NULL;
        conn_set_handler(c, &client->echo->ws);
        return consumed;
    }
    if (result == HTTP_REQUEST_BAD)
        must(http_response_write(&(struct http_response){.status = request->status}, &out) == 0);
    flush(client, &out);
    conn_close(c);
    return n;
}

static size_t on_frames(struct conn *c, unsigned char *data, size_t n)
{
    struct client *client = client_of(c);
    struct ws_input in = {data, n};
    struct ws_event event;
    struct builder out = {0};
    while (ws_next(&client->ws, &in, &event, &out) != WS_EVENT_NONE)
        if (event.kind == WS_EVENT_MESSAGE)
            ws_frame_add(&out, event.is_text ? WS_TEXT : WS_BINARY, event.data.p, event.data.n);
    flush(client, &out);
    if (ws_is_closed(&client->ws))
        conn_close(c);
    return n;
}

static void on_drained(struct conn *c)
{
    conn_resume_reading(c);
}

static void on_closed(struct conn *c, int why)
{
    (void)why;
    struct client *client = client_of(c);
    struct echo *echo = client->echo;
    list_remove(&client->node);
    ws_deinit(&client->ws);
    free(client->request);
    free(client);
    if (echo->stopping && list_empty(&echo->clients))
        loop_stop(&echo->loop);
}

static void on_accept(struct listener *listener, int fd, const struct address *peer)
{
    enum { RECEIVE_BYTES = 256 * 1024 };
    /* Else some kernels take more in by themselves than a case sends. */
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){RECEIVE_BYTES}, sizeof(int));
    struct echo *echo = container_of(listener, struct echo, listener);
    struct client *client = mem_new(sizeof(*client));
    client->echo = echo;
    client->request = mem_new(sizeof(*client->request));
    http_request_init(client->request, 0);
    ws_init(&client->ws, echo->message_bytes_max, echo->text_only);
    list_push_back(&echo->clients, &client->node);
    if (conn_init(&client->conn, &echo->loop, transport_tcp(fd), peer, &echo->http) < 0)
        on_closed(&client->conn, 0);
}

static void on_goodbye_over(struct timer *t)
{
    loop_stop(&container_of(t, struct echo, goodbye)->loop);
}

static void on_signal(struct signals *signals, int signo)
{
    struct echo *echo = container_of(signals, struct echo, signals);
    (void)signo;
    if (echo->stopping)
        return;
    echo->stopping = true;
    listener_deinit(&echo->listener);
    if (list_empty(&echo->clients))
        loop_stop(&echo->loop);
    list_for_each(&echo->clients, node)
    {
        struct client *client = list_entry(node, struct client, node);
        struct builder out = {0};
        if (client->request)
            conn_close(&client->conn);
        else
            ws_close(&client->ws, WS_CODE_GOING_AWAY, STR("the server stops"), &out);
        flush(client, &out);
    }
    loop_timer_set(&echo->loop, &echo->goodbye, GOODBYE_MS);
}

/* A number of an argument, or -1. */
static int64_t number(const char *text, uint64_t max)
{
    uint64_t v;
    return u64_parse(str_of(text), &v) && v <= max ? (int64_t)v : -1;
}

static int echo_init(struct echo *echo, uint16_t port)
{
    echo->http = (struct conn_handler){
        .on_data = on_request,
        .on_closed = on_closed,
        .on_drained = on_drained,
        .read_max = CONN_READ_MAX,
        /* A read of CONN_READ_MAX completes at most one message that began before it. */
        .queue_bytes_max = PAUSE_BYTES + echo->message_bytes_max + 2 * CONN_READ_MAX,
        .queue_entries_max = UINT32_MAX,
        .linger_ms = LINGER_MS,
    };
    echo->ws = echo->http;
    echo->ws.on_data = on_frames;
    list_init(&echo->clients);
    timer_init(&echo->goodbye, on_goodbye_over);

    struct address address = {{0}, 0};
    must(address_parse(&address, STR("127.0.0.1:0")) == 0);
    address.port = port;
    int r = signals_block();
    if (r == 0)
        r = loop_init(&echo->loop);
    if (r == 0)
        r = signals_init(&echo->signals, &echo->loop, on_signal);
    if (r == 0)
        r = listener_init(&echo->listener, &echo->loop, &address, on_accept);
    return r;
}

/* What is left after GOODBYE_MS. */
static void drop_clients(struct echo *echo)
{
    list_for_each(&echo->clients, node)
        conn_close_now(&list_entry(node, struct client, node)->conn);
    loop_drain(&echo->loop);
}

int main(int argc, char **argv)
{
    struct echo echo = {0};
    int64_t port = argc >= 2 ? number(argv[1], UINT16_MAX) : -1;
    int64_t largest = argc >= 3 ? number(argv[2], MESSAGE_BYTES_MAX) : MESSAGE_BYTES_DEFAULT;
    echo.text_only = argc == 4 && strcmp(argv[3], "text") == 0;
    if (port < 0 || largest < 0 || argc > 4 || (argc == 4 && !echo.text_only)) {
        fprintf(stderr, "usage: parley-ws-echo PORT [LARGEST_MESSAGE [text]]\n");
        return 2;
    }
    echo.message_bytes_max = (uint32_t)largest;
    int r = echo_init(&echo, (uint16_t)port);
    if (r < 0) {
        fprintf(stderr, "parley-ws-echo: %s\n", strerror(-r));
        return 1;
    }
    char text[ADDRESS_TEXT_MAX];
    struct address bound = listener_address(&echo.listener);
    printf("listening on %s\n", address_format(&bound, text));
    fflush(stdout);
    loop_run(&echo.loop);
    drop_clients(&echo);
    signals_deinit(&echo.signals);
    loop_deinit(&echo.loop);
    return 0;
}
