/* How connections end: who learns what, once, and what still arrives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "net/test_rig.h"
#include "util/macros.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_deinit(&rig);
    return 0;
}

static void until_closed(int why)
{
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, why);
    assert_int_equal(rig.side.spy.closes, 1);
}

static void test_close_sends_all_and_waits_for_the_peer(void **state)
{
    (void)state;
    enum { BODY = 900 * 1000 };
    rig.client_read_max = 0;
    rig_start(&rig);
    struct buf *body = buf_new(BODY);
    memset(body->data, 'b', BODY);
    assert_int_equal(side_send(&rig.side, "head", body), 0);
    side_close(&rig.side);
    side_close(&rig.side);
    assert_int_equal(side_send_text(&rig.side, "late"), CONN_ENDED);
    assert_false(conn_is_open(&rig.side.conn));

    rig.client_read_max = 100 * 1000;
    rig_until(&rig, rig.client_eof);
    assert_int_equal(rig.received.n, BODY + 4);
    assert_int_equal(rig.side.draineds, 0);
    /* The peer's last words are read and dropped, so that no reset follows. */
    client_sends(&rig, "last words", 10);
    rig_turns(&rig, 5);
    assert_int_equal(rig.side.closeds, 0);
    assert_int_equal(rig.side.datas, 0);
    client_ends(&rig);
    until_closed(0);
    assert_int_equal(rig.side.eofs, 0);
    assert_int_equal(body->refs, 1);
    buf_unref(body);
}

static void test_close_waits_no_longer_than_the_linger_time(void **state)
{
    (void)state;
    rig.side.handler.linger_ms = 50;
    rig_start(&rig);
    assert_int_equal(side_send_text(&rig.side, "bye"), 0);
    uint64_t start_ms = loop_now_ms(&rig.loop);
    side_close(&rig.side);
    until_closed(-ETIMEDOUT);
    assert_true(loop_now_ms(&rig.loop) - start_ms >= 50);
    assert_int_equal(rig.received.n, 3);
}

/* A peer that reads nothing cannot hold the connection either. */
static void test_linger_time_covers_a_blocked_queue(void **state)
{
    (void)state;
    rig.side.handler.linger_ms = 30;
    rig.side.handler.queue_bytes_max = 64 << 20;
    rig.client_read_max = 0;
    rig_start(&rig);
    struct buf *body = buf_new(32 << 20);
    memset(body->data, 'b', body->n);
    assert_int_equal(side_send(&rig.side, NULL, body), 0);
    side_close(&rig.side);
    until_closed(-ETIMEDOUT);
    assert_int_equal(body->refs, 1);
    assert_int_equal(rig.side.spy.shutdowns, 0);
    buf_unref(body);
}

static void test_close_now_drops_all_and_tells_once(void **state)
{
    (void)state;
    rig_start(&rig);
    assert_int_equal(side_send_text(&rig.side, "never sent"), 0);
    side_close_now(&rig.side);
    assert_int_equal(rig.side.closeds, 0);
    assert_int_equal(rig.side.spy.closes, 1);
    /* Nothing called in between does any harm. */
    side_close_now(&rig.side);
    side_close(&rig.side);
    side_finish(&rig.side);
    side_pause(&rig.side);
    side_resume(&rig.side);
    side_set_handler(&rig.side, &rig.side.handler);
    assert_int_equal(side_send_text(&rig.side, "late"), CONN_ENDED);
    assert_int_equal(side_drop_queue(&rig.side), 0);
    until_closed(-ECANCELED);
    rig_until(&rig, rig.client_eof || rig.client_error);
    assert_int_equal(rig.received.n, 0);
}

static void test_peer_that_ends_is_answered_and_closed(void **state)
{
    (void)state;
    rig.side.handler.on_eof = NULL;
    rig_start(&rig);
    client_sends(&rig, "question", 8);
    client_ends(&rig);
    rig_until(&rig, rig.side.datas);
    assert_int_equal(side_send_text(&rig.side, "answer"), 0);
    rig_until(&rig, rig.client_eof);
    assert_int_equal(rig.received.n, 6);
    until_closed(0);
}

static void test_half_closed_peer_still_gets_what_is_sent(void **state)
{
    (void)state;
    rig_start(&rig);
    client_ends(&rig);
    rig_until(&rig, rig.side.eofs);
    rig_turns(&rig, 10);
    assert_int_equal(rig.side.eofs, 1);
    assert_int_equal(rig.side.spy.recvs, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(side_send_text(&rig.side, "more"), 0);
        rig_turns(&rig, 2);
    }
    side_finish(&rig.side);
    rig_until(&rig, rig.client_eof);
    assert_int_equal(rig.received.n, 12);
    until_closed(0);
}

