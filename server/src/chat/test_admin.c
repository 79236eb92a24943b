/* What an operator does to accounts takes effect at once, whatever is under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/admin.h"
#include "chat/test_core.h"

static enum chat_error add(struct core *core, struct str name, struct str password)
{
    struct chat_admin_add request = {.username = name, .password = password};
    core_ask(core, chat_admin_add, &request);
    return request.call.error;
}

static enum chat_error set(struct core *core, const char *name, struct str password, int disabled)
{
    struct chat_admin_set request = {
        .username = str_of(name), .password = password, .disabled = disabled};
    core_ask(core, chat_admin_set, &request);
    return request.call.error;
}

static enum chat_error disable(struct core *core, const char *name)
{
    return set(core, name, (struct str){0}, 1);
}

static enum chat_error authenticates(struct core *core, const struct chat_sign *as)
{
    struct chat_authenticate auth = {.token = str_of(as->token)};
    core_ask(core, chat_authenticate, &auth);
    return auth.call.error;
}

static enum chat_error sends(struct core *core, uint64_t from, uint64_t to)
{
    struct chat_append append = {
        .type = EVENT_MESSAGE, .to = to, .kind = STR("text"), .text = STR("x")};
    return core_append(core, from, &append);
}

static struct chat_sign signs_up(struct core *core, const char *name)
{
    struct chat_sign sign = {.username = str_of(name), .password = STR("password")};
    assert_int_equal(core_sign(core, true, &sign), CHAT_OK);
    return sign;
}

static void test_an_account_is_added_once(void **state)
{
    struct core *core = *state;
    assert_int_equal(add(core, STR("alice"), STR("hash")), CHAT_OK);
    assert_int_equal(add(core, STR("alice"), STR("hash")), CHAT_NAME_TAKEN);
    assert_int_equal(add(core, STR("a b"), STR("hash")), CHAT_NAME_REFUSED);
    assert_int_equal(add(core, STR("bob"), (struct str){0}), CHAT_INVALID);
    static char long_hash[CRYPTO_PASSWORD_BYTES + 1];
    memset(long_hash, 'x', CRYPTO_PASSWORD_BYTES);
    assert_int_equal(add(core, STR("bob"), str_of(long_hash)), CHAT_INVALID);
    core->fails[STORE_OP_USER_CREATE] = true;
    assert_int_equal(add(core, STR("bob"), STR("hash")), CHAT_UNAVAILABLE);
    struct chat_admin_list list = {.limit = 10};
    core_ask(core, chat_admin_list, &list);
    assert_int_equal(list.call.error, CHAT_OK);
    assert_int_equal(list.n_users, 1);
}

static void test_who_is_disabled_is_out_at_once(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice"), bob = signs_up(core, "bob");
    struct session at_home, at_work, of_bob;
    session_begin(core->chat, &at_home, alice.user, alice.device);
    session_begin(core->chat, &at_work, alice.user, alice.device);
    session_begin(core->chat, &of_bob, bob.user, bob.device);
    assert_int_equal(sends(core, bob.user, alice.user), CHAT_OK);
    assert_int_equal(disable(core, "nobody"), CHAT_NOT_FOUND);
    core_forget(core);
    assert_int_equal(disable(core, "alice"), CHAT_OK);
    assert_int_equal(core_told(core, SAID_END, &at_home), 1);
    assert_int_equal(core_told(core, SAID_END, &at_work), 1);
    assert_int_equal(core_told(core, SAID_END, &of_bob), 0);
    session_end(core->chat, &at_home, 0);
    session_end(core->chat, &at_work, 0);
    assert_int_equal(authenticates(core, &alice), CHAT_DISABLED);
    /* the conversation is loaded: what is cached knows it too */
    assert_int_equal(sends(core, bob.user, alice.user), CHAT_CANNOT_WRITE);
    assert_int_equal(set(core, "alice", (struct str){0}, 0), CHAT_OK);
    assert_int_equal(authenticates(core, &alice), CHAT_OK);
    assert_int_equal(sends(core, bob.user, alice.user), CHAT_OK);
    session_end(core->chat, &of_bob, 0);
}

static void test_a_new_password_ends_every_device(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct session session;
    session_begin(core->chat, &session, alice.user, alice.device);
    core_run(core);
    core_forget(core);
    assert_int_equal(set(core, "alice", STR("another hash"), -1), CHAT_OK);
    assert_int_equal(core_told(core, SAID_END, &session), 1);
    session_end(core->chat, &session, 0);
    assert_int_equal(authenticates(core, &alice), CHAT_UNAUTHENTICATED);
}

