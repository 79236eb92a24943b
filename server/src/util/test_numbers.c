#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/clock.h"
#include "util/macros.h"
#include "util/numbers.h"

/* The values at which something changes: around powers of two, of ten and of 128. */
static size_t borders(uint64_t out[512])
{
    size_t n = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        for (int by = -1; by <= 1; by++)
            out[n++] = (UINT64_C(1) << bit) + (uint64_t)(int64_t)by;
    }
    for (uint64_t ten = 10; n < 250; ten *= 10) {
        out[n++] = ten - 1;
        out[n++] = ten;
    }
    out[n++] = UINT64_MAX;
    return n;
}

static void test_decimal_round_trip(void **state)
{
    (void)state;
    uint64_t values[512];
    size_t n = borders(values);
    for (size_t i = 0; i < n; i++) {
        char text[U64_TEXT_MAX + 1], expected[32];
        uint64_t back = ~values[i];
        size_t length = u64_format(text, values[i]);
        snprintf(expected, sizeof(expected), "%" PRIu64, values[i]);
        assert_string_equal(text, expected);
        assert_int_equal(length, strlen(expected));
        assert_true(u64_parse(str_n(text, length), &back));
        assert_true(back == values[i]);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR(""),
        STR(" "),
        STR("+1"),
        STR("-1"),
        STR("-0"),
        STR("00"),
        STR("01"),
        STR(" 1"),
        STR("1 "),
        STR("1\n"),
        STR("0x1"),
        STR("1e3"),
        STR("1.0"),
        STR("1_0"),
        STR("a"),
        STR("/"),
        STR(":"),
        STR("1\0"),
        STR("\xb2"),
        STR("18446744073709551616"),
        STR("18446744073709551620"),
        STR("18446744073709551700"),
        STR("20000000000000000000"),
        STR("99999999999999999999"),
        STR("184467440737095516150"),
        STR("000000000000000000001"),
        {NULL, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        uint64_t v = 42;
        assert_false(u64_parse(bad[i], &v));
        assert_true(v == 42);
    }
}

static void test_big_endian(void **state)
{
    (void)state;
    uint8_t bytes[9] = {0};
    be64_put(bytes + 1, UINT64_C(0x0123456789abcdef));
    assert_memory_equal(bytes, "\0\x01\x23\x45\x67\x89\xab\xcd\xef", 9);
    assert_true(be64_get(bytes + 1) == UINT64_C(0x0123456789abcdef));
    be32_put(bytes + 1, 0xfedcba98);
    assert_memory_equal(bytes, "\0\xfe\xdc\xba\x98\x89\xab\xcd\xef", 9);
    assert_true(be32_get(bytes + 1) == 0xfedcba98);
    be16_put(bytes + 1, 0xff80);
    assert_memory_equal(bytes, "\0\xff\x80\xba", 4);
    assert_int_equal(be16_get(bytes + 1), 0xff80);
}

static void test_big_endian_sorts(void **state)
{
    (void)state;
    uint64_t values[512];
    size_t n = borders(values);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            uint8_t a[8], b[8];
            be64_put(a, values[i]);
            be64_put(b, values[j]);
            int order = (values[i] > values[j]) - (values[i] < values[j]);
            int got = memcmp(a, b, 8);
            assert_int_equal((got > 0) - (got < 0), order);
            assert_true(be64_get(a) == values[i]);
        }
    }
}

static void test_varint_round_trip(void **state)
{
    (void)state;
    uint64_t values[512];
    size_t n = borders(values);
    for (size_t i = 0; i < n; i++) {
        uint8_t bytes[VARINT_MAX + 1];
        memset(bytes, 0xff, sizeof(bytes));
        size_t length = varint_put(bytes, values[i]);
        size_t expected = 1;
        for (uint64_t v = values[i] >> 7; v; v >>= 7)
            expected++;
        assert_int_equal(length, expected);
        uint64_t back = ~values[i];
        assert_int_equal(varint_get(str_n(bytes, sizeof(bytes)), &back), length);
        assert_true(back == values[i]);
        for (size_t part = 0; part < length; part++) {
            uint8_t *exact = malloc(part ? part : 1);
            memcpy(exact, bytes, part);
            assert_int_equal(varint_get(str_n(exact, part), &back), 0);
            free(exact);
        }
    }
}

static void test_varint_refuses(void **state)
{
    (void)state;
    static const struct str bad[] = {
        {NULL, 0},
        STR("\x80"),
        STR("\x80\x00"), /* 0, but longer than need be */
        STR("\xff\x80\x00"),
        STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), /* 2^64 and more */
        STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
        STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00"),
        STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
        STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        uint64_t v = 42;
        assert_int_equal(varint_get(bad[i], &v), 0);
        assert_true(v == 42);
    }
}

/* What is taken is written back the same: one number, one form. */
static void test_varint_has_one_form(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 1 << 24; v++) {
        uint8_t bytes[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
        uint8_t again[VARINT_MAX];
        uint64_t value;
        size_t length = varint_get(str_n(bytes, 3), &value);
        if (length && (varint_put(again, value) != length || memcmp(again, bytes, length) != 0))
            fail_msg("%06x", v);
    }
}

static void test_clocks(void **state)
{
    (void)state;
    uint64_t before_ns = clock_mono_ns(), ms = clock_mono_ms(), after_ns = clock_mono_ns();
    assert_true(before_ns / 1000000 <= ms && ms <= after_ns / 1000000);
    assert_true(clock_wall_ms() > UINT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_round_trip),  cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_big_endian),          cmocka_unit_test(test_big_endian_sorts),
        cmocka_unit_test(test_varint_round_trip),   cmocka_unit_test(test_varint_refuses),
        cmocka_unit_test(test_varint_has_one_form), cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
