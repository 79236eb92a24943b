/* The gateway over WebSocket: authentication, calls, pushes, closing, time, limits, the drain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/test_node.h"
#include "proto/api.gen.h"
#include "util/clock.h"

/* Of gateway_options.rates. */
#define FRAMES(burst_, per_s_)                                                                     \
    [API_RATE_FRAMES] = {.burst = (burst_), .each_ns = 1000000000 / (per_s_)}

/* Beats are short, so that what happens to silent clients happens soon. */
static int start(void **state)
{
    *state = node_new(&(struct gateway_options){
        .heartbeat_ms = 300, .silent_ms = 3000, .auth_ms = 500, .rates = {FRAMES(1000, 1000)}});
    return 0;
}

static int stop(void **state)
{
    node_free(*state);
    return 0;
}

static void test_auth_announces_what_holds(void **state)
{
    struct person ann = person_new(*state, "ann");
    struct tcp *t = ws_new(*state, 0);
    ws_say(t, "{\"id\":7,\"cmd\":\"auth\",\"token\":\"%s\"}", ann.token);
    char *reply = ws_expect(t, "{\"id\":7,\"ok\":{\"user\":\"");
    assert_non_null(strstr(reply, ann.user));
    assert_non_null(strstr(reply, ann.device));
    assert_non_null(strstr(reply, "\"incarnation\":\"0000000000000abc\""));
    assert_non_null(strstr(reply, "\"heartbeat_ms\":300"));
    assert_non_null(strstr(reply, "\"text_bytes_max\":8192"));
    assert_non_null(strstr(reply, "\"rates\":{\"frames\":{\"burst\":1000,\"per_minute\":60000}}"));
    free(reply);
    ws_say(t, "{\"id\":8,\"cmd\":\"auth\",\"token\":\"%s\"}", ann.token);
    ws_sees(t, "{\"id\":8,\"error\":{\"message\":\"this socket is authenticated\"");
    ws_say(t, "{\"id\":9,\"cmd\":\"beat\"}");
    ws_sees(t, "{\"id\":9,\"ok\":{\"pushed\":0,\"time\":");
    tcp_free(t);
}

static void test_first_frame_authenticates(void **state)
{
    struct person bob = person_new(*state, "bob");
    static const char *const frames[] = {
        "{\"id\":1,\"cmd\":\"beat\"}",
        "{\"id\":1,\"cmd\":\"nothing\"}",
        "not JSON",
        "{}",
    };
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct tcp *t = ws_new(*state, 0);
        ws_say(t, "%s", frames[i]);
        ws_sees(t, "\"error\":");
        ws_expect_close(t, API_CLOSE_MISUSE);
        tcp_free(t);
    }
    struct tcp *t = ws_new(*state, 0);
    ws_say(t, "{\"id\":1,\"cmd\":\"auth\",\"token\":\"wrong\"}");
    ws_sees(t, "{\"id\":1,\"error\":");
    ws_expect_close(t, API_CLOSE_UNAUTHENTICATED);
    tcp_free(t);

    /* What is sent behind `auth` without waiting is taken after it. */
    t = ws_new(*state, 0);
    ws_say(t, "{\"id\":1,\"cmd\":\"auth\",\"token\":\"%s\"}", bob.token);
    ws_say(t, "{\"id\":2,\"cmd\":\"account.get\"}");
    ws_sees(t, "{\"id\":1,\"ok\":");
    ws_sees(t, "{\"id\":2,\"ok\":{\"user\":");
    tcp_free(t);
}

static void test_no_auth_closes_in_time(void **state)
{
    struct tcp *t = ws_new(*state, 0);
    uint64_t from_ms = clock_mono_ms();
    ws_expect_close(t, API_CLOSE_AUTH_TIMEOUT);
    assert_true(clock_mono_ms() - from_ms >= 400);
    tcp_free(t);
}

