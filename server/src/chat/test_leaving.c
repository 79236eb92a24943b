/* Deleting an account: what holds from its `ok` on, and what the job does after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chat/admin.h"
#include "chat/factor.h"
#include "chat/leaving.h"
#include "chat/rename.h"
#include "chat/room.h"
#include "chat/test_core.h"

static struct chat_sign signs_up(struct core *core, const char *name)
{
    struct chat_sign sign = {.username = str_of(name), .password = STR("good enough")};
    assert_int_equal(core_sign(core, true, &sign), CHAT_OK);
    return sign;
}

static enum chat_error leaves(struct core *core, uint64_t user, const char *password)
{
    struct chat_leave r = {.call.user = user, .call.device = 1, .password = str_of(password)};
    core_ask(core, chat_leave, &r);
    return r.call.error;
}

static enum chat_error sends(struct core *core, uint64_t from, uint64_t to)
{
    struct chat_append append = {
        .type = EVENT_MESSAGE, .to = to, .kind = STR("text"), .text = STR("x")};
    return core_append(core, from, &append);
}

static enum chat_error contact(struct core *core, uint64_t from, enum event_type type, uint64_t to)
{
    struct chat_append append = {.type = type, .to = to, .user = to};
    return core_append(core, from, &append);
}

/* The job runs until it rests. */
static void job(struct core *core)
{
    core_pass(core, 1000);
    core_run(core);
}

static void ready(struct room_wait *wait, enum chat_error error)
{
    (void)wait;
    assert_int_equal(error, CHAT_OK);
}

static struct room *room_of(struct core *core, uint64_t id, struct room_wait *wait)
{
    struct room *room = room_get(core->chat, id);
    wait->ready = ready;
    room_load(room, wait);
    core_run(core);
    assert_true(room->loaded);
    return room;
}

static void test_from_ok_on_nobody_is_there(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann"), bob = signs_up(core, "bob");
    struct session here, bob_here;
    struct presence seen;
    session_begin(core->chat, &here, ann.user, ann.device);
    session_begin(core->chat, &bob_here, bob.user, bob.device);
    core_run(core);
    assert_int_equal(core_watch(core, bob.user, &bob_here, ann.user, &seen), CHAT_OK);
    assert_true(seen.online);
    assert_int_equal(leaves(core, ann.user, "another word"), CHAT_WRONG_CREDENTIALS);
    assert_int_equal(sends(core, bob.user, ann.user), CHAT_OK);
    core_forget(core);
    assert_int_equal(leaves(core, ann.user, "good enough"), CHAT_OK);
    assert_int_equal(core_told(core, SAID_END, &here), 1);
    assert_int_equal(core_told(core, SAID_PRESENCE, &bob_here), 1);
    assert_false(core->said[core->n_said - 1].online);
    assert_int_equal(core->said[core->n_said - 1].last_seen_ms, 0);
    session_end(core->chat, &here, core->mono_ms);
    core_run(core);
    struct chat_authenticate auth = {.token = str_of(ann.token)};
    core_ask(core, chat_authenticate, &auth);
    assert_int_equal(auth.call.error, CHAT_UNAUTHENTICATED);
    struct chat_sign again = {.username = STR("ann"), .password = STR("good enough")};
    assert_int_equal(core_sign(core, false, &again), CHAT_WRONG_CREDENTIALS);
    assert_int_equal(core_sign(core, true, &again), CHAT_NAME_TAKEN);
    assert_int_equal(sends(core, bob.user, ann.user), CHAT_CANNOT_WRITE);
    assert_int_equal(contact(core, bob.user, EVENT_CONTACT_REQUEST, ann.user), CHAT_CANNOT_WRITE);
    struct chat_users find = {.prefix = STR("an"), .limit = 10};
    core_ask(core, chat_users, &find);
    assert_int_equal(find.n_users, 0);
    assert_int_equal(core_watch(core, bob.user, NULL, ann.user, &seen), CHAT_OK);
    assert_false(seen.online);
    assert_int_equal(seen.last_seen_ms, 0);
    assert_int_equal(core_last_seen(core, ann.user), 0);
    assert_int_equal(leaves(core, ann.user, "good enough"), CHAT_WRONG_CREDENTIALS);
    session_end(core->chat, &bob_here, core->mono_ms);
}

