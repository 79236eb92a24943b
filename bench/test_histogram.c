/* The buckets against a sorted array, which is what they stand for. */
#include "histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

enum { VALUES = 20000 };

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void test_empty_has_no_quantiles(void **state)
{
    (void)state;
    static struct histogram h;
    assert_int_equal(histogram_at(&h, 0.5), 0);
}

static void test_small_values_are_exact(void **state)
{
    (void)state;
    static struct histogram h;
    for (uint64_t v = 1; v <= 100; v++)
        histogram_add(&h, v);
    assert_int_equal(histogram_at(&h, 0), 1);
    assert_int_equal(histogram_at(&h, 0.5), 50);
    assert_int_equal(histogram_at(&h, 0.99), 99);
    assert_int_equal(histogram_at(&h, 1), 100);
}

/* Over nine decades: never below the true one, and at most 1 in 128 above it. */
static void test_quantiles_are_within_a_bucket(void **state)
{
    (void)state;
    static struct histogram h;
    static uint64_t values[VALUES];
    uint64_t x = 88172645463325252;
    for (size_t i = 0; i < VALUES; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        values[i] = (x >> 24) >> (x % 37);
        histogram_add(&h, values[i]);
    }
    qsort(values, VALUES, sizeof(values[0]), by_value);
    static const double quantiles[] = {0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1};
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
        uint64_t truth = values[(size_t)(quantiles[i] * VALUES) - 1];
        uint64_t said = histogram_at(&h, quantiles[i]);
        assert_true(said >= truth);
        assert_true(said <= truth + truth / 128 + 1);
    }
    assert_int_equal(h.n, VALUES);
}

static void test_values_beyond_the_end_count_as_the_end(void **state)
{
    (void)state;
    static struct histogram h;
    histogram_add(&h, UINT64_MAX);
    histogram_add(&h, 0);
    assert_int_equal(histogram_at(&h, 0.5), 0);
    assert_int_equal(histogram_at(&h, 1), (UINT64_C(1) << HISTOGRAM_BITS_MAX) - 1);
    histogram_reset(&h);
    assert_int_equal(histogram_at(&h, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_has_no_quantiles),
        cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_quantiles_are_within_a_bucket),
        cmocka_unit_test(test_values_beyond_the_end_count_as_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
