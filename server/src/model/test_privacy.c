/* The settings as one number: each place by itself, and nothing that does not stand for a setting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/privacy.h"

static void test_a_change_changes_what_it_names_alone(void **state)
{
    (void)state;
    for (unsigned s = 0; s < PRIVACY_SETTINGS; s++)
        for (unsigned from = 0; from < AUDIENCES; from++)
            for (unsigned to = 0; to < AUDIENCES; to++) {
                uint64_t all = 0;
                for (unsigned i = 0; i < PRIVACY_SETTINGS; i++)
                    all |= privacy_one(i, from);
                uint64_t change = privacy_one(s, privacy_changed_to(to));
                assert_true(privacy_valid(all) && privacy_change_valid(change));
                uint64_t now = privacy_change(all, change);
                assert_true(privacy_valid(now));
                for (unsigned i = 0; i < PRIVACY_SETTINGS; i++)
                    assert_int_equal(privacy_of(now, i), i == s ? to : from);
            }
}

static void test_what_stands_for_nothing_is_refused(void **state)
{
    (void)state;
    assert_true(privacy_valid(0));
    assert_false(privacy_change_valid(0));
    for (unsigned s = 0; s < 64 / PRIVACY_BITS; s++)
        for (unsigned value = 1; value < 1 << PRIVACY_BITS; value++) {
            bool there = s < PRIVACY_SETTINGS;
            assert_int_equal(privacy_valid(privacy_one(s, value)), there && value < AUDIENCES);
            assert_int_equal(privacy_change_valid(privacy_one(s, value)),
                             there && value <= AUDIENCES);
        }
}

static void test_who_is_of_an_audience(void **state)
{
    (void)state;
    for (int contact = 0; contact < 2; contact++) {
        assert_true(audience_has(AUDIENCE_EVERYONE, contact));
        assert_int_equal(audience_has(AUDIENCE_CONTACTS, contact), contact);
        assert_false(audience_has(AUDIENCE_NOBODY, contact));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_changes_what_it_names_alone),
        cmocka_unit_test(test_what_stands_for_nothing_is_refused),
        cmocka_unit_test(test_who_is_of_an_audience),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
