/* A link against a node that is played by hand: bytes in pieces, answers that no real node gives,
 * and what becomes of those who wait for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listener.h"
#include "store/cql/link.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"

/* Waits end by the clock: how long a turn takes is the machine's affair. */
enum { WAIT_MS_MAX = 20 * 1000, TURN_US = 200 };

static struct loop loop;
static struct listener listener;
static struct link link_;
static int node;                         /* the node's end, blocking; -1: not connected */
static uint32_t accepted, used, changes; /* used: of those accepted, what a test has answered */
static bool stopped;

static void on_accept(struct listener *l, int fd, const struct address *peer)
{
    (void)l, (void)peer;
    if (node >= 0)
        close(node);
    node = fd;
    accepted++;
}

static void on_changed(struct link *l)
{
    (void)l;
    changes++;
}

static void on_stopped(struct link *l)
{
    (void)l;
    stopped = true;
}

static struct link_settings settings = {
    .loop = &loop,
    .user = {"me", 2},
    .password = {"secret", 6},
    .changed = on_changed,
    .stopped = on_stopped,
};

static void turn(void)
{
    loop_stop(&loop);
    loop_run(&loop);
    usleep(TURN_US);
}

#define until(condition)                                                                           \
    for (uint64_t from_ms_ = loop_now_ms(&loop); !(condition); turn())                             \
    assert_in_range(loop_now_ms(&loop) - from_ms_, 0, WAIT_MS_MAX)

/* Reads one request, whose body is dropped; its opcode and stream. */
static uint8_t node_hears(uint16_t *stream)
{
    unsigned char header[WIRE_HEADER_BYTES], body[4096];
    struct pollfd ready = {.fd = node, .events = POLLIN};
    until(poll(&ready, 1, 0) == 1);
    assert_int_equal(recv(node, header, sizeof(header), MSG_WAITALL), sizeof(header));
    uint32_t n = be32_get(header + 5);
    assert_in_range(n, 0, sizeof(body));
    if (n)
        assert_int_equal(recv(node, body, n, MSG_WAITALL), n);
    *stream = be16_get(header + 2);
    return header[4];
}