static void test_what_was_under_way_is_refused(void **state)
{
    struct core *core = *state;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t group = core_group(core, bob, &ann, 1);
    struct chat_append late = {.call = {.user = ann, .done = core_done},
                               .type = EVENT_MESSAGE,
                               .to = group,
                               .kind = STR("text"),
                               .text = STR("late")};
    struct chat_append profile = {
        .call = {.user = ann, .done = core_done}, .type = EVENT_PROFILE, .about = STR("late")};
    struct chat_append added = {
        .call = {.user = bob, .done = core_done}, .type = EVENT_ADDED, .user = ann};
    struct chat_group_create made = {.call = {.user = ann, .done = core_done},
                                     .title = STR("late"),
                                     .history = HISTORY_ALL,
                                     .members = &bob,
                                     .n_members = 1};
    added.conversation = core_group(core, bob, NULL, 0);
    struct chat_admin_delete r = {.username = STR("ann")};
    core_run(core);
    r.call.done = core_done;
    core->answers_held = true;
    chat_admin_delete(core->chat, &r);
    core_run(core);
    while (queue_run(&core->answers)) /* found: from here on it is asked for */
        ;
    chat_append(core->chat, &late);
    chat_append(core->chat, &profile);
    chat_append(core->chat, &added);
    chat_group_create(core->chat, &made);
    core->answers_held = false;
    core_run(core);
    assert_int_equal(r.call.error, CHAT_OK);
    assert_int_equal(late.call.error, CHAT_UNAUTHENTICATED);
    assert_int_equal(profile.call.error, CHAT_UNAUTHENTICATED);
    assert_int_equal(added.call.error, CHAT_CANNOT_WRITE);
    assert_int_equal(made.call.error, CHAT_CANNOT_WRITE);
}

static void test_a_mark_that_was_not_written_changes_nothing(void **state)
{
    struct core *core = *state;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    core->fails[STORE_OP_USER_DELETE] = true;
    struct chat_admin_delete r = {.username = STR("ann")};
    core_ask(core, chat_admin_delete, &r);
    assert_int_equal(r.call.error, CHAT_UNAVAILABLE);
    assert_int_equal(sends(core, ann, bob), CHAT_OK);
    assert_int_equal(sends(core, bob, ann), CHAT_OK);
    r.username = STR("nobody");
    core_ask(core, chat_admin_delete, &r);
    assert_int_equal(r.call.error, CHAT_NOT_FOUND);
}

static void test_the_job_leaves_groups_and_contacts(void **state)
{
    struct core *core = *state;
    struct room_wait wait;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t eve = core_user(core, "eve"), joe = core_user(core, "joe");
    uint64_t group = core_group(core, ann, (uint64_t[]){bob, eve}, 2);
    uint64_t alone = core_group(core, ann, NULL, 0);
    chat_run_jobs(core->chat);
    assert_int_equal(contact(core, ann, EVENT_CONTACT_REQUEST, bob), CHAT_OK);
    assert_int_equal(contact(core, bob, EVENT_CONTACT_ACCEPT, ann), CHAT_OK);
    assert_int_equal(contact(core, ann, EVENT_CONTACT_REQUEST, eve), CHAT_OK);
    assert_int_equal(contact(core, eve, EVENT_CONTACT_DECLINE, ann), CHAT_OK);
    assert_int_equal(contact(core, joe, EVENT_CONTACT_REQUEST, ann), CHAT_OK);
    assert_int_equal(contact(core, ann, EVENT_CONTACT_REMOVE, joe), CHAT_OUT_OF_TURN);
    assert_int_equal(contact(core, ann, EVENT_CONTACT_REMOVE, eve), CHAT_OUT_OF_TURN);
    assert_int_equal(leaves(core, ann, "good enough"), CHAT_OK);
    job(core);
    struct room *room = room_of(core, group, &wait);
    assert_int_equal(room->n_members, 2);
    assert_null(room_member(room, ann));
    assert_int_equal(room_member(room, bob)->role, ROLE_OWNER);
    room_unref(room);
    room = room_of(core, alone, &wait);
    assert_int_equal(room->n_members, 0);
    room_unref(room);
    for (int i = 0; i < 3; i++) {
        struct chat_contacts contacts = {.call.user = (uint64_t[]){bob, eve, joe}[i], .limit = 10};
        core_ask(core, chat_contacts, &contacts);
        assert_int_equal(contacts.n_contacts, 0);
    }
    job(core);
    assert_int_equal(sends(core, bob, group), CHAT_OK);
}

/* The claim of the group stands, its first event does not; when that comes, somebody is gone, and
 * the job has been there. */
static void test_who_is_gone_leaves_a_group_that_is_begun_late(void **state)
{
    struct core *core = *state;
    struct room_wait wait;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob"),
             eve = core_user(core, "eve");
    struct chat_group_create r = {.call.user = bob,
                                  .title = STR("late"),
                                  .history = HISTORY_ALL,
                                  .members = (uint64_t[]){ann, eve},
                                  .n_members = 2,
                                  .key = STR("k")};
    chat_run_jobs(core->chat);
    core->fails[STORE_OP_APPEND] = true;
    core_ask(core, chat_group_create, &r);
    assert_int_equal(r.call.error, CHAT_UNAVAILABLE);
    core->fails[STORE_OP_APPEND] = false;
    assert_int_equal(leaves(core, ann, "good enough"), CHAT_OK);
    job(core);
    core_ask(core, chat_group_create, &r);
    assert_int_equal(r.call.error, CHAT_OK);
    job(core);
    struct room *room = room_of(core, r.conversation, &wait);
    assert_int_equal(room->n_members, 2);
    assert_null(room_member(room, ann));
    assert_int_equal(room_member(room, bob)->role, ROLE_OWNER);
    room_unref(room);
}

