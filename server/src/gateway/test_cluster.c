/* A node that knows others: whom it names, and when it sends its clients there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/test_node.h"
#include "util/macros.h"

/* Two others, and itself last. */
static size_t name_all(struct node_guide *guide, uint64_t user, bool others,
                       struct str urls[NODES_NAMED_MAX])
{
    (void)guide, (void)user;
    urls[0] = STR("wss://a/v1/socket");
    urls[1] = STR("wss://b/v1/socket");
    urls[2] = (struct str){0};
    return others ? 2 : 3;
}

static size_t name_nobody(struct node_guide *guide, uint64_t user, bool others,
                          struct str urls[NODES_NAMED_MAX])
{
    (void)guide, (void)user, (void)others, (void)urls;
    return 0;
}

static struct node_guide all = {name_all}, nobody = {name_nobody};

#define A "{\"url\":\"wss://a/v1/socket\"}"
#define B "{\"url\":\"wss://b/v1/socket\"}"

static void test_the_guide_is_asked_at_connect_and_at_signing_in(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.guide = &all, .policy = STR("hash")});
    struct person ann = person_new(node, "ann");
    const char *expected = "\"nodes\":[" A "," B ",{\"url\":\"/v1/socket\"}]";
    reply_expect(http_ask(node, "GET", "/v1/connect", ann.token, NULL), 200, expected);
    reply_expect(http_ask(node, "GET", "/v1/connect", ann.token, NULL), 200, "\"policy\":\"hash\"");
    reply_expect(http_ask(node, "POST", "/v1/signup", NULL,
                          "{\"username\":\"bob\",\"password\":\"correct horse\"}"),
                 200, expected);
    node_free(node);
}

static void test_who_knows_nobody_names_itself(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.guide = &nobody});
    struct person ann = person_new(node, "ann");
    reply_expect(http_ask(node, "GET", "/v1/connect", ann.token, NULL), 200,
                 "\"nodes\":[{\"url\":\"/v1/socket\"}],\"policy\":\"least_loaded\"");
    node_free(node);
}

static void test_a_drain_spreads_clients_over_the_others(void **state)
{
    enum { SOCKETS = 8 };
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.guide = &all});
    struct person ann = person_new(node, "ann");
    struct tcp *t[SOCKETS];
    size_t a_first = 0;
    for (int i = 0; i < SOCKETS; i++)
        t[i] = ws_signed_in(node, &ann);
    node_drain(node, 8000);
    for (int i = 0; i < SOCKETS; i++) {
        char *frame = ws_expect(t[i], "\"reason\":\"shutdown\",\"reconnect_ms\":");
        bool a = strstr(frame, "\"nodes\":[" A "," B "]") != NULL;
        assert_true(a || strstr(frame, "\"nodes\":[" B "," A "]"));
        assert_null(
            strstr(frame, "\"reconnect_ms\":1000")); /* nobody waits for a node to be back */
        a_first += a;
        free(frame);
        ws_expect_close(t[i], API_CLOSE_GOING_AWAY);
        tcp_free(t[i]);
    }
    assert_in_range(a_first, 1, SOCKETS - 1);
    node_free(node);
}

static bool handed_over; /* as was answered last */

static void hand_over_one(struct gateway *g)
{
    handed_over = gateway_hand_over(g, 1, GOAWAY_BALANCE);
}

static void hand_over_three(struct gateway *g)
{
    handed_over = gateway_hand_over(g, 3, GOAWAY_BALANCE);
}

static void hand_over_all(struct gateway *g)
{
    handed_over = gateway_hand_over(g, UINT64_MAX, GOAWAY_UNAVAILABLE);
}

/* How many of the sockets are told to go, before they are answered what they say next; none is
 * closed. */
static size_t told(struct tcp **t, size_t n, const char *reason)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        ws_say(t[i], "{\"id\":9,\"cmd\":\"beat\"}");
        char *frame = ws_expect(t[i], "");
        if (strstr(frame, "\"goaway\"")) {
            assert_non_null(strstr(frame, reason));
            count++;
            free(frame);
            frame = ws_expect(t[i], "");
        }
        assert_non_null(strstr(frame, "{\"id\":9,\"ok\":"));
        free(frame);
    }
    return count;
}

