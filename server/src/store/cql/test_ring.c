#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/cql/ring.h"
#include "util/macros.h"

static void test_token_belongs_to_the_next_place_round_the_ring(void **state)
{
    (void)state;
    struct ring ring = {0};
    ring_add(&ring, 7, (const int64_t[]){100, INT64_MIN + 5}, 2);
    ring_add(&ring, 8, (const int64_t[]){-50}, 1);
    ring_add(&ring, 9, NULL, 0);
    ring_sort(&ring);
    static const struct {
        int64_t token;
        uint32_t node;
        size_t place;
    } cases[] = {
        {INT64_MIN, 7, 0}, {INT64_MIN + 5, 7, 0}, {INT64_MIN + 6, 8, 1}, {-50, 8, 1},
        {-49, 7, 2},       {100, 7, 2},           {101, 7, 0},           {INT64_MAX, 7, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(ring_find(&ring, cases[i].token), cases[i].place);
        assert_int_equal(ring.places[cases[i].place].node, cases[i].node);
    }
    ring_clear(&ring);
    ring_add(&ring, 3, (const int64_t[]){0}, 1);
    ring_sort(&ring);
    assert_int_equal(ring.n, 1);
    assert_int_equal(ring.places[ring_find(&ring, 55)].node, 3);
    ring_deinit(&ring);
}

static void test_tokens_of_other_partitioners_are_none(void **state)
{
    (void)state;
    int64_t token;
    assert_true(ring_parse_token(STR("-9223372036854775808"), &token));
    assert_int_equal(token, INT64_MIN);
    assert_true(ring_parse_token(STR("9223372036854775807"), &token));
    assert_int_equal(token, INT64_MAX);
    assert_true(ring_parse_token(STR("-1"), &token));
    assert_int_equal(token, -1);
    static const char *const bad[] = {"",
                                      "-",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "136112946768375385385349842972707284580",
                                      "a0ff",
                                      "--1"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(ring_parse_token(str_of(bad[i]), &token));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_belongs_to_the_next_place_round_the_ring),
        cmocka_unit_test(test_tokens_of_other_partitioners_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
