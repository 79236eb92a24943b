/* The frame decoder and encoder: messages whole and in pieces, and every fault's close code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"
#include "ws/frame.h"

enum { LIMIT = 100000 };

/* A client's masked frame, appended. `first` is the whole first byte. */
static void add_masked(struct builder *b, unsigned first, const void *p, size_t n)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    unsigned char head[WS_HEAD_BYTES_MAX];
    size_t head_n = ws_frame_head(head, WS_TEXT, n);
    head[0] = (unsigned char)first;
    head[1] |= 0x80;
    builder_add(b, head, head_n);
    builder_add(b, mask, sizeof(mask));
    for (size_t i = 0; i < n; i++)
        builder_add_byte(b, ((const unsigned char *)p)[i] ^ mask[i % 4]);
}

static void add_text(struct builder *b, unsigned first, const char *text)
{
    add_masked(b, first, text, strlen(text));
}

/* Decodes all of it, `step` bytes at a time out of blocks of exactly that size, and writes each
 * message as opcode, length and bytes to `log`. Returns what ended it. */
static enum ws_decoded decode(struct ws_decoder *d, struct str in, size_t step, struct builder *log)
{
    enum ws_decoded result = WS_DECODED_MORE;
    for (size_t at = 0; at < in.n;) {
        size_t n = MIN(step, in.n - at);
        unsigned char *block = mem_copy(in.p + at, n);
        struct ws_input input = {block, n};
        struct ws_message m;
        while ((result = ws_decoder_next(d, &input, &m)) == WS_DECODED_MESSAGE) {
            uint32_t length = (uint32_t)m.n;
            builder_add_byte(log, (unsigned char)m.opcode);
            builder_add(log, &length, sizeof(length));
            builder_add(log, m.p, m.n);
        }
        free(block);
        if (result != WS_DECODED_MORE)
            break;
        assert_int_equal(input.n, 0);
        at += n;
    }
    return result;
}

static const size_t steps[] = {SIZE_MAX, 1, 2, 3, 5, 8, 13};

static void assert_decodes(struct builder *frames, struct builder *expected)
{
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct ws_decoder d;
        struct builder log = {0};
        ws_decoder_init(&d, LIMIT, false);
        assert_int_equal(decode(&d, builder_str(frames), steps[i], &log), WS_DECODED_MORE);
        assert_true(str_eq(builder_str(&log), builder_str(expected)));
        assert_null(d.assembly);
        builder_deinit(&log);
        ws_decoder_deinit(&d);
    }
    builder_deinit(frames);
    builder_deinit(expected);
}

static void expect(struct builder *log, enum ws_opcode opcode, const void *p, size_t n)
{
    uint32_t length = (uint32_t)n;
    builder_add_byte(log, (unsigned char)opcode);
    builder_add(log, &length, sizeof(length));
    builder_add(log, p, n);
}

static void assert_fails(struct builder *frames, enum ws_decoded code)
{
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct ws_decoder d;
        struct builder log = {0};
        ws_decoder_init(&d, LIMIT, false);
        assert_int_equal(decode(&d, builder_str(frames), steps[i], &log), code);
        builder_deinit(&log);
        ws_decoder_deinit(&d);
    }
    builder_deinit(frames);
}

static void assert_bytes_fail(const char *bytes, size_t n, enum ws_decoded code)
{
    struct builder frames = {0};
    builder_add(&frames, bytes, n);
    assert_fails(&frames, code);
}

#define FAILS(literal, code) assert_bytes_fail(literal, sizeof(literal) - 1, code)

static void test_encodes_each_length_minimally(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        unsigned char head[WS_HEAD_BYTES_MAX];
        size_t head_n;
    } cases[] = {
        {0, {0x81, 0}, 2},
        {125, {0x81, 125}, 2},
        {126, {0x81, 126, 0, 126}, 4},
        {65535, {0x81, 126, 0xff, 0xff}, 4},
        {65536, {0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}, 10},
        {UINT64_C(1) << 40, {0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0}, 10},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        unsigned char head[WS_HEAD_BYTES_MAX];
        assert_int_equal(ws_frame_head(head, WS_TEXT, cases[i].n), cases[i].head_n);
        assert_memory_equal(head, cases[i].head, cases[i].head_n);
    }
    struct builder out = {0};
    ws_frame_add(&out, WS_PONG, "abc", 3);
    assert_true(str_eq(builder_str(&out), STR("\x8a\x03"
                                              "abc")));
    builder_deinit(&out);
}

