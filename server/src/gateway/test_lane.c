/* Who is let in: tries by network, and room for newcomers on a node that is full of silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/test_node.h"
#include "proto/api.gen.h"
#include "util/clock.h"

/* --- tries --- */

static int tries_to_sign_in(struct node *node, const char *address, const char *token)
{
    struct tcp *t = tcp_from(node, address);
    struct reply reply = http_ask_on(t, "POST", "/v1/signin", token,
                                     "{\"username\":\"nobody\",\"password\":\"pass word\"}");
    int status = reply.status;
    reply_free(&reply);
    tcp_free(t);
    return status;
}

static void test_tries_count_for_a_network(void **state)
{
    (void)state;
    static const struct {
        const char *address, *neighbour, *other;
    } cases[] = {
        {"[2001:db8:0:1::1]:1", "[2001:db8:0:1:ffff:2:3:4]:1", "[2001:db8:0:2::1]:1"},
        {"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1"},
    };
    struct node *node = node_with_tries(&(struct gateway_options){0}, 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(tries_to_sign_in(node, cases[i].address, NULL), 401);
        assert_int_equal(tries_to_sign_in(node, cases[i].neighbour, NULL), 401);
        assert_int_equal(tries_to_sign_in(node, cases[i].address, NULL), 429);
        assert_int_equal(tries_to_sign_in(node, cases[i].neighbour, NULL), 429);
        assert_int_equal(tries_to_sign_in(node, cases[i].other, NULL), 401);
    }
    node_free(node);
}

/* --- room --- */

/* As many as the node takes: on either of its two threads there are some for sure. */
enum { FULL = 32, ROOM = 2 };

static int n_over(struct tcp *const *all, int n, bool over[])
{
    int found = 0;
    for (int i = 0; i < n; i++) {
        over[i] = tcp_comes(all[i], 0);
        found += over[i];
    }
    return found;
}

static void free_all(struct tcp **all, int n)
{
    for (int i = 0; i < n; i++)
        tcp_free(all[i]);
}

static void test_silent_connections_make_room(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.connections_max = FULL});
    struct person ann = person_new(node, "ann");
    struct tcp *silent[FULL], *ours = ws_signed_in(node, &ann);
    bool over[FULL];
    for (int i = 0; i < FULL; i++)
        silent[i] = tcp_new(node, 0);
    /* One too many came, so two of them went, and next to nobody else. */
    uint64_t until_ms = clock_mono_ms() + 30000;
    while (n_over(silent, FULL, over) < ROOM)
        assert_true(clock_mono_ms() < until_ms);
    struct tcp *next = ws_signed_in(node, &ann);
    assert_true(n_over(silent, FULL, over) <= 2 * ROOM);
    for (int i = 0; i < FULL; i++)
        assert_true(!over[i] || tcp_ends(silent[i]));
    ws_say(ours, "{\"id\":2,\"cmd\":\"beat\"}");
    ws_sees(ours, "{\"id\":2,\"ok\":");
    tcp_free(next);
    tcp_free(ours);
    free_all(silent, FULL);
    node_free(node);
}

/* Who opens a socket and does not say who they are is told why it is closed. */
static void test_sockets_without_auth_make_room(void **state)
{
    (void)state;
    struct node *node =
        node_new(&(struct gateway_options){.connections_max = FULL, .auth_ms = 60000});
    struct tcp *waiting[FULL];
    bool over[FULL];
    for (int i = 0; i < FULL; i++)
        waiting[i] = ws_new(node, 0);
    uint64_t until_ms = clock_mono_ms() + 30000;
    while (!n_over(waiting, FULL, over)) { /* they are given a second */
        assert_true(clock_mono_ms() < until_ms);
        struct tcp *t = tcp_new(node, 0);
        tcp_comes(waiting[0], 20);
        tcp_free(t);
    }
    for (int i = 0; i < FULL; i++)
        if (over[i])
            ws_expect_close(waiting[i], API_CLOSE_OVERLOADED);
    free_all(waiting, FULL);
    node_free(node);
}

enum { ANSWERS = 40, NEWCOMERS = 16 };

/* An answer that is still being read is worth more than silence, for a moment. Returns whether it
 * all happened within that moment. */
static bool reads_while_others_come(struct node *node)
{
    uint64_t from_ms = clock_mono_ms();
    struct tcp *reader = tcp_from(node, "192.0.2.1:1"), *newcomers[NEWCOMERS];
    for (int i = 0; i < ANSWERS; i++) /* more than the kernel takes of it */
        tcp_send_text(reader, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(tcp_comes(reader, 30000));
    for (int i = 0; i < NEWCOMERS; i++)
        newcomers[i] = tcp_new(node, 0);
    tcp_free(ws_new(node, 0)); /* behind them on one thread at least */
    bool in_time = clock_mono_ms() - from_ms < 900;
    for (int i = 0; i < ANSWERS && in_time; i++)
        reply_expect(http_read(reader, false), 200, "<!doctype html>");
    tcp_free(reader);
    free_all(newcomers, NEWCOMERS);
    return in_time;
}

static void test_who_reads_an_answer_is_not_in_the_way(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.connections_max = 1});
    for (int i = 0; !reads_while_others_come(node); i++)
        assert_true(i < 20);
    node_free(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tries_count_for_a_network),
        cmocka_unit_test(test_silent_connections_make_room),
        cmocka_unit_test(test_sockets_without_auth_make_room),
        cmocka_unit_test(test_who_reads_an_answer_is_not_in_the_way),
    };
    return cmocka_run_group_tests_name("gateway/lane", tests, NULL, NULL);
}
