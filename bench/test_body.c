/* What a reader checks: that no text passes for another, and that members are found. */
#include "body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scan.h"

enum { SIZE = 200 };

static void test_any_changed_byte_is_seen(void **state)
{
    (void)state;
    char text[SIZE];
    body_write(text, SIZE, 7, 11);
    assert_true(body_is(str_n(text, SIZE), SIZE, 7, 11));
    for (size_t i = 0; i < SIZE; i++) {
        text[i] ^= 1;
        assert_false(body_is(str_n(text, SIZE), SIZE, 7, 11));
        text[i] ^= 1;
    }
    assert_false(body_is(str_n(text, SIZE - 1), SIZE, 7, 11));
}

static void test_texts_differ_by_conversation_and_number(void **state)
{
    (void)state;
    char text[SIZE];
    uint32_t conversation, number;
    for (uint32_t k = 0; k < 1000; k++) {
        body_write(text, SIZE, 3, k);
        assert_false(body_is(str_n(text, SIZE), SIZE, 3, k + 1));
        assert_false(body_is(str_n(text, SIZE), SIZE, 4, k));
        assert_true(body_head(str_n(text, SIZE), &conversation, &number));
        assert_int_equal(conversation, 3);
        assert_int_equal(number, k);
    }
    assert_false(body_head(STR("000000000000000g"), &conversation, &number));
    assert_false(body_head(STR("000"), &conversation, &number));
}

static void test_keys_do_not_repeat(void **state)
{
    (void)state;
    char one[KEY_TEXT], other[KEY_TEXT];
    for (int i = 0; i < 1000; i++) {
        key_write(one);
        key_write(other);
        assert_memory_not_equal(one, other, KEY_TEXT);
    }
}

static void test_members_are_found(void **state)
{
    (void)state;
    struct str json =
        STR("{\"id\":12,\"ok\":{\"conversation\":\"34\",\"seq\":56,\"text\":\"ab\"}}");
    uint64_t v = 0;
    assert_true(scan_u64(json, STR("\"seq\":"), &v));
    assert_int_equal(v, 56);
    assert_true(scan_u64(json, STR("\"conversation\":"), &v));
    assert_int_equal(v, 34);
    assert_false(scan_u64(json, STR("\"head\":"), &v));
    assert_false(scan_u64(json, STR("\"text\":"), &v));
    assert_true(str_eq(scan_text(json, STR("\"text\":")), STR("ab")));
    assert_null(scan_text(json, STR("\"seq\":")).p);
    assert_null(scan_text(str_n(json.p, json.n - 4), STR("\"text\":")).p);
}

int main(void)
{
    body_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_changed_byte_is_seen),
        cmocka_unit_test(test_texts_differ_by_conversation_and_number),
        cmocka_unit_test(test_keys_do_not_repeat),
        cmocka_unit_test(test_members_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
