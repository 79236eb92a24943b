/* The second factor: what opens the door, what does not, and what happens at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/admin.h"
#include "chat/factor.h"
#include "chat/test_core.h"

enum { DEVICE = 1 }; /* that asks */

/* Alice with her authenticator. */
struct alice {
    uint64_t user;
    char secret[FACTOR_SECRET_TEXT + 1];
    char recovery[RECOVERY_CODES][RECOVERY_TEXT + 1];
};

static void store_answered(struct store_request *request)
{
    (void)request;
}

static void code_now(struct core *core, const struct alice *alice, char code[TOTP_DIGITS + 1])
{
    uint8_t secret[TOTP_SECRET_BYTES];
    assert_true(base32_parse(secret, sizeof(secret), str_of(alice->secret)));
    totp_code(code, secret, core->wall_ms / TOTP_STEP_MS);
}

/* `key` NULL: none. */
static enum chat_error changes(struct core *core, struct alice *alice, enum factor_change what,
                               const char *password, const char *code, const char *key)
{
    struct chat_factor_change r = {
        .call.user = alice->user,
        .call.device = DEVICE,
        .what = what,
        .password = str_of(password),
        .secret = what == FACTOR_ENABLED ? str_of(alice->secret) : (struct str){0},
        .code = str_of(code),
        .key = str_of(key),
    };
    core_ask(core, chat_factor_change, &r);
    if (!r.call.error && what != FACTOR_DISABLED)
        memcpy(alice->recovery, r.recovery, sizeof(r.recovery));
    return r.call.error;
}

static enum chat_error enables(struct core *core, struct alice *alice, const char *password,
                               const char *code)
{
    return changes(core, alice, FACTOR_ENABLED, password, code, NULL);
}

static enum chat_error disables(struct core *core, struct alice *alice, const char *password,
                                const char *code)
{
    return changes(core, alice, FACTOR_DISABLED, password, code, NULL);
}

/* What the own log tells last. */
static void assert_told(struct core *core, const struct alice *alice, enum factor_change what,
                        uint64_t device)
{
    struct event e = core_own_event(core, alice->user);
    assert_int_equal(e.type, EVENT_SECOND_FACTOR);
    assert_int_equal(e.changes, what);
    assert_int_equal(e.number, device);
    assert_null(e.text.p);
    assert_null(e.about.p);
}

static enum chat_error signs_in(struct core *core, const char *password, const char *code)
{
    struct chat_sign sign = {
        .username = STR("alice"), .password = str_of(password), .factor_code = str_of(code)};
    core_ask(core, chat_signin, &sign);
    return sign.call.error;
}

static struct alice alice_new(struct core *core)
{
    struct alice alice = {0};
    struct chat_sign sign = {.username = STR("alice"), .password = STR("password")};
    assert_int_equal(core_sign(core, true, &sign), CHAT_OK);
    alice.user = sign.user;
    chat_factor_secret(core->chat, alice.secret);
    return alice;
}

/* With the factor on, and the code that did it used up. */
static struct alice alice_with_factor(struct core *core)
{
    struct alice alice = alice_new(core);
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    assert_int_equal(enables(core, &alice, "password", code), CHAT_OK);
    return alice;
}

/* --- cases --- */

static void test_it_is_set_up_by_who_can_make_codes(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core);
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    assert_int_equal(enables(core, &alice, "wrong password", code), CHAT_WRONG_CREDENTIALS);
    assert_int_equal(enables(core, &alice, "password", "000000"), CHAT_WRONG_CODE);
    struct alice other = alice;
    other.secret[0] = '1';
    assert_int_equal(enables(core, &other, "password", code), CHAT_INVALID);
    assert_int_equal(disables(core, &alice, "password", code), CHAT_FACTOR_OFF);
    assert_int_equal(signs_in(core, "password", NULL), CHAT_OK); /* nothing has changed so far */
    assert_int_equal(enables(core, &alice, "password", code), CHAT_OK);
    assert_told(core, &alice, FACTOR_ENABLED, DEVICE);
    assert_int_equal(enables(core, &alice, "password", code), CHAT_FACTOR_ON);
}

