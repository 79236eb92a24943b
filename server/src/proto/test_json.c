/* RFC 8259 by its corners. test_json_differential.py holds the same code against Python's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "proto/api.gen.h"
#include "proto/json.h"
#include "util/arena.h"
#include "util/macros.h"
#include "util/mem.h"

/* With its length, since some hold NUL. */
#define T(text)                                                                                    \
    {                                                                                              \
        "" text, sizeof(text) - 1                                                                  \
    }

static struct json_token tokens[API_JSON_TOKENS_MAX];
static struct json json;

/* Parses a copy on the heap that ends where the text ends, so that a sanitizer sees every read
 * past it. The copy stays until the next call; of "" it frees the last. */
static int parse(struct str text)
{
    static char *copy;
    free(copy);
    copy = text.n ? mem_copy(text.p, text.n) : NULL;
    json = (struct json){.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
    return json_parse(&json, str_n(copy, text.n));
}

static int free_copy(void **state)
{
    (void)state;
    parse(STR(""));
    return 0;
}

static void test_takes_what_is_json(void **state)
{
    (void)state;
    static const struct str texts[] = {
        T("0"),
        T("-0"),
        T("12.5e-3"),
        T("1E+9"),
        T("0.0"),
        T("1e0"),
        T(" \t\r\n1 \t\r\n"),
        T("true"),
        T("false"),
        T("null"),
        T("\"\""),
        T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
        T("\"\\u0000\\uD834\\udd1e\""),
        T("\"\x7f\""),
        T("\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\""),
        T("[]"),
        T("{}"),
        T("[ ]"),
        T("{ }"),
        T("[1,[2,{\"a\":[]}],\"b\"]"),
        T("{\"\":0,\"\":1}"),
        T("[[[[[[[[]]]]]]]]"),
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (parse(texts[i]) != 0)
            fail_msg("refused: %.*s", (int)texts[i].n, texts[i].p);
    }
}

static void test_refuses_what_is_not(void **state)
{
    (void)state;
    static const struct str texts[] = {
        T(""),
        T(" "),
        T("\xef\xbb\xbf{}"), /* a byte order mark */
        T("{}{}"),
        T("{} x"),
        T("1 2"),
        T("[1,]"),
        T("[,1]"),
        T("[1 2]"),
        T("["),
        T("]"),
        T("[1"),
        T("[1}"),
        T("{\"a\"}"),
        T("{\"a\":}"),
        T("{\"a\":1,}"),
        T("{,}"),
        T("{a:1}"),
        T("{1:1}"),
        T("{\"a\":1]"),
        T("{\"a\" 1}"),
        T("{'a':1}"),
        T("01"),
        T("-01"),
        T("+1"),
        T("-"),
        T(".5"),
        T("1."),
        T("1.e1"),
        T("1e"),
        T("1e+"),
        T("0x1"),
        T("1_0"),
        T("NaN"),
        T("Infinity"),
        T("-Infinity"),
        T("nul"),
        T("nulL"),
        T("True"),
        T("truex"),
        T("\""),
        T("\"a"),
        T("\"\\\""),
        T("\"\\"),
        T("\"\\x41\""),
        T("\"\\U0041\""),
        T("\"\\'\""),
        T("\"\\0\""),
        T("\"\\u\""),
        T("\"\\u12\""),
        T("\"\\u12g4\""),
        T("\"\\u 123\""),
        T("\"\\u123"),
        T("\"\\ud800\""),        /* lone high surrogate */
        T("\"\\udc00\""),        /* lone low surrogate */
        T("\"\\ud800\\u0041\""), /* high without low */
        T("\"\\ud800\\ud800\""),
        T("\"\\ud800\\n\""),
        T("\"\\ud800\\udc0"),
        T("\"\n\""),
        T("\"\t\""),
        T("\"\0\""),
        T("\"12345678\x1f\""),
        T("\"\x80\""),
        T("\"\xc0\xaf\""),         /* overlong */
        T("\"\xed\xa0\x80\""),     /* a surrogate in UTF-8 */
        T("\"\xf4\x90\x80\x80\""), /* above U+10FFFF */
        T("\"\xc3\""),
        T("\"abcdefgh\xc3\""),
        T("{\"\xc3\":1}"),
        T("\xa0{}"),
        T("\f{}"),
        T("/**/1"),
        T("1//"),
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (parse(texts[i]) != JSON_BAD)
            fail_msg("taken: %.*s (%zu)", (int)texts[i].n, texts[i].p, i);
    }
}

/* Wherever it stands: strings are walked eight bytes at a time. */
static void test_finds_a_control_character_anywhere(void **state)
{
    (void)state;
    for (size_t at = 1; at < 18; at++) {
        for (unsigned c = 0; c < 256; c++) {
            char text[20] = "\"0123456789012345z\"";
            text[at] = (char)c;
            bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
            assert_int_equal(parse(str_n(text, 19)), plain ? 0 : JSON_BAD);
        }
    }
}

static void test_bounds_depth_and_tokens(void **state)
{
    (void)state;
    assert_int_equal(parse(STR("[[[[[[[[[]]]]]]]]]")), JSON_TOO_DEEP);
    assert_int_equal(parse(STR("{\"a\":{\"a\":{\"a\":{\"a\":[[[[[1]]]]]}}}}")), JSON_TOO_DEEP);
    assert_int_equal(parse(STR("[[],[],[],[],[],[],[],[],[],{},{},{},{},{},{},{},{},{}]")), 0);
    char many[2 * API_JSON_TOKENS_MAX + 2] = "[0";
    for (size_t i = 2; i < 2 * API_JSON_TOKENS_MAX - 2; i += 2)
        memcpy(many + i, ",0", 2);
    size_t n = 2 * API_JSON_TOKENS_MAX - 2;
    many[n] = ']';
    assert_int_equal(parse(str_n(many, n + 1)), 0);
    assert_int_equal(json.tokens_n, API_JSON_TOKENS_MAX);
    memcpy(many + n, ",0]", 3);
    assert_int_equal(parse(str_n(many, n + 3)), JSON_TOO_LARGE);
    json = (struct json){.tokens = tokens, .tokens_max = 0};
    assert_int_equal(json_parse(&json, STR("{}")), JSON_TOO_LARGE);
}

/* Every text cut short anywhere is refused, and read no further than its end. */
static void test_refuses_every_cut(void **state)
{
    (void)state;
    struct str text = STR("{\"a\\u00e9\":[1.5e3,-2,\"\xf0\x9f\x98\x80\\ud83d\\ude00\",true,false,"
                          "null,{\"long enough for eight bytes\":{}}]}");
    assert_int_equal(parse(text), 0);
    for (size_t n = 0; n < text.n; n++)
        assert_int_equal(parse(str_n(text.p, n)), JSON_BAD);
}

static void test_walks_containers(void **state)
{
    (void)state;
    assert_int_equal(parse(STR("{\"a\":[1,[2,3],{}],\"b\":{\"c\":4},\"d\":5}")), 0);
    static const char *const names[] = {"a", "b", "d"};
    size_t n = 0;
    for (uint32_t i = json_first(&json, 0); i; i = json_next(&json, 0, i))
        assert_true(json_is(&json, i, str_of(names[n++])));
    assert_int_equal(n, 3);
    uint32_t array = json_get(&json, 0, STR("a")), count = 0;
    assert_int_equal(json_type_of(&json, array), JSON_ARRAY);
    assert_int_equal(json.tokens[array].n, 3);
    for (uint32_t i = json_first(&json, array); i; i = json_next(&json, array, i))
        count++;
    assert_int_equal(count, 3);
    uint64_t value;
    uint32_t inner = json_get(&json, json_get(&json, 0, STR("b")), STR("c"));
    assert_true(json_integer(&json, inner, &value));
    assert_int_equal(value, 4);
    assert_int_equal(json_get(&json, 0, STR("c")), 0);
    assert_int_equal(parse(STR("[]")), 0);
    assert_int_equal(json_first(&json, 0), 0);
}

static void test_decodes_escapes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str text =
        STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00z\\u0000\"");
    struct str want = STR("\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z\0");
    assert_int_equal(parse(text), 0);
    struct str got = json_string(&json, 0, &arena);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
    assert_true(json_is(&json, 0, want));
    assert_false(json_is(&json, 0, str_n(want.p, want.n - 1)));
    assert_false(json_is(&json, 0, STR("\"\\/\b\f\n\r\tB")));
    assert_int_equal(parse(STR("\"plain\"")), 0);
    got = json_string(&json, 0, &arena);
    assert_ptr_equal(got.p, json.text.p + 1);
    arena_deinit(&arena);
}

static void test_reads_integers_exactly(void **state)
{
    (void)state;
    uint64_t value = 1;
    assert_int_equal(parse(STR("9007199254740991")), 0);
    assert_true(json_integer(&json, 0, &value));
    assert_int_equal(value, 9007199254740991);
    assert_int_equal(parse(STR("0")), 0);
    assert_true(json_integer(&json, 0, &value));
    assert_int_equal(value, 0);
    static const char *const others[] = {
        "9007199254740992",
        "18446744073709551616",
        "99999999999999999999999",
        "-1",
        "-0",
        "1.0",
        "1e2",
        "0.5",
        "\"1\"",
        "true",
        "null",
        "[1]",
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_int_equal(parse(str_of(others[i])), 0);
        assert_false(json_integer(&json, 0, &value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_is_json),
        cmocka_unit_test(test_refuses_what_is_not),
        cmocka_unit_test(test_finds_a_control_character_anywhere),
        cmocka_unit_test(test_bounds_depth_and_tokens),
        cmocka_unit_test(test_refuses_every_cut),
        cmocka_unit_test(test_walks_containers),
        cmocka_unit_test(test_decodes_escapes),
        cmocka_unit_test(test_reads_integers_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, free_copy);
}
