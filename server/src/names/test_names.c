/* Names that are one, names that nobody may take, names that look like another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "names/names.h"
#include "util/macros.h"

static int begin(void **state)
{
    *state = names_new();
    return *state ? 0 : 1;
}

static int end(void **state)
{
    names_free(*state);
    return 0;
}

static void assert_folds(const struct names *names, const char *typed, const char *folded)
{
    struct folded_name name;
    assert_true(names_fold(names, str_of(typed), &name));
    if (!str_eq(folded_str(&name), str_of(folded)))
        fail_msg("%s folds to %.*s", typed, (int)name.n, name.bytes);
    struct folded_name again;
    assert_true(names_fold(names, folded_str(&name), &again));
    assert_true(str_eq(folded_str(&name), folded_str(&again)));
}

static void test_ways_to_type_one_name(void **state)
{
    assert_folds(*state, "alice", "alice");
    assert_folds(*state, "ALICE.B_c-9", "alice.b_c-9");
    assert_folds(*state, "\xc3\x85sa", "\xc3\xa5sa");     /* Å */
    assert_folds(*state, "A\xcc\x8asa", "\xc3\xa5sa");    /* A and a ring */
    assert_folds(*state, "\xe2\x84\xabsa", "\xc3\xa5sa"); /* the sign of the Ångström */
    assert_folds(*state,
                 "Stra\xc3\x9f"
                 "e",
                 "strasse");                                /* ß */
    assert_folds(*state, "\xef\xbc\xa1\xef\xbd\x82", "ab"); /* full-width */
    assert_folds(*state,
                 "a\xe2\x80\x8d"
                 "b",
                 "ab"); /* a joiner that nobody sees */
    assert_folds(*state, "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd");
}

static void test_what_is_no_name(void **state)
{
    struct folded_name name;
    char long_name[USERNAME_BYTES_MAX + 1];
    memset(long_name, 'a', sizeof(long_name));
    assert_false(names_fold(*state, STR(""), &name));
    assert_false(names_fold(*state, STR("\xff\xff\xff"), &name));
    assert_false(names_fold(*state, STR("\xe2\x80\x8b\xe2\x80\x8d"), &name)); /* nothing is left */
    assert_true(names_fold(*state, str_n(long_name, USERNAME_CHARS_MAX), &name));
    assert_false(names_fold(*state, str_n(long_name, USERNAME_CHARS_MAX + 1), &name));
    assert_false(names_fold(*state, str_n(long_name, sizeof(long_name)), &name));
    /* U+FDFA, which becomes eighteen, as often as it goes in */
    struct str longer = STR("\xef\xb7\xba\xef\xb7\xba\xef\xb7\xba\xef\xb7\xba\xef\xb7\xba");
    assert_false(names_fold(*state, longer, &name));
}

static bool allowed(const struct names *names, const char *typed, uint8_t *skeleton)
{
    struct folded_name name;
    return names_fold(names, str_of(typed), &name) && names_allow(names, &name, skeleton);
}

static void test_what_may_be_taken(void **state)
{
    static const char *const good[] = {
        "bob",
        "_.-9",
        "a.b_c-9",
        "\xc3\x85sa",                              /* Latin */
        "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd",        /* Cyrillic */
        "\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x99",    /* Han */
        "\343\201\202\343\202\253\346\274\242abc", /* Japanese with Latin */
        "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf",        /* Arabic */
        "\xe0\xa4\xb0\xe0\xa4\xbe\xe0\xa4\xae",    /* Devanagari with a mark */
    };
    static const char *const bad[] = {
        "ab",
        "...",
        "a b",
        "a\tb",
        "a/b",
        "a@b",
        "a:b",
        "\xd0\xb0lice",                         /* Cyrillic а, then Latin */
        "\xce\xb1\xce\xb2\xd0\xb0",             /* Greek and Cyrillic */
        "\314\212abc",                          /* a mark first */
        "ab\xf0\x9f\x98\x80",                   /* an emoji */
        "a\302\267b",                           /* a dot in the middle */
        "\331\2411abc",                         /* digits of two kinds */
        "\xe1\x9a\x80\xe1\x9a\x81\xe1\x9a\x82", /* Ogham: of no living language */
        "i\xcc\x87stanbul",                     /* a dot over the dot */
    };
    uint8_t skeleton[CRYPTO_HASH_BYTES];
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        if (!allowed(*state, good[i], skeleton))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (allowed(*state, bad[i], skeleton))
            fail_msg("%s is allowed", bad[i]);
}

static void assert_alike(const struct names *names, const char *a, const char *b, bool alike)
{
    uint8_t of_a[CRYPTO_HASH_BYTES], of_b[CRYPTO_HASH_BYTES];
    assert_true(allowed(names, a, of_a));
    assert_true(allowed(names, b, of_b));
    if ((memcmp(of_a, of_b, sizeof(of_a)) == 0) != alike)
        fail_msg("%s and %s are %salike", a, b, alike ? "not " : "");
}

static void test_what_looks_alike(void **state)
{
    assert_alike(*state, "alice", "a1ice", true);
    assert_alike(*state, "modern", "modem", true);
    assert_alike(*state, "scope", "\xd1\x95\xd1\x81\xd0\xbe\xd1\x80\xd0\xb5", true); /* Cyrillic */
    assert_alike(*state, "alice", "alicia", false);
    assert_alike(*state, "user1", "user2", false);
    assert_alike(*state, "\xc3\xa5sa", "asa", false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_ways_to_type_one_name),
        TEST(test_what_is_no_name),
        TEST(test_what_may_be_taken),
        TEST(test_what_looks_alike),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
