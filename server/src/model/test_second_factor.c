/* Codes are taken once, within a step of their time; what is stored comes back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/second_factor.h"
#include "util/crypto.h"
#include "util/macros.h"

#define NOW_MS UINT64_C(1790000000000)

static struct second_factor factor_new(void)
{
    struct second_factor f = {.n_recovery = 2};
    uint8_t first[RECOVERY_BYTES] = {1}, second[RECOVERY_BYTES] = {2};
    memcpy(f.secret, "12345678901234567890", sizeof(f.secret));
    recovery_hash(f.recovery[0], first);
    recovery_hash(f.recovery[1], second);
    return f;
}

static bool takes_code_of(struct second_factor *f, int64_t steps_away)
{
    char code[TOTP_DIGITS + 1];
    totp_code(code, f->secret, (uint64_t)((int64_t)(NOW_MS / TOTP_STEP_MS) + steps_away));
    return second_factor_take(f, str_of(code), NOW_MS);
}

static void test_a_code_is_taken_once(void **state)
{
    (void)state;
    struct second_factor f = factor_new();
    assert_true(takes_code_of(&f, 0));
    assert_false(takes_code_of(&f, 0));
    assert_false(takes_code_of(&f, -1)); /* nor what came before it */
    assert_true(takes_code_of(&f, 1));
    assert_false(takes_code_of(&f, 1));
}

static void test_a_clock_may_be_off_by_a_step(void **state)
{
    (void)state;
    for (int away = -3; away <= 3; away++) {
        struct second_factor f = factor_new();
        assert_int_equal(takes_code_of(&f, away), away >= -1 && away <= 1);
    }
}

static void test_a_recovery_code_is_taken_once(void **state)
{
    (void)state;
    struct second_factor f = factor_new();
    uint8_t bytes[RECOVERY_BYTES] = {1};
    char code[RECOVERY_TEXT + 1];
    base32_format(code, bytes, sizeof(bytes));
    assert_true(second_factor_take(&f, str_of(code), NOW_MS));
    assert_false(second_factor_take(&f, str_of(code), NOW_MS));
    assert_int_equal(f.n_recovery, 1);
    bytes[0] = 3;
    base32_format(code, bytes, sizeof(bytes));
    assert_false(second_factor_take(&f, str_of(code), NOW_MS));
    bytes[0] = 2;
    base32_format(code, bytes, sizeof(bytes));
    assert_true(second_factor_take(&f, str_of(code), NOW_MS));
    assert_int_equal(f.n_recovery, 0);
}

static void test_what_is_no_code_changes_nothing(void **state)
{
    (void)state;
    struct second_factor f = factor_new(), before = f;
    static const char *const bad[] = {
        "", "1", "12345", "1234567", "abcdef", "AAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(second_factor_take(&f, str_of(bad[i]), NOW_MS));
    assert_false(second_factor_take(&f, STR("000000"), 0)); /* a clock of 1970 */
    assert_memory_equal(&f, &before, sizeof(f));
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= RECOVERY_CODES; n++) {
        struct second_factor f = {.last_step = UINT64_MAX, .n_recovery = n}, back;
        for (uint32_t i = 0; i < n; i++)
            f.recovery[i][0] = (uint8_t)(i + 1);
        struct builder bytes = {0};
        second_factor_pack(&bytes, &f);
        assert_true(bytes.n <= SECOND_FACTOR_BYTES_MAX);
        assert_true(second_factor_unpack(&back, builder_str(&bytes)));
        assert_memory_equal(&f, &back, sizeof(f));
        assert_false(second_factor_unpack(&back, str_n(builder_str(&bytes).p, bytes.n - 1)));
        builder_deinit(&bytes);
    }
    static const uint8_t
        one_too_many[TOTP_SECRET_BYTES + 1 + (RECOVERY_CODES + 1) * RECOVERY_HASH_BYTES];
    struct second_factor back;
    assert_false(second_factor_unpack(&back, str_n(one_too_many, sizeof(one_too_many))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_code_is_taken_once),
        cmocka_unit_test(test_a_clock_may_be_off_by_a_step),
        cmocka_unit_test(test_a_recovery_code_is_taken_once),
        cmocka_unit_test(test_what_is_no_code_changes_nothing),
        cmocka_unit_test(test_there_and_back),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
