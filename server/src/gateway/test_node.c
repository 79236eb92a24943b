/*
 * The node's threads are real, and so is everything in them but two things: the store is in memory,
 * and passwords are hashed cheaply, on the chat thread. Clients block, with a bound on each wait.
 */
#include "gateway/test_node.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bus/bus.h"
#include "bus/local.h"
#include "chat/chat.h"
#include "chat/env.h"
#include "gateway/assets.h"
#include "gateway/client.h"
#include "gateway/state.h"
#include "loop/loop.h"
#include "loop/loop_thread.h"
#include "store/memory.h"
#include "util/clock.h"
#include "util/mem.h"
#include "util/numbers.h"

enum { NET_THREADS = 2, WAIT_MS = 30000 };

static const char page[] = "<!doctype html><title>test</title>";
static const char script[] = "plain script";
static const char packed[] = "packed";
static const char packed_well[] = "packed well";

#define LIT(text)                                                                                  \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
static const struct asset assets[] = {
    {.path = LIT("/assets/app-0a1b2c3d.js"),
     .type = LIT("text/javascript; charset=utf-8"),
     .etag = LIT("W/\"1\""),
     .bytes = {script, sizeof(script) - 1},
     .gzip = {packed, sizeof(packed) - 1},
     .brotli = {packed_well, sizeof(packed_well) - 1},
     .immutable = true},
    {.path = LIT("/index.html"),
     .type = LIT("text/html; charset=utf-8"),
     .etag = LIT("W/\"2\""),
     .bytes = {page, sizeof(page) - 1}},
};

struct node {
    struct loop chat_loop, net_loops[NET_THREADS];
    struct loop *loops[NET_THREADS];
    struct loop_thread chat_thread, net_threads[NET_THREADS];
    struct env env;
    struct store *store;
    struct bus *bus;
    struct chat *chat;
    struct gateway *gateway;
    uint16_t port;

    struct task drain;
    uint32_t drain_ms;
    bool draining;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool drained, clean;
};

/* The outside, with passwords that cost next to nothing. */

static uint64_t env_wall_ms(struct env *env)
{
    (void)env;
    return clock_wall_ms();
}

static uint64_t env_mono_ms(struct env *env)
{
    (void)env;
    return clock_mono_ms();
}

static void env_random(struct env *env, void *p, size_t n)
{
    (void)env;
    crypto_random(p, n);
}

struct hashed {
    struct task task;
    struct password_job *job;
};

static void password_done(struct task *task)
{
    struct hashed *hashed = container_of(task, struct hashed, task);
    struct password_job *job = hashed->job;
    free(hashed);
    job->done(job);
}

static bool env_password(struct env *env, struct password_job *job)
{
    struct hashed *hashed = mem_new(sizeof(*hashed));
    if (job->verify)
        job->matches = crypto_password_verify(job->hash, job->password);
    else
        job->error = crypto_password_hash(job->hash, job->password, true);
    *hashed = (struct hashed){.task.run = password_done, .job = job};
    post(env->self, &hashed->task);
    return true;
}

static const struct env_ops env_ops = {env_wall_ms, env_mono_ms, env_random, env_password};

/* The node. */

