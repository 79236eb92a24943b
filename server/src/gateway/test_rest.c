/* The gateway over HTTP: files, health, REST, what is no request, long polling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/test_node.h"
#include "proto/api.gen.h"
#include "util/clock.h"
#include "util/mem.h"

static int start(void **state)
{
    *state = node_new(&(struct gateway_options){.auth_ms = 1000});
    return 0;
}

static int stop(void **state)
{
    node_free(*state);
    return 0;
}

static bool has(const struct reply *reply, const char *line)
{
    return strstr(reply->head, line) != NULL;
}

static void test_page_comes_with_its_policy(void **state)
{
    struct reply reply = http_ask(*state, "GET", "/", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "<!doctype html><title>test</title>");
    assert_true(has(&reply, "Content-Type: text/html; charset=utf-8\r\n"));
    assert_true(has(&reply, "Content-Security-Policy: default-src 'self';"));
    assert_true(has(&reply, "X-Content-Type-Options: nosniff\r\n"));
    assert_true(has(&reply, "Referrer-Policy: no-referrer\r\n"));
    assert_true(has(&reply, "Cache-Control: no-cache\r\n"));
    assert_true(has(&reply, "ETag: W/\"2\"\r\n"));
    assert_true(has(&reply, "Date: "));
    reply_free(&reply);
}

static void test_file_is_packed_for_those_who_take_it(void **state)
{
    struct tcp *t = tcp_new(*state, 0);
    tcp_send_text(t, "GET /assets/app-0a1b2c3d.js HTTP/1.1\r\nHost: x\r\n"
                     "Accept-Encoding: gzip, deflate, br\r\n\r\n");
    struct reply reply = http_read(t, false);
    assert_true(has(&reply, "Content-Encoding: br\r\n"));
    reply_expect(reply, 200, "packed well");
    tcp_send_text(t, "GET /assets/app-0a1b2c3d.js HTTP/1.1\r\nHost: x\r\n"
                     "Accept-Encoding: gzip\r\n\r\n");
    reply = http_read(t, false);
    assert_true(has(&reply, "Content-Encoding: gzip\r\n"));
    assert_true(has(&reply, "Vary: Accept-Encoding\r\n"));
    assert_true(has(&reply, "max-age=31536000, immutable\r\n"));
    reply_expect(reply, 200, "packed");
    tcp_send_text(t, "GET /assets/app-0a1b2c3d.js HTTP/1.1\r\nHost: x\r\n\r\n");
    reply = http_read(t, false);
    assert_false(has(&reply, "Content-Encoding"));
    reply_expect(reply, 200, "plain script");
    tcp_free(t);
}

static void test_known_file_is_not_sent_again(void **state)
{
    struct tcp *t = tcp_new(*state, 0);
    tcp_send_text(t, "GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: W/\"1\", W/\"2\"\r\n\r\n"
                     "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
                     "GET / HTTP/1.0\r\n\r\n");
    struct reply reply = http_read(t, false);
    assert_true(has(&reply, "ETag: W/\"2\"\r\n"));
    assert_false(has(&reply, "Content-Length"));
    reply_expect(reply, 304, NULL);
    reply = http_read(t, true);
    assert_true(has(&reply, "Content-Length: 34\r\n"));
    reply_expect(reply, 200, NULL);
    reply = http_read(t, false);
    assert_true(has(&reply, "Connection: close\r\n"));
    reply_expect(reply, 200, "<!doctype html>");
    assert_true(tcp_ends(t));
    tcp_free(t);
}

static void test_health(void **state)
{
    reply_expect(http_ask(*state, "GET", "/healthz", NULL, NULL), 200, "ok\n");
    reply_expect(http_ask(*state, "GET", "/readyz", NULL, NULL), 200, "ok\n");
    gateway_set_ready(node_gateway(*state), false);
    reply_expect(http_ask(*state, "GET", "/healthz", NULL, NULL), 200, "ok\n");
    reply_expect(http_ask(*state, "GET", "/readyz", NULL, NULL), 503, "not ready\n");
    gateway_set_ready(node_gateway(*state), true);
}

static void test_unknown_paths_and_methods_are_refused(void **state)
{
    reply_expect(http_ask(*state, "GET", "/nothing", NULL, NULL), 404, "\"unknown_command\"");
    reply_expect(http_ask(*state, "GET", "/../etc/passwd", NULL, NULL), 404, NULL);
    reply_expect(http_ask(*state, "GET", "/v1/nothing", NULL, NULL), 404, "\"unknown_command\"");
    struct reply reply = http_ask(*state, "POST", "/", NULL, "{}");
    assert_true(has(&reply, "Allow: GET, HEAD\r\n"));
    reply_expect(reply, 405, "\"method_not_allowed\"");
    reply = http_ask(*state, "OPTIONS", "/v1/messages", NULL, NULL);
    assert_true(has(&reply, "Allow: POST\r\n"));
    reply_expect(reply, 405, "\"method_not_allowed\"");
    reply = http_ask(*state, "HEAD", "/v1/account", NULL, NULL);
    assert_int_equal(reply.status, 405);
    reply_free(&reply);
}

static void test_rest_needs_a_token(void **state)
{
    struct person ann = person_new(*state, "ann");
    struct reply reply = http_ask(*state, "GET", "/v1/account", ann.token, NULL);
    assert_true(has(&reply, "Content-Type: application/json\r\n"));
    assert_true(has(&reply, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(reply.body, ann.user));
    reply_expect(reply, 200, "\"username\":\"ann\",\"display_name\":\"ann\",\"about\":\"\"");
    reply = http_ask(*state, "GET", "/v1/account", NULL, NULL);
    assert_true(has(&reply, "Content-Type: application/problem+json\r\n"));
    assert_true(has(&reply, "WWW-Authenticate: Bearer\r\n"));
    reply_expect(reply, 401, "\"code\":\"unauthenticated\"");
    reply_expect(http_ask(*state, "GET", "/v1/account", "wrong", NULL), 401, "unauthenticated");
    reply_expect(http_ask(*state, "POST", "/v1/signout", ann.token, NULL), 200, "{}");
    reply_expect(http_ask(*state, "GET", "/v1/account", ann.token, NULL), 401, "unauthenticated");
}

static void test_connect_names_where_sockets_open(void **state)
{
    static const struct {
        const char *public_url, *url;
    } cases[] = {
        {NULL, "\"nodes\":[{\"url\":\"/v1/socket\"}]"},
        {"", "\"nodes\":[{\"url\":\"/v1/socket\"}]"},
        {"https://chat.example", "\"nodes\":[{\"url\":\"wss://chat.example/v1/socket\"}]"},
        {"http://a.example:81/b/", "\"nodes\":[{\"url\":\"ws://a.example:81/b/v1/socket\"}]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gateway_options options = {.public_url = str_of(cases[i].public_url)};
        struct node *node = node_new(&options);
        struct person ann = person_new(node, "ann");
        reply_expect(http_ask(node, "GET", "/v1/connect", ann.token, NULL), 200, cases[i].url);
        node_free(node);
    }
}

static void test_arguments_come_from_path_query_and_body(void **state)
{
    struct person bob = person_new(*state, "bob.b");
    char path[256], body[256];
    reply_expect(http_ask(*state, "GET", "/v1/users?prefix=bob%2Eb&limit=5", bob.token, NULL), 200,
                 "\"username\":\"bob.b\"");
    reply_expect(http_ask(*state, "GET", "/v1/users?prefix=%zz", bob.token, NULL), 400, NULL);
    reply_expect(http_ask(*state, "GET", "/v1/users?prefix=b&limit=0", bob.token, NULL), 400,
                 "\"field\":\"limit\"");
    snprintf(body, sizeof(body), "{\"to\":\"%s\",\"text\":\"to myself\"}", bob.user);
    struct reply reply = http_ask(*state, "POST", "/v1/messages", bob.token, body);
    char conversation[128];
    json_text(reply.body, "conversation", conversation);
    reply_expect(reply, 200, "\"seq\":1,\"n\":1,");
    snprintf(path, sizeof(path), "/v1/conversations/%s/messages?before=2&limit=1", conversation);
    reply_expect(http_ask(*state, "GET", path, bob.token, NULL), 200, "\"text\":\"to myself\"");
    snprintf(path, sizeof(path), "/v1/conversations/%s", conversation);
    reply_expect(http_ask(*state, "GET", path, bob.token, NULL), 200, "\"kind\":\"self\"");
    reply_expect(http_ask(*state, "POST", "/v1/messages", bob.token, "{\"to\":"), 400,
                 "\"bad_json\"");
    reply_expect(http_ask(*state, "GET", "/v1/conversations/999999", bob.token, NULL), 404,
                 "\"not_found\"");
}

static void test_unread_is_counted_and_read(void **state)
{
    struct person eve = person_new(*state, "eve"), fay = person_new(*state, "fay");
    char body[256];
    for (int i = 0; i < 3; i++) {
        snprintf(body, sizeof(body), "{\"to\":\"%s\",\"text\":\"hello %d\"}", fay.user, i);
        reply_expect(http_ask(*state, "POST", "/v1/messages", eve.token, body), 200, NULL);
    }
    char path[256], conversation[128];
    struct reply reply = http_ask(*state, "GET", "/v1/messages/unread", fay.token, NULL);
    reply_expect(reply, 200, "{\"total\":0,\"conversations\":[]}"); /* of a stranger */
    reply = http_ask(*state, "GET", "/v1/conversations?requests=true", fay.token, NULL);
    json_text(reply.body, "conversation", conversation);
    reply_expect(reply, 200, "\"request\":true");
    snprintf(path, sizeof(path), "/v1/conversations/%s/accept", conversation);
    reply_expect(http_ask(*state, "POST", path, fay.token, "{}"), 200, "\"seq\":4");
    reply = http_ask(*state, "GET", "/v1/messages/unread?limit=2", fay.token, NULL);
    assert_non_null(strstr(reply.body, "\"unread\":3,\"events\":["));
    assert_non_null(strstr(reply.body, "hello 0"));
    assert_non_null(strstr(reply.body, "hello 1"));
    assert_null(strstr(reply.body, "hello 2"));
    reply_expect(reply, 200, "{\"total\":3,\"conversations\":[");
    reply_expect(http_ask(*state, "GET", "/v1/messages/unread", eve.token, NULL), 200,
                 "{\"total\":0,\"conversations\":[]}");
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    struct person gil = person_new(*state, "gil");
    char all[2048];
    snprintf(all, sizeof(all),
             "GET /v1/account HTTP/1.1\r\nHost: x\r\nAuthorization: bearer %s\r\n\r\n"
             "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
             "GET /v1/blocks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
             "GET /v1/devices HTTP/1.1\r\nHost: x\r\n\r\n",
             gil.token, gil.token);
    struct tcp *t = tcp_new(*state, 0);
    tcp_send_text(t, all);
    reply_expect(http_read(t, false), 200, "\"username\":\"gil\"");
    reply_expect(http_read(t, false), 200, "ok");
    reply_expect(http_read(t, false), 200, "{\"users\":[]}");
    reply_expect(http_read(t, false), 401, NULL);
    tcp_free(t);
}

