/* Optional fields: there and back, left out when empty, and every way to write them wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/pack.h"

static void test_fields_there_and_back(void **state)
{
    (void)state;
    struct builder b = {0};
    pack_field_u64(&b, 1, 300);
    pack_field_u64(&b, 2, 0);
    pack_field_bytes(&b, 3, STR("text"));
    pack_field_bytes(&b, 4, STR(""));
    pack_field_u64(&b, 5, UINT64_MAX);
    struct unpack u = {.left = builder_str(&b)};
    struct field f = {0};
    assert_true(unpack_field(&u, &f));
    assert_int_equal(f.tag, 1);
    assert_int_equal(unpack_field_u64(&u, &f), 300);
    assert_true(unpack_field(&u, &f));
    assert_int_equal(f.tag, 3);
    assert_true(str_eq(unpack_field_bytes(&u, &f, 4), STR("text")));
    assert_true(unpack_field(&u, &f));
    assert_int_equal(f.tag, 5);
    assert_true(unpack_field_u64(&u, &f) == UINT64_MAX);
    assert_false(unpack_field(&u, &f));
    assert_true(unpack_done(&u));
    builder_deinit(&b);
}

/* Reads all the fields as `text ? texts of 3 at most : numbers`. */
static bool all_well(struct str bytes, bool text)
{
    struct unpack u = {.left = bytes};
    struct field f = {0};
    while (unpack_field(&u, &f)) {
        if (text)
            unpack_field_bytes(&u, &f, 3);
        else
            unpack_field_u64(&u, &f);
    }
    return unpack_done(&u);
}

static void test_fields_written_wrong_are_refused(void **state)
{
    (void)state;
    assert_true(all_well(STR(""), false));
    assert_true(all_well(STR("\1\1\7\2\1\7"), false));
    assert_false(all_well(STR("\2\1\7\1\1\7"), false)); /* tags descend */
    assert_false(all_well(STR("\1\1\7\1\1\7"), false)); /* the same twice */
    assert_false(all_well(str_n("\0\1\7", 3), false));  /* no tag is 0 */
    assert_false(all_well(str_n("\1\1\0", 3), false));  /* a zero written out */
    assert_false(all_well(str_n("\1\0", 2), true));     /* an empty text written out */
    assert_false(all_well(STR("\1\2\7\7"), false));     /* more than a number */
    assert_false(all_well(STR("\1"), false));           /* cut */
    assert_false(all_well(STR("\1\3\7"), false));
    assert_true(all_well(STR("\1\3abc"), true));
    assert_false(all_well(STR("\1\4abcd"), true)); /* too long */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_there_and_back),
        cmocka_unit_test(test_fields_written_wrong_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