/* The same origin may, and what `origins` names. */
static void test_foreign_origin_is_refused(void **state)
{
    static const char request[] = "GET /v1/socket HTTP/1.1\r\nHost: localhost\r\n"
                                  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Version: 13\r\nOrigin: %s\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    static const struct {
        const char *origin;
        int status;
    } cases[] = {
        {"http://localhost", 101}, {"https://app.example", 101}, {"http://evil.example", 403}};
    static const struct str origins[] = {{"https://app.example", 19}};
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.origins = origins, .origins_n = 1});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tcp *t = tcp_new(node, 0);
        char text[512];
        snprintf(text, sizeof(text), request, cases[i].origin);
        tcp_send_text(t, text);
        struct reply reply = http_read(t, true);
        bool refused = cases[i].status != 101;
        assert_int_equal(strstr(reply.head, "\r\nDate: ") != NULL, refused);
        reply_expect(reply, cases[i].status, NULL);
        if (refused)
            assert_true(tcp_ends(t));
        tcp_free(t);
    }
    node_free(node);
}

static void test_message_reaches_devices_and_its_key_only_the_senders(void **state)
{
    struct person cat = person_new(*state, "cat"), dan = person_new(*state, "dan");
    struct person cat2 = person_signin(*state, "cat");
    struct tcp *here = ws_signed_in(*state, &cat), *other = ws_signed_in(*state, &cat2);
    struct tcp *there = ws_signed_in(*state, &dan);
    ws_say(here,
           "{\"id\":2,\"cmd\":\"message.send\",\"to\":\"%s\",\"text\":\"h\\u00e9\",\"key\":\"k1\"}",
           dan.user);
    char *push = ws_expect(there, "{\"push\":\"event\",\"event\":{\"type\":\"message\",");
    assert_non_null(strstr(push, "\"seq\":1,\"n\":1,\"rev\":1,"));
    assert_non_null(strstr(push, "\"text\":\"h\xc3\xa9\""));
    assert_null(strstr(push, "\"key\""));
    free(push);
    ws_sees(other, "\"key\":\"k1\"");
    /* The sending socket gets the answer, and the push as its other devices do. */
    char *first = ws_expect(here, "");
    char *second = ws_expect(here, "");
    assert_true(!!strstr(first, "{\"id\":2,\"ok\":") != !!strstr(second, "{\"id\":2,\"ok\":"));
    assert_true(strstr(first, "\"key\":\"k1\"") || strstr(second, "\"key\":\"k1\""));
    free(first);
    free(second);
    ws_say(there, "{\"id\":5,\"cmd\":\"beat\"}");
    ws_sees(there, "{\"id\":5,\"ok\":{\"pushed\":1,");
    tcp_free(here);
    tcp_free(other);
    tcp_free(there);
}

static void test_receipts_typing_and_presence_arrive(void **state)
{
    struct person eve = person_new(*state, "eve"), fay = person_new(*state, "fay");
    char conversation[128], body[256];
    snprintf(body, sizeof(body), "{\"to\":\"%s\",\"text\":\"hi\"}", fay.user);
    struct reply reply = http_ask(*state, "POST", "/v1/messages", eve.token, body);
    json_text(reply.body, "conversation", conversation);
    reply_expect(reply, 200, NULL);
    char path[256];
    snprintf(path, sizeof(path), "/v1/conversations/%s/accept", conversation);
    reply_expect(http_ask(*state, "POST", path, fay.token, "{}"), 200, NULL);
    struct tcp *t = ws_signed_in(*state, &eve);
    ws_say(t, "{\"id\":2,\"cmd\":\"presence.watch\",\"users\":[\"%s\"]}", fay.user);
    ws_sees(t, "{\"id\":2,\"ok\":{\"presence\":[{\"user\":");
    struct tcp *there = ws_signed_in(*state, &fay);
    ws_sees(t, "{\"push\":\"presence\",\"user\":");
    ws_say(there, "{\"id\":2,\"cmd\":\"typing\",\"conversation\":\"%s\"}", conversation);
    ws_sees(there, "{\"id\":2,\"ok\":{}}");
    ws_sees(t, "{\"push\":\"typing\",\"conversation\":");
    ws_say(there, "{\"id\":3,\"cmd\":\"receipt.read\",\"conversation\":\"%s\",\"seq\":1}",
           conversation);
    char *receipt = ws_expect(t, "{\"push\":\"receipts\",");
    assert_non_null(strstr(receipt, "\"delivered\":1,\"read\":1"));
    assert_null(strstr(receipt, "\"unread\""));
    free(receipt);
    tcp_free(there);
    tcp_free(t);
}