static void test_decodes_messages_of_each_length(void **state)
{
    (void)state;
    static const size_t lengths[] = {0,   1,   2,   3,   4,     7,     8,    9,
                                     124, 125, 126, 127, 65535, 65536, LIMIT};
    char *payload = mem_new(LIMIT);
    for (size_t i = 0; i < LIMIT; i++)
        payload[i] = (char)('a' + i % 26);
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        struct builder frames = {0}, expected = {0};
        add_masked(&frames, 0x82, payload, lengths[i]);
        add_masked(&frames, 0x81, payload, lengths[i]);
        expect(&expected, WS_BINARY, payload, lengths[i]);
        expect(&expected, WS_TEXT, payload, lengths[i]);
        assert_decodes(&frames, &expected);
    }
    free(payload);
}

static void test_joins_fragments_around_control_frames(void **state)
{
    (void)state;
    struct builder frames = {0}, expected = {0};
    add_text(&frames, 0x01, "");
    add_text(&frames, 0x89, "ping in between");
    add_text(&frames, 0x00, "one \xe2");
    add_text(&frames, 0x8a, "pong");
    add_text(&frames, 0x00, "\x82");
    add_text(&frames, 0x89, "");
    add_text(&frames, 0x80, "\xac two");
    add_text(&frames, 0x02, "");
    add_text(&frames, 0x80, "");
    add_text(&frames, 0x02, "");
    add_text(&frames, 0x80, "x\xff");
    expect(&expected, WS_PING, "ping in between", 15);
    expect(&expected, WS_PONG, "pong", 4);
    expect(&expected, WS_PING, "", 0);
    expect(&expected, WS_TEXT, "one \xe2\x82\xac two", 11);
    expect(&expected, WS_BINARY, "", 0);
    expect(&expected, WS_BINARY, "x\xff", 2);
    assert_decodes(&frames, &expected);
}

static void test_a_whole_message_is_not_copied(void **state)
{
    (void)state;
    struct builder frames = {0};
    struct ws_decoder d;
    ws_decoder_init(&d, LIMIT, false);
    add_text(&frames, 0x81, "hello");
    struct ws_input in = {frames.buf->data, frames.n};
    struct ws_message m;
    assert_int_equal(ws_decoder_next(&d, &in, &m), WS_DECODED_MESSAGE);
    assert_ptr_equal(m.p, frames.buf->data + 6);
    assert_memory_equal(m.p, "hello", 5);
    assert_null(d.assembly);
    builder_deinit(&frames);
}

static void test_memory_follows_payload_not_lengths(void **state)
{
    (void)state;
    struct ws_decoder d;
    struct builder log = {0};
    ws_decoder_init(&d, UINT32_MAX, false);
    /* Announces 2 GiB and sends one byte. */
    struct str in = STR("\x82\xff\0\0\0\0\x80\0\0\0mask\x01");
    assert_int_equal(decode(&d, in, SIZE_MAX, &log), WS_DECODED_MORE);
    assert_non_null(d.assembly);
    const struct builder *held = (const struct builder *)d.assembly; /* its first member */
    assert_int_equal(held->n, 1);
    assert_true(held->capacity < 1024);
    ws_decoder_deinit(&d);
    builder_deinit(&log);
}

static void test_refuses_heads(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        unsigned opcode = first & 0x0f;
        bool known =
            opcode == WS_TEXT || opcode == WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
        bool bad = first & 0x70 || !known || (opcode >= WS_CLOSE && !(first & 0x80));
        if (!bad)
            continue;
        struct builder frames = {0};
        builder_add_byte(&frames, (unsigned char)first);
        assert_fails(&frames, WS_DECODED_PROTOCOL_ERROR);
    }
    FAILS("\x81\x00", WS_DECODED_PROTOCOL_ERROR); /* not masked */
    FAILS("\x81\x05hello", WS_DECODED_PROTOCOL_ERROR);
    FAILS("\x89\xfe", WS_DECODED_PROTOCOL_ERROR); /* a long control frame */
    FAILS("\x88\xff", WS_DECODED_PROTOCOL_ERROR);
    FAILS("\x82\xfe\x00\x7d", WS_DECODED_PROTOCOL_ERROR); /* 125 in 16 bits */
    FAILS("\x82\xfe\x00\x00", WS_DECODED_PROTOCOL_ERROR);
    FAILS("\x82\xff\0\0\0\0\0\0\xff\xff", WS_DECODED_PROTOCOL_ERROR); /* 65535 in 64 bits */
    FAILS("\x82\xff\0\0\0\0\0\0\0\x01", WS_DECODED_PROTOCOL_ERROR);
    FAILS("\x82\xff\x80\0\0\0\0\x01\0\0", WS_DECODED_PROTOCOL_ERROR); /* the highest bit */
    FAILS("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", WS_DECODED_PROTOCOL_ERROR);
}