static void node_says_bytes(const void *p, size_t n)
{
    for (size_t sent = 0; sent < n; turn()) {
        ssize_t r = send(node, (const char *)p + sent, n - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += r > 0 ? (size_t)r : 0;
    }
}

static size_t make_answer(unsigned char *out, uint16_t stream, enum wire_opcode opcode,
                          const void *body, size_t n)
{
    wire_put_header(out, stream, opcode, n);
    out[0] = 0x84;
    if (n)
        memcpy(out + WIRE_HEADER_BYTES, body, n);
    return WIRE_HEADER_BYTES + n;
}

static void node_says(uint16_t stream, enum wire_opcode opcode, const void *body, size_t n)
{
    unsigned char *bytes = mem_new(WIRE_HEADER_BYTES + n);
    node_says_bytes(bytes, make_answer(bytes, stream, opcode, body, n));
    free(bytes);
}

#define VOID_BODY "\0\0\0\1"

static void await_connection(void)
{
    until(accepted > used);
    used = accepted;
}

static void open_link(void)
{
    uint16_t stream;
    await_connection();
    assert_int_equal(node_hears(&stream), WIRE_OP_STARTUP);
    node_says(stream, WIRE_OP_READY, NULL, 0);
    until(link_is_open(&link_));
}

static int setup(void **state)
{
    (void)state;
    struct address any, here;
    node = -1;
    accepted = used = changes = 0;
    stopped = false;
    must(crypto_init() == 0);
    log_set_level(LOG_OFF);
    must(loop_init(&loop) == 0);
    must(address_parse(&any, STR("127.0.0.1:0")) == 0);
    must(listener_init(&listener, &loop, &any, on_accept) == 0);
    here = listener_address(&listener);
    link_init(&link_, &settings, &here, NULL);
    link_start(&link_);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    link_stop(&link_);
    until(stopped);
    if (node >= 0)
        close(node);
    listener_deinit(&listener);
    loop_deinit(&loop);
    return 0;
}

/* Who asks. */

struct asking {
    struct exchange exchange;
    uint32_t answers, losses;
    enum wire_answer_kind kind;
    size_t cell_n;
};

static void on_answered(struct exchange *e, struct wire_answer *answer)
{
    struct asking *a = container_of(e, struct asking, exchange);
    if (!answer) {
        a->losses++;
        return;
    }
    a->answers++;
    a->kind = answer->kind;
    if (answer->kind == WIRE_ROWS && cql_rows_next(&answer->rows))
        a->cell_n = answer->rows.cells[0].n;
}

static int ask_with(struct asking *a, const void *bytes, size_t n)
{
    struct buf *body = buf_copy(bytes, n);
    a->exchange.answered = on_answered;
    int r = link_send(&link_, &a->exchange, WIRE_OP_QUERY, body);
    buf_unref(body);
    return r;
}

static int ask(struct asking *a)
{
    return ask_with(a, "body", 4);
}

static void assert_lost(const struct asking *a)
{
    until(a->losses);
    assert_int_equal(a->answers, 0);
    assert_false(link_is_open(&link_));
}

/* The handshake. */

static void test_handshake_with_a_password(void **state)
{
    (void)state;
    uint16_t stream;
    await_connection();
    assert_int_equal(node_hears(&stream), WIRE_OP_STARTUP);
    node_says(stream, WIRE_OP_AUTHENTICATE, "\0\0", 2);
    assert_int_equal(node_hears(&stream), WIRE_OP_AUTH_RESPONSE);
    node_says(stream, WIRE_OP_AUTH_SUCCESS, "\xff\xff\xff\xff", 4);
    until(link_is_open(&link_));
}

static void test_refused_handshake_is_tried_again_later(void **state)
{
    (void)state;
    uint16_t stream;
    await_connection();
    node_hears(&stream);
    node_says(stream, WIRE_OP_ERROR, "\0\0\1\0\0\5wrong", 11);
    until(changes == 1);
    assert_string_equal(link_.why, "wrong");
    open_link();
    assert_int_equal(accepted, 2);
}

static void test_answer_out_of_place_in_the_handshake(void **state)
{
    (void)state;
    uint16_t stream;
    await_connection();
    node_hears(&stream);
    node_says(stream, WIRE_OP_RESULT, VOID_BODY, 4);
    until(changes == 1);
    assert_false(link_is_open(&link_));
}

static void test_nothing_is_sent_before_it_is_open(void **state)
{
    (void)state;
    struct asking a = {0};
    assert_int_equal(ask(&a), LINK_NOT_OPEN);
    until(node >= 0);
    assert_int_equal(ask(&a), LINK_NOT_OPEN);
    open_link();
    assert_int_equal(ask(&a), 0);
    link_forget(&a.exchange);
}

/* Answers. */

static void test_answers_come_in_any_order(void **state)
{
    (void)state;
    struct asking a = {0}, b = {0};
    uint16_t of_a, of_b;
    open_link();
    assert_int_equal(ask(&a), 0);
    assert_int_equal(ask(&b), 0);
    node_hears(&of_a);
    node_hears(&of_b);
    assert_int_not_equal(of_a, of_b);
    node_says(of_b, WIRE_OP_RESULT, VOID_BODY, 4);
    until(b.answers);
    assert_int_equal(a.answers, 0);
    node_says(of_a, WIRE_OP_RESULT, VOID_BODY, 4);
    until(a.answers);
}

/* Rows with one cell of so many bytes. */
static struct builder rows_with(size_t n)
{
    static const char head[] = "\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\0\0\1c\0\3\0\0\0\1";
    struct builder b = {0};
    unsigned char size[4];
    builder_add(&b, head, sizeof(head) - 1);
    be32_put(size, (uint32_t)n);
    builder_add(&b, size, sizeof(size));
    memset(builder_reserve(&b, n), 'x', n);
    builder_advance(&b, n);
    return b;
}

static void test_answer_in_single_bytes(void **state)
{
    (void)state;
    struct asking a = {0};
    unsigned char bytes[256];
    uint16_t stream;
    open_link();
    assert_int_equal(ask(&a), 0);
    node_hears(&stream);
    struct builder rows = rows_with(20);
    size_t n = make_answer(bytes, stream, WIRE_OP_RESULT, builder_str(&rows).p, rows.n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a.answers, 0);
        node_says_bytes(bytes + i, 1);
        turn();
    }
    until(a.answers);
    assert_int_equal(a.cell_n, 20);
    builder_deinit(&rows);
}