static void test_ended_device_is_closed_at_once(void **state)
{
    struct person gil = person_new(*state, "gil"), gil2 = person_signin(*state, "gil");
    struct tcp *t = ws_signed_in(*state, &gil), *other = ws_signed_in(*state, &gil2);
    ws_say(t, "{\"id\":2,\"cmd\":\"device.end\",\"device\":\"%s\"}", gil2.device);
    ws_sees(t, "{\"id\":2,\"ok\":{}}");
    ws_expect_close(other, API_CLOSE_SIGNED_OUT);
    /* The one that signs itself out hears that it did. */
    ws_say(t, "{\"id\":3,\"cmd\":\"signout\"}");
    ws_sees(t, "{\"id\":3,\"ok\":{}}");
    ws_expect_close(t, API_CLOSE_SIGNED_OUT);
    tcp_free(t);
    tcp_free(other);
}

static void test_silent_client_is_pinged_then_closed(void **state)
{
    struct person hal = person_new(*state, "hal");
    struct tcp *t = ws_signed_in(*state, &hal);
    struct ws_frame frame;
    uint64_t from_ms = clock_mono_ms();
    for (int i = 0; i < 3; i++) {
        assert_true(ws_read(t, &frame));
        assert_int_equal(frame.opcode, 9);
        ws_send(t, 10, frame.p, frame.n);
        ws_frame_free(&frame);
    }
    assert_true(ws_read(t, &frame));
    assert_int_equal(frame.opcode, 9);
    ws_frame_free(&frame);
    ws_expect_close(t, API_CLOSE_SILENT);
    assert_true(clock_mono_ms() - from_ms >= 3000 + 3 * 600);
    tcp_free(t);
}

static void test_more_calls_than_fit_wait_their_turn(void **state)
{
    struct person ian = person_new(*state, "ian");
    struct tcp *t = ws_signed_in(*state, &ian);
    for (int i = 0; i < 500; i++)
        ws_say(t, "{\"id\":%d,\"cmd\":\"message.send\",\"to\":\"%s\",\"text\":\"x\"}", i, ian.user);
    int answers = 0;
    for (int i = 0; i < 1000; i++) {
        char *text = ws_expect(t, "");
        answers += strstr(text, "\"ok\":") != NULL;
        free(text);
    }
    assert_int_equal(answers, 500);
    tcp_free(t);
}

static void test_bad_frames_are_told_and_in_the_end_refused(void **state)
{
    struct person joy = person_new(*state, "joy");
    struct tcp *t = ws_signed_in(*state, &joy);
    ws_say(t, "{\"id\":2,\"cmd\":\"message.send\",\"to\":\"1\"}");
    ws_sees(t, "{\"id\":2,\"error\":{\"message\":");
    for (int i = 0; i < 16; i++) {
        ws_say(t, "{\"id\":3,");
        ws_sees(t, "\"code\":\"bad_json\"");
    }
    ws_expect_close(t, API_CLOSE_MISUSE);
    tcp_free(t);
    t = ws_signed_in(*state, &joy);
    ws_send(t, 2, "bytes", 5);
    ws_expect_close(t, 1003);
    tcp_free(t);
}

/* Sends text messages of 8 KiB to `to` until `n` are answered. */
static void flood(struct tcp *t, const char *to, int n)
{
    static char text[8001];
    memset(text, 'x', 8000);
    for (int i = 0; i < n; i++)
        ws_say(t, "{\"id\":%d,\"cmd\":\"message.send\",\"to\":\"%s\",\"text\":\"%s\"}", i + 10, to,
               text);
    for (int answers = 0; answers < n;) {
        char *frame = ws_expect(t, "");
        assert_null(strstr(frame, "\"error\":"));
        answers += strstr(frame, "\"ok\":") != NULL;
        free(frame);
    }
}

