/* The limits of signing in and up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "chat/test_core.h"

static enum chat_error try_as(struct core *core, const char *name, struct str password,
                              uint8_t address, uint32_t *retry_after_ms)
{
    struct chat_sign sign = {
        .username = str_of(name), .password = password, .address.b[15] = address};
    enum chat_error error = core_sign(core, false, &sign);
    *retry_after_ms = sign.call.retry_after_ms;
    return error;
}

static void test_an_account_is_guarded_wherever_the_tries_come_from(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_account = 3});
    uint32_t wait_ms;
    core_user(core, "ann");
    core_user(core, "bob");
    for (uint8_t i = 1; i <= 3; i++)
        assert_int_equal(try_as(core, "ann", STR("wrong one"), i, &wait_ms),
                         CHAT_WRONG_CREDENTIALS);
    assert_int_equal(try_as(core, "ann", STR("good enough"), 9, &wait_ms), CHAT_TOO_MANY_TRIES);
    assert_int_equal(wait_ms, TRIES_WINDOW_MS / 3);
    assert_int_equal(try_as(core, "bob", STR("good enough"), 9, &wait_ms), CHAT_OK);
    core_pass(core, wait_ms ? wait_ms : TRIES_WINDOW_MS / 3);
    assert_int_equal(try_as(core, "ann", STR("good enough"), 9, &wait_ms), CHAT_OK);
    core_free(core);
}

static void test_a_name_that_does_not_exist_is_limited_the_same(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_account = 2});
    uint32_t wait_ms;
    for (int i = 0; i < 2; i++)
        assert_int_equal(try_as(core, "nobody", STR("wrong one"), 1, &wait_ms),
                         CHAT_WRONG_CREDENTIALS);
    assert_int_equal(try_as(core, "nobody", STR("wrong one"), 1, &wait_ms), CHAT_TOO_MANY_TRIES);
    core_free(core);
}

static void test_good_tries_of_an_account_cost_nothing(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_account = 2});
    uint32_t wait_ms;
    core_user(core, "ann");
    for (int i = 0; i < 10; i++)
        assert_int_equal(try_as(core, "ann", STR("good enough"), 1, &wait_ms), CHAT_OK);
    core_free(core);
}

static void test_an_address_is_limited_over_all_accounts(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_address = 3});
    char name[16];
    uint32_t wait_ms;
    core_user(core, "ann");
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "guess%d", i);
        assert_int_equal(try_as(core, name, STR("wrong one"), 7, &wait_ms), CHAT_WRONG_CREDENTIALS);
    }
    assert_int_equal(try_as(core, "ann", STR("good enough"), 7, &wait_ms), CHAT_TOO_MANY_TRIES);
    assert_int_equal(try_as(core, "ann", STR("good enough"), 8, &wait_ms), CHAT_OK);
    assert_int_equal(try_as(core, "ann", STR("good enough"), 0, &wait_ms),
                     CHAT_OK); /* no address */
    core_free(core);
}

static void test_accounts_made_from_an_address_are_limited_by_themselves(void **state)
{
    (void)state;
    struct core *core =
        core_new(&(struct chat_options){.registration = REGISTRATION_OPEN, .signups_address = 2});
    char name[16];
    uint32_t wait_ms;
    for (int i = 0; i <= 2; i++) {
        snprintf(name, sizeof(name), "user%d", i);
        struct chat_sign sign = {
            .username = str_of(name), .password = STR("good enough"), .address.b[15] = 7};
        assert_int_equal(core_sign(core, true, &sign), i < 2 ? CHAT_OK : CHAT_TOO_MANY_TRIES);
        assert_int_equal(sign.call.retry_after_ms, i < 2 ? 0 : TRIES_WINDOW_MS / 2);
    }
    assert_int_equal(try_as(core, "user0", STR("good enough"), 7, &wait_ms), CHAT_OK);
    core_free(core);
}

static enum chat_error try_known(struct core *core, struct str password, const char *known,
                                 struct chat_sign *sign)
{
    *sign = (struct chat_sign){
        .username = STR("ann"), .password = password, .known = str_of(known), .address.b[15] = 7};
    return core_sign(core, false, sign);
}

static void test_a_device_that_signed_in_before_is_not_locked_out(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_account = 2, .tries_address = 100});
    struct chat_sign ann = {.username = STR("ann"), .password = STR("good enough")}, bob = ann,
                     again;
    uint32_t wait_ms;
    core_user(core, "ann");
    core_user(core, "bob");
    bob.username = STR("bob");
    assert_int_equal(core_sign(core, false, &ann), CHAT_OK);
    assert_int_equal(core_sign(core, false, &bob), CHAT_OK);
    assert_string_not_equal(ann.known_now, bob.known_now);
    for (uint8_t i = 1; i <= 2; i++)
        try_as(core, "ann", STR("wrong one"), i, &wait_ms);
    assert_int_equal(try_as(core, "ann", STR("good enough"), 9, &wait_ms), CHAT_TOO_MANY_TRIES);

    /* what another was given, or nobody, is no help */
    assert_int_equal(try_known(core, STR("good enough"), bob.known_now, &again),
                     CHAT_TOO_MANY_TRIES);
    assert_int_equal(again.call.retry_after_ms, TRIES_WINDOW_MS / 2);
    char forged[sizeof(ann.known_now)];
    memcpy(forged, ann.known_now, sizeof(forged));
    forged[KNOWN_TEXT - 1] = forged[KNOWN_TEXT - 1] == 'A' ? 'B' : 'A';
    assert_int_equal(try_known(core, STR("good enough"), forged, &again), CHAT_TOO_MANY_TRIES);
    assert_int_equal(try_known(core, STR("good enough"), "x", &again), CHAT_TOO_MANY_TRIES);

    for (int i = 0; i < 5; i++)
        assert_int_equal(try_known(core, STR("good enough"), ann.known_now, &again), CHAT_OK);
    /* whoever has it has no more tries than others */
    for (int i = 0; i < 2; i++)
        assert_int_equal(try_known(core, STR("wrong one"), ann.known_now, &again),
                         CHAT_WRONG_CREDENTIALS);
    assert_int_equal(try_known(core, STR("good enough"), ann.known_now, &again),
                     CHAT_TOO_MANY_TRIES);
    core_free(core);
}

static void test_what_no_account_is_known_by_counts_as_any_try(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_account = 2});
    struct chat_sign sign;
    for (int i = 0; i < 2; i++)
        assert_int_equal(try_known(core, STR("wrong one"), "x", &sign), CHAT_WRONG_CREDENTIALS);
    assert_int_equal(try_known(core, STR("wrong one"), "x", &sign), CHAT_TOO_MANY_TRIES);
    core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_account_is_guarded_wherever_the_tries_come_from),
        cmocka_unit_test(test_a_name_that_does_not_exist_is_limited_the_same),
        cmocka_unit_test(test_good_tries_of_an_account_cost_nothing),
        cmocka_unit_test(test_an_address_is_limited_over_all_accounts),
        cmocka_unit_test(test_a_device_that_signed_in_before_is_not_locked_out),
        cmocka_unit_test(test_what_no_account_is_known_by_counts_as_any_try),
        cmocka_unit_test(test_accounts_made_from_an_address_are_limited_by_themselves),
    };
    return cmocka_run_group_tests_name("chat/tries", tests, NULL, NULL);
}
