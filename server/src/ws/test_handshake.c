/* The opening handshake: what is agreed to, and the status of every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http/request.h"
#include "util/buf.h"
#include "util/macros.h"
#include "ws/handshake.h"

#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static const struct ws_policy same_origin = {0};

/* The reply to a GET with these header lines, in a static buffer. */
static enum ws_handshake shake_line(const char *line, const char *fields,
                                    const struct ws_policy *policy, char reply[512])
{
    char text[2048];
    int n = snprintf(text, sizeof(text), "%s\r\nHost: chat.example\r\n%s\r\n", line, fields);
    struct http_request r;
    struct builder out = {0};
    http_request_init(&r, 10);
    assert_int_equal(http_request_feed(&r, text, (size_t)n), HTTP_REQUEST_DONE);
    enum ws_handshake result = ws_handshake(&r, policy, &out);
    snprintf(reply, 512, "%.*s", (int)out.n, builder_str(&out).p);
    builder_deinit(&out);
    return result;
}

static enum ws_handshake shake(const char *fields, const struct ws_policy *policy)
{
    char reply[512];
    return shake_line("GET / HTTP/1.1", fields, policy, reply);
}

static void test_computes_the_example_of_the_rfc(void **state)
{
    (void)state;
    char accept[WS_ACCEPT_TEXT + 1];
    ws_accept(accept, STR("dGhlIHNhbXBsZSBub25jZQ=="));
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void test_agrees(void **state)
{
    (void)state;
    char reply[512];
    assert_int_equal(shake_line("GET / HTTP/1.1", UPGRADE KEY VERSION, &same_origin, reply),
                     WS_HANDSHAKE_OK);
    assert_string_equal(reply, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    assert_int_equal(shake("upgrade: h2c, WebSocket\r\nconnection: keep-alive, UPGRADE\r\n"
                           "Sec-WebSocket-Extensions: permessage-deflate\r\n" KEY VERSION,
                           &same_origin),
                     WS_HANDSHAKE_OK);
}

static void test_refuses_what_is_no_handshake(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        enum ws_handshake result;
    } cases[] = {
        {"", WS_HANDSHAKE_NOT_UPGRADE},
        {"Connection: Upgrade\r\n" KEY VERSION, WS_HANDSHAKE_NOT_UPGRADE},
        {"Upgrade: websocket\r\n" KEY VERSION, WS_HANDSHAKE_NOT_UPGRADE},
        {"Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION, WS_HANDSHAKE_NOT_UPGRADE},
        {UPGRADE VERSION, WS_HANDSHAKE_BAD},
        {UPGRADE KEY, WS_HANDSHAKE_BAD},
        {UPGRADE KEY KEY VERSION, WS_HANDSHAKE_BAD},
        {UPGRADE KEY VERSION VERSION, WS_HANDSHAKE_BAD},
        {UPGRADE KEY "Sec-WebSocket-Version: 8\r\n", WS_HANDSHAKE_NOT_UPGRADE},
        {UPGRADE KEY "Sec-WebSocket-Version: 013\r\n", WS_HANDSHAKE_NOT_UPGRADE},
        {UPGRADE KEY "Sec-WebSocket-Version: 13, 8\r\n", WS_HANDSHAKE_NOT_UPGRADE},
        {UPGRADE KEY VERSION "Content-Length: 2\r\n\r\nab", WS_HANDSHAKE_BAD},
        {UPGRADE KEY VERSION "Transfer-Encoding: chunked\r\n\r\n0\r\n", WS_HANDSHAKE_BAD},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(shake(cases[i].fields, &same_origin), cases[i].result);

    char reply[512];
    const char *all = UPGRADE KEY VERSION;
    assert_int_equal(shake_line("POST / HTTP/1.1", all, &same_origin, reply), WS_HANDSHAKE_NOT_GET);
    assert_non_null(strstr(reply, "\r\nAllow: GET\r\n"));
    assert_int_equal(shake_line("GET / HTTP/1.0", all, &same_origin, reply), WS_HANDSHAKE_BAD);
    assert_non_null(strstr(reply, "HTTP/1.1 400 "));
    assert_int_equal(shake_line("GET / HTTP/1.1", "", &same_origin, reply),
                     WS_HANDSHAKE_NOT_UPGRADE);
    assert_non_null(strstr(reply, "HTTP/1.1 426 "));
    assert_non_null(strstr(reply, "\r\nSec-WebSocket-Version: 13\r\n"));
    assert_non_null(strstr(reply, "\r\nUpgrade: websocket\r\n"));
    assert_non_null(strstr(reply, "\r\nConnection: close\r\n"));
}

static void test_wants_a_key_of_16_bytes(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ=",
        "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25jZQ==x",
        "dGhlIHNhbXBsZSBub25jZWE=",
        "dGhlIHNhbXBsZSBub25jZR==", /* bits beyond the 16th byte */
        "dGhlIHNhbXBsZSBub2 jZQ==",
        "dGhlIHNhbXBsZSBub2-jZQ==",
        "dGhlIHNhbXBsZQ==",
        "========================",
    };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        char fields[512];
        snprintf(fields, sizeof(fields), "%sSec-WebSocket-Key: %s\r\n", UPGRADE VERSION, keys[i]);
        assert_int_equal(shake(fields, &same_origin), WS_HANDSHAKE_BAD);
    }
}

static void test_checks_origin(void **state)
{
    (void)state;
    static const struct str listed[] = {{"https://app.example", 19}, {"null", 4}};
    static const struct str any[] = {{"*", 1}};
    const struct ws_policy list = {.origins = listed, .origins_n = 2};
    const struct ws_policy all = {.origins = any, .origins_n = 1};
    static const struct {
        const char *origin;
        bool same, in_list;
    } cases[] = {
        {"https://chat.example", true, true},
        {"http://chat.example", true, true},
        {"HTTP://Chat.Example", true, true},
        {"http://chat.example:80", true, true},
        {"https://chat.example:443", true, true},
        {"https://chat.example:8443", false, false},
        {"http://chat.example:443", false, false},
        {"https://chat.example.evil", false, false},
        {"https://evil-chat.example", false, false},
        {"https://chat.example@evil", false, false},
        {"https://chat.example/", false, false},
        {"https://app.example", false, true},
        {"https://APP.example", false, true},
        {"https://app.example:443", false, false},
        {"http://app.example", false, false},
        {"null", false, true},
        {"", false, false},
        {"https://", false, false},
        {"ftp://chat.example", false, false},
        {"chat.example", false, false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char fields[512];
        snprintf(fields, sizeof(fields), "%sOrigin: %s\r\n", UPGRADE VERSION KEY, cases[i].origin);
        assert_int_equal(shake(fields, &same_origin) == WS_HANDSHAKE_OK, cases[i].same);
        assert_int_equal(shake(fields, &list) == WS_HANDSHAKE_OK, cases[i].in_list);
        assert_int_equal(shake(fields, &all), WS_HANDSHAKE_OK);
    }
    assert_int_equal(shake(UPGRADE VERSION KEY "Origin: https://evil\r\n", &same_origin),
                     WS_HANDSHAKE_FORBIDDEN);
    assert_int_equal(shake(UPGRADE VERSION KEY
                           "Origin: https://chat.example\r\nOrigin: https://evil\r\n",
                           &same_origin),
                     WS_HANDSHAKE_FORBIDDEN);
}

static void test_agrees_on_the_first_protocol_we_speak(void **state)
{
    (void)state;
    static const struct str spoken[] = {{"parley.1", 8}, {"parley.2", 8}};
    const struct ws_policy policy = {.protocols = spoken, .protocols_n = 2};
    char reply[512];
    const char *fields = UPGRADE VERSION KEY "Sec-WebSocket-Protocol: other\r\n"
                                             "Sec-WebSocket-Protocol: parley.2, parley.1\r\n";
    assert_int_equal(shake_line("GET / HTTP/1.1", fields, &policy, reply), WS_HANDSHAKE_OK);
    assert_non_null(strstr(reply, "\r\nSec-WebSocket-Protocol: parley.2\r\n"));
    fields = UPGRADE VERSION KEY "Sec-WebSocket-Protocol: PARLEY.1, other\r\n";
    assert_int_equal(shake_line("GET / HTTP/1.1", fields, &policy, reply), WS_HANDSHAKE_OK);
    assert_null(strstr(reply, "Protocol:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_computes_the_example_of_the_rfc),
        cmocka_unit_test(test_agrees),
        cmocka_unit_test(test_refuses_what_is_no_handshake),
        cmocka_unit_test(test_wants_a_key_of_16_bytes),
        cmocka_unit_test(test_checks_origin),
        cmocka_unit_test(test_agrees_on_the_first_protocol_we_speak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
