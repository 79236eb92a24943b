/* What all connections together may leave unread: bounded, and nobody is kept out by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/state.h"
#include "gateway/test_node.h"
#include "util/clock.h"

enum {
    HOGS = 24,
    PAGES_EACH = 3,
    MESSAGES = 100,
    TEXT_BYTES = 8000,
    PAGE_BYTES = MESSAGES * (TEXT_BYTES + 500), /* at most */
    OUTPUT_BYTES_MAX = 2 * PAGE_BYTES,          /* far below what the hogs ask for */
    WITHIN_MS = 20000,
};

static size_t held(struct node *node)
{
    return atomic_load(&node_gateway(node)->output.bytes);
}

static void wait_until_held(struct node *node, size_t bytes)
{
    for (uint64_t end = clock_mono_ms() + WITHIN_MS; held(node) < bytes; usleep(1000))
        assert_true(clock_mono_ms() < end);
}

/* The conversation's id in `out`. */
static void talk(const struct node *node, const struct person *from, const struct person *to,
                 char out[128])
{
    char text[TEXT_BYTES + 1], body[TEXT_BYTES + 200];
    memset(text, 'x', TEXT_BYTES);
    text[TEXT_BYTES] = 0;
    snprintf(body, sizeof(body), "{\"to\":\"%s\",\"text\":\"%s\"}", to->user, text);
    for (int i = 0; i < MESSAGES; i++) {
        struct reply r = http_ask(node, "POST", "/v1/messages", from->token, body);
        assert_int_equal(r.status, 200);
        json_text(r.body, "conversation", out);
        reply_free(&r);
    }
}

/* Asks for more than it reads, and little of it fits on the way here. */
static struct tcp *hog_new(struct node *node, const struct person *p, const char *talk)
{
    struct tcp *t = ws_on(tcp_from(node, "192.0.2.1:1"));
    ws_say(t, "{\"id\":1,\"cmd\":\"auth\",\"token\":\"%s\"}", p->token);
    ws_sees(t, "{\"id\":1,\"ok\":");
    for (int i = 0; i < PAGES_EACH; i++)
        ws_say(t, "{\"id\":%d,\"cmd\":\"message.history\",\"conversation\":\"%s\",\"limit\":100}",
               2 + i, talk);
    return t;
}

static void test_unread_answers_are_bounded_and_their_readers_closed(void **state)
{
    (void)state;
    struct node *node = node_new(&(struct gateway_options){.output_bytes_max = OUTPUT_BYTES_MAX});
    struct person rae = person_new(node, "rae"), sol = person_new(node, "sol");
    char conversation[128], path[300];
    person_befriend(node, &rae, &sol);
    talk(node, &rae, &sol, conversation);
    struct tcp *hogs[HOGS];
    for (int i = 0; i < HOGS; i++)
        hogs[i] = hog_new(node, &sol, conversation);
    wait_until_held(node, OUTPUT_BYTES_MAX / 2);

    /* Somebody who reads gets their page, perhaps after having been told to come again. */
    snprintf(path, sizeof(path), "/v1/conversations/%s/messages?limit=100", conversation);
    size_t most = 0;
    bool served = false;
    for (uint64_t end = clock_mono_ms() + WITHIN_MS; clock_mono_ms() < end && !served;) {
        struct reply r = http_ask(node, "GET", path, rae.token, NULL);
        served = r.status == 200;
        if (!served) {
            assert_int_equal(r.status, 503);
            assert_non_null(strstr(r.body, "overloaded"));
            assert_non_null(strstr(r.body, "retry_after_ms"));
            usleep(50 * 1000);
        }
        most = held(node) > most ? held(node) : most;
        reply_free(&r);
    }
    assert_true(served);
    assert_true(most <= OUTPUT_BYTES_MAX + PAGE_BYTES + HOGS * 4096);

    /* Whoever does not read is closed until there is room for all. */
    for (uint64_t end = clock_mono_ms() + WITHIN_MS; held(node) > OUTPUT_BYTES_MAX / 4 * 3;
         usleep(50 * 1000))
        assert_true(clock_mono_ms() < end);
    for (int i = 0; i < HOGS; i++)
        tcp_free(hogs[i]);
    node_free(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unread_answers_are_bounded_and_their_readers_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