/* Far beyond what is read at once, and the next one in the same breath. */
static void test_large_answer_and_the_one_behind_it(void **state)
{
    (void)state;
    enum { LARGE = 3 * 1000 * 1000 };
    struct asking a = {0}, b = {0};
    uint16_t of_a, of_b;
    open_link();
    assert_int_equal(ask(&a), 0);
    assert_int_equal(ask(&b), 0);
    node_hears(&of_a);
    node_hears(&of_b);
    struct builder rows = rows_with(LARGE);
    unsigned char *bytes = mem_new(LARGE + 1000);
    size_t n = make_answer(bytes, of_a, WIRE_OP_RESULT, builder_str(&rows).p, rows.n);
    n += make_answer(bytes + n, of_b, WIRE_OP_RESULT, VOID_BODY, 4);
    node_says_bytes(bytes, n);
    until(b.answers);
    assert_int_equal(a.cell_n, LARGE);
    assert_int_equal(b.kind, WIRE_DONE);
    builder_deinit(&rows);
    free(bytes);
}

static void test_answer_to_nothing_asked_ends_the_link(void **state)
{
    (void)state;
    struct asking a = {0};
    uint16_t stream;
    open_link();
    assert_int_equal(ask(&a), 0);
    node_hears(&stream);
    node_says((uint16_t)(stream - 1), WIRE_OP_RESULT, VOID_BODY, 4);
    assert_lost(&a);
    open_link();
}

static void test_bytes_of_another_protocol_end_the_link(void **state)
{
    (void)state;
    struct asking a = {0};
    open_link();
    assert_int_equal(ask(&a), 0);
    node_says_bytes("HTTP/1.1 400 Bad Request", 24);
    assert_lost(&a);
}

static void test_torn_body_ends_the_link(void **state)
{
    (void)state;
    struct asking a = {0};
    uint16_t stream;
    open_link();
    assert_int_equal(ask(&a), 0);
    node_hears(&stream);
    node_says(stream, WIRE_OP_RESULT, "\0\0\0\2\0", 5);
    assert_lost(&a);
}

static void test_events_are_let_be(void **state)
{
    (void)state;
    struct asking a = {0};
    uint16_t stream;
    unsigned char event[WIRE_HEADER_BYTES] = {0x84, 0, 0xff, 0xff, 0x0c};
    open_link();
    assert_int_equal(ask(&a), 0);
    node_hears(&stream);
    node_says_bytes(event, sizeof(event));
    node_says(stream, WIRE_OP_RESULT, VOID_BODY, 4);
    until(a.answers);
}

/* Streams. */

static void test_full_link_takes_no_more_until_one_is_answered(void **state)
{
    (void)state;
    struct asking *many = mem_new_array(LINK_STREAMS_MAX, sizeof(*many));
    uint16_t stream;
    open_link();
    for (uint32_t i = 0; i < LINK_STREAMS_MAX - 1; i++)
        assert_int_equal(ask(&many[i]), 0);
    assert_false(link_has_room(&link_));
    assert_int_equal(ask(&many[LINK_STREAMS_MAX - 1]), LINK_FULL);
    node_hears(&stream);
    node_says(stream, WIRE_OP_RESULT, VOID_BODY, 4);
    until(link_has_room(&link_));
    assert_int_equal(ask(&many[LINK_STREAMS_MAX - 1]), 0);
    /* The end answers them all, once. */
    shutdown(node, SHUT_RDWR);
    until(changes == 2);
    uint32_t answers = 0, losses = 0;
    for (uint32_t i = 0; i < LINK_STREAMS_MAX; i++) {
        assert_int_equal(many[i].answers + many[i].losses, 1);
        answers += many[i].answers;
        losses += many[i].losses;
    }
    assert_int_equal(answers, 1);
    assert_int_equal(losses, LINK_STREAMS_MAX - 1);
    free(many);
}

/* A node that reads nothing: there is no room long before the streams are used up, a sign of life
 * is asked for behind all of it, and then the link is given up. */
static void test_link_whose_bytes_are_not_taken_is_full_and_given_up(void **state)
{
    (void)state;
    enum { LONG_BYTES = 1024 * 1024 };
    struct asking *many = mem_new_array(LINK_STREAMS_MAX, sizeof(*many));
    char *bytes = mem_new(LONG_BYTES);
    uint32_t n = 0;
    memset(bytes, 'x', LONG_BYTES);
    open_link();
    for (; link_has_room(&link_); turn()) {
        assert_in_range(n, 0, LINK_STREAMS_MAX / 2);
        assert_int_equal(ask_with(&many[n++], bytes, LONG_BYTES), 0);
    }
    struct asking last = {0};
    assert_int_equal(ask(&last), LINK_FULL);
    until(changes == 2);
    assert_string_equal(link_.why, "the node gave no sign of life");
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(many[i].losses, 1);
    free(bytes);
    free(many);
}

