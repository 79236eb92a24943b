/* Accounts and devices, where two things happen at once or one goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/codes.h"
#include "chat/test_core.h"

static struct chat_sign sign_of(const char *name, struct str password)
{
    return (struct chat_sign){.username = str_of(name), .password = password};
}

static struct chat_sign signs_up(struct core *core, const char *name)
{
    struct chat_sign sign = sign_of(name, STR("password"));
    core_ask(core, chat_signup, &sign);
    assert_int_equal(sign.call.error, CHAT_OK);
    return sign;
}

static struct chat_password change_of(const struct chat_sign *by, struct str password)
{
    return (struct chat_password){.call = {.user = by->user, .device = by->device},
                                  .old_password = STR("password"),
                                  .new_password = password,
                                  .end_others = true};
}

static uint32_t n_devices(struct core *core, uint64_t user)
{
    struct chat_devices devices = {.call.user = user};
    core_ask(core, chat_devices, &devices);
    return devices.n_devices;
}

/* --- cases --- */

static void test_a_sign_up_stands_as_a_whole_or_not_at_all(void **state)
{
    struct core *core = *state;
    core->fails[STORE_OP_DEVICE_PUT] = true; /* it needs no other write than the one */
    struct chat_sign alice = signs_up(core, "alice");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    core_ask(core, chat_authenticate, &auth);
    assert_int_equal(auth.call.error, CHAT_OK);
    assert_int_equal(auth.call.user, alice.user);
    assert_int_equal(auth.call.device, alice.device);
    core->fails[STORE_OP_USER_CREATE] = true;
    struct chat_sign bob = sign_of("bob", STR("password"));
    core_ask(core, chat_signup, &bob);
    assert_int_equal(bob.call.error, CHAT_UNAVAILABLE);
    core->fails[STORE_OP_USER_CREATE] = false;
    signs_up(core, "bob");
}

static enum chat_error signing_up(struct core *core, const char *name)
{
    struct chat_sign sign = sign_of(name, STR("password"));
    core_ask(core, chat_signup, &sign);
    return sign.call.error;
}

static void test_a_name_is_one_however_it_is_typed(void **state)
{
    struct core *core = *state;
    struct chat_sign asa = signs_up(core, "\xc3\x85sa"); /* Åsa */
    assert_int_equal(signing_up(core, "\xc3\xa5SA"), CHAT_NAME_TAKEN);
    assert_int_equal(signing_up(core, "a\xcc\x8asa"), CHAT_NAME_TAKEN); /* a and a ring */
    struct chat_sign again = sign_of("A\xcc\x8aSA", STR("password"));
    core_ask(core, chat_signin, &again);
    assert_int_equal(again.call.error, CHAT_OK);
    assert_int_equal(again.user, asa.user);
}

static void test_a_name_that_deceives_is_refused(void **state)
{
    struct core *core = *state;
    signs_up(core, "alice");
    assert_int_equal(signing_up(core, "a1ice"), CHAT_NAME_REFUSED);
    assert_int_equal(signing_up(core, "\xd0\xb0lice"), CHAT_NAME_REFUSED); /* two scripts */
    assert_int_equal(signing_up(core, "al ice"), CHAT_NAME_REFUSED);
    assert_int_equal(signing_up(core, "\xff\xfe\xfd"), CHAT_NAME_REFUSED);
    struct chat_sign nobody = sign_of("\xff\xfe\xfd", STR("password"));
    core_ask(core, chat_signin, &nobody);
    assert_int_equal(nobody.call.error, CHAT_WRONG_CREDENTIALS);
}

static uint64_t found_user;

static void search_done(struct chat_call *call)
{
    const struct chat_users *users = (const struct chat_users *)call;
    assert_int_equal(call->error, CHAT_OK);
    found_user = users->n_users == 1 ? users->users[0].id : 0;
}

static uint64_t search(struct core *core, const char *prefix)
{
    struct chat_users users = {.call.done = search_done, .prefix = str_of(prefix), .limit = 2};
    chat_users(core->chat, &users);
    core_run(core);
    return found_user;
}