/* It leads nowhere any more, whether the job that forgets it was there or not. */
static void test_a_name_given_up_long_ago_deletes_nobody(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    struct chat_rename rename = {
        .call.user = ann.user, .username = STR("anna"), .password = STR("good enough")};
    core_ask(core, chat_rename, &rename);
    assert_int_equal(rename.call.error, CHAT_OK);
    core->wall_ms += FORMER_NAME_S * UINT64_C(1000);
    struct chat_admin_delete r = {.username = STR("ann")};
    core_ask(core, chat_admin_delete, &r);
    assert_int_equal(r.call.error, CHAT_NOT_FOUND);
    r.username = STR("anna");
    core_ask(core, chat_admin_delete, &r);
    assert_int_equal(r.call.error, CHAT_OK);
}

/* What cannot be said to a group now is said later, and holds up nobody else. */
static void test_a_store_that_fails_is_asked_again(void **state)
{
    struct core *core = *state;
    struct room_wait wait;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t group = core_group(core, ann, &bob, 1);
    chat_run_jobs(core->chat);
    core->fails[STORE_OP_APPEND] = true;
    assert_int_equal(leaves(core, ann, "good enough"), CHAT_OK);
    job(core);
    core->fails[STORE_OP_LEAVE] = true;
    job(core);
    core->fails[STORE_OP_APPEND] = core->fails[STORE_OP_LEAVE] = false;
    job(core);
    job(core);
    struct room *room = room_of(core, group, &wait);
    assert_int_equal(room->n_members, 1);
    assert_int_equal(room->members[0].user, bob);
    room_unref(room);
}

static void test_a_drain_does_not_wait_for_the_job(void **state)
{
    struct core *core = *state;
    struct room_wait wait;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t group = core_group(core, ann, &bob, 1);
    chat_run_jobs(core->chat);
    chat_stop_jobs(core->chat);
    assert_int_equal(leaves(core, ann, "good enough"), CHAT_OK);
    job(core);
    assert_int_equal(chat_busy(core->chat), 0);
    struct room *room = room_of(core, group, &wait);
    assert_int_equal(room->n_members, 2);
    room_unref(room);
}

static void test_a_second_factor_is_asked_for(void **state)
{
    struct core *core = *state;
    struct chat_sign ann = signs_up(core, "ann");
    char secret[FACTOR_SECRET_TEXT + 1], code[TOTP_DIGITS + 1];
    uint8_t bytes[TOTP_SECRET_BYTES];
    chat_factor_secret(core->chat, secret);
    assert_true(base32_parse(bytes, sizeof(bytes), str_of(secret)));
    totp_code(code, bytes, core->wall_ms / TOTP_STEP_MS);
    struct chat_factor_change on = {.call = {.user = ann.user, .device = ann.device},
                                    .what = FACTOR_ENABLED,
                                    .password = STR("good enough"),
                                    .secret = str_of(secret),
                                    .code = str_of(code)};
    core_ask(core, chat_factor_change, &on);
    assert_int_equal(on.call.error, CHAT_OK);
    struct chat_leave r = {.call = {.user = ann.user, .device = ann.device},
                           .password = STR("good enough")};
    core_ask(core, chat_leave, &r);
    assert_int_equal(r.call.error, CHAT_FACTOR_REQUIRED);
    r.factor_code = str_of(code);
    core_ask(core, chat_leave, &r);
    assert_int_equal(r.call.error, CHAT_WRONG_CODE); /* it was taken */
    r.factor_code = str_of(on.recovery[0]);
    core_ask(core, chat_leave, &r);
    assert_int_equal(r.call.error, CHAT_OK);
}

int main(void)
{
#define with_core(name) cmocka_unit_test_setup_teardown(name, core_begin, core_end)
    const struct CMUnitTest tests[] = {
        with_core(test_from_ok_on_nobody_is_there),
        with_core(test_what_was_under_way_is_refused),
        with_core(test_a_mark_that_was_not_written_changes_nothing),
        with_core(test_the_job_leaves_groups_and_contacts),
        with_core(test_who_is_gone_leaves_a_group_that_is_begun_late),
        with_core(test_a_name_given_up_long_ago_deletes_nobody),
        with_core(test_a_store_that_fails_is_asked_again),
        with_core(test_a_drain_does_not_wait_for_the_job),
        with_core(test_a_second_factor_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
