/*
 * An account that did something of every kind is deleted, step by step as chat/leaving.c asks for
 * the steps; after each the store is sound, wherever one begins again. At the end no row is left
 * but what others have a part in.
 */
#include "store/test_rig.h"

#include <stdio.h>
#include <string.h>

#include "model/limits.h"
#include "store/kv_memory.h"
#include "store/turn.h"
#include "store/verify.h"
#include "util/numbers.h"

enum { SELF = 601, WITH_CAROL = 602, DAY_MS = 24 * 60 * 60 * 1000 };
#ifdef RIG_ENGINE
enum { OWN_EVENTS = 140, NOTES = 70 }; /* of a store that is asked over a network */
#else
enum { OWN_EVENTS = 700, NOTES = 300 };
#endif
static const uint64_t kept_ms = (uint64_t)NAME_KEPT_DAYS * DAY_MS;

/* --- the account --- */

static void claim(struct rig *rig, uint64_t a, uint64_t b, uint64_t id)
{
    struct store_direct_claim r = {.users = {a, b}, .conversation = id};
    ask(rig, store_direct_claim, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

static void does(struct rig *rig, struct event e)
{
    char key[24];
    struct log_head head = head_of(rig, e.conversation);
    snprintf(key, sizeof(key), "k%d", (int)head.seq + 1);
    struct event at = event_after(&head, e.conversation, e.type, e.sender, key);
    e.seq = at.seq;
    e.rev = at.rev;
    e.first_seq = at.first_seq;
    e.n = at.n;
    e.time_ms = at.time_ms;
    e.key = at.key;
    e.kind = at.kind;
    append_one(rig, e);
}

#define by(who, where, what, ...)                                                                  \
    does(rig, (struct event){.sender = (who), .conversation = (where), .type = (what), __VA_ARGS__})

static void sign_in(struct rig *rig, uint64_t user)
{
    struct store_device_put r = {
        .device = {.id = user + 50, .user = user, .name = STR("phone"), .token_hash = {7}}};
    ask(rig, store_device_put, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

static void make_code(struct rig *rig, uint64_t by)
{
    struct store_code_put r = {
        .code = {.id = by + 1000, .by = by, .created_ms = 1, .until_ms = 1000, .uses_max = 1}};
    ask(rig, store_code_put, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

/* Bob's, of more rows than one step takes. */
static void live(struct rig *rig)
{
    static const uint64_t bob = BOB;
    static const struct event_member members[] = {{BOB, ROLE_OWNER}};
    struct store_group_claim group = {.created = {.conversation = 900,
                                                  .seq = 1,
                                                  .rev = 1,
                                                  .first_seq = 1,
                                                  .sender = BOB,
                                                  .type = EVENT_CREATED,
                                                  .key = STR("new"),
                                                  .text = STR("never begun"),
                                                  .history = HISTORY_ALL,
                                                  .members = members,
                                                  .n_members = 1}};
    people(rig);
    sign_in(rig, BOB);
    make_code(rig, BOB);
    make_group(rig);
    make_direct(rig);
    claim(rig, BOB, BOB, SELF);
    claim(rig, BOB, CAROL, WITH_CAROL);
    ask(rig, store_group_claim, &group);
    store_request_deinit(&group.base);
    by(ALICE, GROUP, EVENT_MESSAGE, .text = STR("you?"), .mentions = &bob, .n_mentions = 1);
    by(BOB, DIRECT, EVENT_MESSAGE, .text = STR("hi"), .reads = true);
    by(BOB, DIRECT, EVENT_CONTACT_REQUEST, .user = ALICE);
    by(ALICE, DIRECT, EVENT_CONTACT_ACCEPT, .user = BOB);
    by(BOB, WITH_CAROL, EVENT_CONTACT_REQUEST, .user = CAROL);
    by(CAROL, WITH_CAROL, EVENT_CONTACT_DECLINE, .user = BOB);
    for (int i = 0; i < NOTES; i++)
        by(BOB, SELF, EVENT_MESSAGE, .text = STR("note"), .expires_ms = i % 2 ? 9000 + i : 0);
    by(BOB, SELF, EVENT_PIN, .target = 1);
    for (int i = 0; i < OWN_EVENTS / 2; i++) {
        by(BOB, BOB, EVENT_STAR, .subject = SELF, .target = (uint64_t)(i % NOTES + 1));
        by(BOB, BOB, EVENT_BLOCK, .user = i % 2 ? ALICE : CAROL);
    }
    by(BOB, BOB, EVENT_DRAFT, .subject = GROUP, .text = STR("and now"));
    by(BOB, BOB, EVENT_HIDE, .subject = GROUP, .target = 2);
    by(BOB, BOB, EVENT_HIDE, .subject = DIRECT, .target = 1, .number = HIDE_UP_TO);
    by(BOB, BOB, EVENT_PREFERENCES, .subject = DIRECT, .changes = PREFERENCE_PINNED,
       .number = PREFERENCE_PINNED);
    by(BOB, BOB, EVENT_PROFILE, .text = STR("Bob"), .about = STR("who?"));
}

/* --- what is looked at --- */

static void tell(void *arg, const char *sentence)
{
    (void)arg;
    fail_msg("%s", sentence);
}

static void is_sound(struct rig *rig)
{
    struct verify v = {.kv = rig->kv, .fault = tell};
    if (rig->kv)
        assert_int_equal(verify_run(&v), 0);
}

static enum store_status delete (struct rig *rig, struct str password, uint64_t now_ms) {
    struct store_user_delete r = {.id = BOB, .now_ms = now_ms, .password = password};
    ask(rig, store_user_delete, &r);
    store_request_deinit(&r.base);
    return r.base.status;
}

/* One step, and what it asks for. */
static void step(struct rig *rig, struct store_leave *r)
{
    ask(rig, store_leave, r);
    assert_int_equal(r->base.status, STORE_DONE);
    store_request_deinit(&r->base);
    r->base = (struct store_request){0};
    is_sound(rig);
    if (r->todo == LEAVE_GROUP)
        by(r->at.user, r->conversation, EVENT_LEFT);
    else if (r->todo == LEAVE_CONTACT)
        by(r->at.user, r->conversation, EVENT_CONTACT_REMOVE, .user = r->other);
    is_sound(rig);
}

static uint32_t steps(struct rig *rig, uint64_t now_ms, bool forgets)
{
    struct store_leave r = {.now_ms = now_ms, .todo = LEAVE_ON};
    uint32_t n;
    for (n = 0; r.todo != LEAVE_NOTHING && n < 1000; n++) {
        if (forgets)
            r.at = (struct leave_place){0};
        step(rig, &r);
    }
    assert_int_equal(r.todo, LEAVE_NOTHING);
    return n;
}

static struct user user_of(struct rig *rig, uint64_t id, struct store_users *r)
{
    *r = (struct store_users){.ids = &id, .n_ids = 1};
    ask(rig, store_users, r);
    assert_int_equal(r->n_users, 1);
    return r->users[0];
}

/* Rows whose key has Bob's id anywhere in it, or whose value is of Bob's alone. */
static uint32_t rows_of_bob(struct rig *rig, char tags[64])
{
    uint32_t n = 0;
    for (int table = 0; table <= KV_STATE; table++) {
        struct row_key all = {.table = (enum kv_table)table}, end = row_key_after(&all);
        struct kv_view view = {.kv = rig->kv};
        struct kv_scan scan;
        struct str key, value;
        int err =
            kv_scan_begin(&scan, &view, all.table, row_key_str(&all), row_key_str(&end), false);
        while (!err && !(err = kv_scan_next(&scan, &key, &value))) {
            bool has = false;
            for (size_t i = 1; i + 8 <= key.n; i++)
                has = has || be64_get(key.p + i) == BOB || be64_get(key.p + i) == SELF;
            if (has && n < 63)
                tags[n++] = key.p[0];
        }
        kv_scan_end(&scan);
    }
    tags[n] = 0;
    return n;
}

/* --- cases --- */

static void test_the_mark_takes_the_account_away_at_once(void **state)
{
    struct rig *rig = *state;
    struct store_users users;
    live(rig);
    assert_int_equal(delete (rig, STR("another"), 5), STORE_MOVED);
    is_sound(rig);
    assert_int_equal(delete (rig, STR("hash"), 5), STORE_DONE);
    is_sound(rig);
    assert_int_equal(delete (rig, STR("hash"), 6), STORE_NOT_FOUND);
    struct user user = user_of(rig, BOB, &users);
    assert_int_equal(user.deleted_ms, 5);
    assert_int_equal(user.display_name.n + user.about.n + user.password.n, 0);
    store_request_deinit(&users.base);
    struct store_user_find find = {.username = STR("bob")};
    ask(rig, store_user_find, &find);
    assert_int_equal(find.base.status, STORE_NOT_FOUND);
    store_request_deinit(&find.base);
    struct store_user_search search = {.prefix = STR(""), .limit = 10};
    ask(rig, store_user_search, &search);
    assert_int_equal(search.n_users, 2);
    store_request_deinit(&search.base);
    struct store_token_find token = {.token_hash = {7}};
    ask(rig, store_token_find, &token);
    assert_int_equal(token.base.status, STORE_NOT_FOUND);
    store_request_deinit(&token.base);
    struct store_user_set set = {.id = BOB, .disabled = -1, .last_seen_ms = 9, .admin = 1};
    ask(rig, store_user_set, &set);
    assert_int_equal(set.base.status, STORE_NOT_FOUND);
    store_request_deinit(&set.base);
}

static void check_gone(struct rig *rig)
{
    char tags[64];
    struct store_load group = {.id = GROUP}, direct = {.id = DIRECT}, self = {.id = SELF};
    struct store_contacts contacts = {.user = ALICE};
    struct store_codes codes = {.limit = 10};
    ask(rig, store_load, &group);
    assert_int_equal(group.n_members, 1);
    assert_int_equal(group.members[0].user, ALICE);
    store_request_deinit(&group.base);
    ask(rig, store_load, &direct);
    assert_int_equal(direct.n_members, 2);
    assert_int_equal(direct.head.n, 1);
    assert_int_equal(direct.members[1].read_seq, 1);
    assert_int_equal(direct.members[1].preferences.pinned, 0);
    store_request_deinit(&direct.base);
    ask(rig, store_load, &self);
    assert_int_equal(self.base.status, STORE_NOT_FOUND);
    store_request_deinit(&self.base);
    ask(rig, store_contacts, &contacts);
    assert_int_equal(contacts.n_contacts, 0);
    store_request_deinit(&contacts.base);
    ask(rig, store_codes, &codes);
    assert_int_equal(codes.n_codes, 0);
    store_request_deinit(&codes.base);
    if (!rig->kv)
        return;
    /* the claims of two 1:1s, the mark, the user; the own log's record, the rows of the 1:1s */
    rows_of_bob(rig, tags);
    assert_string_equal(tags, "22ju"
                              "cii");
}

static void test_step_by_step_all_goes(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    uint32_t n = steps(rig, 10, false);
    assert_true(n >= (OWN_EVENTS + NOTES) / 128);
    check_gone(rig);
    assert_int_equal(steps(rig, 10, false), 1);
}

static void test_whoever_begins_again_ends_the_same(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    struct store_leave old = {.now_ms = 10};
    for (int i = 0; i < 4; i++)
        step(rig, &old);
    steps(rig, 10, false);
    check_gone(rig);
    for (int i = 0; i < 3; i++) /* another node's, from before */
        step(rig, &old);
    check_gone(rig);
}

static void test_a_mark_that_is_passed_lets_others_go_on(void **state)
{
    struct rig *rig = *state;
    people(rig);
    for (uint64_t id = ALICE; id <= BOB; id++) {
        struct store_user_delete r = {.id = id, .now_ms = 5};
        ask(rig, store_user_delete, &r);
        assert_int_equal(r.base.status, STORE_DONE);
        store_request_deinit(&r.base);
    }
    struct store_leave r = {.now_ms = 10};
    step(rig, &r);
    assert_int_equal(r.at.user, ALICE);
    r.at.passed = true;
    step(rig, &r);
    assert_int_equal(r.at.user, BOB);
    r.at.passed = true;
    step(rig, &r);
    assert_int_equal(r.todo, LEAVE_NOTHING);
    step(rig, &r);
    assert_int_equal(r.at.user, ALICE);
}

static void test_a_name_is_kept_for_a_while_and_then_free(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    assert_int_equal(make_user(rig, 200, "bob"), STORE_TAKEN);
    steps(rig, 5 + kept_ms - 1, false);
    assert_int_equal(make_user(rig, 200, "bob"), STORE_TAKEN);
    steps(rig, 5 + kept_ms, false);
    is_sound(rig);
    assert_int_equal(make_user(rig, 200, "bob"), STORE_DONE);
    is_sound(rig);
    assert_int_equal(steps(rig, 5 + kept_ms, false), 1);
    struct store_users users;
    assert_int_equal(user_of(rig, BOB, &users).username.n, 0);
    store_request_deinit(&users.base);
}

/* What was given up before ends when it would have, and leads to nobody until then. */
static void test_former_names_lead_to_nobody_and_end_by_themselves(void **state)
{
    struct rig *rig = *state;
    const uint64_t end_ms = 1001 + FORMER_NAME_S * UINT64_C(1000);
    char first[CRYPTO_HASH_BYTES] = {1}, second[CRYPTO_HASH_BYTES] = {2};
    people(rig);
    by(BOB, BOB, EVENT_RENAME, .text = STR("robert"), .about = str_n(first, sizeof(first)));
    by(BOB, BOB, EVENT_RENAME, .text = STR("rob"), .about = str_n(second, sizeof(second)));
    is_sound(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5000), STORE_DONE);
    steps(rig, 5000, false);
    for (const char *const *name = (const char *const[]){"bob", "robert", "rob", NULL}; *name;
         name++) {
        struct store_user_find find = {.username = str_of(*name), .now_ms = 6000};
        ask(rig, store_user_find, &find);
        assert_int_equal(find.base.status, STORE_NOT_FOUND);
        store_request_deinit(&find.base);
        assert_int_equal(make_user(rig, 200, *name), STORE_TAKEN);
    }
    struct store_expire expire = {.now_ms = end_ms + 1};
    ask(rig, store_expire, &expire);
    store_request_deinit(&expire.base);
    is_sound(rig);
    assert_int_equal(make_user(rig, 200, "bob"), STORE_DONE);
    assert_int_equal(make_user(rig, 201, "robert"), STORE_DONE);
    assert_int_equal(make_user(rig, 202, "rob"), STORE_TAKEN); /* the name at the end */
    steps(rig, 5000 + kept_ms, false);
    is_sound(rig);
    assert_int_equal(make_user(rig, 202, "rob"), STORE_DONE);
    is_sound(rig);
}

/* What was on its way when the mark was set may stand long after. */
static void come_late(struct rig *rig)
{
    claim(rig, BOB, BOB, SELF);
    by(ALICE, GROUP, EVENT_ADDED, .user = BOB, .history = HISTORY_ALL);
    by(ALICE, DIRECT, EVENT_CONTACT_REQUEST, .user = BOB);
    by(BOB, BOB, EVENT_PROFILE, .text = STR("Bob again"));
    make_code(rig, BOB);
}

static void test_what_comes_late_goes_too(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    steps(rig, 10, false);
    come_late(rig);
    is_sound(rig);
    steps(rig, 10, false);
    check_gone(rig);
}

static void test_what_comes_behind_the_job_goes_too(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    struct store_leave r = {.now_ms = 10, .todo = LEAVE_ON};
    while (r.at.phase < 3) /* the own log goes */
        step(rig, &r);
    by(ALICE, GROUP, EVENT_ADDED, .user = BOB, .history = HISTORY_ALL);
    while (r.todo != LEAVE_NOTHING)
        step(rig, &r);
    check_gone(rig);
}

static void test_a_mention_that_comes_late_goes_too(void **state)
{
    static const uint64_t bob = BOB;
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    steps(rig, 10, false);
    by(ALICE, DIRECT, EVENT_MESSAGE, .text = STR("Bob?"), .mentions = &bob, .n_mentions = 1);
    is_sound(rig); /* a mark says that it is to go */
    steps(rig, 10, false);
    is_sound(rig); /* and it is gone */
}

/* Two nodes are at it: the one that began before it came must not end what the other saw first. */
static void test_what_comes_behind_one_of_two_jobs_goes_too(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    struct store_leave r[] = {{.now_ms = 10, .todo = LEAVE_ON}, {.now_ms = 10, .todo = LEAVE_ON}};
    for (int i = 0; i < 2; i++)
        while (r[i].at.phase < 3)
            step(rig, &r[i]);
    by(ALICE, GROUP, EVENT_ADDED, .user = BOB, .history = HISTORY_ALL);
    for (int i = 0; i < 2; i++)
        while (r[i].at.phase >= 3) /* to its end, and anew */
            step(rig, &r[i]);
    while (r[0].todo != LEAVE_NOTHING)
        step(rig, &r[0]);
    check_gone(rig);
}

/* --- faults --- */

static void tell_none(void *arg, const char *sentence)
{
    char *told = arg;
    size_t n = strlen(told);
    snprintf(told + n, 1024 - n, "%s\n", sentence);
}

/* The row becomes `value` (absent: goes); verify says `words`; then all is as it was. */
static void found(struct rig *rig, struct row_key k, struct str value, const char *words)
{
    char told[1024] = "";
    struct arena arena = {0};
    struct kv_view view = {.kv = rig->kv};
    struct str before = {0};
    assert_true(kv_get(&view, k.table, row_key_str(&k), &arena, &before) >= 0);
    for (int back = 0; back < 2; back++) {
        struct kv_batch batch = {.kv = rig->kv};
        struct str now = back ? before : value;
        if (now.p)
            kv_put(&batch, k.table, row_key_str(&k), now);
        else
            kv_delete(&batch, k.table, row_key_str(&k));
        assert_int_equal(kv_commit(&batch), 0);
        kv_batch_deinit(&batch);
        struct verify v = {.kv = rig->kv, .fault = tell_none, .arg = told};
        if (!back)
            assert_int_equal(verify_run(&v), 0);
    }
    if (!strstr(told, words))
        fail_msg("expected \"%s\", found %s", words, told);
    arena_deinit(&arena);
    is_sound(rig);
}

static void test_verify_finds_what_should_be_gone(void **state)
{
    struct rig *rig = *state;
    struct builder row = {0};
    struct event message = {.conversation = DIRECT, .seq = 1, .time_ms = 1000};
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    found(rig, key_job(0, BOB), (struct str){0}, "user 102 is deleted, and there is");
    found(rig, key_job(0, ALICE), STR("\0"), "a mark says that user 101 is deleted, who is not");
    steps(rig, 10, false);
    uint64_t free_ms = 5 + kept_ms;
    found(rig, key_job(free_ms, BOB), (struct str){0}, "no mark says when the name is free");
    found(rig, key_job(free_ms, BOB), STR("\1"), "who is not, or not then");
    found(rig, key_job(7, BOB), STR("\0"), "who is not, or not then");
    found(rig, key_username(STR("bob")), (struct str){0}, "does not hold the name that is kept");
    found(rig, key_conversation(BOB), (struct str){0}, "user 102 is not known as a person");
    ids_pack(&row, (uint64_t[]){1}, 1);
    found(rig, key_block(BOB, ALICE), builder_str(&row),
          "user 102 is deleted, and there is a block");
    found(rig, key_star(BOB, &message), builder_str(&row), "and there is a star");
    found(rig, key_mention(BOB, &message), builder_str(&row), "and there is a mention");
    builder_reset(&row);
    member_pack(&row, &(struct member_row){.member = {.role = ROLE_MEMBER, .rev = 1}});
    found(rig, key_member(BOB, GROUP), builder_str(&row), "and there is a membership");
    builder_reset(&row);
    user_pack(&row,
              &(struct user){.username = STR("bob"), .about = STR("still here"), .deleted_ms = 5});
    found(rig, key_user(BOB), builder_str(&row), "user 102 is deleted, and says something");
    builder_reset(&row);
    user_pack(&row, &(struct user){.username = STR("bob"), .deleted_ms = 6});
    found(rig, key_user(BOB), builder_str(&row), "no mark says when the name is free");
    builder_deinit(&row);
}

static void test_it_goes_on_after_a_new_start(void **state)
{
    struct rig *rig = *state;
    live(rig);
    assert_int_equal(delete (rig, (struct str){0}, 5), STORE_DONE);
    struct store_leave r = {.now_ms = 10};
    step(rig, &r);
    rig_reopen(rig);
    step(rig, &r);
    rig_reopen(rig);
    steps(rig, 10, false);
    check_gone(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_the_mark_takes_the_account_away_at_once),
        both(test_step_by_step_all_goes),
        both(test_whoever_begins_again_ends_the_same),
        both(test_a_mark_that_is_passed_lets_others_go_on),
        both(test_a_name_is_kept_for_a_while_and_then_free),
        both(test_former_names_lead_to_nobody_and_end_by_themselves),
        both(test_what_comes_late_goes_too),
        both(test_a_mention_that_comes_late_goes_too),
        both(test_what_comes_behind_the_job_goes_too),
        both(test_what_comes_behind_one_of_two_jobs_goes_too),
        memory(test_verify_finds_what_should_be_gone),
        durable(test_it_goes_on_after_a_new_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