static void test_forgotten_stream_is_used_again_only_after_its_answer(void **state)
{
    (void)state;
    struct asking a = {0}, b = {0};
    uint16_t of_a, of_b;
    open_link();
    assert_int_equal(ask(&a), 0);
    node_hears(&of_a);
    turn();
    link_forget(&a.exchange);
    assert_true(link_.quiet);
    assert_int_equal(ask(&b), 0);
    node_hears(&of_b);
    assert_int_not_equal(of_a, of_b);
    node_says(of_a, WIRE_OP_RESULT, VOID_BODY, 4);
    until(!link_.quiet);
    assert_int_equal(a.answers + a.losses, 0);
    assert_int_equal(b.answers, 0);
    assert_int_equal(link_.forgotten_n, 0);
    node_says(of_b, WIRE_OP_RESULT, VOID_BODY, 4);
    until(b.answers);
}

/* Life. */

static void test_silent_node_is_given_up(void **state)
{
    (void)state;
    struct asking a = {0};
    uint16_t stream;
    open_link();
    uint64_t before_ms = loop_now_ms(&loop);
    assert_int_equal(ask(&a), 0);
    node_hears(&stream);
    assert_int_equal(node_hears(&stream), WIRE_OP_OPTIONS);
    assert_lost(&a);
    assert_in_range(loop_now_ms(&loop) - before_ms, LINK_BEAT_MS, 4 * LINK_BEAT_MS);
}

static void test_node_that_falls_silent_after_another_answer_is_given_up(void **state)
{
    (void)state;
    struct asking a = {0}, b = {0};
    uint16_t of_a, of_b, stream;
    open_link();
    assert_int_equal(ask(&a), 0);
    assert_int_equal(ask(&b), 0);
    node_hears(&of_a);
    node_hears(&of_b);
    assert_int_equal(node_hears(&stream), WIRE_OP_OPTIONS);
    node_says(of_a, WIRE_OP_RESULT, VOID_BODY, 4);
    until(a.answers);
    assert_lost(&b);
}

static void test_node_that_answers_the_beat_is_kept(void **state)
{
    (void)state;
    struct asking a = {0};
    uint16_t of_a, stream;
    open_link();
    assert_int_equal(ask(&a), 0);
    node_hears(&of_a);
    assert_int_equal(node_hears(&stream), WIRE_OP_OPTIONS);
    uint64_t from_ms = loop_now_ms(&loop);
    node_says(stream, WIRE_OP_SUPPORTED, "\0\0", 2);
    assert_int_equal(node_hears(&stream), WIRE_OP_OPTIONS);
    assert_in_range(loop_now_ms(&loop) - from_ms, LINK_BEAT_MS - 1, WAIT_MS_MAX);
    assert_true(link_is_open(&link_));
    node_says(of_a, WIRE_OP_RESULT, VOID_BODY, 4);
    until(a.answers);
    assert_int_equal(accepted, 1);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case_of(test_handshake_with_a_password),
        case_of(test_refused_handshake_is_tried_again_later),
        case_of(test_answer_out_of_place_in_the_handshake),
        case_of(test_nothing_is_sent_before_it_is_open),
        case_of(test_answers_come_in_any_order),
        case_of(test_answer_in_single_bytes),
        case_of(test_large_answer_and_the_one_behind_it),
        case_of(test_answer_to_nothing_asked_ends_the_link),
        case_of(test_bytes_of_another_protocol_end_the_link),
        case_of(test_torn_body_ends_the_link),
        case_of(test_events_are_let_be),
        case_of(test_full_link_takes_no_more_until_one_is_answered),
        case_of(test_link_whose_bytes_are_not_taken_is_full_and_given_up),
        case_of(test_forgotten_stream_is_used_again_only_after_its_answer),
        case_of(test_silent_node_is_given_up),
        case_of(test_node_that_falls_silent_after_another_answer_is_given_up),
        case_of(test_node_that_answers_the_beat_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