static void test_of_two_set_up_at_once_one_stands(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core), other = alice;
    chat_factor_secret(core->chat, other.secret);
    const struct alice *each[2] = {&alice, &other};
    struct chat_factor_change both[2];
    char codes[2][TOTP_DIGITS + 1];
    core->passwords_held = true;
    for (int i = 0; i < 2; i++) {
        code_now(core, each[i], codes[i]);
        both[i] = (struct chat_factor_change){.call.done = core_done,
                                              .call.user = alice.user,
                                              .call.device = DEVICE,
                                              .what = FACTOR_ENABLED,
                                              .password = STR("password"),
                                              .secret = str_of(each[i]->secret),
                                              .code = str_of(codes[i])};
        chat_factor_change(core->chat, &both[i]);
    }
    core_run(core); /* both have read the account as it is */
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(both[0].call.error, CHAT_OK);
    assert_int_equal(both[1].call.error, CHAT_FACTOR_ON);
}

static void test_signing_in_takes_a_code_then(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_with_factor(core);
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    assert_int_equal(signs_in(core, "password", NULL), CHAT_FACTOR_REQUIRED);
    assert_int_equal(signs_in(core, "wrong password", NULL), CHAT_WRONG_CREDENTIALS);
    assert_int_equal(signs_in(core, "wrong password", code), CHAT_WRONG_CREDENTIALS);
    assert_int_equal(signs_in(core, "password", code), CHAT_WRONG_CODE); /* it set the factor up */
    core_pass(core, TOTP_STEP_MS);
    code_now(core, &alice, code);
    assert_int_equal(signs_in(core, "password", code), CHAT_OK);
    assert_int_equal(signs_in(core, "password", code), CHAT_WRONG_CODE);
    assert_int_equal(signs_in(core, "password", alice.recovery[3]), CHAT_OK);
    assert_int_equal(signs_in(core, "password", alice.recovery[3]), CHAT_WRONG_CODE);
}

static void test_one_code_lets_one_of_two_in(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_with_factor(core);
    char code[TOTP_DIGITS + 1];
    core_pass(core, TOTP_STEP_MS);
    code_now(core, &alice, code);
    struct chat_sign both[2];
    core->passwords_held = true;
    for (int i = 0; i < 2; i++) {
        both[i] = (struct chat_sign){.call.done = core_done,
                                     .username = STR("alice"),
                                     .password = STR("password"),
                                     .factor_code = str_of(code)};
        chat_signin(core->chat, &both[i]);
    }
    core_run(core); /* both have read the account as it is */
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(both[0].call.error, CHAT_OK);
    assert_int_equal(both[1].call.error, CHAT_WRONG_CODE);
}

static void test_a_sign_in_under_way_does_not_slip_by(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core);
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    core->passwords_held = true;
    struct chat_sign thief = {
        .call.done = core_done, .username = STR("alice"), .password = STR("password")};
    chat_signin(core->chat, &thief);
    core_run(core);
    core->passwords_held = false;
    assert_int_equal(enables(core, &alice, "password", code), CHAT_OK);
    core_let_passwords_go(core);
    core_run(core);
    assert_int_equal(thief.call.error, CHAT_FACTOR_REQUIRED);
}

static void test_wrong_codes_are_tries(void **state)
{
    struct core *core = core_new(&(struct chat_options){.tries_account = 4});
    struct alice alice = alice_with_factor(core);
    for (int i = 0; i < 20; i++) /* asking which it is costs nothing */
        assert_int_equal(signs_in(core, "password", NULL), CHAT_FACTOR_REQUIRED);
    for (int i = 0; i < 4; i++)
        assert_int_equal(signs_in(core, "password", "000000"), CHAT_WRONG_CODE);
    assert_int_equal(signs_in(core, "password", alice.recovery[0]), CHAT_TOO_MANY_TRIES);
    /* a device that is signed in has as many of its own */
    for (int i = 0; i < 4; i++)
        assert_int_equal(disables(core, &alice, "password", "000000"), CHAT_WRONG_CODE);
    assert_int_equal(disables(core, &alice, "password", alice.recovery[0]), CHAT_TOO_MANY_TRIES);
    core_free(core);
    (void)state;
}

