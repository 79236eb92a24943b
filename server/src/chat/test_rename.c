/* Taking another name: who may, when, and what becomes of the old one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/admin.h"
#include "chat/rename.h"
#include "chat/test_core.h"

enum { SECOND = 1000 };

static struct chat_sign signs_up(struct core *core, const char *name)
{
    struct chat_sign sign = {.username = str_of(name), .password = STR("password")};
    assert_int_equal(core_sign(core, true, &sign), CHAT_OK);
    return sign;
}

static enum chat_error signs_in(struct core *core, const char *name, uint64_t *user)
{
    struct chat_sign sign = {.username = str_of(name), .password = STR("password")};
    core_ask(core, chat_signin, &sign);
    *user = sign.user;
    return sign.call.error;
}

static struct chat_rename rename_of(uint64_t user, const char *name, const char *key)
{
    return (struct chat_rename){.call.user = user,
                                .username = str_of(name),
                                .password = STR("password"),
                                .append.key = str_of(key)};
}

static enum chat_error renames(struct core *core, uint64_t user, const char *name, const char *key)
{
    struct chat_rename r = rename_of(user, name, key);
    core_ask(core, chat_rename, &r);
    return r.call.error;
}

/* --- cases --- */

static void test_the_old_name_leads_to_the_new_one(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    uint64_t user;
    assert_int_equal(renames(core, ann.user, "Annette", NULL), CHAT_OK);
    struct event e = core_own_event(core, ann.user);
    assert_int_equal(e.type, EVENT_RENAME);
    assert_true(str_eq(e.text, STR("annette")));
    assert_int_equal(signs_in(core, "annette", &user), CHAT_OK);
    assert_int_equal(user, ann.user);
    assert_int_equal(signs_in(core, "ANN", &user), CHAT_OK);
    assert_int_equal(user, ann.user);
    struct chat_sign bob = {.username = STR("ann"), .password = STR("password")};
    core_ask(core, chat_signup, &bob);
    assert_int_equal(bob.call.error, CHAT_NAME_TAKEN);
    struct chat_admin_set disable = {.username = STR("ann"), .disabled = 1};
    core_ask(core, chat_admin_set, &disable);
    assert_int_equal(disable.call.user, ann.user);
    core_pass(core, FORMER_NAME_S * UINT64_C(1000));
    assert_int_equal(signs_in(core, "ann", &user), CHAT_WRONG_CREDENTIALS);
    signs_up(core, "ann");
}

static void test_a_name_is_changed_once_in_a_while(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    assert_int_equal(renames(core, ann.user, "bob", NULL), CHAT_OK); /* whoever is new may */
    struct chat_rename soon = rename_of(ann.user, "carl", NULL);
    core_ask(core, chat_rename, &soon);
    assert_int_equal(soon.call.error, CHAT_TOO_SOON);
    assert_int_equal(soon.call.retry_after_ms, RENAME_S * SECOND);
    assert_int_equal(renames(core, ann.user, "ann", NULL), CHAT_TOO_SOON);
    core_pass(core, RENAME_S * UINT64_C(1000) - 1);
    core_ask(core, chat_rename, &soon);
    assert_int_equal(soon.call.error, CHAT_TOO_SOON);
    assert_int_equal(soon.call.retry_after_ms, 1);
    core_pass(core, 1);
    assert_int_equal(renames(core, ann.user, "ann", NULL), CHAT_OK); /* taken back */
    assert_int_equal(renames(core, ann.user, "dora", NULL), CHAT_TOO_SOON);
}

static void test_a_lost_answer_is_asked_for_again(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    core->unknown[STORE_OP_APPEND] = 1;
    struct chat_rename r = rename_of(ann.user, "bob", "k");
    core_ask(core, chat_rename, &r);
    assert_int_equal(r.call.error, CHAT_UNAVAILABLE);
    core_ask(core, chat_rename, &r);
    assert_int_equal(r.call.error, CHAT_OK);
    uint64_t seq = r.append.seq;
    core_ask(core, chat_rename, &r); /* though it is too soon for another */
    assert_int_equal(r.call.error, CHAT_OK);
    assert_int_equal(r.append.seq, seq);
    assert_int_equal(renames(core, ann.user, "carl", "k"), CHAT_KEY_REUSED);
}

static void test_who_may_not_have_a_name_keeps_theirs(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    uint64_t user;
    signs_up(core, "modem");
    assert_int_equal(renames(core, ann.user, "modem", NULL), CHAT_NAME_TAKEN);
    assert_int_equal(renames(core, ann.user, "modern", NULL), CHAT_NAME_REFUSED); /* looks so */
    assert_int_equal(renames(core, ann.user, "a b", NULL), CHAT_NAME_REFUSED);
    assert_int_equal(renames(core, ann.user, "ANN", NULL), CHAT_NAME_TAKEN); /* by herself */
    struct chat_rename thief = rename_of(ann.user, "thief", NULL);
    thief.password = STR("guessed");
    core_ask(core, chat_rename, &thief);
    assert_int_equal(thief.call.error, CHAT_WRONG_CREDENTIALS);
    assert_int_equal(signs_in(core, "ann", &user), CHAT_OK);
    assert_int_equal(renames(core, ann.user, "dora", NULL), CHAT_OK); /* refusals count for none */
}

/* Two who want one name, and one who wants two. */
static void test_of_two_at_once_one_stands(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann"), bob = signs_up(core, "bob");
    struct chat_rename one = rename_of(ann.user, "zoe", NULL), other = one;
    other.call.user = bob.user;
    core->passwords_held = true;
    core_start(core, chat_rename, &one);
    core_start(core, chat_rename, &other);
    core_run(core); /* both have read their account as it is */
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(one.call.error, CHAT_OK);
    assert_int_equal(other.call.error, CHAT_NAME_TAKEN);
    struct chat_rename first = rename_of(bob.user, "carl", NULL),
                       second = rename_of(bob.user, "dora", NULL);
    core->passwords_held = true;
    core_start(core, chat_rename, &first);
    core_start(core, chat_rename, &second);
    core_run(core);
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(first.call.error, CHAT_OK);
    assert_int_equal(second.call.error, CHAT_TOO_SOON);
}

/* Else each former name were another row of tries. */
static void test_tries_by_a_former_name_are_those_of_the_account(void **state)
{
    enum { TRIES = 3 };
    (void)state;
    struct core *core = core_new(&(struct chat_options){.tries_account = TRIES});
    struct chat_sign ann = signs_up(core, "ann");
    assert_int_equal(renames(core, ann.user, "bob", NULL), CHAT_OK);
    for (int i = 0; i < 2 * TRIES; i++) {
        struct chat_sign guess = {.username = i % 2 ? STR("ann") : STR("bob"),
                                  .password = STR("guessed")};
        core_ask(core, chat_signin, &guess);
        assert_int_equal(guess.call.error,
                         i < TRIES ? CHAT_WRONG_CREDENTIALS : CHAT_TOO_MANY_TRIES);
    }
    core_free(core);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, core_begin, core_end)
    const struct CMUnitTest tests[] = {
        TEST(test_the_old_name_leads_to_the_new_one),
        TEST(test_a_name_is_changed_once_in_a_while),
        TEST(test_a_lost_answer_is_asked_for_again),
        TEST(test_who_may_not_have_a_name_keeps_theirs),
        TEST(test_of_two_at_once_one_stands),
        cmocka_unit_test(test_tries_by_a_former_name_are_those_of_the_account),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