static void test_slow_reader_is_told_to_resync(void **state)
{
    enum { MESSAGES = 900 }; /* 7 MB: more than the kernel and the queue hold together */
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.rates = {FRAMES(1000, 1000)}});
    struct person kim = person_new(node, "kim"), leo = person_new(node, "leo");
    person_befriend(node, &kim, &leo);
    struct tcp *slow = ws_new(node, 4096);
    ws_say(slow, "{\"id\":1,\"cmd\":\"auth\",\"token\":\"%s\"}", leo.token);
    ws_sees(slow, "{\"id\":1,\"ok\":");
    struct tcp *t = ws_signed_in(node, &kim);
    flood(t, leo.user, MESSAGES);
    int pushes = 0;
    for (;;) {
        struct ws_frame frame;
        assert_true(ws_read(slow, &frame));
        bool resync = strcmp(frame.p, "{\"push\":\"resync\"}") == 0;
        pushes += strstr(frame.p, "\"push\":\"event\"") != NULL;
        ws_frame_free(&frame);
        if (resync)
            break;
    }
    assert_in_range(pushes, 1, MESSAGES - 1);
    /* From there on it is delivered to again. */
    ws_say(t, "{\"id\":2,\"cmd\":\"message.send\",\"to\":\"%s\",\"text\":\"after\"}", leo.user);
    ws_sees(slow, "\"text\":\"after\"");
    tcp_free(t);
    tcp_free(slow);
    node_free(node);
}

/* One that says it is there is not silent, however much it has yet to read. */
static void test_slow_reader_is_still_heard(void **state)
{
    enum { MESSAGES = 900, PART = 20, BEATS = 10, SILENT_MS = 3000 };
    (void)state;
    struct node *node =
        node_new(&(struct gateway_options){.silent_ms = SILENT_MS, .rates = {FRAMES(1000, 1000)}});
    struct person pat = person_new(node, "pat"), quin = person_new(node, "quin");
    person_befriend(node, &pat, &quin);
    struct tcp *slow = ws_new(node, 4096);
    ws_say(slow, "{\"id\":1,\"cmd\":\"auth\",\"token\":\"%s\"}", quin.token);
    ws_sees(slow, "{\"id\":1,\"ok\":");
    struct tcp *t = ws_signed_in(node, &pat);
    for (int n = 0; n < MESSAGES; n += PART) {
        flood(t, quin.user, PART);
        ws_send(slow, 10, NULL, 0);
    }
    for (int i = 0; i < BEATS; i++) {
        ws_say(slow, "{\"id\":%d,\"cmd\":\"beat\"}", 100 + i);
        usleep(2 * SILENT_MS / BEATS * 1000);
    }
    int answers = 0;
    for (bool resync = false; !resync;) {
        char *frame = ws_expect(slow, "");
        ws_send(slow, 10, NULL, 0);
        answers += strstr(frame, "\"ok\":") != NULL;
        resync = strcmp(frame, "{\"push\":\"resync\"}") == 0;
        free(frame);
    }
    assert_int_equal(answers, BEATS);
    tcp_free(t);
    tcp_free(slow);
    node_free(node);
}

static void test_rate_is_bounded(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.rates = {FRAMES(5, 1)}});
    struct person mia = person_new(node, "mia");
    struct tcp *t = ws_signed_in(node, &mia);
    static const char refusal[] = "\"code\":\"rate_limited\",\"retry_after_ms\":";
    unsigned limited = 0, wait_ms = 0;
    for (int i = 0; i < 20; i++)
        ws_say(t, "{\"id\":%d,\"cmd\":\"beat\"}", i);
    for (int i = 0; i < 20; i++) {
        char *frame = ws_expect(t, "\"id\":");
        const char *refused = strstr(frame, refusal);
        if (refused) {
            limited++;
            wait_ms = (unsigned)strtoul(refused + strlen(refusal), NULL, 10);
        }
        free(frame);
    }
    assert_in_range(limited, 8, 16);
    usleep(wait_ms * 1000);
    ws_say(t, "{\"id\":30,\"cmd\":\"beat\"}");
    ws_sees(t, "{\"id\":30,\"ok\":");
    tcp_free(t);
    node_free(node);
}

static void test_connections_are_bounded(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.connections_max = 2});
    struct tcp *t[3];
    for (int i = 0; i < 3; i++)
        t[i] = ws_new(node, 0);
    ws_expect_close(t[2], API_CLOSE_OVERLOADED);
    reply_expect(http_ask(node, "GET", "/healthz", NULL, NULL), 200, NULL);
    for (int i = 0; i < 3; i++)
        tcp_free(t[i]);
    node_free(node);
}

enum { DRAIN_MS = 40000 }; /* half of it is less than a wait takes */

