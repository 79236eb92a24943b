/* The token bucket, and the table of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/hash.h"
#include "util/rate.h"

enum { SPAN_MS = 60 * 1000 };

static const struct rate three_a_minute = {.burst = 3, .each_ns = UINT64_C(20000000000)};

static void test_a_burst_is_allowed_and_then_one_at_a_time(void **state)
{
    (void)state;
    struct rate r = rate_of(3, 3, SPAN_MS);
    uint64_t full = 0;
    assert_int_equal(r.each_ns, three_a_minute.each_ns);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rate_take(&r, &full, 1000, 1), 0);
    assert_int_equal(rate_take(&r, &full, 1000, 1), SPAN_MS / 3);
    assert_int_equal(rate_take(&r, &full, 1000 + SPAN_MS / 3 - 1, 1), 1);
    assert_int_equal(rate_take(&r, &full, 1000 + SPAN_MS / 3, 1), 0);
    assert_int_not_equal(rate_take(&r, &full, 1000 + SPAN_MS / 3, 1), 0);
}

static void test_a_bucket_fills_up_and_no_further(void **state)
{
    (void)state;
    uint64_t full = 0;
    for (int i = 0; i < 3; i++)
        rate_take(&three_a_minute, &full, 0, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rate_take(&three_a_minute, &full, 100 * SPAN_MS, 1), 0);
    assert_int_not_equal(rate_take(&three_a_minute, &full, 100 * SPAN_MS, 1), 0);
}

static void test_what_is_refused_costs_nothing(void **state)
{
    (void)state;
    uint64_t full = 0;
    assert_int_equal(rate_take(&three_a_minute, &full, 0, 2), 0);
    assert_int_equal(rate_take(&three_a_minute, &full, 0, 2), SPAN_MS / 3);
    assert_int_equal(rate_take(&three_a_minute, &full, 0, 1), 0);
}

static void test_what_costs_more_than_a_bucket_waits_for_a_full_one(void **state)
{
    (void)state;
    uint64_t full = 0;
    assert_int_equal(rate_take(&three_a_minute, &full, 0, 1000), 0);
    assert_int_equal(rate_take(&three_a_minute, &full, 1, 1000), SPAN_MS - 1);
    assert_int_equal(rate_take(&three_a_minute, &full, SPAN_MS, 1000), 0);
}

static void test_a_clock_that_another_thread_read_earlier_gives_nothing_away(void **state)
{
    (void)state;
    uint64_t full = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(rate_take(&three_a_minute, &full, 5000, 1), 0);
    assert_int_equal(rate_take(&three_a_minute, &full, 4000, 1), SPAN_MS / 3 + 1000);
}

static void test_long_run_is_told_by_the_minute(void **state)
{
    (void)state;
    struct rate r = rate_of(200, 100, 1000);
    assert_int_equal(rate_per_minute(&r), 6000);
    r = rate_of(8 << 20, 1 << 20, 1000);
    assert_in_range(rate_per_minute(&r), 60u << 20, (60u << 20) + 100000);
}

static void test_names_do_not_share(void **state)
{
    (void)state;
    struct rate_table t;
    uint64_t ann = hash_bytes(STR("ann")), bob = hash_bytes(STR("bob"));
    rate_table_init(&t, rate_of(1, 1, SPAN_MS));
    assert_int_equal(rate_table_take(&t, ann, 0, 1), 0);
    assert_int_equal(rate_table_take(&t, bob, 0, 1), 0);
    assert_int_equal(rate_table_take(&t, ann, 0, 1), SPAN_MS);
    rate_table_give_back(&t, ann);
    assert_int_equal(rate_table_take(&t, ann, 0, 1), 0);
    assert_int_equal(rate_table_take(&t, bob, 0, 1), SPAN_MS);
    rate_table_deinit(&t);
}

static void test_no_burst_means_no_limit(void **state)
{
    (void)state;
    struct rate_table t;
    rate_table_init(&t, rate_of(0, 1, SPAN_MS));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rate_table_take(&t, 7, 0, 1000), 0);
    rate_table_give_back(&t, 7);
    assert_null(t.slots);
    rate_table_deinit(&t);
}

static void test_a_crowd_pushes_out_those_with_most_left(void **state)
{
    (void)state;
    struct rate_table t;
    rate_table_init(&t, rate_of(100, 100, SPAN_MS));
    /* one has used all of theirs; each of the crowd one */
    for (int i = 0; i < 100; i++)
        assert_int_equal(rate_table_take(&t, hash_u64(UINT64_MAX), 0, 1), 0);
    for (uint64_t i = 1; i <= 4 * (uint64_t)RATE_TABLE_MAX; i++)
        assert_int_equal(rate_table_take(&t, hash_u64(i), 0, 1), 0);
    assert_int_not_equal(rate_table_take(&t, hash_u64(UINT64_MAX), 0, 1), 0);
    rate_table_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_is_allowed_and_then_one_at_a_time),
        cmocka_unit_test(test_a_bucket_fills_up_and_no_further),
        cmocka_unit_test(test_what_is_refused_costs_nothing),
        cmocka_unit_test(test_what_costs_more_than_a_bucket_waits_for_a_full_one),
        cmocka_unit_test(test_a_clock_that_another_thread_read_earlier_gives_nothing_away),
        cmocka_unit_test(test_long_run_is_told_by_the_minute),
        cmocka_unit_test(test_names_do_not_share),
        cmocka_unit_test(test_no_burst_means_no_limit),
        cmocka_unit_test(test_a_crowd_pushes_out_those_with_most_left),
    };
    return cmocka_run_group_tests_name("util/rate", tests, NULL, NULL);
}
