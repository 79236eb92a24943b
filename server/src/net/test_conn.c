#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/test_rig.h"
#include "net/write_queue.h"
#include "util/macros.h"
#include "util/mem.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig, 0);
    return 0;
}

static int setup_small_window(void **state)
{
    (void)state;
    rig_init(&rig, 4096);
    int bytes = 8192;
    return setsockopt(rig.accepted, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static int teardown(void **state)
{
    (void)state;
    rig_deinit(&rig);
    return 0;
}

#define assert_builder(b, expected, size)                                                          \
    do {                                                                                           \
        assert_int_equal((b)->n, size);                                                            \
        assert_memory_equal(builder_str(b).p, expected, size);                                     \
    } while (0)

static struct buf *pattern(size_t n, unsigned seed)
{
    struct buf *b = buf_new(n);
    for (size_t i = 0; i < n; i++)
        b->data[i] = (unsigned char)(seed + i * 31 + (i >> 8) * 7);
    return b;
}

/* Writing. */

static void echo(struct side *s)
{
    struct str got = builder_str(&s->got);
    struct buf *copy = buf_copy(got.p, got.n);
    must(side_send(s, NULL, copy) == 0);
    buf_unref(copy);
    builder_reset(&s->got);
}

/* A reader so slow that the socket fills again and again: nothing is lost, doubled or reordered. */
static void test_echo_to_a_slow_reader(void **state)
{
    (void)state;
    enum { TOTAL = 256 * 1024 };
    rig.side.after_data = echo;
    rig.client_read_max = 0;
    rig_start(&rig);
    struct buf *sent = pattern(TOTAL, 3);
    for (size_t at = 0; at < TOTAL; at += 1024) {
        client_sends(&rig, sent->data + at, 1024);
        rig_turns(&rig, 1);
    }
    assert_true(conn_queued_bytes(&rig.side.conn) > 0);
    rig.client_read_max = 1500;
    rig_until(&rig, rig.received.n == TOTAL);
    assert_builder(&rig.received, sent->data, TOTAL);
    assert_true(rig.side.spy.short_writevs > 3);
    rig_turns(&rig, 2);
    assert_int_equal(conn_queued_bytes(&rig.side.conn), 0);
    assert_int_equal(rig.side.conn.watch.events, EPOLLIN);
    buf_unref(sent);
}

static void test_a_turn_leaves_in_one_writev(void **state)
{
    (void)state;
    rig_start(&rig);
    struct buf *payload = buf_copy("payload", 7);
    struct builder expected = {0};
    for (int i = 0; i < 200; i++) {
        char header[8];
        snprintf(header, sizeof(header), "%d:", i);
        assert_int_equal(side_send(&rig.side, header, payload), 0);
        builder_add_str(&expected, str_of(header));
        builder_add(&expected, "payload", 7);
    }
    assert_int_equal(payload->refs, 201);
    assert_int_equal(rig.side.spy.writevs, 0);
    rig_until(&rig, rig.received.n == expected.n);
    assert_builder(&rig.received, builder_str(&expected).p, expected.n);
    assert_int_equal(rig.side.spy.writevs, 1);
    assert_int_equal(payload->refs, 1);
    builder_deinit(&expected);
    buf_unref(payload);
}

/* In the order sent, whatever may wait and whatever may not. */
static void test_what_may_wait_leaves_with_what_may_not(void **state)
{
    (void)state;
    rig_start(&rig);
    uint64_t start_ms = loop_now_ms(&rig.loop);
    assert_int_equal(side_send_late(&rig.side, "a"), 0);
    assert_int_equal(side_send(&rig.side, "b", NULL), 0);
    assert_int_equal(side_send_late(&rig.side, "c"), 0);
    rig_turns(&rig, 1);
    assert_int_equal(rig.side.spy.writevs, 1);
    assert_int_equal(conn_queued_bytes(&rig.side.conn), 0);

    assert_int_equal(side_send_late(&rig.side, "d"), 0);
    assert_int_equal(side_send_late(&rig.side, "e"), 0);
    rig_until(&rig, rig.received.n == 5);
    assert_builder(&rig.received, "abcde", 5);
    assert_int_equal(rig.side.spy.writevs, 2);
    assert_true(loop_now_ms(&rig.loop) >= start_ms + LOOP_LATE_MS);
}

/* Closing waits for nothing. */
static void test_what_may_wait_leaves_before_the_end(void **state)
{
    (void)state;
    rig_start(&rig);
    assert_int_equal(side_send_late(&rig.side, "the last"), 0);
    side_close(&rig.side);
    rig_turns(&rig, 1);
    assert_int_equal(rig.side.spy.writevs, 1);
    rig_until(&rig, rig.client_eof);
    assert_builder(&rig.received, "the last", 8);
    assert_int_equal(side_send_late(&rig.side, "too late"), CONN_ENDED);
}

/* A socket that is full is no reason to wait longer. */
static void test_what_may_wait_follows_what_was_held_up(void **state)
{
    (void)state;
    rig.client_read_max = 0;
    rig_start(&rig);
    struct buf *large = pattern(4 * 1024 * 1024, 5);
    rig.side.handler.queue_bytes_max = 8 * 1024 * 1024;
    assert_int_equal(side_send(&rig.side, NULL, large), 0);
    rig_turns(&rig, 2);
    assert_true(conn_is_blocked(&rig.side.conn));
    assert_int_equal(side_send_late(&rig.side, "late"), 0);
    rig.client_read_max = 64 * 1024;
    rig_until(&rig, rig.received.n == large->n + 4);
    assert_memory_equal(builder_str(&rig.received).p + large->n, "late", 4);
    buf_unref(large);
}

/* More parts than a writev takes, and more bytes than are copied: the rest leaves in turns of its
 * own. */
static void test_more_entries_than_a_writev_takes(void **state)
{
    (void)state;
    rig_start(&rig);
    struct builder expected = {0};
    for (int i = 0; i < 3000; i++) {
        char header[12];
        snprintf(header, sizeof(header), "%08d,", i);
        assert_int_equal(side_send(&rig.side, header, NULL), 0);
        builder_add_str(&expected, str_of(header));
    }
    rig_until(&rig, rig.received.n == expected.n);
    assert_builder(&rig.received, builder_str(&expected).p, expected.n);
    assert_in_range(rig.side.spy.writevs, 2, 6);
    builder_deinit(&expected);
}

static void test_queue_is_bounded_in_bytes(void **state)
{
    (void)state;
    rig.side.handler.queue_bytes_max = 20;
    rig_start(&rig);
    struct buf *ten = buf_copy("0123456789", 10);
    assert_int_equal(side_send(&rig.side, "ab", ten), 0);
    assert_int_equal(side_send(&rig.side, NULL, ten), CONN_FULL);
    assert_int_equal(side_send(&rig.side, "123456789", NULL), CONN_FULL);
    assert_int_equal(ten->refs, 2);
    assert_int_equal(conn_queued_bytes(&rig.side.conn), 12);
    assert_int_equal(side_send(&rig.side, "12345678", NULL), 0);
    assert_int_equal(side_send(&rig.side, "x", NULL), CONN_FULL);
    assert_int_equal(side_send(&rig.side, NULL, NULL), 0);

    rig_until(&rig, rig.received.n == 20);
    assert_builder(&rig.received, "ab012345678912345678", 20);
    assert_int_equal(side_send(&rig.side, "x", ten), 0);
    assert_int_equal(side_drop_queue(&rig.side), 1);
    buf_unref(ten);

    struct buf *more_than_fits_ever = pattern(21, 0);
    assert_int_equal(side_send(&rig.side, NULL, more_than_fits_ever), CONN_FULL);
    buf_unref(more_than_fits_ever);
}

static void test_queue_is_bounded_in_entries(void **state)
{
    (void)state;
    rig.side.handler.queue_entries_max = 3;
    rig_start(&rig);
    for (int i = 0; i < 3; i++)
        assert_int_equal(side_send(&rig.side, "x", NULL), 0);
    assert_int_equal(side_send(&rig.side, "y", NULL), CONN_FULL);
    rig_until(&rig, rig.received.n == 3);
    assert_int_equal(side_send(&rig.side, "z", NULL), 0);
    rig_until(&rig, rig.received.n == 4);
    assert_builder(&rig.received, "xxxz", 4);
}

/* What a slow reader gets after the drop: whole entries, then what was sent later. */
static void test_drop_keeps_the_entry_that_has_begun(void **state)
{
    (void)state;
    enum { FRAME = 100 * 1000 };
    rig.client_read_max = 0;
    rig_start(&rig);
    struct buf *frames[5];
    for (unsigned i = 0; i < ARRAY_SIZE(frames); i++) {
        frames[i] = pattern(FRAME, i * 13);
        assert_int_equal(side_send(&rig.side, NULL, frames[i]), 0);
    }
    rig_turns(&rig, 3);
    size_t left = conn_queued_bytes(&rig.side.conn);
    assert_in_range(left, 1, 5 * FRAME - 1);
    size_t begun = (5 * FRAME - left + FRAME - 1) / FRAME;
    assert_true((5 * FRAME - left) % FRAME != 0);
    assert_int_equal(side_drop_queue(&rig.side), 5 - begun);
    assert_int_equal(side_drop_queue(&rig.side), 0);
    assert_int_equal(side_send_text(&rig.side, "resync"), 0);

    rig.client_read_max = 5000;
    rig_until(&rig, rig.received.n == begun * FRAME + 6);
    for (size_t i = 0; i < begun; i++)
        assert_memory_equal(builder_str(&rig.received).p + i * FRAME, frames[i]->data, FRAME);
    assert_memory_equal(builder_str(&rig.received).p + begun * FRAME, "resync", 6);
    for (unsigned i = 0; i < ARRAY_SIZE(frames); i++) {
        assert_int_equal(frames[i]->refs, 1);
        buf_unref(frames[i]);
    }
}

static void send_next(struct side *s)
{
    if (s->draineds < 5)
        must(side_send_text(s, "chunk") == 0);
}

static void test_drained_is_told_each_time_the_queue_is_empty(void **state)
{
    (void)state;
    rig.side.after_drained = send_next;
    rig_start(&rig);
    rig_turns(&rig, 3);
    assert_int_equal(rig.side.draineds, 0);
    send_next(&rig.side);
    rig_until(&rig, rig.side.draineds == 5);
    rig_until(&rig, rig.received.n == 25);
    assert_int_equal(rig.side.spy.writevs, 5);
}

/* Reading. */

static void send_in_steps(const struct buf *b, size_t step)
{
    for (size_t at = 0; at < b->n; at += step) {
        client_sends(&rig, b->data + at, MIN(step, b->n - at));
        rig_turns(&rig, 2);
    }
}

static void test_unconsumed_bytes_come_again_with_what_follows(void **state)
{
    (void)state;
    rig.side.unit = 64;
    rig_start(&rig);
    struct buf *sent = pattern(64 * 20, 5);
    send_in_steps(sent, 7);
    rig_until(&rig, rig.side.got.n == sent->n);
    assert_builder(&rig.side.got, sent->data, sent->n);
    assert_true(rig.side.datas > 20);
    assert_null(rig.side.conn.rest);
    buf_unref(sent);
}

/* The bound that a frame may just reach. */
static void test_rest_may_grow_to_read_max(void **state)
{
    (void)state;
    rig.side.handler.read_max = 100;
    rig.side.unit = 100;
    rig_start(&rig);
    struct buf *sent = pattern(1000, 9);
    client_sends(&rig, sent->data, sent->n);
    rig_until(&rig, rig.side.got.n == sent->n);
    assert_builder(&rig.side.got, sent->data, sent->n);
    buf_unref(sent);
}

static void test_busy_peer_is_read_once_a_turn(void **state)
{
    (void)state;
    rig.side.handler.read_max = 1000;
    rig_start(&rig);
    struct buf *sent = pattern(20 * 1000, 1);
    client_sends(&rig, sent->data, sent->n);
    rig_until(&rig, rig.side.spy.recvs > 0);
    for (uint32_t turn = 1; turn < 20; turn++) {
        assert_int_equal(rig.side.datas, turn);
        assert_true(rig.side.spy.bytes_read <= turn * 1000);
        rig_turns(&rig, 1);
    }
    rig_until(&rig, rig.side.got.n == sent->n);
    buf_unref(sent);
}

static void test_pause_holds_back_and_resume_brings_the_rest(void **state)
{
    (void)state;
    rig.side.unit = 10;
    rig.side.after_data = side_pause;
    rig_start(&rig);
    client_sends(&rig, "0123456789abcde", 15);
    rig_until(&rig, rig.side.datas == 1);
    client_sends(&rig, "FGHIJklmno", 10);
    rig_turns(&rig, 20);
    assert_int_equal(rig.side.datas, 1);
    assert_int_equal(rig.side.conn.watch.events, 0);

    /* The five bytes left, without a read; then what had waited. */
    uint32_t recvs = rig.side.spy.recvs;
    rig.side.unit = 5;
    rig.side.after_data = NULL;
    side_resume(&rig.side);
    side_resume(&rig.side);
    rig_until(&rig, rig.side.datas == 2);
    assert_builder(&rig.side.got, "0123456789abcde", 15);
    assert_int_equal(rig.side.spy.recvs, recvs);
    rig_until(&rig, rig.side.got.n == 25);
    assert_builder(&rig.side.got, "0123456789abcdeFGHIJklmno", 25);
}

static void test_short_pause_costs_no_call(void **state)
{
    (void)state;
    rig_start(&rig);
    client_sends(&rig, "a", 1);
    rig_until(&rig, rig.side.datas == 1);
    side_pause(&rig.side);
    rig_turns(&rig, 3);
    assert_int_equal(rig.side.conn.watch.events, EPOLLIN);
    side_resume(&rig.side);
    client_sends(&rig, "b", 1);
    rig_until(&rig, rig.side.got.n == 2);
}

/* A paused owner may be given no more than it allowed, however much has arrived. */
static void test_full_rest_survives_a_pause(void **state)
{
    (void)state;
    rig.side.handler.read_max = 50;
    rig.side.unit = 1000;
    rig.side.after_data = side_pause;
    rig_start(&rig);
    struct buf *sent = pattern(120, 2);
    client_sends(&rig, sent->data, sent->n);
    rig_until(&rig, rig.side.datas == 1);
    rig_turns(&rig, 5);
    assert_int_equal(rig.side.datas, 1);
    rig.side.unit = 0;
    rig.side.after_data = NULL;
    side_resume(&rig.side);
    rig_until(&rig, rig.side.got.n == 120);
    assert_builder(&rig.side.got, sent->data, sent->n);
    assert_int_equal(rig.side.closeds, 0);
    buf_unref(sent);
}

static struct conn_handler upgraded;

static size_t take_upgraded(struct conn *c, unsigned char *data, size_t n)
{
    struct side *s = container_of(c, struct side, conn);
    must(n <= LOOP_SCRATCH_BYTES);
    if (n < 8)
        return 0;
    builder_add(&s->got, data, 8);
    return 8;
}

static void upgrade(struct side *s)
{
    side_set_handler(s, &upgraded);
}

/* What came behind the request that upgrades reaches the new handler without another byte; its
 * smaller read_max does not get in the way of what was read under the larger. */
static void test_new_handler_gets_what_was_left(void **state)
{
    (void)state;
    upgraded = rig.side.handler;
    upgraded.on_data = take_upgraded;
    upgraded.read_max = 8;
    rig.side.unit = 24;
    rig.side.after_data = upgrade;
    rig_start(&rig);
    client_sends(&rig, "GET /upgrade, 24 bytes. frame001frame002fra", 43);
    rig_until(&rig, rig.side.got.n == 40);
    client_sends(&rig, "me003", 5);
    rig_until(&rig, rig.side.got.n == 48);
    assert_builder(&rig.side.got, "GET /upgrade, 24 bytes. frame001frame002frame003", 48);
    assert_int_equal(rig.side.closeds, 0);
}

/* As TLS does: the socket is empty while the transport still holds bytes. */
static void test_transport_that_holds_bytes_is_read_on(void **state)
{
    (void)state;
    rig.side.spy.piece = 100;
    rig.side.unit = 30;
    rig_start(&rig);
    struct buf *sent = pattern(30 * 120, 6);
    client_sends(&rig, sent->data, sent->n);
    rig_until(&rig, rig.side.got.n == 30 * 120);
    assert_builder(&rig.side.got, sent->data, sent->n);
    buf_unref(sent);
}

static void test_held_bytes_wait_for_a_pause(void **state)
{
    (void)state;
    rig.side.spy.piece = 10;
    rig.side.after_data = side_pause;
    rig_start(&rig);
    client_sends(&rig, "0123456789abcdefghij", 20);
    rig_until(&rig, rig.side.datas == 1);
    rig_turns(&rig, 5);
    assert_int_equal(rig.side.datas, 1);
    side_resume(&rig.side);
    rig_until(&rig, rig.side.datas == 2);
    assert_builder(&rig.side.got, "0123456789abcdefghij", 20);
}

static void test_idle_connection_holds_its_struct_alone(void **state)
{
    (void)state;
    assert_true(sizeof(struct conn) <= 160);
    rig.side.after_data = echo;
    rig_start(&rig);
    struct buf *sent = pattern(50 * 1000, 4);
    client_sends(&rig, sent->data, sent->n);
    rig_until(&rig, rig.received.n == sent->n);
    rig_turns(&rig, 2);
    assert_null(rig.side.conn.queue);
    assert_null(rig.side.conn.rest);
    assert_int_equal(rig.side.conn.watch.events, EPOLLIN);
    buf_unref(sent);
}

#define conn_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_echo_to_a_slow_reader, setup_small_window, teardown),
        conn_test(test_a_turn_leaves_in_one_writev),
        conn_test(test_what_may_wait_leaves_with_what_may_not),
        conn_test(test_what_may_wait_leaves_before_the_end),
        conn_test(test_what_may_wait_follows_what_was_held_up),
        conn_test(test_more_entries_than_a_writev_takes),
        conn_test(test_queue_is_bounded_in_bytes),
        conn_test(test_queue_is_bounded_in_entries),
        cmocka_unit_test_setup_teardown(test_drop_keeps_the_entry_that_has_begun,
                                        setup_small_window, teardown),
        conn_test(test_drained_is_told_each_time_the_queue_is_empty),
        conn_test(test_unconsumed_bytes_come_again_with_what_follows),
        conn_test(test_rest_may_grow_to_read_max),
        conn_test(test_busy_peer_is_read_once_a_turn),
        conn_test(test_pause_holds_back_and_resume_brings_the_rest),
        conn_test(test_short_pause_costs_no_call),
        conn_test(test_full_rest_survives_a_pause),
        conn_test(test_new_handler_gets_what_was_left),
        conn_test(test_transport_that_holds_bytes_is_read_on),
        conn_test(test_held_bytes_wait_for_a_pause),
        conn_test(test_idle_connection_holds_its_struct_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
