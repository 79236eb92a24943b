/* Holes and silences of other nodes; what all nodes are sent, as bytes; subjects; interests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bus/envelope.h"
#include "bus/interests.h"
#include "bus/peers.h"
#include "bus/subject.h"
#include "util/buf.h"
#include "util/macros.h"

/* Long after we came. */
enum { NOW = 1000000 };

static void test_numbers_without_a_hole_are_no_sign(void **state)
{
    struct peers p = {0};
    (void)state;
    for (uint64_t i = 1; i <= 10; i++)
        assert_false(peers_heard(&p, 7, i, NOW + i * 1000));
    assert_false(peers_heard(&p, 7, 10, NOW)); /* doubled */
    assert_false(peers_heard(&p, 7, 4, NOW));  /* late */
    assert_false(peers_heard(&p, 7, 11, NOW));
    assert_int_equal(peers_n(&p), 1);
    peers_deinit(&p);
}

static void test_a_hole_is_a_sign_once(void **state)
{
    struct peers p = {0};
    (void)state;
    peers_heard(&p, 7, 1, NOW);
    assert_true(peers_heard(&p, 7, 3, NOW));
    assert_false(peers_heard(&p, 7, 4, NOW));
    assert_false(peers_heard(&p, 8, 1, NOW));
    assert_true(peers_heard(&p, 8, 3, NOW));
    assert_true(peers_left(&p, 8, 5));
    assert_false(peers_left(&p, 7, 5));
    assert_int_equal(peers_n(&p), 0);
    peers_deinit(&p);
}

static void test_a_silence_is_a_sign_once_and_so_is_its_end(void **state)
{
    struct peers p = {0};
    (void)state;
    peers_heard(&p, 7, 1, NOW);
    peers_heard(&p, 8, 1, NOW + 3000);
    assert_false(peers_silent(&p, NOW + PEERS_SILENT_MS));
    assert_true(peers_silent(&p, NOW + PEERS_SILENT_MS + 1));
    assert_false(peers_silent(&p, NOW + PEERS_SILENT_MS + 1));
    assert_int_equal(peers_n(&p), 1);
    assert_true(peers_heard(&p, 7, 2, NOW + 60000));
    assert_false(peers_heard(&p, 7, 3, NOW + 60000));
    peers_deinit(&p);
}

static void test_who_left_is_not_missed(void **state)
{
    struct peers p = {0};
    (void)state;
    peers_heard(&p, 7, 1, NOW);
    assert_false(peers_left(&p, 7, 2));
    assert_false(peers_left(&p, 9, 4)); /* never heard */
    assert_false(peers_silent(&p, NOW + 60000));
    peers_deinit(&p);
}

static void test_those_before_us_are_taken_as_they_are(void **state)
{
    struct peers p = {.joined_ms = NOW};
    (void)state;
    assert_false(peers_heard(&p, 7, 500, NOW + 1000));
    assert_true(peers_heard(&p, 7, 502, NOW + 2000));
    assert_true(peers_heard(&p, 8, 500, NOW + PEERS_SILENT_MS + 1));
    peers_deinit(&p);
}

static void test_many_silent_at_once(void **state)
{
    struct peers p = {0};
    (void)state;
    for (uint64_t id = 1; id <= PEERS_MAX + 10; id++)
        peers_heard(&p, id, 1, NOW);
    assert_int_equal(peers_n(&p), PEERS_MAX);
    assert_false(peers_heard(&p, PEERS_MAX + 1, 9, NOW)); /* not watched */
    while (peers_silent(&p, NOW + 60000))
        ;
    assert_int_equal(peers_n(&p), 0);
    peers_deinit(&p);
}

/* --- envelopes --- */

static const uint64_t three[] = {1, UINT64_MAX, 77};

static struct buf *an_envelope(void)
{
    struct envelope e = {
        .sender = 5, .number = 6, .type = ENVELOPE_MESSAGE, .kind = BUS_PRESENCE, .n = 3};
    return envelope_encode(&e, three, STR("words"));
}

static void test_an_envelope_is_read_as_it_was_written(void **state)
{
    struct buf *buf = an_envelope();
    struct envelope e;
    (void)state;
    assert_true(envelope_decode(&e, buf_str(buf)));
    assert_int_equal(e.sender, 5);
    assert_int_equal(e.number, 6);
    assert_int_equal(e.type, ENVELOPE_MESSAGE);
    assert_int_equal(e.kind, BUS_PRESENCE);
    assert_int_equal(e.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(envelope_id(&e, i), three[i]);
    assert_true(str_eq(e.message, STR("words")));
    buf_unref(buf);
}

/* The bytes are kept as they are between versions. */
static void test_an_envelope_has_these_bytes(void **state)
{
    static const char bytes[] = "\0\0\0\0\0\0\0\5"
                                "\0\0\0\0\0\0\0\6"
                                "\2\1\0\0"
                                "\0\0\0\3"
                                "\0\0\0\0\0\0\0\1"
                                "\377\377\377\377\377\377\377\377"
                                "\0\0\0\0\0\0\0\115"
                                "words";
    struct buf *buf = an_envelope();
    (void)state;
    assert_true(str_eq(buf_str(buf), str_n(bytes, sizeof(bytes) - 1)));
    buf_unref(buf);
}

static void test_a_later_version_is_read(void **state)
{
    /* Type 9, kind 200, 5 bytes of fields that are not known. */
    static const char bytes[] = "\0\0\0\0\0\0\0\5"
                                "\0\0\0\0\0\0\0\6"
                                "\11\310\0\5"
                                "\0\0\0\1"
                                "extra"
                                "\0\0\0\0\0\0\0\1"
                                "words";
    struct envelope e;
    (void)state;
    assert_true(envelope_decode(&e, str_n(bytes, sizeof(bytes) - 1)));
    assert_int_equal(e.number, 6);
    assert_int_equal(e.type, 9);
    assert_int_equal(e.kind, 200);
    assert_int_equal(envelope_id(&e, 0), 1);
    assert_true(str_eq(e.message, STR("words")));
}

static void test_what_is_no_envelope_is_refused(void **state)
{
    struct buf *buf = an_envelope();
    char bytes[128];
    struct envelope e;
    (void)state;
    for (size_t n = 0; n < buf->n - 5; n++)
        assert_false(envelope_decode(&e, str_n(buf->data, n)));
    assert_true(envelope_decode(&e, str_n(buf->data, buf->n - 5)));
    static const struct {
        size_t at;
        unsigned char byte;
    } bad[] = {{7, 0}, {15, 0}, {19, 200}, {20, 255}, {22, 5}};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        memcpy(bytes, buf->data, buf->n);
        bytes[bad[i].at] = (char)bad[i].byte;
        assert_false(envelope_decode(&e, str_n(bytes, buf->n)));
    }
    buf_unref(buf);
}

