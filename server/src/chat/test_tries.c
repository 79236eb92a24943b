/* The token buckets, and the limits of signing in that stand on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "chat/test_core.h"

enum { WINDOW_MS = 60 * 1000 };

static void test_a_burst_is_allowed_and_then_one_at_a_time(void **state)
{
    (void)state;
    struct tries t;
    tries_init(&t, 3, WINDOW_MS);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tries_take(&t, STR("ann"), 1000), 0);
    assert_int_equal(tries_take(&t, STR("ann"), 1000), WINDOW_MS / 3);
    assert_int_equal(tries_take(&t, STR("ann"), 1000 + WINDOW_MS / 3 - 1), 1);
    assert_int_equal(tries_take(&t, STR("ann"), 1000 + WINDOW_MS / 3), 0);
    assert_int_not_equal(tries_take(&t, STR("ann"), 1000 + WINDOW_MS / 3), 0);
    tries_deinit(&t);
}

static void test_a_bucket_fills_up_and_no_further(void **state)
{
    (void)state;
    struct tries t;
    tries_init(&t, 3, WINDOW_MS);
    for (int i = 0; i < 3; i++)
        tries_take(&t, STR("ann"), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tries_take(&t, STR("ann"), 100 * WINDOW_MS), 0);
    assert_int_not_equal(tries_take(&t, STR("ann"), 100 * WINDOW_MS), 0);
    tries_deinit(&t);
}

static void test_names_do_not_share(void **state)
{
    (void)state;
    struct tries t;
    tries_init(&t, 1, WINDOW_MS);
    assert_int_equal(tries_take(&t, STR("ann"), 0), 0);
    assert_int_equal(tries_take(&t, STR("bob"), 0), 0);
    assert_int_not_equal(tries_take(&t, STR("ann"), 0), 0);
    tries_give_back(&t, STR("ann"));
    assert_int_equal(tries_take(&t, STR("ann"), 0), 0);
    assert_int_not_equal(tries_take(&t, STR("bob"), 0), 0);
    tries_deinit(&t);
}

static void test_no_burst_means_no_limit(void **state)
{
    (void)state;
    struct tries t;
    tries_init(&t, 0, WINDOW_MS);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(tries_take(&t, STR("ann"), 0), 0);
    assert_int_equal(t.buckets.n, 0);
    tries_deinit(&t);
}

static void test_the_table_drops_what_was_unused_for_longest(void **state)
{
    (void)state;
    struct tries t;
    char name[16];
    tries_init(&t, 1, WINDOW_MS);
    tries_take(&t, STR("ann"), 0);
    tries_take(&t, STR("bob"), 0);
    assert_int_not_equal(tries_take(&t, STR("ann"), 0), 0); /* used again, so bob goes first */
    for (int i = 0; i < TRIES_TABLE_MAX - 1; i++) {
        snprintf(name, sizeof(name), "%d", i);
        assert_int_equal(tries_take(&t, str_of(name), 0), 0);
    }
    assert_int_equal(t.buckets.n, TRIES_TABLE_MAX);
    assert_int_not_equal(tries_take(&t, STR("ann"), 0), 0);
    assert_int_equal(tries_take(&t, STR("bob"), 0), 0);
    assert_int_equal(t.buckets.n, TRIES_TABLE_MAX);
    tries_deinit(&t);
}

/* --- signing in --- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_is_allowed_and_then_one_at_a_time),
        cmocka_unit_test(test_a_bucket_fills_up_and_no_further),
        cmocka_unit_test(test_names_do_not_share),
        cmocka_unit_test(test_no_burst_means_no_limit),
        cmocka_unit_test(test_the_table_drops_what_was_unused_for_longest),
        cmocka_unit_test(test_an_account_is_guarded_wherever_the_tries_come_from),
        cmocka_unit_test(test_a_name_that_does_not_exist_is_limited_the_same),
        cmocka_unit_test(test_good_tries_of_an_account_cost_nothing),
        cmocka_unit_test(test_an_address_is_limited_over_all_accounts),
    };
    return cmocka_run_group_tests_name("chat/tries", tests, NULL, NULL);
}
