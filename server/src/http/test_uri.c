/* Splitting and decoding of request targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/uri.h"
#include "util/macros.h"

static bool decodes_to(const char *raw, enum uri_space space, const char *expected)
{
    struct arena arena = {0};
    struct str text;
    bool ok = uri_decode(&arena, str_of(raw), space, &text);
    if (ok && expected)
        ok = str_eq(text, str_of(expected));
    else
        ok = ok == (expected != NULL);
    arena_deinit(&arena);
    return ok;
}

static void test_decodes_percent(void **state)
{
    (void)state;
    assert_true(decodes_to("", URI_PLUS_IS_PLUS, ""));
    assert_true(decodes_to("a%2Fb%2f%41", URI_PLUS_IS_PLUS, "a/b/A"));
    assert_true(decodes_to("%C3%A9", URI_PLUS_IS_PLUS, "\xc3\xa9"));
    assert_true(decodes_to("a+b%2B", URI_PLUS_IS_PLUS, "a+b+"));
    assert_true(decodes_to("a+b%2B", URI_PLUS_IS_SPACE, "a b+"));
    assert_true(decodes_to("%2541", URI_PLUS_IS_PLUS, "%41"));
}

static void test_refuses_bad_percent(void **state)
{
    (void)state;
    static const char *const raws[] = {"%",      "%4",        "%g0",          "%0g", "a%",
                                       "%00",    "a%00b",     "%80",          "%C3", "%C3%28",
                                       "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%FF", "% 1"};
    for (size_t i = 0; i < ARRAY_SIZE(raws); i++)
        assert_true(decodes_to(raws[i], URI_PLUS_IS_PLUS, NULL));
}

static void test_splits_paths_before_decoding(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *segments[4];
    } cases[] = {
        {"/", {""}},
        {"/a", {"a"}},
        {"/a/", {"a", ""}},
        {"//a", {"", "a"}},
        {"/a%2Fb/../c", {"a%2Fb", "..", "c"}},
        {"", {NULL}},
        {"*", {NULL}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct str rest = str_of(cases[i].path), segment;
        for (size_t k = 0; cases[i].segments[k]; k++) {
            assert_true(uri_path_next(&rest, &segment));
            assert_true(str_eq(segment, str_of(cases[i].segments[k])));
        }
        assert_false(uri_path_next(&rest, &segment));
    }
}

static void test_finds_query_parameters(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str v, query = STR("&&a=1&b&c==&d%3D=x+y%26&e=%zz&f=1&f=1&=g");
    assert_int_equal(uri_query_get(&arena, query, STR("a"), &v), URI_QUERY_OK);
    assert_true(str_eq(v, STR("1")));
    assert_int_equal(uri_query_get(&arena, query, STR("b"), &v), URI_QUERY_OK);
    assert_true(str_eq(v, STR("")));
    assert_int_equal(uri_query_get(&arena, query, STR("c"), &v), URI_QUERY_OK);
    assert_true(str_eq(v, STR("=")));
    assert_int_equal(uri_query_get(&arena, query, STR("d="), &v), URI_QUERY_OK);
    assert_true(str_eq(v, STR("x y&")));
    assert_int_equal(uri_query_get(&arena, query, STR("e"), &v), URI_QUERY_BAD);
    assert_int_equal(uri_query_get(&arena, query, STR("f"), &v), URI_QUERY_BAD);
    assert_int_equal(uri_query_get(&arena, query, STR("A"), &v), URI_QUERY_ABSENT);
    assert_null(v.p);
    assert_int_equal(uri_query_get(&arena, (struct str){NULL, 0}, STR("a"), &v), URI_QUERY_ABSENT);
    arena_deinit(&arena);
}

static void test_parts_authorities(void **state)
{
    (void)state;
    struct str host, port;
    assert_true(uri_authority(STR("a.example"), &host, &port));
    assert_true(str_eq(host, STR("a.example")) && !port.p);
    assert_true(uri_authority(STR("127.0.0.1:80"), &host, &port));
    assert_true(str_eq(host, STR("127.0.0.1")) && str_eq(port, STR("80")));
    assert_true(uri_authority(STR("[::1]"), &host, &port));
    assert_true(str_eq(host, STR("[::1]")) && !port.p);
    assert_true(uri_authority(STR("[::1]:"), &host, &port));
    assert_true(str_eq(host, STR("[::1]")) && port.p && port.n == 0);
    assert_true(uri_authority(STR("80"), &host, &port));
    assert_true(str_eq(host, STR("80")) && !port.p);
    assert_false(uri_authority(STR(""), &host, &port));
    assert_false(uri_authority(STR(":"), &host, &port));
    assert_false(uri_authority(STR("a:1:2"), &host, &port));
    assert_false(uri_authority(STR("[::1]x"), &host, &port));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes_percent),
        cmocka_unit_test(test_refuses_bad_percent),
        cmocka_unit_test(test_splits_paths_before_decoding),
        cmocka_unit_test(test_finds_query_parameters),
        cmocka_unit_test(test_parts_authorities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