static void test_search_goes_by_the_folded_name(void **state)
{
    struct core *core = *state;
    struct chat_sign asa = signs_up(core, "\xc3\x85sa");
    assert_int_equal(search(core, "\xc3\x85S"), asa.user);
    assert_int_equal(search(core, "A\xcc\x8a"), asa.user);
    assert_int_equal(search(core, "a"), 0);
    assert_int_equal(search(core, "\xe2\x80\x8b"), 0); /* nothing is left of it */
}

static struct chat_code_add new_code(struct core *core, uint64_t uses, uint64_t days)
{
    struct chat_code_add add = {.uses_max = uses, .days = days};
    core_ask(core, chat_code_add, &add);
    return add;
}

static enum chat_error invited(struct core *core, const char *name, const char *code)
{
    struct chat_sign sign = sign_of(name, STR("password"));
    sign.code = str_of(code);
    core_ask(core, chat_signup, &sign);
    return sign.call.error;
}

static void test_whoever_has_a_code_signs_up(void **state)
{
    struct core *core = *state;
    core->chat->options.registration = REGISTRATION_INVITE;
    struct chat_code_add code = new_code(core, 1, 2), other = new_code(core, 1, 1);
    assert_int_equal(code.call.error, CHAT_OK);
    assert_int_equal(invited(core, "alice", NULL), CHAT_CODE_REFUSED);
    assert_int_equal(invited(core, "alice", "made up"), CHAT_CODE_REFUSED);
    char guessed[sizeof(code.text)];
    memcpy(guessed, code.text, sizeof(guessed));
    guessed[INVITE_CODE_TEXT - 1] ^= 1;
    assert_int_equal(invited(core, "alice", guessed), CHAT_CODE_REFUSED);
    core_pass(core, INVITE_CODE_DAY_MS);
    assert_int_equal(invited(core, "alice", other.text), CHAT_CODE_REFUSED); /* too old */
    assert_int_equal(invited(core, "alice", code.text), CHAT_OK);
    assert_int_equal(invited(core, "bob", code.text), CHAT_CODE_REFUSED); /* used up */
    core->chat->options.registration = REGISTRATION_CLOSED;
    assert_int_equal(invited(core, "bob", new_code(core, 1, 1).text), CHAT_REGISTRATION_CLOSED);
}

static void test_an_open_server_counts_no_code(void **state)
{
    struct core *core = *state;
    struct chat_code_add code = new_code(core, 1, 1);
    assert_int_equal(invited(core, "alice", code.text), CHAT_OK);
    assert_int_equal(invited(core, "bob", code.text), CHAT_OK);
    struct chat_code_end revoke = {.id = code.id};
    core_ask(core, chat_code_end, &revoke);
    assert_int_equal(revoke.call.error, CHAT_OK);
    core_ask(core, chat_code_end, &revoke);
    assert_int_equal(revoke.call.error, CHAT_NOT_FOUND);
}

static void test_a_code_has_bounds(void **state)
{
    struct core *core = *state;
    assert_int_equal(new_code(core, 0, 1).call.error, CHAT_INVALID);
    assert_int_equal(new_code(core, 1, 0).call.error, CHAT_INVALID);
    assert_int_equal(new_code(core, INVITE_CODE_USES_MAX + 1, 1).call.error, CHAT_INVALID);
    assert_int_equal(new_code(core, 1, INVITE_CODE_DAYS_MAX + 1).call.error, CHAT_INVALID);
    assert_int_equal(new_code(core, INVITE_CODE_USES_MAX, INVITE_CODE_DAYS_MAX).call.error,
                     CHAT_OK);
}

/* The token is read, then its device ends, and only then the answer to the read arrives. */
static void test_a_device_that_ended_meanwhile_is_not_let_in(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    core_start(core, chat_authenticate, &auth);
    assert_true(queue_run(&core->work));
    struct list *late = list_pop_front(&core->answers.tasks);
    assert_non_null(late);
    struct chat_device_end ends = {.call = {.user = alice.user, .device = alice.device}};
    core_ask(core, chat_device_end, &ends);
    assert_int_equal(ends.call.error, CHAT_OK);
    list_push_back(&core->answers.tasks, late);
    core_run(core);
    assert_int_equal(core_n_done, 3);
    assert_int_equal(auth.call.error, CHAT_UNAUTHENTICATED);
}

