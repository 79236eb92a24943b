/* The connection's state machine: pings, and the close handshake from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/macros.h"
#include "ws/ws.h"

/* A connection, and what it wants sent. */
struct peer {
    struct ws ws;
    struct builder in, out;
    struct ws_input input;
    struct ws_event event;
};

static void init(struct peer *p)
{
    *p = (struct peer){0};
    ws_init(&p->ws, 1000, false);
}

static void deinit(struct peer *p)
{
    ws_deinit(&p->ws);
    builder_deinit(&p->in);
    builder_deinit(&p->out);
}

/* The client sends a frame (masked with zeroes). */
static void sends(struct peer *p, unsigned first, struct str payload)
{
    unsigned char head[WS_HEAD_BYTES_MAX];
    size_t n = ws_frame_head(head, WS_TEXT, payload.n);
    head[0] = (unsigned char)first;
    head[1] |= 0x80;
    builder_reset(&p->in);
    builder_add(&p->in, head, n);
    builder_add(&p->in, "\0\0\0\0", 4);
    builder_add_str(&p->in, payload);
    p->input = (struct ws_input){p->in.buf->data, p->in.n};
}

static void assert_event(struct peer *p, enum ws_event_kind kind)
{
    assert_int_equal(ws_next(&p->ws, &p->input, &p->event, &p->out), kind);
    assert_int_equal(p->event.kind, kind);
}

static void assert_sent(struct peer *p, struct str expected)
{
    assert_true(str_eq(builder_str(&p->out), expected));
    builder_reset(&p->out);
}

static void test_gives_messages_and_answers_pings(void **state)
{
    (void)state;
    struct peer p;
    init(&p);
    sends(&p, 0x81, STR("text"));
    assert_event(&p, WS_EVENT_MESSAGE);
    assert_true(p.event.is_text);
    assert_true(str_eq(p.event.data, STR("text")));
    assert_event(&p, WS_EVENT_NONE);
    sends(&p, 0x82, STR(""));
    assert_event(&p, WS_EVENT_MESSAGE);
    assert_false(p.event.is_text);
    sends(&p, 0x8a, STR("unasked"));
    assert_event(&p, WS_EVENT_PONG);
    assert_sent(&p, STR(""));
    sends(&p, 0x89, STR("data"));
    assert_event(&p, WS_EVENT_PING);
    assert_sent(&p, STR("\x8a\x04"
                        "data"));
    assert_true(ws_is_open(&p.ws));
    deinit(&p);
}

static void test_answers_the_peers_close_with_its_code(void **state)
{
    (void)state;
    struct peer p;
    init(&p);
    sends(&p, 0x88,
          STR("\x03\xe8"
              "bye"));
    assert_event(&p, WS_EVENT_CLOSED);
    assert_int_equal(p.event.code, 1000);
    assert_int_equal(p.event.closed_by, WS_CLOSED_BY_PEER);
    assert_true(str_eq(p.event.data, STR("bye")));
    assert_sent(&p, STR("\x88\x02\x03\xe8"));
    assert_true(ws_is_closed(&p.ws));
    deinit(&p);

    init(&p);
    sends(&p, 0x88, STR(""));
    assert_event(&p, WS_EVENT_CLOSED);
    assert_int_equal(p.event.code, WS_CODE_NONE);
    assert_sent(&p, STR("\x88\x00"));
    deinit(&p);
}

static void test_nothing_comes_after_closed(void **state)
{
    (void)state;
    struct peer p;
    init(&p);
    sends(&p, 0x88, STR(""));
    assert_event(&p, WS_EVENT_CLOSED);
    builder_reset(&p.out);
    sends(&p, 0x81, STR("late"));
    assert_event(&p, WS_EVENT_NONE);
    assert_int_equal(p.input.n, 0);
    sends(&p, 0xff, STR(""));
    assert_event(&p, WS_EVENT_NONE);
    ws_close(&p.ws, 1000, STR(""), &p.out);
    assert_sent(&p, STR(""));
    deinit(&p);
}

