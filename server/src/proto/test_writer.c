/* What is written reads back as what was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/api.gen.h"
#include "proto/json.h"
#include "proto/writer.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/macros.h"

static struct builder out;
static struct writer w;

static int fresh(void **state)
{
    (void)state;
    builder_reset(&out);
    w = (struct writer){.out = &out};
    return 0;
}

static int release(void **state)
{
    (void)state;
    builder_deinit(&out);
    return 0;
}

static void assert_written(const char *want)
{
    struct str got = builder_str(&out);
    if (!str_eq(got, str_of(want)))
        fail_msg("%.*s, not %s", (int)got.n, got.p, want);
}

static void test_sets_commas(void **state)
{
    (void)state;
    writer_object_begin(&w);
    writer_field_integer(&w, "a", 0);
    writer_field_array(&w, "b");
    writer_array_end(&w);
    writer_field_array(&w, "c");
    writer_integer(&w, 1);
    writer_bool(&w, true);
    writer_array_begin(&w);
    writer_array_end(&w);
    writer_object_begin(&w);
    writer_object_end(&w);
    writer_raw(&w, STR("null"));
    writer_id(&w, 2);
    writer_array_end(&w);
    writer_field_object(&w, "d");
    writer_field_bool(&w, "e", false);
    writer_field_string(&w, "f", STR("x"));
    writer_object_end(&w);
    writer_field_id(&w, "g", UINT64_MAX);
    writer_field_integer(&w, "h", API_SEQ_MAX);
    writer_object_end(&w);
    assert_written(
        "{\"a\":0,\"b\":[],\"c\":[1,true,[],{},null,\"2\"],\"d\":{\"e\":false,\"f\":\"x\"},"
        "\"g\":\"18446744073709551615\",\"h\":9007199254740991}");
}

static void test_escapes_what_it_must(void **state)
{
    (void)state;
    writer_string(&w, STR("\"\\/\b\t\n\f\r\x01\x1f\x7f\xc3\xa9\0"));
    assert_written("\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\xc3\xa9\\u0000\"");
    fresh(NULL);
    writer_string(&w, (struct str){0});
    assert_written("\"\"");
}

/* Wherever it stands: strings are walked eight bytes at a time. */
static void test_escapes_anywhere(void **state)
{
    (void)state;
    for (size_t at = 0; at < 17; at++) {
        for (unsigned c = 0; c < 128; c++) {
            char text[18] = "0123456789abcdefg";
            text[at] = (char)c;
            fresh(NULL);
            writer_string(&w, str_n(text, 17));
            size_t escape =
                c < 0x20 ? strchr("\b\t\n\f\r", (int)c) && c ? 1 : 5 : c == '"' || c == '\\';
            assert_int_equal(builder_str(&out).n, 17 + 2 + escape);
        }
    }
}

/* Small and repeatable. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static size_t random_text(uint32_t *seed, char *text, size_t n_max)
{
    static const char *const pieces[] = {"\"", "\\",       "\n",       "\x1f",
                                         "a",  "\xc3\xa9", "abcdefgh", "\xf0\x9f\x98\x80"};
    size_t n = 0;
    for (uint32_t left = next_random(seed) % 40; left > 0; left--) {
        const char *piece = pieces[next_random(seed) % ARRAY_SIZE(pieces)];
        if (next_random(seed) % 8 == 0)
            text[n++] = (char)(next_random(seed) % 0x80);
        must(n + strlen(piece) < n_max);
        memcpy(text + n, piece, strlen(piece));
        n += strlen(piece);
    }
    return n;
}

static void test_strings_come_back(void **state)
{
    (void)state;
    struct json_token tokens[4];
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char text[1024];
        size_t n = random_text(&seed, text, sizeof(text));
        fresh(NULL);
        writer_array_begin(&w);
        writer_string(&w, str_n(text, n));
        writer_string(&w, str_n(text, n));
        writer_array_end(&w);
        struct json json = {.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
        struct arena arena = {0};
        assert_int_equal(json_parse(&json, builder_str(&out)), 0);
        for (uint32_t i = json_first(&json, 0); i; i = json_next(&json, 0, i))
            assert_true(str_eq(json_string(&json, i, &arena), str_n(text, n)));
        assert_int_equal(json.tokens_n, 3);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sets_commas, fresh),
        cmocka_unit_test_setup(test_escapes_what_it_must, fresh),
        cmocka_unit_test_setup(test_escapes_anywhere, fresh),
        cmocka_unit_test_setup(test_strings_come_back, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