static void test_drain_says_goaway_and_ends_what_waits(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){0});
    struct person ned = person_new(node, "ned");
    struct tcp *t = ws_signed_in(node, &ned), *idle = tcp_new(node, 0), *fresh = ws_new(node, 0);
    char token[128];
    ws_say(t, "{\"id\":2,\"cmd\":\"sync\"}");
    char *reply = ws_expect(t, "\"token\":");
    json_text(reply, "token", token);
    free(reply);
    ws_say(t, "{\"id\":3,\"cmd\":\"sync\",\"token\":\"%s\",\"wait\":25}", token);
    assert_false(tcp_comes(t, 200));
    uint64_t from_ms = clock_mono_ms();
    node_drain(node, DRAIN_MS);
    ws_sees(t, "{\"push\":\"goaway\",\"reason\":\"shutdown\",\"reconnect_ms\":1000}");
    ws_sees(t, "{\"id\":3,\"ok\":{\"token\":");
    ws_expect_close(t, API_CLOSE_GOING_AWAY);
    ws_expect_close(fresh, API_CLOSE_GOING_AWAY);
    assert_true(tcp_ends(idle));
    tcp_free(t);
    tcp_free(idle);
    tcp_free(fresh);
    assert_true(node_drained(node));
    assert_true(clock_mono_ms() - from_ms < DRAIN_MS / 2);
    node_free(node);
}

/* Calls that wait and come in while the node begins to drain must not hold it up. */
static void test_drain_ends_waits_that_begin_meanwhile(void **state)
{
    enum { CLIENTS = 20 };
    (void)state;
    struct node *node = node_new(&(struct gateway_options){0});
    struct person oda = person_new(node, "oda");
    struct tcp *t[CLIENTS];
    char token[128];
    for (int i = 0; i < CLIENTS; i++)
        t[i] = ws_signed_in(node, &oda);
    ws_say(t[0], "{\"id\":2,\"cmd\":\"sync\"}");
    char *reply = ws_expect(t[0], "\"token\":");
    json_text(reply, "token", token);
    free(reply);
    uint64_t from_ms = clock_mono_ms();
    for (int i = 0; i < CLIENTS; i++) {
        ws_say(t[i], "{\"id\":3,\"cmd\":\"sync\",\"token\":\"%s\",\"wait\":25}", token);
        if (i == CLIENTS / 2)
            node_drain(node, DRAIN_MS);
    }
    assert_true(node_drained(node));
    assert_true(clock_mono_ms() - from_ms < DRAIN_MS / 2);
    for (int i = 0; i < CLIENTS; i++)
        tcp_free(t[i]);
    node_free(node);
}

/* A client that neither reads nor goes is closed when the time is over, and the drain is clean. */
static void test_drain_does_not_wait_for_a_stuck_client(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.auth_ms = 20000});
    struct tcp *t = tcp_new(node, 0);
    tcp_send_text(t, "POST /v1/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    assert_false(tcp_comes(t, 100));
    uint64_t from_ms = clock_mono_ms();
    node_drain(node, 3000);
    assert_true(node_drained(node)); /* clean: before the time was over */
    assert_true(clock_mono_ms() - from_ms >= 2400);
    tcp_free(t);
    node_free(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auth_announces_what_holds),
        cmocka_unit_test(test_first_frame_authenticates),
        cmocka_unit_test(test_no_auth_closes_in_time),
        cmocka_unit_test(test_foreign_origin_is_refused),
        cmocka_unit_test(test_message_reaches_devices_and_its_key_only_the_senders),
        cmocka_unit_test(test_receipts_typing_and_presence_arrive),
        cmocka_unit_test(test_ended_device_is_closed_at_once),
        cmocka_unit_test(test_silent_client_is_pinged_then_closed),
        cmocka_unit_test(test_more_calls_than_fit_wait_their_turn),
        cmocka_unit_test(test_bad_frames_are_told_and_in_the_end_refused),
        cmocka_unit_test(test_slow_reader_is_told_to_resync),
        cmocka_unit_test(test_slow_reader_is_still_heard),
        cmocka_unit_test(test_rate_is_bounded),
        cmocka_unit_test(test_connections_are_bounded),
        cmocka_unit_test(test_drain_says_goaway_and_ends_what_waits),
        cmocka_unit_test(test_drain_ends_waits_that_begin_meanwhile),
        cmocka_unit_test(test_drain_does_not_wait_for_a_stuck_client),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
