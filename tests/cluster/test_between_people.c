/* Between two statements (hold.h): of what a person is, and of names, codes, and who is deleted. */
#include <stdio.h>
#include <string.h>

#include "hold.h"
#include "model/limits.h"
#include "util/crypto.h"

/* --- a person --- */

/* The first try comes to stand when it is given up and sent again. */
static void test_a_change_that_stands_late_is_nobody_elses(void **state)
{
    struct rig *rig = *state;
    struct store_user_set set = {
        .id = ALICE, .password = STR("new"), .password_before = STR("hash"), .disabled = -1};
    struct held first, second;
    people(rig);
    hold(&first, S_PERSON_CHANGE);
    begin_ask(rig, store_user_set, &set);
    held_await(&first, rig);
    hold(&second, S_PERSON_CHANGE);
    held_doubt(&first);
    held_await(&second, rig);
    held_land(&first, rig);
    held_let_go(&second);
    await_answer(rig);
    assert_int_equal(set.base.status, STORE_DONE);
    assert_true(str_eq(set.user.password, STR("new")));
    store_request_deinit(&set.base);
}

/* --- names --- */

/* Somebody's next event makes them have a name; those with the same first letter look alike. */
struct rename {
    char skeleton[CRYPTO_HASH_BYTES], key[40];
    struct event event;
    struct store_append append;
};

static void rename_make(struct rig *rig, struct rename *r, uint64_t user, const char *name,
                        uint64_t time_ms)
{
    struct log_head head = head_of(rig, user);
    *r = (struct rename){0};
    memset(r->skeleton, name[0], sizeof(r->skeleton));
    snprintf(r->key, sizeof(r->key), "%s at %d", name, (int)head.seq);
    r->event = event_after(&head, user, EVENT_RENAME, user, r->key);
    r->event.text = str_of(name);
    r->event.about = str_n(r->skeleton, sizeof(r->skeleton));
    r->event.time_ms = time_ms;
    r->append = (struct store_append){
        .conversation = user, .events = &r->event, .n_events = 1, .head = head};
}

static void assert_renamed(struct rename *r, enum store_status status)
{
    assert_int_equal(r->append.base.status, status);
    store_request_deinit(&r->append.base);
}

static void assert_renames(struct rig *rig, uint64_t user, const char *name, uint64_t time_ms,
                           enum store_status status)
{
    struct rename r;
    rename_make(rig, &r, user, name, time_ms);
    ask(rig, store_append, &r.append);
    assert_renamed(&r, status);
}

/* Alice's claim of a look had come to nothing when Bob saw it, and does not when he takes it. */
static void test_a_look_that_is_claimed_again_is_not_taken(void **state)
{
    struct rig *rig = *state;
    struct rename vain, bobs;
    struct held batch, look;
    people(rig);
    rename_make(rig, &vain, ALICE, "modern", 5000);
    hold(&batch, S_LOG_PUT_EVENT);
    begin_ask(rig, store_append, &vain.append);
    held_await(&batch, rig);
    change(rig, ALICE, EVENT_PROFILE, ALICE, "p1", 0, "Alice");
    held_let_go(&batch);
    await_answer(rig);
    assert_renamed(&vain, STORE_MOVED);
    rename_make(rig, &bobs, BOB, "modem", 6000);
    hold(&look, S_LOOK_CHANGE);
    begin_ask(rig, store_append, &bobs.append);
    held_await(&look, rig);
    assert_renames(rig, ALICE, "modern", 7000, STORE_DONE);
    held_let_go(&look);
    await_answer(rig);
    assert_true(bobs.append.looks_like);
    assert_renamed(&bobs, STORE_TAKEN);
}

/* A node that does a rename's changes again stands still before the last, until the next rename. */
static void test_a_look_does_not_go_back_to_a_former_name(void **state)
{
    struct rig *rig = *state;
    struct store_load load = {.id = ALICE};
    struct held look;
    people(rig);
    assert_renames(rig, ALICE, "modem", 5000, STORE_DONE);
    hold(&look, S_LOOK_LOOK);
    begin_ask(rig, store_load, &load);
    held_await(&look, rig);
    assert_renames(rig, ALICE, "modern", 6000, STORE_DONE);
    held_let_go(&look);
    await_answer(rig);
    assert_int_equal(load.base.status, STORE_DONE);
    store_request_deinit(&load.base);
    uint64_t later_ms = 6000 + FORMER_NAME_S * UINT64_C(1000);
    assert_renames(rig, BOB, "modem", later_ms, STORE_TAKEN);
}

/* A claim comes late, for a place in the log where something else stands by now, when the same name
 * was taken behind that. */
static void test_a_late_claim_does_not_undo_a_later_one(void **state)
{
    struct rig *rig = *state;
    struct rename late, taken;
    struct held claim, batch, person;
    people(rig);
    rename_make(rig, &late, ALICE, "modern", 5000);
    hold(&claim, S_NAME_CHANGE);
    begin_ask(rig, store_append, &late.append);
    held_await(&claim, rig);
    change(rig, ALICE, EVENT_PROFILE, ALICE, "p1", 0, "Alice");
    rename_make(rig, &taken, ALICE, "modern", 6000);
    hold(&person, S_PERSON_CHANGE);
    begin_ask(rig, store_append, &taken.append);
    held_await(&person, rig);
    hold(&batch, S_LOG_PUT_EVENT);
    held_let_go(&claim);
    held_await(&batch, rig);
    assert_renames(rig, BOB, "modern", 7000, STORE_TAKEN);
    held_let_go(&batch);
    held_let_go(&person);
    await_answer(rig);
    assert_renamed(&late, STORE_MOVED);
    assert_renamed(&taken, STORE_DONE);
}

