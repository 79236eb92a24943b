/* The client's frames against the server's own decoder and encoder. */
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body.h"
#include "util/buf.h"

static const size_t sizes[] = {0, 1, 7, 8, 9, 125, 126, 200, 65535, 65536, 70001};

static void test_server_reads_what_is_masked(void **state)
{
    (void)state;
    char *text = malloc(70001);
    memset(text, 'x', 70001);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct builder out = {0};
        struct ws_decoder decoder;
        struct ws_message message;
        wire_add(&out, WS_TEXT, text, sizes[i]);
        ws_decoder_init(&decoder, 1 << 20, true);
        struct ws_input in = {out.buf->data, out.n};
        assert_int_equal(ws_decoder_next(&decoder, &in, &message), WS_DECODED_MESSAGE);
        assert_int_equal(message.opcode, WS_TEXT);
        assert_int_equal(message.n, sizes[i]);
        assert_int_equal(in.n, 0);
        assert_memory_equal(message.p, text, sizes[i]);
        ws_decoder_deinit(&decoder);
        builder_deinit(&out);
    }
    free(text);
}

/* Cut anywhere, a frame is not complete; whole, it is the one that was written. */
static void test_frames_are_taken_whole(void **state)
{
    (void)state;
    char text[300];
    body_write(text, sizeof(text), 1, 2);
    struct builder out = {0};
    struct wire_frame frame;
    ws_frame_add(&out, WS_TEXT, text, sizeof(text));
    size_t n = out.n;
    ws_frame_add(&out, WS_PING, "ab", 2);
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(wire_take(out.buf->data, cut, &frame), 0);
    assert_int_equal(wire_take(out.buf->data, out.n, &frame), n);
    assert_int_equal(frame.opcode, WS_TEXT);
    assert_int_equal(frame.payload.n, sizeof(text));
    assert_memory_equal(frame.payload.p, text, sizeof(text));
    assert_int_equal(wire_take(out.buf->data + n, out.n - n, &frame), 4);
    assert_int_equal(frame.opcode, WS_PING);
    builder_deinit(&out);
}

static void test_only_the_right_reply_upgrades(void **state)
{
    (void)state;
    static const char right[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nrest";
    static const char wrong[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    static const char refused[] = "HTTP/1.1 403 Forbidden\r\n\r\n";
    bool agreed = false;
    assert_int_equal(wire_upgraded((const unsigned char *)right, 20, &agreed), 0);
    assert_int_equal(wire_upgraded((const unsigned char *)right, sizeof(right) - 1, &agreed),
                     sizeof(right) - 1 - 4);
    assert_true(agreed);
    wire_upgraded((const unsigned char *)wrong, sizeof(wrong) - 1, &agreed);
    assert_false(agreed);
    wire_upgraded((const unsigned char *)refused, sizeof(refused) - 1, &agreed);
    assert_false(agreed);
}

int main(void)
{
    body_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_reads_what_is_masked),
        cmocka_unit_test(test_frames_are_taken_whole),
        cmocka_unit_test(test_only_the_right_reply_upgrades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