struct node *node_with_tries(const struct gateway_options *differences, uint32_t tries_address)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {7};
    struct node *node = mem_new(sizeof(*node));
    struct gateway_options options = *differences;
    struct address address;
    assert_int_equal(crypto_init(), 0);
    assert_int_equal(loop_init(&node->chat_loop), 0);
    for (int i = 0; i < NET_THREADS; i++) {
        assert_int_equal(loop_init(&node->net_loops[i]), 0);
        node->loops[i] = &node->net_loops[i];
    }
    node->env = (struct env){&env_ops, &node->chat_loop.poster, &node->chat_loop.wheel};
    node->store = store_memory_new(&node->chat_loop.poster, &node->chat_loop.poster, secret, 0xabc);
    node->bus = bus_local_new(&node->chat_loop.poster);
    assert_int_equal(address_parse(&address, STR("127.0.0.1:0")), 0);
    options.chat_loop = &node->chat_loop;
    options.loops = node->loops;
    options.loops_n = NET_THREADS;
    options.addresses = &address;
    options.addresses_n = 1;
    options.assets = assets;
    options.assets_n = ARRAY_SIZE(assets);
    options.incarnation = 0xabc;
    node->gateway = gateway_new(&options);
    node->chat = chat_new(&(struct chat_options){.env = &node->env,
                                                 .store = node->store,
                                                 .bus = node->bus,
                                                 .sink = gateway_sink(node->gateway),
                                                 .registration = REGISTRATION_OPEN,
                                                 .tries_address = tries_address});
    assert_int_equal(gateway_start(node->gateway, node->chat), 0);
    node->port = gateway_addresses(node->gateway)[0].port;
    pthread_mutex_init(&node->lock, NULL);
    pthread_cond_init(&node->changed, NULL);
    assert_int_equal(loop_thread_start(&node->chat_thread, &node->chat_loop, "chat"), 0);
    for (int i = 0; i < NET_THREADS; i++)
        assert_int_equal(loop_thread_start(&node->net_threads[i], node->loops[i], "net"), 0);
    return node;
}

struct node *node_new(const struct gateway_options *differences)
{
    return node_with_tries(differences, 0);
}

uint16_t node_port(const struct node *node)
{
    return node->port;
}

struct gateway *node_gateway(struct node *node)
{
    return node->gateway;
}

static void on_drained(struct gateway *gateway, bool clean, void *arg)
{
    struct node *node = arg;
    (void)gateway;
    pthread_mutex_lock(&node->lock);
    node->drained = true;
    node->clean = clean;
    pthread_cond_signal(&node->changed);
    pthread_mutex_unlock(&node->lock);
}

/* One that somebody waits for. */
struct waited {
    struct task task;
    struct node *node;
    void (*call)(struct gateway *);
    bool over;
};

static void run_waited(struct task *task)
{
    struct waited *w = container_of(task, struct waited, task);
    w->call(w->node->gateway);
    pthread_mutex_lock(&w->node->lock);
    w->over = true;
    pthread_cond_signal(&w->node->changed);
    pthread_mutex_unlock(&w->node->lock);
}

void node_call(struct node *node, void (*call)(struct gateway *))
{
    struct waited w = {.task.run = run_waited, .node = node, .call = call};
    post(&node->chat_loop.poster, &w.task);
    pthread_mutex_lock(&node->lock);
    while (!w.over)
        pthread_cond_wait(&node->changed, &node->lock);
    pthread_mutex_unlock(&node->lock);
}

static void drain(struct task *task)
{
    struct node *node = container_of(task, struct node, drain);
    gateway_drain(node->gateway, node->drain_ms, on_drained, node);
}

void node_drain(struct node *node, uint32_t within_ms)
{
    node->drain_ms = within_ms;
    node->draining = true;
    node->drain.run = drain;
    post(&node->chat_loop.poster, &node->drain);
}

bool node_drained(struct node *node)
{
    if (!node->draining)
        node_drain(node, WAIT_MS / 2);
    pthread_mutex_lock(&node->lock);
    while (!node->drained)
        pthread_cond_wait(&node->changed, &node->lock);
    pthread_mutex_unlock(&node->lock);
    return node->clean;
}

void node_free(struct node *node)
{
    assert_true(node_drained(node));
    for (int i = 0; i < NET_THREADS; i++) {
        loop_stop(node->loops[i]);
        loop_thread_join(&node->net_threads[i]);
    }
    loop_stop(&node->chat_loop);
    loop_thread_join(&node->chat_thread);
    for (int round = 0; round < 2; round++) {
        loop_drain(&node->chat_loop);
        for (int i = 0; i < NET_THREADS; i++)
            loop_drain(node->loops[i]);
    }
    gateway_free(node->gateway);
    assert_int_equal(chat_busy(node->chat), 0);
    chat_free(node->chat);
    store_free(node->store);
    bus_free(node->bus);
    loop_drain(&node->chat_loop);
    for (int i = 0; i < NET_THREADS; i++)
        loop_deinit(node->loops[i]);
    loop_deinit(&node->chat_loop);
    free(node);
}