static void test_a_device_that_another_left_alone_is_let_in(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice"), bob = signs_up(core, "bob");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    core_start(core, chat_authenticate, &auth);
    assert_true(queue_run(&core->work));
    struct list *late = list_pop_front(&core->answers.tasks);
    assert_non_null(late);
    struct chat_device_end ends = {.call = {.user = bob.user, .device = bob.device}};
    core_ask(core, chat_device_end, &ends);
    list_push_back(&core->answers.tasks, late);
    core_run(core);
    assert_int_equal(auth.call.error, CHAT_OK);
    assert_int_equal(auth.call.device, alice.device);
}

static void test_a_sign_in_by_a_password_that_changed_meanwhile_is_refused(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    core->passwords_held = true;
    struct chat_sign thief = sign_of("alice", STR("password"));
    core_start(core, chat_signin, &thief);
    core_run(core);
    assert_int_equal(core->n_passwords, 1); /* against the password that still holds */
    core->passwords_held = false;
    struct chat_password change = change_of(&alice, STR("new password"));
    core_ask(core, chat_password, &change);
    assert_int_equal(change.call.error, CHAT_OK);
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(core_n_done, 3);
    assert_int_equal(thief.call.error, CHAT_WRONG_CREDENTIALS);
    assert_int_equal(n_devices(core, alice.user), 1);
}

static void test_of_two_changes_at_once_one_stands(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    core->passwords_held = true;
    struct chat_password late = change_of(&alice, STR("the thief's"));
    core_start(core, chat_password, &late);
    core_run(core);
    core->passwords_held = false;
    struct chat_password change = change_of(&alice, STR("new password"));
    core_ask(core, chat_password, &change);
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(late.call.error, CHAT_WRONG_CREDENTIALS);
    struct chat_sign again = sign_of("alice", STR("new password"));
    core_ask(core, chat_signin, &again);
    assert_int_equal(again.call.error, CHAT_OK);
}

/* Who measures the time of the answer does not learn which names there are. */
static void test_a_name_that_is_not_there_costs_a_hash_too(void **state)
{
    struct core *core = *state;
    signs_up(core, "alice");
    core->passwords_held = true;
    struct chat_sign wrong = sign_of("alice", STR("wrong password"));
    struct chat_sign nobody = sign_of("nobody", STR("wrong password"));
    core_start(core, chat_signin, &wrong);
    core_start(core, chat_signin, &nobody);
    core_run(core);
    assert_int_equal(core_n_done, 1);
    assert_int_equal(core->n_passwords, 2);
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(core_n_done, 3);
    assert_int_equal(wrong.call.error, CHAT_WRONG_CREDENTIALS);
    assert_int_equal(nobody.call.error, CHAT_WRONG_CREDENTIALS);
}

static void test_a_clock_of_1970_makes_ids_at_once(void **state)
{
    struct core *core = *state;
    core->wall_ms = 1000;
    struct chat_sign alice = signs_up(core, "alice");
    assert_true(snowflake_time_ms(alice.user) >= SNOWFLAKE_EPOCH_MS);
    core->wall_ms = CORE_WALL_MS;
    struct chat_sign bob = signs_up(core, "bob");
    assert_int_equal(snowflake_time_ms(bob.user), CORE_WALL_MS);
}

static void test_a_clock_set_back_repeats_no_id(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    core->wall_ms -= 1000000;
    struct chat_sign bob = signs_up(core, "bob");
    assert_true(bob.user > alice.device);
}

/* Ids can be told beforehand: here the next one follows the last. */
static void test_who_was_asked_about_before_can_be_written_to(void **state)
{
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct chat_watch watch = {
        .call.user = alice.user, .users = (uint64_t[]){alice.device + 1}, .n_users = 1};
    core_ask(core, chat_watch, &watch);
    assert_false(watch.presence[0].online);
    struct chat_sign bob = signs_up(core, "bob");
    assert_int_equal(bob.user, alice.device + 1);
    struct chat_append hello = {.call.user = alice.user,
                                .type = EVENT_MESSAGE,
                                .to = bob.user,
                                .kind = STR("text"),
                                .text = STR("hello")};
    core_ask(core, chat_append, &hello);
    assert_int_equal(hello.call.error, CHAT_OK);
}

