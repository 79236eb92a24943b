/* What is too old goes, round after round; and what people and devices are told who ask for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "chat/info.h"
#include "chat/read.h"
#include "chat/test_core.h"
#include "model/limits.h"

enum { SECOND = 1000, HOUR = 60 * 60 * SECOND, DAY = 24 * HOUR };

/* A core that keeps everything for ten days. Its clocks stand for longer than a round. */
static struct core *begin(void)
{
    struct core *core = core_new(&(struct chat_options){.retention = {.after_ms = 10 * DAY}});
    chat_run_jobs(core->chat);
    return core;
}

/* Many turns of the job: at least a round. */
static void pass(struct core *core, uint64_t ms)
{
    core_pass(core, ms);
    for (int i = 0; i < 100; i++)
        core_pass(core, SECOND);
    core_pass(core, HOUR);
    for (int i = 0; i < 100; i++)
        core_pass(core, SECOND);
}

static int n_done;

static void done(struct chat_call *call)
{
    (void)call;
    n_done++;
}

static enum chat_error read_as(struct core *core, uint64_t user, struct chat_read *read)
{
    n_done = 0;
    read->call.user = user;
    read->call.done = done;
    read->limit = PAGE_MAX;
    chat_read(core->chat, read);
    core_run(core);
    assert_int_equal(n_done, 1);
    return read->call.error;
}

static enum chat_error after(struct core *core, uint64_t user, uint64_t conversation, uint64_t at,
                             bool sync, struct chat_read *read)
{
    *read = (struct chat_read){
        .conversation = conversation, .mode = READ_AFTER, .at = at, .sync = sync};
    return read_as(core, user, read);
}

static enum chat_error append(struct core *core, uint64_t user, uint64_t conversation,
                              enum event_type type, uint64_t target)
{
    bool message = type == EVENT_MESSAGE;
    struct chat_append a = {.type = type,
                            .to = conversation,
                            .conversation = conversation,
                            .target = target,
                            .kind = message ? STR("text") : (struct str){0},
                            .text = STR("+")};
    return core_append(core, user, &a);
}

/* Five messages, the first three of which are gone by now. */
static uint64_t talk(struct core *core, uint64_t ann, uint64_t bob)
{
    uint64_t direct = 0;
    for (int i = 0; i < 3; i++)
        direct = core_send(core, ann, bob);
    core_pass(core, 2 * DAY);
    for (int i = 0; i < 2; i++)
        core_send(core, ann, bob);
    pass(core, 8 * DAY);
    return direct;
}

static void test_a_device_is_told_where_the_log_begins(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = talk(core, ann, bob);
    struct chat_read read;
    for (uint64_t at = 0; at < 3; at++) {
        assert_int_equal(after(core, bob, direct, at, true, &read), CHAT_TRUNCATED);
        assert_int_equal(read.call.first, 4);
        assert_int_equal(after(core, bob, direct, at, false, &read), CHAT_OK);
        assert_int_equal(read.n_events, 2);
        assert_int_equal(read.first, 4);
    }
    assert_int_equal(after(core, bob, direct, 3, true, &read), CHAT_OK);
    assert_int_equal(read.n_events, 2);
    assert_int_equal(after(core, bob, direct, 4, true, &read), CHAT_OK);
    assert_int_equal(read.n_events, 1);
    assert_int_equal(after(core, bob, direct, 6, true, &read), CHAT_AHEAD);
    /* nothing is left */
    pass(core, 2 * DAY);
    assert_int_equal(after(core, bob, direct, 4, true, &read), CHAT_TRUNCATED);
    assert_int_equal(read.call.first, 6);
    assert_int_equal(after(core, bob, direct, 5, true, &read), CHAT_OK);
    assert_int_equal(read.n_events, 0);
    assert_int_equal(after(core, bob, direct, 0, false, &read), CHAT_OK);
    assert_int_equal(read.n_events, 0);
    assert_int_equal(read.first, 6);
    core_free(core);
}

static void test_a_member_who_came_later_lacks_nothing(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t group = core_group(core, ann, NULL, 0);
    pass(core, 8 * DAY);
    struct chat_append add = {.type = EVENT_ADDED, .conversation = group, .user = bob};
    assert_int_equal(core_append(core, ann, &add), CHAT_OK);
    pass(core, 3 * DAY);
    struct chat_read read;
    /* this group shows all of its history: to be told of what is gone is right */
    assert_int_equal(after(core, bob, group, 0, true, &read), CHAT_TRUNCATED);
    assert_int_equal(read.call.first, 2);
    assert_int_equal(after(core, bob, group, 1, true, &read), CHAT_OK);
    assert_int_equal(read.n_events, 1);
    core_free(core);
}

