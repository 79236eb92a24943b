/* The forms of W3C Trace Context §3.2.2, and those that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/traceparent.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN  "00f067aa0ba902b7"
#define WHOLE "00-" TRACE "-" SPAN "-01"

static bool takes(const char *text)
{
    struct traceparent tp;
    memset(&tp, 'x', sizeof(tp));
    bool good = traceparent_parse(&tp, str_of(text));
    assert_string_equal(tp.trace_id, good ? TRACE : "");
    assert_string_equal(tp.span_id, good ? SPAN : "");
    return good;
}

static void test_what_is_one_is_read(void **state)
{
    (void)state;
    assert_true(takes(WHOLE));
    assert_true(takes("00-" TRACE "-" SPAN "-00"));
    assert_true(takes("cc-" TRACE "-" SPAN "-01"));
    assert_true(takes("cc-" TRACE "-" SPAN "-01-what-the-future-will-be-like"));
    assert_true(takes("cc-" TRACE "-" SPAN "-01-"));
}

static void test_the_lowest_flag_says_sampled(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdef";
    for (int high = 0; high < 16; high++)
        for (int low = 0; low < 16; low++) {
            char text[] = WHOLE;
            struct traceparent tp;
            text[53] = digits[high];
            text[54] = digits[low];
            assert_true(traceparent_parse(&tp, str_of(text)));
            assert_int_equal(tp.sampled, low & 1);
        }
}

static void test_what_is_none_is_as_if_absent(void **state)
{
    (void)state;
    assert_false(takes(""));
    assert_false(takes("ff-" TRACE "-" SPAN "-01"));
    assert_false(takes(WHOLE "-more"));
    assert_false(takes("cc-" TRACE "-" SPAN "-01.more"));
    assert_false(takes("00-00000000000000000000000000000000-" SPAN "-01"));
    assert_false(takes("00-" TRACE "-0000000000000000-01"));
    assert_false(takes("00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01"));
    assert_false(takes(" " WHOLE));
    struct traceparent tp;
    assert_false(traceparent_parse(&tp, (struct str){0}));
    for (size_t n = 0; n < strlen(WHOLE); n++)
        assert_false(traceparent_parse(&tp, str_n(WHOLE, n)));
}

/* Every place holds what it must: another byte there is refused, whichever it is. */
static void test_no_byte_may_be_another_kind(void **state)
{
    (void)state;
    for (size_t at = 0; at < strlen(WHOLE); at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[] = WHOLE;
            struct traceparent tp;
            bool hex = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
            bool dash = WHOLE[at] == '-';
            text[at] = (char)byte;
            if (traceparent_parse(&tp, str_n(text, strlen(WHOLE))))
                assert_true(dash ? byte == '-' : hex);
            else
                assert_true(dash ? byte != '-' : !hex);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_one_is_read),
        cmocka_unit_test(test_the_lowest_flag_says_sampled),
        cmocka_unit_test(test_what_is_none_is_as_if_absent),
        cmocka_unit_test(test_no_byte_may_be_another_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