static void test_finished_side_still_reads(void **state)
{
    (void)state;
    rig_start(&rig);
    assert_int_equal(side_send_text(&rig.side, "all of it"), 0);
    side_finish(&rig.side);
    assert_int_equal(side_send_text(&rig.side, "late"), CONN_ENDED);
    rig_until(&rig, rig.client_eof);
    assert_int_equal(rig.received.n, 9);
    client_sends(&rig, "still here", 10);
    rig_until(&rig, rig.side.got.n == 10);
    assert_int_equal(rig.side.closeds, 0);
    client_ends(&rig);
    until_closed(0);
    assert_int_equal(rig.side.eofs, 1);
}

static void test_reset_by_the_peer(void **state)
{
    (void)state;
    rig_start(&rig);
    client_resets(&rig);
    until_closed(-ECONNRESET);
    assert_int_equal(rig.side.eofs, 0);
}

static void test_reset_while_paused(void **state)
{
    (void)state;
    rig.side.after_data = side_pause;
    rig_start(&rig);
    client_sends(&rig, "a", 1);
    rig_until(&rig, rig.side.datas);
    client_sends(&rig, "b", 1);
    rig_turns(&rig, 3);
    client_resets(&rig);
    until_closed(-ECONNRESET);
    assert_int_equal(rig.side.datas, 1);
}

static void test_reset_after_the_peer_ended(void **state)
{
    (void)state;
    rig_start(&rig);
    client_ends(&rig);
    rig_until(&rig, rig.side.eofs);
    client_resets(&rig);
    until_closed(-EPIPE);
}

static void test_reset_while_closing(void **state)
{
    (void)state;
    rig_start(&rig);
    side_close(&rig.side);
    rig_turns(&rig, 3);
    client_resets(&rig);
    until_closed(-ECONNRESET);
}

static void test_each_write_that_fails_ends_it(void **state)
{
    (void)state;
    for (uint32_t nth = 1; nth <= 3; nth++) {
        if (nth > 1) {
            rig_deinit(&rig);
            rig_init(&rig, 0);
        }
        rig.side.spy.writev_fails_at = nth;
        rig.side.spy.fails_with = -EPIPE;
        rig_start(&rig);
        for (uint32_t i = 1; i <= nth; i++) {
            assert_int_equal(rig.side.closeds, 0);
            assert_int_equal(side_send_text(&rig.side, "x"), 0);
            rig_until(&rig, rig.received.n == i || rig.side.closeds);
        }
        until_closed(-EPIPE);
        assert_int_equal(rig.side.spy.writevs, nth);
        assert_int_equal(rig.received.n, nth - 1);
    }
}

static void test_read_that_fails_ends_it(void **state)
{
    (void)state;
    rig.side.spy.recv_fails_at = 2;
    rig.side.spy.fails_with = -EIO;
    rig_start(&rig);
    client_sends(&rig, "a", 1);
    rig_until(&rig, rig.side.got.n == 1);
    client_sends(&rig, "b", 1);
    until_closed(-EIO);
    assert_int_equal(rig.side.got.n, 1);
}

static void test_read_that_would_block_is_tried_again(void **state)
{
    (void)state;
    rig.side.spy.recv_fails_at = 1;
    rig.side.spy.fails_with = -EAGAIN;
    rig_start(&rig);
    client_sends(&rig, "a", 1);
    rig_until(&rig, rig.side.got.n == 1);
    assert_int_equal(rig.side.spy.recvs, 2);
}

static void test_write_that_would_block_is_tried_again(void **state)
{
    (void)state;
    rig.side.spy.writev_fails_at = 1;
    rig.side.spy.fails_with = -EAGAIN;
    rig_start(&rig);
    assert_int_equal(side_send_text(&rig.side, "abc"), 0);
    rig_until(&rig, rig.received.n == 3);
    assert_int_equal(rig.side.spy.writevs, 2);
    rig_turns(&rig, 2);
    assert_int_equal(rig.side.conn.watch.events, EPOLLIN);
}