static uint64_t heard_ms;

static void devices_done(struct chat_call *call)
{
    heard_ms = ((struct chat_devices *)call)->devices[0].last_seen_ms;
}

static uint64_t heard_of(struct core *core, uint64_t user)
{
    struct chat_devices devices = {.call = {.user = user, .done = devices_done}};
    chat_devices(core->chat, &devices);
    core_run(core);
    return heard_ms;
}

static void test_a_device_is_heard_of_when_it_asks_and_while_it_is_connected(void **state)
{
    enum { MINUTE = 60 * 1000 };
    struct core *core = *state;
    struct chat_sign alice = signs_up(core, "alice");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    core_pass(core, MINUTE);
    core_ask(core, chat_authenticate, &auth);
    assert_int_equal(heard_of(core, alice.user), CORE_WALL_MS); /* not at every call */
    core_pass(core, 5 * MINUTE);
    core_ask(core, chat_authenticate, &auth);
    assert_int_equal(heard_of(core, alice.user), CORE_WALL_MS + 6 * MINUTE);
    struct session session;
    session_begin(core->chat, &session, alice.user, alice.device);
    core_pass(core, 5 * MINUTE);
    assert_int_equal(heard_of(core, alice.user), CORE_WALL_MS + 11 * MINUTE);
    session_end(core->chat, &session, core->mono_ms);
    core_pass(core, MINUTE);
}

/* --- what is told of a sign-in --- */

static struct chat_sign signs_in(struct core *core, const char *name, const char *device)
{
    struct chat_sign sign = sign_of(name, STR("password"));
    sign.device_name = str_of(device);
    core_ask(core, chat_signin, &sign);
    assert_int_equal(sign.call.error, CHAT_OK);
    return sign;
}

static void store_answered(struct store_request *request)
{
    (void)request;
}

static enum device_news news_of(struct core *core, uint64_t user, uint64_t device)
{
    struct store_devices r = {.base.done = store_answered, .user = user};
    store_devices(core->store, &r);
    core_run(core);
    enum device_news news = DEVICE_NO_NEWS;
    for (uint32_t i = 0; i < r.n_devices; i++)
        if (r.devices[i].id == device)
            news = r.devices[i].news;
    store_request_deinit(&r.base);
    return news;
}

static void test_a_sign_in_is_told_to_the_others(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    assert_int_equal(core_own_event(core, ann.user).type, 0); /* nobody to tell */
    struct session phone;
    session_begin(core->chat, &phone, ann.user, ann.device);
    struct chat_sign second = signs_in(core, "ann", "a new phone");
    struct event e = core_own_event(core, ann.user);
    assert_int_equal(e.type, EVENT_SIGNED_IN);
    assert_int_equal(e.number, second.device);
    assert_true(str_eq(e.text, STR("a new phone")));
    assert_int_equal(core_told(core, SAID_EVENT, &phone), 1);
    assert_int_equal(news_of(core, ann.user, second.device), DEVICE_NO_NEWS);
    session_end(core->chat, &phone, core->mono_ms);
}