static void test_what_the_store_refuses_changes_nothing(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct session session;
    session_begin(core->chat, &session, alice.user, alice.device);
    core_run(core);
    core_forget(core);
    core->fails[STORE_OP_USER_SET] = true;
    assert_int_equal(disable(core, "alice"), CHAT_UNAVAILABLE);
    assert_int_equal(core_told(core, SAID_END, NULL), 0);
    assert_int_equal(authenticates(core, &alice), CHAT_OK);
    session_end(core->chat, &session, 0);
}

static enum chat_error checks(struct core *core, uint64_t user)
{
    struct chat_admin_check check = {.call.user = user};
    core_ask(core, chat_admin_check, &check);
    return check.call.error;
}

static enum chat_error makes_admin(struct core *core, const char *name, int admin)
{
    struct chat_admin_set request = {.username = str_of(name), .disabled = -1, .admin = admin};
    core_ask(core, chat_admin_set, &request);
    return request.call.error;
}

static void test_an_admin_is_one_until_taken_away(void **state)
{
    struct core *core = *state;
    uint64_t alice = signs_up(core, "alice").user, bob = signs_up(core, "bob").user;
    assert_int_equal(checks(core, alice), CHAT_FORBIDDEN);
    assert_int_equal(makes_admin(core, "alice", 1), CHAT_OK);
    assert_int_equal(checks(core, alice), CHAT_OK);
    assert_int_equal(checks(core, bob), CHAT_FORBIDDEN);
    assert_int_equal(checks(core, 999), CHAT_FORBIDDEN); /* nobody */
    assert_int_equal(disable(core, "alice"), CHAT_OK);   /* leaves that as it is */
    assert_int_equal(checks(core, alice), CHAT_OK);
    assert_int_equal(makes_admin(core, "alice", -1), CHAT_OK);
    assert_int_equal(checks(core, alice), CHAT_FORBIDDEN);
    core->fails[STORE_OP_USERS] = true;
    assert_int_equal(checks(core, alice), CHAT_UNAVAILABLE);
}

static void test_an_admin_touches_no_admin(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    assert_int_equal(makes_admin(core, "alice", 1), CHAT_OK);
    struct chat_admin_set set_it = {.username = STR("alice"), .disabled = 1, .by_admin = true};
    core_ask(core, chat_admin_set, &set_it);
    assert_int_equal(set_it.call.error, CHAT_FORBIDDEN);
    struct chat_admin_reset reset = {.username = STR("alice")};
    core_ask(core, chat_admin_reset, &reset);
    assert_int_equal(reset.call.error, CHAT_FORBIDDEN);
    assert_int_equal(authenticates(core, &alice), CHAT_OK);
}

/* It may have been undone since, where it was asked again. */
static void test_what_was_asked_long_ago_is_not_done(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct chat_admin_set set_it = {
        .call.since_ms = core->mono_ms, .username = STR("alice"), .disabled = 1};
    core_pass(core, PATIENCE_MS + 1);
    core_ask(core, chat_admin_set, &set_it);
    assert_int_equal(set_it.call.error, CHAT_UNAVAILABLE);
    assert_int_equal(authenticates(core, &alice), CHAT_OK);
}

static void test_a_password_that_was_made_signs_in(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct chat_admin_reset reset = {.username = STR("ALICE")};
    core_ask(core, chat_admin_reset, &reset);
    assert_int_equal(reset.call.error, CHAT_OK);
    assert_int_equal(strlen(reset.password), ADMIN_PASSWORD_TEXT);
    assert_int_equal(authenticates(core, &alice), CHAT_UNAUTHENTICATED);
    struct chat_sign again = {.username = STR("alice"), .password = str_of(reset.password)};
    assert_int_equal(core_sign(core, false, &again), CHAT_OK);
    struct chat_admin_reset nobody = {.username = STR("nobody")};
    core_ask(core, chat_admin_reset, &nobody);
    assert_int_equal(nobody.call.error, CHAT_NOT_FOUND);
}

int main(void)
{
#define with_core(name) cmocka_unit_test_setup_teardown(name, core_begin, core_end)
    const struct CMUnitTest tests[] = {
        with_core(test_an_account_is_added_once),
        with_core(test_an_admin_is_one_until_taken_away),
        with_core(test_an_admin_touches_no_admin),
        with_core(test_what_was_asked_long_ago_is_not_done),
        with_core(test_a_password_that_was_made_signs_in),
        with_core(test_who_is_disabled_is_out_at_once),
        with_core(test_a_new_password_ends_every_device),
        with_core(test_what_the_store_refuses_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
