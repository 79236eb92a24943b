#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/macros.h"
#include "util/snowflake.h"

#define T (SNOWFLAKE_EPOCH_MS + 1000000)

static void test_layout(void **state)
{
    (void)state;
    struct snowflake s;
    uint64_t id;
    snowflake_init(&s, 1023, 0);
    snowflake_extend(&s, T + 1);
    assert_true(snowflake_next(&s, T, &id));
    assert_true(id == (UINT64_C(1000000) << 22 | UINT64_C(1023) << 12));
    assert_true(snowflake_time_ms(id) == T);
    assert_true(snowflake_next(&s, T, &id));
    assert_true((id & 0xfff) == 1);
}

static void test_nothing_without_reservation(void **state)
{
    (void)state;
    struct snowflake s;
    uint64_t id = 77;
    snowflake_init(&s, 1, 0);
    assert_false(snowflake_next(&s, T, &id));
    snowflake_init(&s, 1, T);
    assert_false(snowflake_next(&s, T - 5, &id));
    snowflake_extend(&s, T);
    assert_false(snowflake_next(&s, T, &id));
    assert_true(id == 77);
    snowflake_extend(&s, T + 1);
    assert_true(snowflake_next(&s, T, &id));
    assert_false(snowflake_next(&s, T + 1, &id));
    snowflake_extend(&s, T - 100);
    assert_true(snowflake_next(&s, T, &id));
}

/* A generator starts after all that another one may have used, whatever its clock says. */
static void test_restart_with_clock_set_back(void **state)
{
    (void)state;
    struct snowflake s;
    uint64_t last, id;
    snowflake_init(&s, 1, 0);
    snowflake_extend(&s, T + 10);
    for (unsigned i = 0; i < 10 * SNOWFLAKE_PER_MS; i++)
        assert_true(snowflake_next(&s, T, &last));
    assert_false(snowflake_next(&s, T, &id));

    snowflake_init(&s, 1, T + 10);
    snowflake_extend(&s, T + 20);
    assert_true(snowflake_next(&s, T - 5000, &id));
    assert_true(id > last);
    assert_true(snowflake_time_ms(id) == T + 10);
}

static void test_ids_grow_whatever_the_clock_does(void **state)
{
    (void)state;
    static const int steps[] = {0, 0, 1, -50, 3, 0, -1, 7, 100, -200, 2};
    struct snowflake s;
    uint64_t last = 0, id, now_ms = T;
    snowflake_init(&s, 5, T);
    snowflake_extend(&s, T + 1000000);
    for (unsigned i = 0; i < 100000; i++) {
        now_ms += (uint64_t)(int64_t)steps[i % ARRAY_SIZE(steps)];
        assert_true(snowflake_next(&s, now_ms, &id));
        assert_true(id > last);
        assert_int_equal(id >> 12 & 1023, 5);
        last = id;
    }
}

static void test_full_millisecond_runs_ahead(void **state)
{
    (void)state;
    struct snowflake s;
    uint64_t id, last = 0;
    snowflake_init(&s, 0, 0);
    snowflake_extend(&s, T + 2);
    for (unsigned i = 0; i < 2 * SNOWFLAKE_PER_MS; i++) {
        assert_true(snowflake_next(&s, T, &id));
        assert_true(id > last);
        assert_true(snowflake_time_ms(id) == T + i / SNOWFLAKE_PER_MS);
        last = id;
    }
    assert_false(snowflake_next(&s, T, &id));
    assert_false(snowflake_next(&s, T + 1, &id));
    snowflake_extend(&s, T + 3);
    assert_true(snowflake_next(&s, T + 1, &id));
    assert_true(id > last);
}

static void test_clock_before_the_epoch(void **state)
{
    (void)state;
    struct snowflake s;
    uint64_t id;
    snowflake_init(&s, 0, 0);
    snowflake_extend(&s, SNOWFLAKE_EPOCH_MS + 1);
    assert_true(snowflake_next(&s, 0, &id));
    assert_true(snowflake_time_ms(id) == SNOWFLAKE_EPOCH_MS);
}

static void test_time_ends(void **state)
{
    (void)state;
    struct snowflake s;
    uint64_t id, end_ms = SNOWFLAKE_EPOCH_MS + (UINT64_C(1) << 41);
    snowflake_init(&s, 0, 0);
    snowflake_extend(&s, UINT64_MAX);
    assert_true(snowflake_next(&s, end_ms - 1, &id));
    assert_true(id >> 63 == 0);
    assert_true(snowflake_time_ms(id) == end_ms - 1);
    assert_false(snowflake_next(&s, end_ms, &id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_nothing_without_reservation),
        cmocka_unit_test(test_restart_with_clock_set_back),
        cmocka_unit_test(test_ids_grow_whatever_the_clock_does),
        cmocka_unit_test(test_full_millisecond_runs_ahead),
        cmocka_unit_test(test_clock_before_the_epoch),
        cmocka_unit_test(test_time_ends),
    };
    return cmocka_run_group_tests_name("snowflake", tests, NULL, NULL);
}
