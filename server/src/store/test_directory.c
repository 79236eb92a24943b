/* The contract: accounts, names, devices and claims. */
#include <stdio.h>

#include "model/limits.h"
#include "store/test_rig.h"
#include "util/crypto.h"

static void test_a_name_is_claimed_once(void **state)
{
    struct rig *rig = *state;
    people(rig);
    assert_int_equal(make_user(rig, 999, "alice"), STORE_TAKEN);
    struct store_user_find r = {.username = STR("alice")};
    ask(rig, store_user_find, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.user.id, ALICE);
    store_request_deinit(&r.base);
    struct store_user_find none = {.username = STR("alic")};
    ask(rig, store_user_find, &none);
    assert_int_equal(none.base.status, STORE_NOT_FOUND);
    store_request_deinit(&none.base);
}

static enum store_status make_named(struct rig *rig, uint64_t id, struct str name,
                                    struct str skeleton, bool *looks_like)
{
    struct store_user_create r = {.user = {.id = id,
                                           .username = name,
                                           .skeleton = skeleton,
                                           .display_name = name,
                                           .about = STR(""),
                                           .password = STR("hash")}};
    ask(rig, store_user_create, &r);
    enum store_status status = r.base.status;
    *looks_like = r.looks_like;
    store_request_deinit(&r.base);
    return status;
}

static void test_a_name_that_looks_like_another_is_not_had(void **state)
{
    struct rig *rig = *state;
    struct str one = str_n("11111111111111111111111111111111", CRYPTO_HASH_BYTES);
    struct str other = str_n("22222222222222222222222222222222", CRYPTO_HASH_BYTES);
    bool looks_like;
    assert_int_equal(make_named(rig, 201, STR("modem"), one, &looks_like), STORE_DONE);
    assert_int_equal(make_named(rig, 202, STR("modern"), one, &looks_like), STORE_TAKEN);
    assert_true(looks_like);
    assert_int_equal(make_named(rig, 203, STR("modem"), other, &looks_like), STORE_TAKEN);
    assert_false(looks_like);
    /* neither refusal left a claim behind */
    assert_int_equal(make_named(rig, 204, STR("modern"), other, &looks_like), STORE_DONE);
    struct store_user_find find = {.username = STR("modern")};
    ask(rig, store_user_find, &find);
    assert_int_equal(find.user.id, 204);
    assert_true(str_eq(find.user.skeleton, other));
    store_request_deinit(&find.base);
}

/* --- names that are given up --- */

static const uint64_t FORMER_MS = FORMER_NAME_S * UINT64_C(1000);

/* A look: the same number is the same one. */
static struct str look(char number, char bytes[CRYPTO_HASH_BYTES])
{
    memset(bytes, number, CRYPTO_HASH_BYTES);
    return str_n(bytes, CRYPTO_HASH_BYTES);
}