static void test_a_sign_in_that_cannot_be_told_is_told_later(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    core->fails[STORE_OP_APPEND] = true;
    struct chat_sign second = signs_in(core, "ann", "phone"); /* nobody is locked out */
    struct chat_authenticate auth = {.token = str_of(second.token)};
    core_ask(core, chat_authenticate, &auth);
    assert_int_equal(auth.call.error, CHAT_OK);
    assert_int_equal(news_of(core, ann.user, second.device), DEVICE_SIGNED_IN);
    core->fails[STORE_OP_APPEND] = false;
    auth.token = str_of(ann.token);
    core_ask(core, chat_authenticate, &auth); /* another device's matter */
    assert_int_equal(core_own_event(core, ann.user).type, 0);
    auth.token = str_of(second.token);
    core_start(core, chat_authenticate, &auth);
    struct chat_authenticate again = {.token = auth.token};
    core_start(core, chat_authenticate, &again);
    core_run(core);
    assert_int_equal(news_of(core, ann.user, second.device), DEVICE_NO_NEWS);
    struct event e = core_own_event(core, ann.user);
    assert_int_equal(e.seq, 1); /* once, by however many */
    assert_int_equal(e.number, second.device);
    core->unknown[STORE_OP_APPEND] = 1;
    struct chat_sign third = signs_in(core, "ann", "tablet");
    auth.token = str_of(third.token);
    core_ask(core, chat_authenticate, &auth);
    e = core_own_event(core, ann.user);
    assert_int_equal(e.seq, 2);
    assert_int_equal(e.number, third.device);
}

/* A sign-up that comes to nothing is no account of its address; it is a try all the same. */
static void test_sign_ups_that_fail_are_tries_and_no_accounts(void **state)
{
    enum { TRIES = 6, ACCOUNTS = 2 };
    (void)state;
    struct core *core =
        core_new(&(struct chat_options){.tries_address = TRIES, .signups_address = ACCOUNTS});
    struct address_bytes here = {{1}}, there = {{2}};
    static const struct {
        const char *name;
        enum chat_error error;
    } signups[] = {
        {"ann", CHAT_OK}, {"ann", CHAT_NAME_TAKEN},     {"ANN", CHAT_NAME_TAKEN},
        {"aun", CHAT_OK}, {"bob", CHAT_TOO_MANY_TRIES}, {"bob", CHAT_TOO_MANY_TRIES},
    };
    for (size_t i = 0; i < ARRAY_SIZE(signups); i++) {
        struct chat_sign sign = sign_of(signups[i].name, STR("password"));
        sign.address = here;
        core_ask(core, chat_signup, &sign);
        assert_int_equal(sign.call.error, signups[i].error);
    }
    /* six tries are gone: one that would come to nothing is not looked at any more */
    struct chat_sign taken = sign_of("ann", STR("password"));
    taken.address = here;
    core_pass(core, TRIES_WINDOW_MS / ACCOUNTS); /* room for an account, and for three tries */
    for (int i = 0; i < TRIES / ACCOUNTS; i++) {
        core_ask(core, chat_signup, &taken);
        assert_int_equal(taken.call.error, CHAT_NAME_TAKEN);
    }
    core_ask(core, chat_signup, &taken);
    assert_int_equal(taken.call.error, CHAT_TOO_MANY_TRIES);
    struct chat_sign elsewhere = sign_of("bob", STR("password"));
    elsewhere.address = there;
    core_ask(core, chat_signup, &elsewhere);
    assert_int_equal(elsewhere.call.error, CHAT_OK);
    core_free(core);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, core_begin, core_end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_sign_up_stands_as_a_whole_or_not_at_all),
        TEST(test_a_name_is_one_however_it_is_typed),
        TEST(test_a_name_that_deceives_is_refused),
        TEST(test_search_goes_by_the_folded_name),
        TEST(test_whoever_has_a_code_signs_up),
        TEST(test_an_open_server_counts_no_code),
        TEST(test_a_code_has_bounds),
        TEST(test_a_device_that_ended_meanwhile_is_not_let_in),
        TEST(test_a_device_that_another_left_alone_is_let_in),
        TEST(test_a_sign_in_by_a_password_that_changed_meanwhile_is_refused),
        TEST(test_of_two_changes_at_once_one_stands),
        TEST(test_a_name_that_is_not_there_costs_a_hash_too),
        TEST(test_a_clock_of_1970_makes_ids_at_once),
        TEST(test_a_clock_set_back_repeats_no_id),
        TEST(test_who_was_asked_about_before_can_be_written_to),
        TEST(test_a_device_is_heard_of_when_it_asks_and_while_it_is_connected),
        TEST(test_a_sign_in_is_told_to_the_others),
        TEST(test_a_sign_in_that_cannot_be_told_is_told_later),
        cmocka_unit_test(test_sign_ups_that_fail_are_tries_and_no_accounts),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