static void test_it_is_taken_away_by_password_and_code(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_with_factor(core);
    assert_int_equal(disables(core, &alice, "password", "000000"), CHAT_WRONG_CODE);
    assert_int_equal(disables(core, &alice, "wrong password", alice.recovery[0]),
                     CHAT_WRONG_CREDENTIALS);
    assert_int_equal(signs_in(core, "password", NULL), CHAT_FACTOR_REQUIRED);
    assert_int_equal(disables(core, &alice, "password", alice.recovery[0]), CHAT_OK);
    assert_told(core, &alice, FACTOR_DISABLED, DEVICE);
    assert_int_equal(signs_in(core, "password", NULL), CHAT_OK);
}

static void test_the_operator_helps_who_lost_it(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_with_factor(core);
    struct chat_admin_set reset = {
        .username = STR("alice"), .disabled = -1, .no_second_factor = true};
    core_ask(core, chat_admin_set, &reset);
    assert_int_equal(reset.call.error, CHAT_OK);
    assert_told(core, &alice, FACTOR_DISABLED, 0);
    assert_int_equal(signs_in(core, "password", NULL), CHAT_OK);
}

static void test_what_the_store_refuses_changes_nothing(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core);
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    core->fails[STORE_OP_APPEND] = true;
    assert_int_equal(enables(core, &alice, "password", code), CHAT_UNAVAILABLE);
    core->fails[STORE_OP_APPEND] = false;
    assert_int_equal(signs_in(core, "password", NULL), CHAT_OK);
    assert_int_equal(enables(core, &alice, "password", code), CHAT_OK);
}

static void test_a_lost_answer_is_told_again(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core), again = alice, other = alice;
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    assert_int_equal(changes(core, &alice, FACTOR_ENABLED, "password", code, "k"), CHAT_OK);
    core_pass(core, 10 * TOTP_STEP_MS);
    assert_int_equal(changes(core, &again, FACTOR_ENABLED, "password", code, "k"), CHAT_OK);
    assert_memory_equal(again.recovery, alice.recovery, sizeof(alice.recovery));
    assert_int_equal(changes(core, &again, FACTOR_ENABLED, "wrong one", code, "k"),
                     CHAT_WRONG_CREDENTIALS);
    chat_factor_secret(core->chat, other.secret);
    code_now(core, &other, code);
    assert_int_equal(changes(core, &other, FACTOR_ENABLED, "password", code, "k"), CHAT_KEY_REUSED);
    assert_int_equal(changes(core, &other, FACTOR_ENABLED, "password", code, "l"), CHAT_FACTOR_ON);
    assert_int_equal(signs_in(core, "password", alice.recovery[9]), CHAT_OK);
    assert_int_equal(changes(core, &alice, FACTOR_DISABLED, "password", alice.recovery[0], "m"),
                     CHAT_OK);
    assert_int_equal(changes(core, &alice, FACTOR_DISABLED, "password", alice.recovery[0], "m"),
                     CHAT_OK);
    assert_int_equal(disables(core, &alice, "password", alice.recovery[0]), CHAT_FACTOR_OFF);
}

static void test_new_recovery_codes_end_the_old(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core), old;
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    assert_int_equal(changes(core, &alice, FACTOR_NEW_RECOVERY, "password", code, "a"),
                     CHAT_FACTOR_OFF);
    assert_int_equal(enables(core, &alice, "password", code), CHAT_OK);
    old = alice;
    assert_int_equal(changes(core, &alice, FACTOR_NEW_RECOVERY, "password", old.recovery[0], "a"),
                     CHAT_OK);
    assert_told(core, &alice, FACTOR_NEW_RECOVERY, DEVICE);
    for (int i = 0; i < RECOVERY_CODES; i++)
        assert_int_equal(signs_in(core, "password", old.recovery[i]), CHAT_WRONG_CODE);
    struct alice again = old; /* the code is used by now */
    assert_int_equal(changes(core, &again, FACTOR_NEW_RECOVERY, "password", old.recovery[0], "a"),
                     CHAT_OK);
    assert_memory_equal(again.recovery, alice.recovery, sizeof(alice.recovery));
    for (int i = 0; i < RECOVERY_CODES; i++)
        assert_int_equal(signs_in(core, "password", alice.recovery[i]), CHAT_OK);
    code_now(core, &alice, code); /* the authenticator is the same */
    assert_int_equal(signs_in(core, "password", code), CHAT_WRONG_CODE);
    core_pass(core, TOTP_STEP_MS);
    code_now(core, &alice, code);
    assert_int_equal(signs_in(core, "password", code), CHAT_OK);
}