/* It comes when that very event stands, and the name was given up again since: nobody else's for a
 * time, and then anybody's. */
static void test_a_late_claim_does_not_keep_a_name_that_was_given_up(void **state)
{
    struct rig *rig = *state;
    struct rename late;
    struct held claim;
    people(rig);
    rename_make(rig, &late, ALICE, "modern", 5000);
    hold(&claim, S_NAME_CHANGE);
    begin_ask(rig, store_append, &late.append);
    held_await(&claim, rig);
    assert_renames(rig, ALICE, "modern", 5000, STORE_DONE);
    assert_renames(rig, ALICE, "alicia", 6000, STORE_DONE);
    held_let_go(&claim);
    await_answer(rig);
    assert_renamed(&late, STORE_KNOWN);
    uint64_t end_ms = 6000 + FORMER_NAME_S * UINT64_C(1000);
    assert_renames(rig, BOB, "modern", end_ms - 1, STORE_TAKEN);
    assert_renames(rig, BOB, "modern", end_ms, STORE_DONE);
}

/* --- who is deleted --- */

typedef void held_fn(struct rig *, struct held *);

static void leave_group(struct rig *rig, uint64_t group)
{
    char key[24];
    snprintf(key, sizeof(key), "left at %d", (int)head_of(rig, group).seq);
    change(rig, group, EVENT_LEFT, BOB, key, 0, "");
}

/* Bob is deleted, step by step; meanwhile() is at the first statement of that kind. */
static void leave(struct rig *rig, enum statement statement, held_fn *meanwhile)
{
    struct store_user_delete gone = {.id = BOB, .now_ms = 5};
    struct store_leave step = {.todo = LEAVE_ON};
    struct held at;
    ask(rig, store_user_delete, &gone);
    assert_int_equal(gone.base.status, STORE_DONE);
    store_request_deinit(&gone.base);
    hold(&at, statement);
    for (bool come = false; step.todo != LEAVE_NOTHING || !come;) {
        step = (struct store_leave){.now_ms = 10, .at = step.at};
        begin_ask(rig, store_leave, &step);
        while (held_pending && (come || !at.there))
            rig_run_one(rig);
        if (!come && at.there)
            meanwhile(rig, &at);
        come = at.there;
        await_answer(rig);
        if (step.todo == LEAVE_GROUP)
            leave_group(rig, step.conversation);
        store_request_deinit(&step.base);
    }
}

static void add_bob(struct rig *rig, struct held *end)
{
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a1");
    in.user = BOB;
    append_one(rig, in);
    held_let_go(end);
}

/* All of his groups were left, and his mark is about to go. */
static void test_who_is_added_as_their_deletion_ends_leaves_all_the_same(void **state)
{
    struct rig *rig = *state;
    struct store_member bob = {.conversation = GROUP, .user = BOB};
    people(rig);
    make_group(rig);
    leave(rig, S_LEAVING_DELETE, add_bob);
    ask(rig, store_member, &bob);
    assert_true(bob.base.status == STORE_NOT_FOUND || bob.member.left);
    store_request_deinit(&bob.base);
}

/* --- their invite codes --- */

static const struct invite_code code = {
    .id = 77, .hash = {7}, .by = BOB, .created_ms = 1, .until_ms = 1000, .uses_max = 3};

static uint32_t count_codes(struct rig *rig)
{
    struct store_codes codes = {.limit = 10};
    ask(rig, store_codes, &codes);
    uint32_t n = codes.n_codes;
    store_request_deinit(&codes.base);
    return n;
}

/* Bob, who made a code, is deleted; meanwhile() is at the point where it is to end. It ends. */
static void end_code(struct rig *rig, held_fn *meanwhile)
{
    struct store_code_put put = {.code = code};
    people(rig);
    ask(rig, store_code_put, &put);
    store_request_deinit(&put.base);
    leave(rig, S_CODE_CHANGE, meanwhile);
    assert_int_equal(count_codes(rig), 0);
}

static void lose(struct rig *rig, struct held *end)
{
    (void)rig;
    held_doubt(end);
}

static void test_a_code_that_could_not_be_ended_is_ended_later(void **state)
{
    end_code(*state, lose);
}

static void use(struct rig *rig, struct held *end)
{
    struct store_user_create r = {.user = {.id = 200,
                                           .username = STR("dave"),
                                           .display_name = STR("Dave"),
                                           .about = STR(""),
                                           .password = STR("hash"),
                                           .created_ms = 6},
                                  .code = {.id = 77, .hash = {7}, .now_ms = 6}};
    ask(rig, store_user_create, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    held_let_go(end);
}

static void test_a_code_that_is_used_meanwhile_is_ended_all_the_same(void **state)
{
    end_code(*state, use);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_change_that_stands_late_is_nobody_elses),
        both(test_a_look_that_is_claimed_again_is_not_taken),
        both(test_a_look_does_not_go_back_to_a_former_name),
        both(test_a_late_claim_does_not_undo_a_later_one),
        both(test_a_late_claim_does_not_keep_a_name_that_was_given_up),
        both(test_who_is_added_as_their_deletion_ends_leaves_all_the_same),
        both(test_a_code_that_could_not_be_ended_is_ended_later),
        both(test_a_code_that_is_used_meanwhile_is_ended_all_the_same),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("cluster/between-people", tests, NULL, NULL);
}