/* Bytes. */

struct tcp *tcp_new(const struct node *node, int receive_bytes)
{
    struct tcp *t = mem_new(sizeof(*t));
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(node->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    t->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(t->fd >= 0);
    if (receive_bytes)
        setsockopt(t->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    int yes = 1;
    setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    assert_int_equal(connect(t->fd, (struct sockaddr *)&to, sizeof(to)), 0);
    t->data = mem_new(1);
    return t;
}

/* A connection as the listener would hand it to the lane. */
struct arrival {
    struct task task;
    struct lane *lane;
    struct address address;
    int fd;
};

static void arrive(struct task *task)
{
    struct arrival *a = container_of(task, struct arrival, task);
    atomic_fetch_add(&a->lane->gateway->clients, 1);
    client_open(a->lane, a->fd, &a->address, 0, false);
    free(a);
}

struct tcp *tcp_from(struct node *node, const char *address)
{
    int ends[2];
    struct tcp *t = mem_new(sizeof(*t));
    struct arrival *a = mem_new(sizeof(*a));
    assert_int_equal(address_parse(&a->address, str_of(address)), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0); /* ours blocks */
    int bytes = 1;                                   /* the fewest there are */
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    t->fd = ends[0];
    t->data = mem_new(1);
    a->fd = ends[1];
    a->lane = &node->gateway->lanes[0];
    a->task.run = arrive;
    list_init(&a->task.node);
    post(&node->net_loops[0].poster, &a->task);
    return t;
}

void tcp_free(struct tcp *t)
{
    if (!t)
        return;
    close(t->fd);
    free(t->data);
    free(t);
}

void tcp_send(struct tcp *t, const void *p, size_t n)
{
    const char *at = p;
    while (n) {
        ssize_t sent = send(t->fd, at, n, MSG_NOSIGNAL);
        if (sent < 0)
            return; /* the server has closed: what it said is what the test looks at */
        at += sent;
        n -= (size_t)sent;
    }
}

void tcp_send_text(struct tcp *t, const char *text)
{
    tcp_send(t, text, strlen(text));
}

void tcp_half_close(struct tcp *t)
{
    shutdown(t->fd, SHUT_WR);
}

bool tcp_comes(struct tcp *t, int ms)
{
    struct pollfd poll_fd = {.fd = t->fd, .events = POLLIN};
    return t->n || poll(&poll_fd, 1, ms) > 0;
}

/* Reads once more; false at the end. */
static bool read_more(struct tcp *t)
{
    struct pollfd poll_fd = {.fd = t->fd, .events = POLLIN};
    if (t->ended)
        return false;
    assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
    t->data = mem_resize(t->data, t->n + 65536 + 1);
    ssize_t n = recv(t->fd, t->data + t->n, 65536, 0);
    if (n <= 0) {
        t->ended = true;
        return false;
    }
    t->n += (size_t)n;
    t->data[t->n] = 0;
    return true;
}

static void use(struct tcp *t, size_t n)
{
    assert_true(n <= t->n);
    memmove(t->data, t->data + n, t->n - n + 1);
    t->n -= n;
}

bool tcp_ends(struct tcp *t)
{
    return t->n == 0 && !read_more(t);
}

static char *copy_text(const char *p, size_t n)
{
    char *copy = mem_new(n + 1);
    memcpy(copy, p, n);
    return copy;
}

/* HTTP. */

struct reply http_read(struct tcp *t, bool head_only)
{
    struct reply reply = {0};
    char *end;
    t->data[t->n] = 0;
    while (!(end = strstr(t->data, "\r\n\r\n")))
        assert_true(read_more(t));
    size_t head_n = (size_t)(end - t->data) + 4;
    reply.head = copy_text(t->data, head_n);
    reply.status = atoi(reply.head + strlen("HTTP/1.1 "));
    const char *length = strstr(reply.head, "Content-Length: ");
    if (length && !head_only)
        reply.body_n = (size_t)atol(length + strlen("Content-Length: "));
    use(t, head_n);
    while (t->n < reply.body_n)
        assert_true(read_more(t));
    reply.body = copy_text(t->data, reply.body_n);
    use(t, reply.body_n);
    return reply;
}

void reply_free(struct reply *reply)
{
    free(reply->head);
    free(reply->body);
}

void reply_expect(struct reply reply, int status, const char *text)
{
    if (reply.status != status || (text && !strstr(reply.body, text)))
        print_message("%s%s\n", reply.head, reply.body);
    assert_int_equal(reply.status, status);
    assert_true(!text || strstr(reply.body, text));
    reply_free(&reply);
}

struct reply http_ask_on(struct tcp *t, const char *method, const char *path, const char *token,
                         const char *body)
{
    char head[1024];
    snprintf(head, sizeof(head),
             "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n%s%s%s\r\n", method, path,
             body ? strlen(body) : 0, token ? "Authorization: Bearer " : "", token ? token : "",
             token ? "\r\n" : "");
    tcp_send_text(t, head);
    if (body)
        tcp_send_text(t, body);
    return http_read(t, strcmp(method, "HEAD") == 0);
}

struct reply http_ask(const struct node *node, const char *method, const char *path,
                      const char *token, const char *body)
{
    struct tcp *t = tcp_new(node, 0);
    struct reply reply = http_ask_on(t, method, path, token, body);
    tcp_free(t);
    return reply;
}

const char *json_text(const char *json, const char *name, char out[static 128])
{
    char quoted[64];
    snprintf(quoted, sizeof(quoted), "\"%s\":\"", name);
    const char *from = strstr(json, quoted);
    assert_non_null(from);
    from += strlen(quoted);
    const char *to = strchr(from, '"');
    assert_true(to && to - from < 128);
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = 0;
    return out;
}

static struct person signed_in(struct reply reply)
{
    struct person person;
    assert_int_equal(reply.status, 200);
    json_text(reply.body, "user", person.user);
    json_text(reply.body, "device", person.device);
    json_text(reply.body, "token", person.token);
    reply_free(&reply);
    return person;
}

struct person person_new(const struct node *node, const char *username)
{
    char body[256];
    snprintf(body, sizeof(body), "{\"username\":\"%s\",\"password\":\"pass word\"}", username);
    return signed_in(http_ask(node, "POST", "/v1/signup", NULL, body));
}

void person_befriend(const struct node *node, const struct person *a, const struct person *b)
{
    char path[256];
    snprintf(path, sizeof(path), "/v1/contacts/%s/request", b->user);
    reply_expect(http_ask(node, "PUT", path, a->token, "{}"), 200, NULL);
    snprintf(path, sizeof(path), "/v1/contacts/%s", a->user);
    reply_expect(http_ask(node, "PUT", path, b->token, "{}"), 200, NULL);
}

struct person person_signin(const struct node *node, const char *username)
{
    char body[256];
    snprintf(body, sizeof(body), "{\"username\":\"%s\",\"password\":\"pass word\"}", username);
    return signed_in(http_ask(node, "POST", "/v1/signin", NULL, body));
}

/* WebSocket. */

struct tcp *ws_on(struct tcp *t)
{
    tcp_send_text(t, "GET /v1/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    reply_expect(http_read(t, true), 101, NULL);
    return t;
}

struct tcp *ws_new(const struct node *node, int receive_bytes)
{
    return ws_on(tcp_new(node, receive_bytes));
}

struct tcp *ws_signed_in(const struct node *node, const struct person *person)
{
    struct tcp *t = ws_new(node, 0);
    ws_say(t, "{\"id\":1,\"cmd\":\"auth\",\"token\":\"%s\"}", person->token);
    ws_sees(t, "{\"id\":1,\"ok\":");
    return t;
}

void ws_send(struct tcp *t, unsigned opcode, const void *p, size_t n)
{
    unsigned char head[14] = {(unsigned char)(0x80 | opcode)};
    size_t head_n = 2;
    if (n < 126) {
        head[1] = (unsigned char)(0x80 | n);
    } else if (n < 65536) {
        head[1] = 0x80 | 126;
        be16_put(head + 2, (uint16_t)n);
        head_n = 4;
    } else {
        head[1] = 0x80 | 127;
        be64_put(head + 2, n);
        head_n = 10;
    }
    static const unsigned char mask[4] = {1, 2, 3, 4};
    memcpy(head + head_n, mask, 4);
    head_n += 4;
    unsigned char *frame = mem_new(head_n + n);
    memcpy(frame, head, head_n);
    for (size_t i = 0; i < n; i++)
        frame[head_n + i] = ((const unsigned char *)p)[i] ^ mask[i % 4];
    tcp_send(t, frame, head_n + n);
    free(frame);
}

void ws_say(struct tcp *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text;
    int n = vasprintf(&text, format, args);
    va_end(args);
    assert_true(n >= 0);
    ws_send(t, 1, text, (size_t)n);
    free(text);
}

bool ws_read(struct tcp *t, struct ws_frame *frame)
{
    size_t head_n = 2, n = 0;
    for (;;) {
        const unsigned char *head = (const unsigned char *)t->data;
        unsigned length = t->n >= 2 ? head[1] & 0x7f : 0;
        head_n = length == 126 ? 4 : length == 127 ? 10 : 2;
        if (t->n >= head_n) {
            n = length == 126 ? be16_get(head + 2) : length == 127 ? be64_get(head + 2) : length;
            if (t->n >= head_n + n)
                break;
        }
        if (!read_more(t))
            return false;
    }
    assert_false(t->data[1] & 0x80);
    frame->opcode = (unsigned char)t->data[0] & 0x0f;
    frame->n = n;
    frame->p = copy_text(t->data + head_n, n);
    use(t, head_n + n);
    return true;
}

void ws_frame_free(struct ws_frame *frame)
{
    free(frame->p);
}

/* The next frame that is no ping; those are answered. */
/* That somebody signed in is told behind the answer to it, so to a socket that is as quick as this
 * at any time. */
static bool is_news(const struct ws_frame *frame)
{
    return frame->opcode == 1 && strstr(frame->p, "\"type\":\"signed_in\"");
}

static void read_frame(struct tcp *t, struct ws_frame *frame)
{
    for (;;) {
        assert_true(ws_read(t, frame));
        if (frame->opcode == 9)
            ws_send(t, 10, frame->p, frame->n);
        else if (!is_news(frame))
            return;
        ws_frame_free(frame);
    }
}

char *ws_expect(struct tcp *t, const char *text)
{
    struct ws_frame frame = {0};
    read_frame(t, &frame);
    if (frame.opcode != 1 || !strstr(frame.p, text))
        print_message("expected %s, got opcode %u: %.400s\n", text, frame.opcode, frame.p);
    assert_int_equal(frame.opcode, 1);
    assert_non_null(strstr(frame.p, text));
    return frame.p;
}

void ws_sees(struct tcp *t, const char *text)
{
    free(ws_expect(t, text));
}

void ws_expect_close(struct tcp *t, unsigned code)
{
    struct ws_frame frame = {0};
    read_frame(t, &frame);
    if (frame.opcode != 8)
        print_message("expected a close frame, got opcode %u: %.400s\n", frame.opcode, frame.p);
    assert_int_equal(frame.opcode, 8);
    assert_int_equal(be16_get((const unsigned char *)frame.p), code);
    ws_frame_free(&frame);
    assert_true(tcp_ends(t));
}