/* A request of `n` bytes of body, which is `{"text":"aaa…`. */
static struct reply ask_long(struct node *node, const char *token, size_t n)
{
    struct tcp *t = tcp_new(node, 0);
    char head[512];
    char *body = mem_new(n + 1);
    memset(body, 'a', n);
    memcpy(body, "{\"text\":\"", 9);
    memcpy(body + n - 2, "\"}", 2);
    snprintf(head, sizeof(head),
             "POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
             "Content-Length: %zu\r\n\r\n",
             token, n);
    tcp_send_text(t, head);
    tcp_send(t, body, n);
    free(body);
    struct reply reply = http_read(t, false);
    tcp_free(t);
    return reply;
}

static void test_body_is_bounded(void **state)
{
    struct person hal = person_new(*state, "hal");
    reply_expect(ask_long(*state, hal.token, API_BODY_BYTES_MAX), 400, "\"field\":\"text\"");
    reply_expect(ask_long(*state, hal.token, API_BODY_BYTES_MAX + 1), 413, "\"too_large\"");
}

static void test_no_request_is_answered_and_closed(void **state)
{
    struct tcp *t = tcp_new(*state, 0);
    tcp_send_text(t, "hello there\r\n\r\n");
    struct reply reply = http_read(t, false);
    assert_true(has(&reply, "Connection: close\r\n"));
    reply_expect(reply, 400, "\"bad_request\"");
    assert_true(tcp_ends(t));
    tcp_free(t);
}