static void test_nothing_is_done_to_what_is_gone(void **state)
{
    (void)state;
    static const enum event_type types[] = {EVENT_EDIT, EVENT_DELETE, EVENT_REACTION,
                                            EVENT_PIN,  EVENT_UNPIN,  EVENT_MESSAGE};
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = talk(core, ann, bob);
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        assert_int_equal(append(core, ann, direct, types[i], 3), CHAT_NOT_FOUND);
    struct chat_append forward = {
        .type = EVENT_MESSAGE, .to = direct, .source = direct, .source_seq = 3};
    assert_int_equal(core_append(core, ann, &forward), CHAT_NOT_FOUND);
    struct chat_append star = {.type = EVENT_STAR, .source = direct, .source_seq = 3};
    assert_int_equal(core_append(core, ann, &star), CHAT_NOT_FOUND);
    struct chat_info info = {.call.user = ann, .call.done = done, .conversation = direct, .seq = 3};
    chat_info(core->chat, &info);
    core_run(core);
    assert_int_equal(info.call.error, CHAT_NOT_FOUND);
    assert_int_equal(append(core, ann, direct, EVENT_REACTION, 4), CHAT_OK);
    core_free(core);
}

static void test_a_mark_at_what_is_gone_goes_to_its_end(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = talk(core, ann, bob);
    struct session own;
    session_begin(core->chat, &own, bob, 1);
    core_forget(core);
    struct chat_mark mark = {.conversation = direct, .seq = 1, .read = false};
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.unread, 2); /* not five */
    assert_int_equal(core->said[core->n_said - 1].what, SAID_MARK);
    assert_int_equal(core->said[core->n_said - 1].unread, 2);
    session_end(core->chat, &own, core->mono_ms);
    mark = (struct chat_mark){.conversation = direct, .seq = 2, .read = true};
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.read_seq, 3);
    assert_int_equal(mark.delivered_seq, 3);
    assert_int_equal(mark.unread, 2);
    mark = (struct chat_mark){.conversation = direct, .seq = 4, .read = true};
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.unread, 1);
    /* all is gone: nothing is unread, so a send reads */
    pass(core, 2 * DAY);
    struct chat_append a = {
        .type = EVENT_MESSAGE, .to = direct, .kind = STR("text"), .text = STR("x")};
    assert_int_equal(core_append(core, bob, &a), CHAT_OK);
    mark = (struct chat_mark){.conversation = direct, .seq = 1, .read = true};
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.read_seq, 6);
    assert_int_equal(mark.unread, 0);
    core_free(core);
}

static void test_a_key_that_may_be_gone_is_refused(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    struct chat_append a = {.type = EVENT_MESSAGE,
                            .to = direct,
                            .kind = STR("text"),
                            .text = STR("x"),
                            .key = STR("k"),
                            .after = 1};
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    assert_int_equal(a.seq, 2);
    core_pass(core, 2 * DAY);
    struct chat_append later = a;
    later.key = STR("l");
    assert_int_equal(core_append(core, ann, &later), CHAT_OK);
    pass(core, 8 * DAY);
    assert_int_equal(core_append(core, ann, &a), CHAT_TOO_OLD);
    assert_int_equal(a.call.head, 3);
    a.after = 0;
    assert_int_equal(core_append(core, ann, &a), CHAT_AFTER_REQUIRED);
    assert_int_equal(a.call.head, 3);
    /* the one that is kept is known all the same */
    assert_int_equal(core_append(core, ann, &later), CHAT_OK);
    assert_int_equal(later.seq, 3);
    assert_true(later.known);
    a.after = 3;
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    assert_int_equal(a.seq, 4);
    core_free(core);
}

/* The store removes; the room that decides has yet to hear of it. */
static void test_a_send_in_between_is_decided_again(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core_pass(core, SECOND);
    struct store_retain retain = {.base.done = (void (*)(struct store_request *))done,
                                  .conversation = direct,
                                  .keep = {.after_ms = 1},
                                  .now_ms = core->wall_ms};
    store_retain(core->store, &retain);
    core_run(core);
    assert_int_equal(retain.head.gone_seq, 1);
    struct chat_append a = {.type = EVENT_MESSAGE,
                            .to = direct,
                            .kind = STR("text"),
                            .text = STR("x"),
                            .key = STR("k")};
    assert_int_equal(core_append(core, ann, &a), CHAT_AFTER_REQUIRED);
    assert_int_equal(append(core, ann, direct, EVENT_REACTION, 1), CHAT_NOT_FOUND);
    a.after = 1;
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    assert_int_equal(a.seq, 2);
    store_request_deinit(&retain.base);
    core_free(core);
}

