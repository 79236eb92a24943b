/* Typing: it reaches the others who are there, and nothing keeps it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/test_core.h"

static void test_typing_reaches_the_others_once(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t users[] = {core_user(core, "ann"), core_user(core, "bob"), core_user(core, "cid")};
    uint64_t group = core_group(core, users[0], &users[1], 1);
    struct session sessions[3];
    for (uint64_t i = 0; i < 3; i++)
        session_begin(core->chat, &sessions[i], users[i], i + 1);
    core_forget(core);
    assert_int_equal(core_typing(core, users[0], group), CHAT_OK);
    assert_int_equal(core_told(core, SAID_TYPING, &sessions[1]), 1);
    assert_int_equal(core_told(core, SAID_TYPING, NULL), 1); /* not oneself, nobody from outside */
    assert_int_equal(core->said[core->n_said - 1].user, users[0]);
    core_pass(core, 60 * 1000); /* it ends at the one who was told: nothing is said of it here */
    assert_int_equal(core_told(core, SAID_TYPING, NULL), 1);
    for (int i = 0; i < 3; i++)
        session_end(core->chat, &sessions[i], core->mono_ms);
    core_free(core);
}

static void test_typing_is_for_members_who_may_write(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t cid = core_user(core, "cid");
    uint64_t direct = core_send(core, ann, bob);
    assert_int_equal(core_typing(core, cid, direct), CHAT_NOT_FOUND);
    assert_int_equal(core_typing(core, ann, direct), CHAT_OK);
    core_block(core, bob, ann, true);
    assert_int_equal(core_typing(core, ann, direct), CHAT_CANNOT_WRITE);
    assert_int_equal(core_typing(core, bob, direct), CHAT_CANNOT_WRITE);
    core_free(core);
}

static void test_a_user_has_no_more_sessions_than_allowed(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.sockets_user_max = 2});
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    struct session sessions[2];
    for (uint64_t i = 0; i < 2; i++) {
        assert_true(session_may_begin(core->chat, ann));
        session_begin(core->chat, &sessions[i], ann, i + 1);
    }
    assert_false(session_may_begin(core->chat, ann));
    assert_true(session_may_begin(core->chat, bob));
    session_end(core->chat, &sessions[0], core->mono_ms);
    assert_true(session_may_begin(core->chat, ann));
    session_end(core->chat, &sessions[1], core->mono_ms);
    core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing_reaches_the_others_once),
        cmocka_unit_test(test_typing_is_for_members_who_may_write),
        cmocka_unit_test(test_a_user_has_no_more_sessions_than_allowed),
    };
    return cmocka_run_group_tests_name("chat/session", tests, NULL, NULL);
}