/* The own log shows a key to whoever has one of its devices. */
static void test_a_key_opens_nothing(void **state)
{
    struct core *core = core_new(&(struct chat_options){.tries_account = 4});
    struct alice alice = alice_with_factor(core), thief = alice;
    char used[RECOVERY_TEXT + 1];
    memcpy(used, alice.recovery[0], sizeof(used));
    assert_int_equal(changes(core, &alice, FACTOR_NEW_RECOVERY, "password", used, "a"), CHAT_OK);
    memset(thief.recovery, 0, sizeof(thief.recovery));
    for (int i = 0; i < 4; i++) /* and each is a try */
        assert_int_equal(changes(core, &thief, FACTOR_NEW_RECOVERY, "password", "000000", "a"),
                         CHAT_KEY_REUSED);
    assert_int_equal(changes(core, &thief, FACTOR_NEW_RECOVERY, "password", used, "a"),
                     CHAT_TOO_MANY_TRIES);
    for (int i = 0; i < RECOVERY_CODES; i++)
        assert_int_equal(thief.recovery[i][0], 0);
    core_free(core);
    (void)state;
}

static void test_a_used_recovery_code_is_told(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_with_factor(core);
    char code[TOTP_DIGITS + 1];
    assert_int_equal(signs_in(core, "password", alice.recovery[0]), CHAT_OK);
    struct event e = core_own_event(core, alice.user);
    assert_int_equal(e.type, EVENT_SIGNED_IN);
    uint64_t device = e.number, seq = e.seq;
    assert_int_equal(seq, 3);
    core_pass(core, TOTP_STEP_MS);
    code_now(core, &alice, code);
    assert_int_equal(signs_in(core, "password", code), CHAT_OK);
    assert_int_equal(core_own_event(core, alice.user).seq, 4); /* of a code, the sign-in alone */
    struct store_events events = {.base.done = store_answered,
                                  .conversation = alice.user,
                                  .from_seq = seq - 1,
                                  .to_seq = seq - 1,
                                  .limit = 1};
    store_events(core->store, &events);
    core_run(core);
    assert_int_equal(events.n_events, 1);
    assert_int_equal(events.events[0].type, EVENT_SECOND_FACTOR);
    assert_int_equal(events.events[0].changes, FACTOR_RECOVERY_USED);
    assert_int_equal(events.events[0].number, device);
    store_request_deinit(&events.base);
}

/* Whatever becomes of the write, the factor and the event stand together. */
static void test_what_is_not_known_to_stand_is_asked_again(void **state)
{
    struct core *core = *state;
    struct alice alice = alice_new(core);
    char code[TOTP_DIGITS + 1];
    code_now(core, &alice, code);
    core->unknown[STORE_OP_APPEND] = 1;
    assert_int_equal(changes(core, &alice, FACTOR_ENABLED, "password", code, "k"),
                     CHAT_UNAVAILABLE);
    assert_int_equal(changes(core, &alice, FACTOR_ENABLED, "password", code, "k"), CHAT_OK);
    assert_told(core, &alice, FACTOR_ENABLED, DEVICE);
    assert_int_equal(signs_in(core, "password", NULL), CHAT_FACTOR_REQUIRED);
    assert_int_equal(signs_in(core, "password", alice.recovery[0]), CHAT_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, core_begin, core_end)
    const struct CMUnitTest tests[] = {
        TEST(test_it_is_set_up_by_who_can_make_codes),
        TEST(test_of_two_set_up_at_once_one_stands),
        TEST(test_signing_in_takes_a_code_then),
        TEST(test_one_code_lets_one_of_two_in),
        TEST(test_a_sign_in_under_way_does_not_slip_by),
        TEST(test_wrong_codes_are_tries),
        TEST(test_it_is_taken_away_by_password_and_code),
        TEST(test_the_operator_helps_who_lost_it),
        TEST(test_what_the_store_refuses_changes_nothing),
        TEST(test_a_lost_answer_is_told_again),
        TEST(test_new_recovery_codes_end_the_old),
        TEST(test_a_key_opens_nothing),
        TEST(test_a_used_recovery_code_is_told),
        TEST(test_what_is_not_known_to_stand_is_asked_again),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