static void test_slow_request_times_out(void **state)
{
    struct tcp *t = tcp_new(*state, 0);
    tcp_send_text(t, "GET / HTTP/1.1\r\nHost:");
    reply_expect(http_read(t, false), 408, NULL);
    assert_true(tcp_ends(t));
    tcp_free(t);
}

/* Counted from the answer; one that never asked is closed as well. */
static void test_idle_connection_is_closed(void **state)
{
    enum { IDLE_MS = 2500 };
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.idle_ms = IDLE_MS});
    uint64_t from_ms = clock_mono_ms();
    struct tcp *t = tcp_new(node, 0), *mute = tcp_new(node, 0);
    assert_false(tcp_comes(t, 600));
    tcp_send_text(t, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    reply_expect(http_read(t, false), 200, "ok");
    assert_true(tcp_ends(mute));
    assert_true(clock_mono_ms() - from_ms >= IDLE_MS);
    assert_true(tcp_ends(t));
    assert_true(clock_mono_ms() - from_ms >= IDLE_MS + 600);
    tcp_free(t);
    tcp_free(mute);
    node_free(node);
}

static void test_continue_is_said_before_the_body(void **state)
{
    struct tcp *t = tcp_new(*state, 0);
    tcp_send_text(t, "POST /v1/signin HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                     "Content-Length: 2\r\n\r\n");
    reply_expect(http_read(t, true), 100, NULL);
    tcp_send_text(t, "{}");
    reply_expect(http_read(t, false), 400, "\"field\":\"username\"");
    tcp_free(t);
}

static char *sync_request(const struct person *person, const char *token)
{
    char body[256], *all;
    if (token)
        snprintf(body, sizeof(body), "{\"token\":\"%s\",\"wait\":20}", token);
    else
        snprintf(body, sizeof(body), "{}");
    int n = asprintf(&all,
                     "POST /v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     person->token, strlen(body), body);
    assert_true(n > 0);
    return all;
}

static void test_long_poll_ends_with_a_message(void **state)
{
    struct person ian = person_new(*state, "ian"), joy = person_new(*state, "joy");
    struct tcp *t = tcp_new(*state, 0);
    char token[128], body[256];
    char *request = sync_request(&ian, NULL);
    tcp_send_text(t, request);
    free(request);
    struct reply reply = http_read(t, false);
    json_text(reply.body, "token", token);
    reply_expect(reply, 200, "\"incarnation\":\"0000000000000abc\"");
    request = sync_request(&ian, token);
    tcp_send_text(t, request);
    assert_false(tcp_comes(t, 200));
    snprintf(body, sizeof(body), "{\"to\":\"%s\",\"text\":\"wake up\"}", ian.user);
    reply_expect(http_ask(*state, "POST", "/v1/messages", joy.token, body), 200, NULL);
    reply = http_read(t, false);
    json_text(reply.body, "token", token);
    reply_expect(reply, 200, "wake up");
    free(request);

    /* One that half-closes while it waits is answered at once; one that goes is forgotten, or the
     * node would not drain. */
    request = sync_request(&ian, token);
    tcp_send_text(t, request);
    struct tcp *gone = tcp_new(*state, 0);
    tcp_send_text(gone, request);
    assert_false(tcp_comes(t, 200));
    tcp_free(gone);
    tcp_half_close(t);
    reply_expect(http_read(t, false), 200, "\"entries\":[]");
    assert_true(tcp_ends(t));
    free(request);
    tcp_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_comes_with_its_policy),
        cmocka_unit_test(test_file_is_packed_for_those_who_take_it),
        cmocka_unit_test(test_known_file_is_not_sent_again),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_unknown_paths_and_methods_are_refused),
        cmocka_unit_test(test_rest_needs_a_token),
        cmocka_unit_test(test_connect_names_where_sockets_open),
        cmocka_unit_test(test_arguments_come_from_path_query_and_body),
        cmocka_unit_test(test_unread_is_counted_and_read),
        cmocka_unit_test(test_pipelined_requests_are_answered_in_order),
        cmocka_unit_test(test_body_is_bounded),
        cmocka_unit_test(test_no_request_is_answered_and_closed),
        cmocka_unit_test(test_slow_request_times_out),
        cmocka_unit_test(test_idle_connection_is_closed),
        cmocka_unit_test(test_continue_is_said_before_the_body),
        cmocka_unit_test(test_long_poll_ends_with_a_message),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