static void test_some_are_handed_over_and_none_twice(void **state)
{
    enum { SOCKETS = 5 };
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.guide = &all});
    struct person ann = person_new(node, "ann");
    struct tcp *t[SOCKETS];
    for (int i = 0; i < SOCKETS; i++)
        t[i] = ws_signed_in(node, &ann);
    size_t first = 0;
    for (int i = 0; i < SOCKETS; i++) { /* of each lane one at least, wherever they are */
        node_call(node, hand_over_three);
        size_t n = told(t, SOCKETS, "\"nodes\":[" A "," B "]"); /* the best first: it lacks them */
        assert_true(handed_over && n <= 3);
        first += n;
    }
    assert_int_equal(first, SOCKETS);
    node_call(node, hand_over_all);
    assert_int_equal(told(t, SOCKETS, "\"reason\":\"unavailable\""), SOCKETS);
    for (int i = 0; i < SOCKETS; i++)
        tcp_free(t[i]);
    node_free(node);
}

/* Few at a time do not all come from one net thread, which soon has no more. */
static void test_each_lane_hands_over_in_turn(void **state)
{
    enum { SOCKETS = 12, LANES_MAX = 4 };
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.guide = &all});
    struct person ann = person_new(node, "ann");
    struct tcp *t[SOCKETS];
    for (int i = 0; i < SOCKETS; i++)
        t[i] = ws_signed_in(node, &ann);
    for (int i = 0; i < SOCKETS * LANES_MAX; i++)
        node_call(node, hand_over_one);
    assert_int_equal(told(t, SOCKETS, "\"reason\":\"balance\""), SOCKETS);
    for (int i = 0; i < SOCKETS; i++)
        tcp_free(t[i]);
    node_free(node);
}

static void test_who_knows_nobody_keeps_its_clients(void **state)
{
    (void)state;
    struct node_guide *guides[] = {&nobody, NULL};
    for (size_t i = 0; i < ARRAY_SIZE(guides); i++) {
        struct node *node = node_new(&(struct gateway_options){.guide = guides[i]});
        struct person ann = person_new(node, "ann");
        struct tcp *t = ws_signed_in(node, &ann);
        node_call(node, hand_over_all);
        assert_false(handed_over);
        assert_false(tcp_comes(t, 100));
        tcp_free(t);
        node_free(node);
    }
}

static void test_what_is_another_nodes_is_not_found(void **state)
{
    static const char upgrade[] =
        "GET /v1/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.no_api = true});
    const char *paths[] = {"/", "/v1/connect", "/v1/openapi.json", "/assets/app-0a1b2c3d.js"};
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        reply_expect(http_ask(node, "GET", paths[i], NULL, NULL), 404, "unknown_command");
    reply_expect(http_ask(node, "GET", "/healthz", NULL, NULL), 200, NULL);
    reply_expect(http_ask(node, "GET", "/readyz", NULL, NULL), 200, NULL);
    tcp_free(ws_new(node, 0));
    node_free(node);

    node = node_new(&(struct gateway_options){.no_sockets = true});
    struct tcp *t = tcp_new(node, 0);
    tcp_send_text(t, upgrade);
    reply_expect(http_read(t, false), 404, "unknown_command");
    tcp_free(t);
    reply_expect(http_ask(node, "GET", "/", NULL, NULL), 200, "<!doctype html>");
    node_free(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_guide_is_asked_at_connect_and_at_signing_in),
        cmocka_unit_test(test_who_knows_nobody_names_itself),
        cmocka_unit_test(test_a_drain_spreads_clients_over_the_others),
        cmocka_unit_test(test_some_are_handed_over_and_none_twice),
        cmocka_unit_test(test_each_lane_hands_over_in_turn),
        cmocka_unit_test(test_who_knows_nobody_keeps_its_clients),
        cmocka_unit_test(test_what_is_another_nodes_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