static void test_our_close_drops_messages_until_it_is_answered(void **state)
{
    (void)state;
    struct peer p;
    init(&p);
    ws_close(&p.ws, 4001, STR("go"), &p.out);
    assert_sent(&p, STR("\x88\x04\x0f\xa1go"));
    assert_false(ws_is_open(&p.ws));
    assert_false(ws_is_closed(&p.ws));
    ws_close(&p.ws, 1000, STR(""), &p.out);
    sends(&p, 0x81, STR("still under way"));
    assert_event(&p, WS_EVENT_NONE);
    sends(&p, 0x89, STR("ping"));
    assert_event(&p, WS_EVENT_NONE);
    sends(&p, 0x88, STR("\x0f\xa1"));
    assert_event(&p, WS_EVENT_CLOSED);
    assert_int_equal(p.event.closed_by, WS_CLOSED_BY_US);
    assert_int_equal(p.event.code, 4001);
    assert_sent(&p, STR(""));
    deinit(&p);
}

static void test_a_fault_after_our_close_sends_no_second_one(void **state)
{
    (void)state;
    struct peer p;
    init(&p);
    ws_close(&p.ws, 1000, STR(""), &p.out);
    builder_reset(&p.out);
    sends(&p, 0x83, STR(""));
    assert_event(&p, WS_EVENT_CLOSED);
    assert_int_equal(p.event.closed_by, WS_CLOSED_FAILED);
    assert_sent(&p, STR(""));
    deinit(&p);
}

static void test_faults_are_answered_with_their_code(void **state)
{
    (void)state;
    static const struct {
        unsigned first;
        struct str payload;
        unsigned code;
    } cases[] = {
        {0x83, {"", 0}, 1002},
        {0x81, {"\xff", 1}, 1007},
        {0x88, {"\x03", 1}, 1002},
        {0x88, {"\x03\xe8\xff", 3}, 1007},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct peer p;
        init(&p);
        sends(&p, cases[i].first, cases[i].payload);
        assert_event(&p, WS_EVENT_CLOSED);
        assert_int_equal(p.event.closed_by, WS_CLOSED_FAILED);
        assert_int_equal(p.event.code, cases[i].code);
        unsigned char sent[] = {0x88, 2, (unsigned char)(cases[i].code >> 8),
                                (unsigned char)cases[i].code};
        assert_sent(&p, str_n(sent, sizeof(sent)));
        assert_event(&p, WS_EVENT_NONE);
        deinit(&p);
    }
    struct peer p;
    init(&p);
    char long_text[1001] = {0};
    sends(&p, 0x82, str_n(long_text, sizeof(long_text)));
    assert_event(&p, WS_EVENT_CLOSED);
    assert_int_equal(p.event.code, WS_CODE_TOO_BIG);
    deinit(&p);
}

static void test_knows_which_codes_may_be_sent(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 65536; code++) {
        bool valid = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                     (code >= 3000 && code <= 4999);
        assert_int_equal(ws_code_is_valid(code), valid);
        char payload[2] = {(char)(code >> 8), (char)code};
        struct peer p;
        init(&p);
        sends(&p, 0x88, str_n(payload, 2));
        assert_event(&p, WS_EVENT_CLOSED);
        assert_int_equal(p.event.code, valid ? code : WS_CODE_PROTOCOL_ERROR);
        deinit(&p);
    }
}

static void test_reasons_are_cut_at_a_character(void **state)
{
    (void)state;
    struct peer p;
    char reason[200];
    init(&p);
    memset(reason, 'a', 122);
    memcpy(reason + 122, "\xe2\x82\xac", 3);
    ws_close(&p.ws, 1000, str_n(reason, 125), &p.out);
    assert_int_equal(p.out.n, 2 + 2 + 122);
    assert_int_equal(p.out.buf->data[1], 124);
    deinit(&p);

    init(&p);
    memcpy(reason + 120, "\xe2\x82\xac", 3);
    memcpy(reason + 123, "b", 1);
    ws_close(&p.ws, 1000, str_n(reason, 124), &p.out);
    assert_int_equal(p.out.n, 2 + 2 + 123);
    deinit(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gives_messages_and_answers_pings),
        cmocka_unit_test(test_answers_the_peers_close_with_its_code),
        cmocka_unit_test(test_nothing_comes_after_closed),
        cmocka_unit_test(test_our_close_drops_messages_until_it_is_answered),
        cmocka_unit_test(test_a_fault_after_our_close_sends_no_second_one),
        cmocka_unit_test(test_faults_are_answered_with_their_code),
        cmocka_unit_test(test_knows_which_codes_may_be_sent),
        cmocka_unit_test(test_reasons_are_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