static void test_owner_that_takes_nothing_is_ended(void **state)
{
    (void)state;
    rig.side.handler.read_max = 100;
    rig.side.unit = 101;
    rig_start(&rig);
    char bytes[300] = {0};
    client_sends(&rig, bytes, 99);
    rig_until(&rig, rig.side.datas);
    rig_turns(&rig, 3);
    assert_int_equal(rig.side.closeds, 0);
    client_sends(&rig, bytes, 1);
    until_closed(-EMSGSIZE);
}

static void close_with_words(struct side *s)
{
    must(side_send_text(s, "refused") == 0);
    side_close(s);
}

/* An owner that refuses in on_data(), with more on the way than it will ever look at. */
static void test_close_inside_on_data(void **state)
{
    (void)state;
    rig.side.unit = 1000;
    rig.side.after_data = close_with_words;
    rig_start(&rig);
    char bytes[5000] = {0};
    client_sends(&rig, bytes, sizeof(bytes));
    rig_until(&rig, rig.client_eof);
    assert_int_equal(rig.received.n, 7);
    client_sends(&rig, bytes, sizeof(bytes));
    client_ends(&rig);
    until_closed(0);
    assert_int_equal(rig.side.datas, 1);
    assert_int_equal(rig.client_error, 0);
}

static void test_close_now_inside_each_callback(void **state)
{
    (void)state;
    for (int which = 0; which < 3; which++) {
        if (which > 0) {
            rig_deinit(&rig);
            rig_init(&rig, 0);
        }
        rig.side.after_data = which == 0 ? side_close_now : NULL;
        rig.side.after_eof = which == 1 ? side_close_now : NULL;
        rig.side.after_drained = which == 2 ? side_close_now : NULL;
        rig_start(&rig);
        if (which == 2)
            assert_int_equal(side_send_text(&rig.side, "x"), 0);
        else
            client_sends(&rig, "x", 1);
        client_ends(&rig);
        until_closed(-ECANCELED);
    }
}

static void test_close_inside_on_eof_and_on_drained(void **state)
{
    (void)state;
    rig.side.after_eof = close_with_words;
    rig_start(&rig);
    client_ends(&rig);
    until_closed(0);
    rig_until(&rig, rig.client_eof);
    assert_int_equal(rig.received.n, 7);

    rig_deinit(&rig);
    rig_init(&rig, 0);
    rig.side.after_drained = side_close;
    rig_start(&rig);
    assert_int_equal(side_send_text(&rig.side, "x"), 0);
    rig_until(&rig, rig.client_eof);
    client_ends(&rig);
    until_closed(0);
}

static void test_pause_does_not_outlast_a_close(void **state)
{
    (void)state;
    rig_start(&rig);
    side_pause(&rig.side);
    side_close(&rig.side);
    side_pause(&rig.side);
    client_sends(&rig, "x", 1);
    rig_until(&rig, rig.side.spy.bytes_read == 1);
    client_ends(&rig);
    until_closed(0);
    assert_int_equal(rig.side.datas, 0);
}

static void test_init_that_fails_closes_the_socket(void **state)
{
    (void)state;
    rig_start(&rig);
    struct conn second;
    struct transport bad = transport_tcp(1 << 20);
    assert_int_equal(conn_init(&second, &rig.loop, bad, &rig.peer, &rig.side.handler), -EBADF);
}

#define conn_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        conn_test(test_close_sends_all_and_waits_for_the_peer),
        conn_test(test_close_waits_no_longer_than_the_linger_time),
        conn_test(test_linger_time_covers_a_blocked_queue),
        conn_test(test_close_now_drops_all_and_tells_once),
        conn_test(test_peer_that_ends_is_answered_and_closed),
        conn_test(test_half_closed_peer_still_gets_what_is_sent),
        conn_test(test_finished_side_still_reads),
        conn_test(test_reset_by_the_peer),
        conn_test(test_reset_while_paused),
        conn_test(test_reset_after_the_peer_ended),
        conn_test(test_reset_while_closing),
        conn_test(test_each_write_that_fails_ends_it),
        conn_test(test_read_that_fails_ends_it),
        conn_test(test_read_that_would_block_is_tried_again),
        conn_test(test_write_that_would_block_is_tried_again),
        conn_test(test_owner_that_takes_nothing_is_ended),
        conn_test(test_close_inside_on_data),
        conn_test(test_close_now_inside_each_callback),
        conn_test(test_close_inside_on_eof_and_on_drained),
        conn_test(test_pause_does_not_outlast_a_close),
        conn_test(test_init_that_fails_closes_the_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
