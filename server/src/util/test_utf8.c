/* Against a decoder that works the other way: it puts the number together, then judges it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "util/macros.h"
#include "util/utf8.h"

/* Length of the character at p, or 0 when there is none. */
static size_t naive_character(const unsigned char *p, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length;
    uint32_t c;
    if ((p[0] & 0x80) == 0)
        return 1;
    if ((p[0] & 0xe0) == 0xc0)
        length = 2, c = p[0] & 0x1f;
    else if ((p[0] & 0xf0) == 0xe0)
        length = 3, c = p[0] & 0x0f;
    else if ((p[0] & 0xf8) == 0xf0)
        length = 4, c = p[0] & 0x07;
    else
        return 0;
    if (n < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    bool valid = c >= least[length] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
    return valid ? length : 0;
}

static bool naive_valid(const unsigned char *p, size_t n, size_t *characters)
{
    *characters = 0;
    for (size_t i = 0; i < n; ++*characters) {
        size_t length = naive_character(p + i, n - i);
        if (!length)
            return false;
        i += length;
    }
    return true;
}

/* The same answer in one piece, and in two at every place. */
static void check(const unsigned char *p, size_t n)
{
    size_t characters;
    bool valid = naive_valid(p, n, &characters);
    assert_int_equal(utf8_valid(str_n(p, n)), valid);
    if (valid)
        assert_int_equal(utf8_length(str_n(p, n)), characters);
    for (size_t at = 0; at <= n; at++) {
        utf8_state state = 0;
        bool fed = utf8_feed(&state, p, at);
        bool fed_rest = utf8_feed(&state, p + at, n - at);
        assert_true(fed || !fed_rest); /* once wrong, always wrong */
        assert_int_equal(fed_rest && utf8_complete(state), valid);
    }
}

static size_t encode(unsigned char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = 0x80 | (c & 0x3f);
    out[0] = (unsigned char)(0xf00 >> length | c);
    return length;
}

static void test_boundaries(void **state)
{
    (void)state;
    static const uint32_t good[] = {0,       1,       0x7f,    0x80,    0x7ff,    0x800,   0xfff,
                                    0x1000,  0xcfff,  0xd000,  0xd7ff,  0xe000,   0xfffd,  0xffff,
                                    0x10000, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff};
    static const uint32_t bad[] = {0xd800, 0xdbff, 0xdc00, 0xdfff, 0x110000, 0x13ffff, 0x140000};
    unsigned char text[4];
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        size_t n = encode(text, good[i]);
        assert_true(utf8_valid(str_n(text, n)));
        assert_int_equal(utf8_length(str_n(text, n)), 1);
        check(text, n);
        for (size_t part = 1; part < n; part++) {
            utf8_state s = 0;
            assert_true(utf8_feed(&s, text, part));
            assert_false(utf8_complete(s));
            assert_false(utf8_valid(str_n(text, part)));
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        size_t n = encode(text, bad[i]);
        assert_false(utf8_valid(str_n(text, n)));
        check(text, n);
    }
}

static void test_all_code_points(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x200000; c++) {
        unsigned char text[4];
        size_t n = encode(text, c);
        bool valid = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
        if (utf8_valid(str_n(text, n)) != valid)
            fail_msg("U+%X", (unsigned)c);
    }
}

static void test_all_two_bytes(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 1 << 16; v++) {
        unsigned char text[2] = {(unsigned char)(v >> 8), (unsigned char)v};
        check(text, 2);
    }
}

static void test_all_three_bytes(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 1 << 24; v++) {
        unsigned char text[3] = {(unsigned char)(v >> 16), (unsigned char)(v >> 8),
                                 (unsigned char)v};
        size_t characters;
        if (utf8_valid(str_n(text, 3)) != naive_valid(text, 3, &characters))
            fail_msg("%06x", v);
    }
}

/* Whether some bytes after `text` would make it valid; all that can matter are tried. */
static bool can_be_completed(unsigned char text[6], size_t n, size_t deeper)
{
    static const unsigned char next[] = {0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf};
    size_t characters;
    if (naive_valid(text, n, &characters))
        return true;
    for (size_t i = 0; deeper && i < ARRAY_SIZE(next); i++) {
        text[n] = next[i];
        if (can_be_completed(text, n + 1, deeper - 1))
            return true;
    }
    return false;
}

static void test_refuses_at_the_first_hopeless_byte(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 1 << 16; v++) {
        unsigned char text[6] = {(unsigned char)(v >> 8), (unsigned char)v};
        utf8_state s = 0;
        assert_int_equal(utf8_feed(&s, text, 1), can_be_completed(text, 1, 3));
        text[1] = (unsigned char)v;
        s = 0;
        assert_int_equal(utf8_feed(&s, text, 2), can_be_completed(text, 2, 3));
    }
}

static uint32_t draw(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*random >> 33);
}

/* Long texts, mostly ASCII, so that the fast way is entered and left everywhere; half of them with
 * one byte changed. The memory ends where the text does, for the sanitizer to see. */
static void test_long_texts(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (unsigned round = 0; round < 3000; round++) {
        size_t n_max = draw(&random) % 200, n = 0;
        unsigned char text[204];
        while (n < n_max) {
            uint32_t c = draw(&random) % 20 ? draw(&random) % 0x80 : draw(&random) % 0x110000;
            n += encode(text + n, c);
        }
        if (n && draw(&random) % 2)
            text[draw(&random) % n] = (unsigned char)draw(&random);
        unsigned char *exact = malloc(n ? n : 1);
        memcpy(exact, text, n);
        check(exact, n);
        free(exact);
    }
}

static void test_empty(void **state)
{
    (void)state;
    utf8_state s = 0;
    assert_true(utf8_valid((struct str){NULL, 0}));
    assert_true(utf8_feed(&s, NULL, 0));
    assert_true(utf8_complete(s));
    assert_int_equal(utf8_length((struct str){NULL, 0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boundaries),
        cmocka_unit_test(test_all_code_points),
        cmocka_unit_test(test_all_two_bytes),
        cmocka_unit_test(test_all_three_bytes),
        cmocka_unit_test(test_refuses_at_the_first_hopeless_byte),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