static void test_a_group_is_made_once_though_its_beginning_is_gone(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann");
    struct chat_group_create group = {.call.user = ann,
                                      .call.done = done,
                                      .title = STR("g"),
                                      .history = HISTORY_ALL,
                                      .key = STR("k")};
    chat_group_create(core->chat, &group);
    core_run(core);
    uint64_t id = group.conversation;
    pass(core, 11 * DAY);
    struct chat_read read;
    assert_int_equal(after(core, ann, id, 0, true, &read), CHAT_TRUNCATED);
    chat_group_create(core->chat, &group);
    core_run(core);
    assert_int_equal(group.call.error, CHAT_OK);
    assert_int_equal(group.conversation, id);
    assert_int_equal(after(core, ann, id, 1, true, &read), CHAT_OK);
    assert_int_equal(read.head, 1);
    core_free(core);
}

static uint64_t first_of(struct core *core, uint64_t user, uint64_t conversation)
{
    struct chat_read read;
    assert_int_equal(after(core, user, conversation, 0, false, &read), CHAT_OK);
    return read.first;
}

static void test_what_is_kept_for_days_is_looked_at_by_the_hour(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core_pass(core, 10 * DAY - HOUR / 2);
    for (int i = 0; i < 60; i++) /* the round that was due */
        core_pass(core, SECOND);
    assert_int_equal(first_of(core, ann, direct), 1);
    core_pass(core, HOUR / 2);
    assert_int_equal(first_of(core, ann, direct), 1);
    core_pass(core, HOUR / 2);
    core_pass(core, SECOND);
    assert_int_equal(first_of(core, ann, direct), 2);
    core_free(core);
}

static void test_much_goes_without_waiting_for_the_next_round(void **state)
{
    enum { MESSAGES = 2 * RETAIN_MAX + 10 };
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), notes = 0;
    for (int i = 0; i < MESSAGES; i++)
        notes = core_send(core, ann, ann);
    core_pass(core, 11 * DAY);
    assert_int_equal(first_of(core, ann, notes), 1 + RETAIN_MAX);
    core_pass(core, 49);
    assert_int_equal(first_of(core, ann, notes), 1 + RETAIN_MAX); /* paced */
    core_pass(core, 1);
    assert_int_equal(first_of(core, ann, notes), 1 + 2 * RETAIN_MAX);
    core_pass(core, 50);
    assert_int_equal(first_of(core, ann, notes), 1 + MESSAGES);
    core_free(core);
}

static void test_a_store_that_fails_is_asked_again(void **state)
{
    (void)state;
    static const int ops[] = {STORE_OP_RETENTION_DUE, STORE_OP_RETAIN};
    for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
        struct core *core = begin();
        uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
        uint64_t direct = core_send(core, ann, bob);
        core->fails[ops[i]] = true;
        pass(core, 11 * DAY);
        assert_int_equal(first_of(core, ann, direct), 1);
        core->fails[ops[i]] = false;
        pass(core, 0);
        assert_int_equal(first_of(core, ann, direct), 2);
        core_free(core);
    }
}

static void test_people_of_a_conversation_may_want_less(void **state)
{
    (void)state;
    struct core *core = begin();
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob"),
             cyd = core_user(core, "cyd");
    uint64_t direct = core_send(core, ann, bob), other = core_send(core, ann, cyd);
    struct chat_append set = {.type = EVENT_RETENTION, .conversation = direct, .number = 1};
    assert_int_equal(core_append(core, cyd, &set), CHAT_NOT_FOUND);
    assert_int_equal(core_append(core, bob, &set), CHAT_OK);
    pass(core, DAY);
    assert_int_equal(first_of(core, ann, direct), 3);
    assert_int_equal(first_of(core, ann, other), 1);
    core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_device_is_told_where_the_log_begins),
        cmocka_unit_test(test_a_member_who_came_later_lacks_nothing),
        cmocka_unit_test(test_nothing_is_done_to_what_is_gone),
        cmocka_unit_test(test_a_mark_at_what_is_gone_goes_to_its_end),
        cmocka_unit_test(test_a_key_that_may_be_gone_is_refused),
        cmocka_unit_test(test_a_send_in_between_is_decided_again),
        cmocka_unit_test(test_a_group_is_made_once_though_its_beginning_is_gone),
        cmocka_unit_test(test_what_is_kept_for_days_is_looked_at_by_the_hour),
        cmocka_unit_test(test_much_goes_without_waiting_for_the_next_round),
        cmocka_unit_test(test_a_store_that_fails_is_asked_again),
        cmocka_unit_test(test_people_of_a_conversation_may_want_less),
    };
    return cmocka_run_group_tests_name("chat/retention", tests, NULL, NULL);
}
