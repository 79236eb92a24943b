/* The vectors of RFC 6238 (appendix B) and RFC 4648 (§10), and text that is no base32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/macros.h"
#include "util/totp.h"

static void test_codes_are_those_of_the_rfc(void **state)
{
    (void)state;
    static const struct {
        uint64_t time_s;
        const char *code; /* the last six of the RFC's eight */
    } vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                   {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    char code[TOTP_DIGITS + 1];
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        totp_code(code, (const uint8_t *)"12345678901234567890",
                  vectors[i].time_s * 1000 / TOTP_STEP_MS);
        assert_string_equal(code, vectors[i].code);
    }
}

static void test_base32_there_and_back(void **state)
{
    (void)state;
    char text[33];
    uint8_t bytes[TOTP_SECRET_BYTES];
    base32_format(text, (const uint8_t *)"fooba", 5);
    assert_string_equal(text, "MZXW6YTB");
    base32_format(text, (const uint8_t *)"12345678901234567890", TOTP_SECRET_BYTES);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(base32_parse(bytes, sizeof(bytes), STR("gezdgnbvgy3tqojqGEZDGNBVGY3TQOJQ")));
    assert_memory_equal(bytes, "12345678901234567890", sizeof(bytes));
}

static void test_what_is_no_base32_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[5];
    static const char *const bad[] = {"",         "MZXW6YT",  "MZXW6YTBA",
                                      "MZXW6YT1", "MZXW6YT=", "MZXW6YT "};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(base32_parse(bytes, sizeof(bytes), str_of(bad[i])));
    assert_false(base32_parse(bytes, sizeof(bytes), str_n("MZXW6YT\0", 8)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_are_those_of_the_rfc),
        cmocka_unit_test(test_base32_there_and_back),
        cmocka_unit_test(test_what_is_no_base32_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