static enum store_status make_looking(struct rig *rig, uint64_t id, const char *name, char number,
                                      uint64_t now_ms)
{
    char bytes[CRYPTO_HASH_BYTES];
    struct store_user_create r = {.user = {.id = id,
                                           .username = str_of(name),
                                           .skeleton = look(number, bytes),
                                           .display_name = str_of(name),
                                           .about = STR(""),
                                           .password = STR("hash"),
                                           .created_ms = now_ms}};
    ask(rig, store_user_create, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

static enum store_status rename_to(struct rig *rig, uint64_t user, const char *name, char number,
                                   uint64_t now_ms)
{
    char key[80], bytes[CRYPTO_HASH_BYTES];
    struct log_head head = head_of(rig, user);
    snprintf(key, sizeof(key), "%s-%d", name, (int)head.seq);
    struct event e = event_after(&head, user, EVENT_RENAME, user, key);
    e.text = str_of(name);
    e.about = look(number, bytes);
    e.time_ms = now_ms;
    struct store_append r = {.conversation = user, .events = &e, .n_events = 1, .head = head};
    ask(rig, store_append, &r);
    enum store_status status = r.base.status;
    assert_int_equal(r.looks_like, status == STORE_TAKEN && number == 'L');
    store_request_deinit(&r.base);
    return status;
}

/* 0: nobody. */
static uint64_t who_is(struct rig *rig, const char *name, uint64_t now_ms)
{
    struct store_user_find r = {.username = str_of(name), .now_ms = now_ms};
    ask(rig, store_user_find, &r);
    uint64_t user = r.base.status == STORE_DONE ? r.user.id : 0;
    store_request_deinit(&r.base);
    return user;
}

static void expire(struct rig *rig, uint64_t now_ms)
{
    struct store_expire r = {.now_ms = now_ms};
    ask(rig, store_expire, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_false(r.more);
    store_request_deinit(&r.base);
}

static void test_a_former_name_leads_to_who_had_it_until_its_end(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(make_looking(rig, 201, "ann", 'L', 1000), STORE_DONE);
    assert_int_equal(make_looking(rig, 202, "bob", '2', 1000), STORE_DONE);
    assert_int_equal(rename_to(rig, 202, "ann", '3', 5000), STORE_TAKEN);
    assert_int_equal(rename_to(rig, 202, "aun", 'L', 5000), STORE_TAKEN);
    assert_int_equal(who_is(rig, "bob", 5000), 202); /* refusals change nothing */
    assert_int_equal(rename_to(rig, 201, "carl", '4', 5000), STORE_DONE);
    uint64_t end = 5000 + FORMER_MS;
    assert_int_equal(who_is(rig, "carl", 6000), 201);
    assert_int_equal(who_is(rig, "ann", end - 1), 201);
    assert_int_equal(who_is(rig, "ann", end), 0);
    /* until then neither it nor its look is anybody else's */
    assert_int_equal(make_looking(rig, 203, "ann", '5', end - 1), STORE_TAKEN);
    assert_int_equal(make_looking(rig, 203, "aun", 'L', end - 1), STORE_TAKEN);
    assert_int_equal(rename_to(rig, 202, "aun", 'L', end - 1), STORE_TAKEN);
    rig_reopen(rig);
    assert_int_equal(who_is(rig, "ann", end - 1), 201);
    assert_int_equal(make_looking(rig, 203, "aun", 'L', end), STORE_DONE); /* then it is */
    assert_int_equal(rename_to(rig, 202, "ann", '5', end), STORE_DONE);
    assert_int_equal(who_is(rig, "ann", end), 202);
    expire(rig, end + FORMER_MS);
    assert_int_equal(who_is(rig, "ann", end), 202);
    assert_int_equal(who_is(rig, "aun", end), 203);
}

static void test_ones_own_former_name_is_taken_back(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(make_looking(rig, 201, "ann", '1', 1000), STORE_DONE);
    assert_int_equal(rename_to(rig, 201, "carl", '2', 5000), STORE_DONE);
    assert_int_equal(rename_to(rig, 201, "aun", '1', 6000), STORE_DONE); /* looks like the former */
    assert_int_equal(rename_to(rig, 201, "ann", '1', 7000), STORE_DONE);
    assert_int_equal(rename_to(rig, 201, "ann", '1', 8000), STORE_TAKEN); /* it is theirs already */
    expire(rig, 7000 + FORMER_MS);
    assert_int_equal(who_is(rig, "ann", 9000), 201);
    assert_int_equal(who_is(rig, "carl", 9000), 0);
    assert_int_equal(who_is(rig, "aun", 9000), 0);
    assert_int_equal(make_looking(rig, 202, "aun", '1', 9000),
                     STORE_TAKEN); /* still hers, by look */
    assert_int_equal(make_looking(rig, 202, "carl", '2', 9000), STORE_DONE);
}

static void test_expiry_lets_former_names_go_and_nothing_else(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(make_looking(rig, 201, "ann", '1', 1000), STORE_DONE);
    assert_int_equal(rename_to(rig, 201, "carl", '2', 5000), STORE_DONE);
    expire(rig, 4999 + FORMER_MS);
    assert_int_equal(who_is(rig, "ann", 6000), 201);
    expire(rig, 5000 + FORMER_MS);
    assert_int_equal(who_is(rig, "ann", 6000), 0);
    assert_int_equal(who_is(rig, "carl", 6000), 201);
    assert_int_equal(make_looking(rig, 202, "aun", '1', 6000), STORE_DONE); /* nor its look */
}

static void test_search_finds_who_had_the_very_name(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(make_looking(rig, 201, "ann", '1', 1000), STORE_DONE);
    assert_int_equal(make_looking(rig, 202, "anna", '2', 1000), STORE_DONE);
    assert_int_equal(rename_to(rig, 201, "annette", '3', 5000), STORE_DONE);
    struct store_user_search r = {.prefix = STR("ann"), .now_ms = 6000, .limit = 10};
    ask(rig, store_user_search, &r);
    assert_int_equal(r.n_users, 2); /* first, and once */
    assert_true(str_eq(r.users[0].username, STR("annette")));
    assert_int_equal(r.users[1].id, 202);
    store_request_deinit(&r.base);
    struct store_user_search part = {.prefix = STR("an"), .now_ms = 6000, .limit = 10};
    ask(rig, store_user_search, &part);
    assert_int_equal(part.n_users, 2); /* by its start a former name is not found */
    assert_int_equal(part.users[0].id, 202);
    store_request_deinit(&part.base);
    struct store_user_search late = {.prefix = STR("ann"), .now_ms = 5000 + FORMER_MS, .limit = 1};
    ask(rig, store_user_search, &late);
    assert_int_equal(late.users[0].id, 202);
    store_request_deinit(&late.base);
}

/* --- reports --- */

static enum store_status put_report(struct rig *rig, uint64_t id, uint64_t reporter, uint64_t seq,
                                    uint64_t *stands)
{
    struct store_report_put r = {.report = {.id = id,
                                            .reporter = reporter,
                                            .reason = REPORT_OTHER,
                                            .comment = STR("why"),
                                            .created_ms = 5,
                                            .conversation = GROUP,
                                            .seq = seq,
                                            .kind = CONVERSATION_GROUP,
                                            .sender = BOB,
                                            .time_ms = 4,
                                            .message_kind = STR("text"),
                                            .text = STR("words")}};
    ask(rig, store_report_put, &r);
    enum store_status status = r.base.status;
    *stands = r.id;
    store_request_deinit(&r.base);
    return status;
}

static enum store_status resolve_report(struct rig *rig, uint64_t id, uint64_t by)
{
    struct store_report_resolve r = {.id = id, .by = by, .now_ms = 9};
    ask(rig, store_report_resolve, &r);
    store_request_deinit(&r.base);
    return r.base.status;
}

static void test_a_report_stands_once_while_it_is_open(void **state)
{
    struct rig *rig = *state;
    uint64_t id;
    assert_int_equal(put_report(rig, 71, ALICE, 3, &id), STORE_DONE);
    assert_int_equal(put_report(rig, 72, ALICE, 3, &id), STORE_DONE);
    assert_int_equal(id, 71);
    assert_int_equal(put_report(rig, 73, CAROL, 3, &id), STORE_DONE);
    assert_int_equal(id, 73); /* another's */
    assert_int_equal(resolve_report(rig, 72, CAROL), STORE_NOT_FOUND);
    assert_int_equal(resolve_report(rig, 71, CAROL), STORE_DONE);
    assert_int_equal(resolve_report(rig, 71, ALICE), STORE_DONE);
    rig_reopen(rig);
    struct store_reports open = {.limit = 10}, resolved = {.resolved = true, .limit = 10};
    ask(rig, store_reports, &open);
    ask(rig, store_reports, &resolved);
    assert_int_equal(open.n_open, 1);
    assert_int_equal(open.n_reports, 1);
    assert_int_equal(open.reports[0].id, 73);
    assert_int_equal(resolved.n_open, 1);
    assert_int_equal(resolved.n_reports, 1);
    const struct report *r = &resolved.reports[0];
    assert_int_equal(r->id, 71);
    assert_int_equal(r->resolved_by, CAROL);
    assert_int_equal(r->resolved_ms, 9);
    assert_int_equal(r->sender, BOB);
    assert_int_equal(r->kind, CONVERSATION_GROUP);
    assert_true(str_eq(r->text, STR("words")) && str_eq(r->comment, STR("why")));
    store_request_deinit(&open.base);
    store_request_deinit(&resolved.base);
    assert_int_equal(put_report(rig, 74, ALICE, 3, &id), STORE_DONE);
    assert_int_equal(id, 74);
}

/* Fifty of each of two hundred people: what is resolved makes room, and only that. */
static void test_the_oldest_resolved_report_makes_room(void **state)
{
    struct rig *rig = *state;
    uint64_t id;
    for (uint64_t i = 0; i < REPORTS_MAX; i++)
        assert_int_equal(put_report(rig, 1 + i, 1 + i / REPORTS_USER_MAX, i, &id), STORE_DONE);
    assert_int_equal(put_report(rig, 20000, 999, 1, &id), STORE_TAKEN);
    assert_int_equal(resolve_report(rig, 7, 0), STORE_DONE);
    assert_int_equal(resolve_report(rig, 5, 0), STORE_DONE);
    assert_int_equal(put_report(rig, 20001, 999, 1, &id), STORE_DONE);
    struct store_reports left = {.resolved = true, .limit = 10};
    ask(rig, store_reports, &left);
    assert_int_equal(left.n_reports, 1);
    assert_int_equal(left.reports[0].id, 7);
    assert_int_equal(left.n_open, REPORTS_MAX - 1);
    store_request_deinit(&left.base);
    assert_int_equal(put_report(rig, 20002, 999, 2, &id), STORE_DONE);
    assert_int_equal(put_report(rig, 20003, 999, 3, &id), STORE_TAKEN);
}

/* --- invite codes --- */

static const struct invite_code code = {
    .id = 77, .hash = {7}, .created_ms = 1000, .until_ms = 2000, .uses_max = 2};

static void put_code(struct rig *rig, struct invite_code c, enum store_status status)
{
    struct store_code_put r = {.code = c};
    ask(rig, store_code_put, &r);
    assert_int_equal(r.base.status, status);
    store_request_deinit(&r.base);
}

static enum store_status signs_up_with(struct rig *rig, uint64_t user, const char *name,
                                       struct store_code_use use)
{
    struct store_user_create r = {.user = {.id = user,
                                           .username = str_of(name),
                                           .display_name = str_of(name),
                                           .about = STR(""),
                                           .password = STR("hash")},
                                  .code = use};
    ask(rig, store_user_create, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

static uint64_t uses_of_the_code(struct rig *rig)
{
    struct store_codes r = {.limit = 10};
    ask(rig, store_codes, &r);
    assert_int_equal(r.n_codes, 1);
    uint64_t uses = r.codes[0].uses;
    store_request_deinit(&r.base);
    return uses;
}

static void test_a_code_counts_the_accounts_it_made(void **state)
{
    struct rig *rig = *state;
    const struct store_code_use good = {.id = 77, .hash = {7}, .now_ms = 1999};
    struct store_code_use wrong = good, late = good, other = good;
    wrong.hash[0] = 8;
    late.now_ms = 2000;
    other.id = 78;
    put_code(rig, code, STORE_DONE);
    assert_int_equal(signs_up_with(rig, 1, "one", wrong), STORE_NOT_FOUND);
    assert_int_equal(signs_up_with(rig, 1, "one", late), STORE_NOT_FOUND);
    assert_int_equal(signs_up_with(rig, 1, "one", other), STORE_NOT_FOUND);
    assert_int_equal(signs_up_with(rig, 1, "one", good), STORE_DONE); /* nothing was left behind */
    assert_int_equal(signs_up_with(rig, 2, "one", good), STORE_TAKEN);
    assert_int_equal(uses_of_the_code(rig), 1);
    assert_int_equal(signs_up_with(rig, 2, "two", good), STORE_DONE);
    assert_int_equal(signs_up_with(rig, 3, "three", good), STORE_NOT_FOUND);
    rig_reopen(rig);
    assert_int_equal(uses_of_the_code(rig), 2);
}

static void test_a_code_ends_when_it_is_revoked(void **state)
{
    struct rig *rig = *state;
    put_code(rig, code, STORE_DONE);
    struct store_code_end r = {.id = 77};
    ask(rig, store_code_end, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    struct store_code_end again = {.id = 77};
    ask(rig, store_code_end, &again);
    assert_int_equal(again.base.status, STORE_NOT_FOUND);
    store_request_deinit(&again.base);
    const struct store_code_use use = {.id = 77, .hash = {7}, .now_ms = 1500};
    assert_int_equal(signs_up_with(rig, 1, "one", use), STORE_NOT_FOUND);
}

static void test_codes_that_hold_no_more_make_room(void **state)
{
    struct rig *rig = *state;
    struct invite_code c = code;
    for (uint32_t i = 0; i < INVITE_CODES_MAX; i++) {
        c.id = 1 + i;
        put_code(rig, c, STORE_DONE);
    }
    c.id = INVITE_CODES_MAX + 1;
    put_code(rig, c, STORE_TAKEN);
    struct store_codes all = {.after = 1, .limit = INVITE_CODES_MAX};
    ask(rig, store_codes, &all);
    assert_int_equal(all.n_codes, INVITE_CODES_MAX - 1);
    assert_int_equal(all.codes[0].id, 2);
    store_request_deinit(&all.base);
    c.created_ms = c.until_ms++;
    put_code(rig, c, STORE_DONE);
    assert_int_equal(uses_of_the_code(rig), 0); /* the others went */
}

static void test_search_goes_by_prefix(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_user(rig, 104, "carola");
    struct store_user_search r = {.prefix = STR("carol"), .limit = 10};
    ask(rig, store_user_search, &r);
    assert_int_equal(r.n_users, 2);
    assert_int_equal(r.users[0].id, CAROL);
    assert_int_equal(r.users[1].id, 104);
    store_request_deinit(&r.base);
}

static void test_search_passes_over_the_disabled(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_user(rig, 104, "carola");
    struct store_user_set disable = {.id = CAROL, .disabled = 1};
    ask(rig, store_user_set, &disable);
    store_request_deinit(&disable.base);
    struct store_user_search r = {.prefix = STR("carol"), .enabled_only = true, .limit = 1};
    ask(rig, store_user_search, &r);
    assert_int_equal(r.n_users, 1);
    assert_int_equal(r.users[0].id, 104);
    store_request_deinit(&r.base);
}

static void test_a_device_is_found_by_its_token_until_it_ends(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_device_put put = {
        .device = {.id = 7, .user = ALICE, .name = STR("phone"), .token_hash = {1, 2, 3}}};
    ask(rig, store_device_put, &put);
    assert_int_equal(put.base.status, STORE_DONE);
    assert_int_equal(put.ended, 0);
    store_request_deinit(&put.base);
    struct store_token_find find = {.token_hash = {1, 2, 3}};
    ask(rig, store_token_find, &find);
    assert_int_equal(find.base.status, STORE_DONE);
    assert_int_equal(find.device.id, 7);
    assert_int_equal(find.user.id, ALICE);
    store_request_deinit(&find.base);
    struct store_device_end finish = {.user = ALICE, .device = 7};
    ask(rig, store_device_end, &finish);
    assert_int_equal(finish.base.status, STORE_DONE);
    assert_int_equal(finish.n_ended, 1);
    store_request_deinit(&finish.base);
    struct store_token_find again = {.token_hash = {1, 2, 3}};
    ask(rig, store_token_find, &again);
    assert_int_equal(again.base.status, STORE_NOT_FOUND);
    store_request_deinit(&again.base);
}

static void test_a_user_comes_with_a_device_or_not_at_all(void **state)
{
    struct rig *rig = *state;
    struct store_user_create r = {
        .user = {.id = ALICE,
                 .username = STR("alice"),
                 .display_name = STR("alice"),
                 .about = STR(""),
                 .password = STR("hash")},
        .device = {.id = 7, .user = ALICE, .name = STR("phone"), .token_hash = {1}}};
    ask(rig, store_user_create, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    struct store_token_find find = {.token_hash = {1}};
    ask(rig, store_token_find, &find);
    assert_int_equal(find.base.status, STORE_DONE);
    assert_int_equal(find.device.id, 7);
    assert_true(str_eq(find.device.name, STR("phone")));
    assert_int_equal(find.user.id, ALICE);
    store_request_deinit(&find.base);
    r.user.id = r.device.user = BOB;
    r.device.token_hash[0] = 2;
    ask(rig, store_user_create, &r);
    assert_int_equal(r.base.status, STORE_TAKEN);
    store_request_deinit(&r.base);
    find.token_hash[0] = 2;
    ask(rig, store_token_find, &find);
    assert_int_equal(find.base.status, STORE_NOT_FOUND);
    store_request_deinit(&find.base);
}

static enum store_status sign_in(struct rig *rig, uint64_t device, struct str password)
{
    struct store_device_put r = {
        .device = {.id = device, .user = ALICE, .name = STR(""), .token_hash = {(uint8_t)device}},
        .password = password};
    ask(rig, store_device_put, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

static enum store_status set_password(struct rig *rig, struct str before, struct str password)
{
    struct store_user_set r = {
        .id = ALICE, .password = password, .password_before = before, .disabled = -1};
    ask(rig, store_user_set, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

static void test_a_password_changed_meanwhile_counts(void **state)
{
    struct rig *rig = *state;
    people(rig);
    assert_int_equal(sign_in(rig, 7, STR("hash")), STORE_DONE);
    assert_int_equal(set_password(rig, STR("hash"), STR("new")), STORE_DONE);
    assert_int_equal(sign_in(rig, 8, STR("hash")), STORE_MOVED);
    assert_int_equal(set_password(rig, STR("hash"), STR("newer")), STORE_MOVED);
    assert_int_equal(sign_in(rig, 9, STR("new")), STORE_DONE);
    struct store_devices r = {.user = ALICE};
    ask(rig, store_devices, &r);
    assert_int_equal(r.n_devices, 2);
    assert_int_equal(r.devices[1].id, 9);
    store_request_deinit(&r.base);
    struct store_token_find refused = {.token_hash = {8}};
    ask(rig, store_token_find, &refused);
    assert_int_equal(refused.base.status, STORE_NOT_FOUND);
    store_request_deinit(&refused.base);
}

/* Which device goes for the nth of them. */
static uint64_t ended_by(struct rig *rig, uint32_t nth, uint32_t devices_max)
{
    struct store_device_put put = {.device = {.id = nth,
                                              .user = ALICE,
                                              .name = STR(""),
                                              .token_hash = {(uint8_t)nth},
                                              .last_seen_ms = nth},
                                   .devices_max = devices_max};
    ask(rig, store_device_put, &put);
    store_request_deinit(&put.base);
    return put.ended;
}

static void test_devices_past_the_limit_end_the_oldest(void **state)
{
    struct rig *rig = *state;
    people(rig);
    for (uint32_t i = 1; i <= DEVICES_MAX; i++)
        assert_int_equal(ended_by(rig, i, 0), 0);
    assert_int_equal(ended_by(rig, DEVICES_MAX + 1, 0), 1);
}

static void test_devices_past_a_lower_limit_end_the_oldest(void **state)
{
    struct rig *rig = *state;
    people(rig);
    assert_int_equal(ended_by(rig, 1, 2), 0);
    assert_int_equal(ended_by(rig, 2, 2), 0);
    assert_int_equal(ended_by(rig, 3, 2), 1);
}

static void test_a_device_in_use_is_not_the_one_that_goes(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_device_seen none = {.user = ALICE, .device = 1, .last_seen_ms = 50};
    ask(rig, store_device_seen, &none);
    assert_int_equal(none.base.status, STORE_NOT_FOUND);
    store_request_deinit(&none.base);
    for (uint64_t i = 1; i <= DEVICES_MAX; i++)
        assert_int_equal(sign_in(rig, i, STR("hash")), STORE_DONE);
    struct store_device_seen seen = {.user = ALICE, .device = 1, .last_seen_ms = 50};
    ask(rig, store_device_seen, &seen);
    assert_int_equal(seen.base.status, STORE_DONE);
    store_request_deinit(&seen.base);
    struct store_device_seen earlier = {.user = ALICE, .device = 1, .last_seen_ms = 40};
    ask(rig, store_device_seen, &earlier);
    store_request_deinit(&earlier.base);
    assert_int_equal(sign_in(rig, DEVICES_MAX + 1, STR("hash")), STORE_DONE);
    struct store_devices r = {.user = ALICE};
    ask(rig, store_devices, &r);
    assert_int_equal(r.n_devices, DEVICES_MAX);
    assert_int_equal(r.devices[0].id, 1);
    assert_int_equal(r.devices[0].last_seen_ms, 50);
    assert_int_equal(r.devices[1].id, 3);
    store_request_deinit(&r.base);
}

static void test_a_direct_is_claimed_once_however_asked(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_direct_claim look = {.users = {ALICE, BOB}};
    ask(rig, store_direct_claim, &look);
    assert_int_equal(look.base.status, STORE_NOT_FOUND);
    store_request_deinit(&look.base);
    make_direct(rig);
    struct store_direct_claim again = {.users = {ALICE, BOB}, .conversation = 601};
    ask(rig, store_direct_claim, &again);
    assert_int_equal(again.base.status, STORE_TAKEN);
    assert_int_equal(again.conversation, DIRECT);
    store_request_deinit(&again.base);
    struct store_load load = {.id = DIRECT};
    ask(rig, store_load, &load);
    assert_int_equal(load.n_members, 2);
    assert_int_equal(load.conversation.kind, CONVERSATION_DIRECT);
    store_request_deinit(&load.base);
}

static void test_a_group_claim_keeps_event_one(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct log_head none = {0};
    struct event e = event_after(&none, 0, EVENT_CREATED, ALICE, "k1");
    struct event_member members[] = {{ALICE, ROLE_OWNER}};
    e.text = STR("title");
    e.history = HISTORY_ALL;
    e.members = members;
    e.n_members = 1;
    struct store_group_claim look = {.created = e};
    ask(rig, store_group_claim, &look);
    assert_int_equal(look.base.status, STORE_NOT_FOUND);
    store_request_deinit(&look.base);
    e.conversation = GROUP;
    struct store_group_claim claim = {.created = e};
    ask(rig, store_group_claim, &claim);
    assert_int_equal(claim.base.status, STORE_DONE);
    store_request_deinit(&claim.base);
    e.conversation = GROUP + 1;
    struct store_group_claim again = {.created = e};
    ask(rig, store_group_claim, &again);
    assert_int_equal(again.base.status, STORE_TAKEN);
    assert_int_equal(again.created.conversation, GROUP);
    assert_true(str_eq(again.created.text, STR("title")));
    store_request_deinit(&again.base);
}

static void test_reservations_go_forward(void **state)
{
    struct rig *rig = *state;
    struct store_reserve first = {.owner = 1, .worker = 3, .up_to_ms = 1000};
    ask(rig, store_reserve, &first);
    assert_int_equal(first.used_up_to_ms, 0);
    store_request_deinit(&first.base);
    rig_reopen(rig);
    struct store_reserve second = {.owner = 1, .worker = 3, .up_to_ms = 500};
    ask(rig, store_reserve, &second);
    assert_true(first.up_to_ms >= 1000);
    assert_int_equal(second.used_up_to_ms, first.up_to_ms);
    store_request_deinit(&second.base);
}

static enum store_status put_board(struct rig *rig, uint32_t slot, struct str before,
                                   struct str after)
{
    struct store_board_put r = {
        .board = BOARD_NODES, .slot = slot, .before = before, .after = after};
    ask(rig, store_board_put, &r);
    store_request_deinit(&r.base);
    return r.base.status;
}

static void test_a_slot_of_a_board_is_written_by_who_saw_it(void **state)
{
    struct rig *rig = *state;
    struct str none = {0}, one = STR("one"), two = STR("two"), empty = STR("");
    uint32_t last = BOARD_SLOTS_MAX - 1;
    assert_int_equal(put_board(rig, 0, one, two), STORE_MOVED);
    assert_int_equal(put_board(rig, 0, empty, two), STORE_MOVED);
    assert_int_equal(put_board(rig, 0, none, one), STORE_DONE);
    assert_int_equal(put_board(rig, 0, none, two), STORE_MOVED);
    assert_int_equal(put_board(rig, 0, one, two), STORE_DONE);
    assert_int_equal(put_board(rig, last, none, one), STORE_DONE);
    assert_int_equal(put_board(rig, last, one, empty), STORE_DONE);
    assert_int_equal(put_board(rig, 7, none, one), STORE_DONE);
    rig_reopen(rig);
    struct store_board r = {.board = BOARD_NODES};
    ask(rig, store_board, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_true(str_eq(r.slots[0], two));
    assert_true(str_eq(r.slots[7], one));
    assert_true(r.slots[last].p && !r.slots[last].n);
    assert_null(r.slots[1].p);
    store_request_deinit(&r.base);
    assert_int_equal(put_board(rig, last, empty, two), STORE_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_name_is_claimed_once),
        both(test_a_name_that_looks_like_another_is_not_had),
        both(test_a_former_name_leads_to_who_had_it_until_its_end),
        both(test_ones_own_former_name_is_taken_back),
        both(test_expiry_lets_former_names_go_and_nothing_else),
        both(test_search_finds_who_had_the_very_name),
        both(test_a_report_stands_once_while_it_is_open),
        memory(test_the_oldest_resolved_report_makes_room),
        both(test_a_code_counts_the_accounts_it_made),
        both(test_a_code_ends_when_it_is_revoked),
        both(test_codes_that_hold_no_more_make_room),
        both(test_search_goes_by_prefix),
        both(test_search_passes_over_the_disabled),
        both(test_a_device_is_found_by_its_token_until_it_ends),
        both(test_a_user_comes_with_a_device_or_not_at_all),
        both(test_a_password_changed_meanwhile_counts),
        both(test_devices_past_the_limit_end_the_oldest),
        both(test_devices_past_a_lower_limit_end_the_oldest),
        both(test_a_device_in_use_is_not_the_one_that_goes),
        both(test_a_direct_is_claimed_once_however_asked),
        both(test_a_group_claim_keeps_event_one),
        both(test_reservations_go_forward),
        both(test_a_slot_of_a_board_is_written_by_who_saw_it),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/directory", tests, NULL, NULL);
}