/* --- subjects --- */

static void test_subjects(void **state)
{
    char subject[SUBJECT_BYTES_MAX];
    enum bus_topic_kind kind;
    uint64_t id;
    (void)state;
    subject_of(subject, "a.b", BUS_PRESENCE, UINT64_MAX);
    assert_string_equal(subject, "a.b.presence.18446744073709551615");
    assert_true(subject_parse(subject, "a.b", &kind, &id));
    assert_int_equal(kind, BUS_PRESENCE);
    assert_int_equal(id, UINT64_MAX);
    assert_true(subject_parse("a.b.user.0", "a.b", &kind, &id));
    assert_int_equal(kind, BUS_USER);
    assert_int_equal(id, 0);
    subject_of_nodes(subject, "a.b");
    assert_string_equal(subject, "a.b.nodes");

    static const char *const none[] = {
        "a.b.nodes",   "a.b",         "a",           "",
        "a.b.user",    "a.b.user.",   "a.bb.user.1", "a.b.user.1.2",
        "a.b.user.01", "a.b.users.1", "a.b..1",      "a.b.user.18446744073709551616"};
    for (size_t i = 0; i < ARRAY_SIZE(none); i++)
        assert_false(subject_parse(none[i], "a.b", &kind, &id));
}

static void test_prefixes(void **state)
{
    static const char *const good[] = {"parley", "a.b", "A-1_x.2"}, *const bad[] = {
                                                                        "",    ".a",  "a.", "a..b",
                                                                        "a b", "a.*", ">",  "a\n"};
    char longest[SUBJECT_PREFIX_BYTES_MAX + 1];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_true(subject_prefix_good(str_of(good[i])));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(subject_prefix_good(str_of(bad[i])));
    memset(longest, 'x', sizeof(longest));
    assert_true(subject_prefix_good(str_n(longest, sizeof(longest) - 1)));
    assert_false(subject_prefix_good(str_n(longest, sizeof(longest))));
}

/* --- interests --- */

static void test_interests_are_counted(void **state)
{
    struct interests all;
    (void)state;
    interests_init(&all);
    struct interest *i = interests_add(&all, BUS_USER, 7);
    assert_non_null(i);
    assert_null(interests_add(&all, BUS_USER, 7));
    assert_non_null(interests_add(&all, BUS_PRESENCE, 7));
    assert_int_equal(all.n, 2);
    assert_null(interests_drop(&all, BUS_USER, 7));
    assert_ptr_equal(interests_drop(&all, BUS_USER, 7), i);
    free(i);
    assert_int_equal(all.n, 1);
    interests_deinit(&all);
}

/* Over the whole time each comes up once, whatever the steps are, and the oldest first. */
static void test_each_interest_is_due_once_in_the_time(void **state)
{
    enum { N = 777, EVERY_MS = 300000, STEP_MS = 200 };
    struct interests all;
    uint64_t next = 0;
    (void)state;
    interests_init(&all);
    for (uint64_t id = 0; id < N; id++)
        interests_add(&all, BUS_USER, id);
    for (uint64_t ms = 0; ms < EVERY_MS; ms += STEP_MS) {
        interests_pass(&all, STEP_MS, EVERY_MS);
        for (struct interest *i; (i = interests_due(&all));)
            assert_int_equal(i->id, next++ % N);
    }
    assert_in_range(next, N - 2, N);
    interests_pass(&all, 100 * (uint64_t)EVERY_MS,
                   EVERY_MS); /* a pause makes no more than one round */
    for (next = 0; interests_due(&all); next++)
        ;
    assert_in_range(next, N - 1, N + 1);
    for (int i = 0; i < 10; i++) /* nor do rounds in which none could be renewed */
        interests_pass(&all, EVERY_MS, EVERY_MS);
    for (next = 0; interests_due(&all); next++)
        ;
    assert_int_equal(next, N);
    interests_deinit(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_without_a_hole_are_no_sign),
        cmocka_unit_test(test_a_hole_is_a_sign_once),
        cmocka_unit_test(test_a_silence_is_a_sign_once_and_so_is_its_end),
        cmocka_unit_test(test_who_left_is_not_missed),
        cmocka_unit_test(test_those_before_us_are_taken_as_they_are),
        cmocka_unit_test(test_many_silent_at_once),
        cmocka_unit_test(test_an_envelope_is_read_as_it_was_written),
        cmocka_unit_test(test_an_envelope_has_these_bytes),
        cmocka_unit_test(test_a_later_version_is_read),
        cmocka_unit_test(test_what_is_no_envelope_is_refused),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_interests_are_counted),
        cmocka_unit_test(test_each_interest_is_due_once_in_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