static void test_refuses_fragments_out_of_turn(void **state)
{
    (void)state;
    struct builder frames = {0};
    add_text(&frames, 0x01, "a");
    builder_add_byte(&frames, 0x81);
    assert_fails(&frames, WS_DECODED_PROTOCOL_ERROR);
    add_text(&frames, 0x01, "a");
    builder_add_byte(&frames, 0x02);
    assert_fails(&frames, WS_DECODED_PROTOCOL_ERROR);
    add_text(&frames, 0x81, "a");
    builder_add_byte(&frames, 0x80);
    assert_fails(&frames, WS_DECODED_PROTOCOL_ERROR);
    add_text(&frames, 0x02, "");
    add_text(&frames, 0x80, "");
    builder_add_byte(&frames, 0x00);
    assert_fails(&frames, WS_DECODED_PROTOCOL_ERROR);
}

static void test_refuses_messages_over_the_limit_by_their_head(void **state)
{
    (void)state;
    char *payload = mem_new(LIMIT);
    FAILS("\x82\xff\0\0\0\0\0\x01\x86\xa1", WS_DECODED_TOO_BIG); /* 100,001 */
    FAILS("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", WS_DECODED_TOO_BIG);
    struct builder frames = {0};
    add_masked(&frames, 0x02, payload, LIMIT);
    add_masked(&frames, 0x00, payload, 0);
    builder_add(&frames, "\x00\x81", 2);
    assert_fails(&frames, WS_DECODED_TOO_BIG);
    free(payload);

    struct ws_decoder d;
    struct builder log = {0};
    ws_decoder_init(&d, 0, false);
    add_text(&frames, 0x81, "");
    add_text(&frames, 0x89, "control frames do not count");
    builder_add(&frames, "\x81\x81", 2);
    assert_int_equal(decode(&d, builder_str(&frames), 1, &log), WS_DECODED_TOO_BIG);
    ws_decoder_deinit(&d);
    builder_deinit(&log);
    builder_deinit(&frames);
}

static void test_refuses_invalid_text_at_its_first_byte(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\x80",     "\xc0\xaf", "\xc1", "\xe0\x80", "\xed\xa0",         "\xf0\x80",
        "\xf4\x90", "\xf5",     "\xff", "\xe2\x28", "\xf0\x9f\x98\x28", "ok\xe2\x82\x41"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        char payload[200] = "a valid beginning ";
        strcat(payload, texts[i]);
        size_t upto = strlen(payload);
        memset(payload + upto, 'x', 100);
        struct builder frames = {0};
        add_masked(&frames, 0x01, payload, upto + 100);
        frames.n -= 100; /* what follows the fault is never sent */
        assert_fails(&frames, WS_DECODED_INVALID_TEXT);

        add_masked(&frames, 0x01, payload, upto - 1);
        add_text(&frames, 0x89, "p");
        add_masked(&frames, 0x80, payload + upto - 1, 1);
        assert_fails(&frames, WS_DECODED_INVALID_TEXT);
    }
}

static void test_refuses_text_that_ends_within_a_character(void **state)
{
    (void)state;
    static const char *const texts[] = {"\xc3", "\xe2", "\xe2\x82", "\xf0\x9f\x98"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct builder frames = {0};
        add_text(&frames, 0x81, texts[i]);
        assert_fails(&frames, WS_DECODED_INVALID_TEXT);
        add_text(&frames, 0x01, texts[i]);
        add_text(&frames, 0x80, "");
        assert_fails(&frames, WS_DECODED_INVALID_TEXT);
    }
}

static void test_text_only_refuses_binary_by_its_first_byte(void **state)
{
    (void)state;
    struct ws_decoder d;
    struct builder log = {0};
    ws_decoder_init(&d, LIMIT, true);
    assert_int_equal(decode(&d, STR("\x82"), 1, &log), WS_DECODED_UNSUPPORTED);
    ws_decoder_deinit(&d);
    builder_deinit(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodes_each_length_minimally),
        cmocka_unit_test(test_decodes_messages_of_each_length),
        cmocka_unit_test(test_joins_fragments_around_control_frames),
        cmocka_unit_test(test_a_whole_message_is_not_copied),
        cmocka_unit_test(test_memory_follows_payload_not_lengths),
        cmocka_unit_test(test_refuses_heads),
        cmocka_unit_test(test_refuses_fragments_out_of_turn),
        cmocka_unit_test(test_refuses_messages_over_the_limit_by_their_head),
        cmocka_unit_test(test_refuses_invalid_text_at_its_first_byte),
        cmocka_unit_test(test_refuses_text_that_ends_within_a_character),
        cmocka_unit_test(test_text_only_refuses_binary_by_its_first_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
