/* Delivered and read: marks that only move forward, told together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "chat/test_core.h"
#include "store/ops.h"
#include "util/macros.h"

enum { READERS = 20, TOLD_EVERY_MS = 100 };

static struct chat_mark mark_at(uint64_t conversation, uint64_t seq, bool read)
{
    return (struct chat_mark){.conversation = conversation, .seq = seq, .read = read};
}

static void test_marks_only_move_forward(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = 0;
    for (int i = 0; i < 5; i++)
        direct = core_send(core, ann, bob);
    struct chat_mark mark = mark_at(direct, 3, false);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.delivered_seq, 3);
    assert_int_equal(mark.read_seq, 0);
    mark = mark_at(direct, 4, true); /* read is delivered, too */
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.delivered_seq, 4);
    assert_int_equal(mark.unread, 1);
    for (int read = 0; read < 2; read++) {
        mark = mark_at(direct, 2, read);
        assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
        assert_int_equal(mark.delivered_seq, 4);
        assert_int_equal(mark.read_seq, 4);
        assert_int_equal(mark.unread, 1);
    }
    mark = mark_at(direct, 6, true);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_AHEAD);
    assert_int_equal(mark.call.head, 5);
    core_free(core);
}

static void test_a_send_reads_only_if_nothing_was_unread(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob); /* 1: by ann, who had read all */
    struct chat_mark mark = mark_at(direct, 1, false);
    assert_int_equal(core_mark(core, ann, &mark), CHAT_OK);
    assert_int_equal(mark.read_seq, 1);
    core_send(core, bob, direct); /* 2: bob had not */
    mark = mark_at(direct, 1, true);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.read_seq, 1);
    assert_int_equal(mark.unread, 1);
    mark = mark_at(direct, 2, true);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    core_send(core, bob, direct); /* 3: now he had */
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(mark.read_seq, 3);
    assert_int_equal(mark.unread, 0);
    core_free(core);
}

static int n_answered;

static void count_answer(struct chat_call *call)
{
    (void)call;
    n_answered++;
}

/* A read mark and a send of the same person, the one right behind the other. */
static enum chat_error marks_and_sends(struct core *core, uint64_t user, uint64_t conversation,
                                       uint64_t seq)
{
    struct chat_mark mark = mark_at(conversation, seq, true);
    struct chat_append a = {.type = EVENT_MESSAGE,
                            .to = conversation,
                            .kind = STR("text"),
                            .text = STR("read it"),
                            .call = {.user = user, .done = count_answer}};
    mark.call = a.call;
    n_answered = 0;
    chat_mark(core->chat, &mark);
    chat_append(core->chat, &a);
    core_run(core);
    assert_int_equal(n_answered, 2);
    assert_int_equal(a.call.error, CHAT_OK);
    return mark.call.error;
}

static uint64_t unread_of(struct core *core, uint64_t user, uint64_t conversation)
{
    struct chat_mark mark = mark_at(conversation, 1, false);
    assert_int_equal(core_mark(core, user, &mark), CHAT_OK);
    return mark.unread;
}

static void test_a_send_counts_on_the_mark_before_it(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    assert_int_equal(marks_and_sends(core, bob, direct, 1), CHAT_OK);
    assert_int_equal(unread_of(core, bob, direct), 0);

    /* the mark's own count is looked up first, when it is below the head */
    core_send(core, ann, direct);
    struct chat_append edit = {
        .type = EVENT_EDIT, .conversation = direct, .target = 3, .text = STR("hullo")};
    assert_int_equal(core_append(core, ann, &edit), CHAT_OK);
    assert_int_equal(marks_and_sends(core, bob, direct, 3), CHAT_OK);
    assert_int_equal(unread_of(core, bob, direct), 0);

    /* and it may be of less than all */
    core_send(core, ann, direct);
    core_send(core, ann, direct);
    assert_int_equal(marks_and_sends(core, bob, direct, 6), CHAT_OK);
    assert_int_equal(unread_of(core, bob, direct), 2);
    core_free(core);
}

/* A store that writes no mark. */
struct markless {
    struct store store;
    struct core *core;
};

static void markless_submit(struct store *store, struct store_request *request)
{
    struct core *core = container_of(store, struct markless, store)->core;
    if (request->op != STORE_OP_MARK) {
        core->store->ops->submit(core->store, request);
        return;
    }
    request->status = STORE_FAILED;
    post(&core->answers.poster, &request->task);
}

static const struct store_info *markless_info(const struct store *store)
{
    return store_info(container_of(store, struct markless, store)->core->store);
}

static void test_a_send_does_not_count_on_a_mark_that_fails(void **state)
{
    (void)state;
    static const struct store_ops ops = {.submit = markless_submit, .info = markless_info};
    struct core *core = core_new(NULL);
    struct markless markless = {{&ops}, core};
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core->chat->store = &markless.store;
    assert_int_equal(marks_and_sends(core, bob, direct, 1), CHAT_UNAVAILABLE);
    core->chat->store = core->store;
    assert_int_equal(unread_of(core, bob, direct), 2);
    core_free(core);
}

/* Told at once when nothing was told lately; what moves until the next time goes together, with the
 * newest state of each reader. */
static void test_marks_of_many_are_told_together(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t users[READERS + 1];
    char name[16];
    for (int i = 0; i <= READERS; i++) {
        snprintf(name, sizeof(name), "user%d", i);
        users[i] = core_user(core, name);
    }
    uint64_t group = core_group(core, users[0], &users[1], READERS);
    core_send(core, users[0], group);
    struct session writer;
    session_begin(core->chat, &writer, users[0], 1);
    core_pass(core, TOLD_EVERY_MS);
    core_forget(core);

    for (int read = 0; read < 2; read++)
        for (int i = 1; i <= READERS; i++) {
            struct chat_mark mark = mark_at(group, 2, read);
            assert_int_equal(core_mark(core, users[i], &mark), CHAT_OK);
        }
    assert_int_equal(core_told(core, SAID_RECEIPT, &writer), 1);
    core_pass(core, TOLD_EVERY_MS);
    assert_int_equal(core_told(core, SAID_RECEIPT, &writer), 1 + READERS);
    for (size_t i = 1; i < core->n_said; i++) /* each once, as far as it got */
        assert_int_equal(core->said[i].read_seq, 2);
    core_pass(core, 10 * TOLD_EVERY_MS);
    assert_int_equal(core_told(core, SAID_RECEIPT, &writer), 1 + READERS);
    session_end(core->chat, &writer, core->mono_ms);
    core_free(core);
}

static void test_a_mark_that_moves_nothing_is_not_told(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    struct session writer;
    session_begin(core->chat, &writer, ann, 1);
    struct chat_mark mark = mark_at(direct, 1, true);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(core_told(core, SAID_RECEIPT, &writer), 1);
    core_pass(core, TOLD_EVERY_MS);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    core_pass(core, TOLD_EVERY_MS);
    assert_int_equal(core_told(core, SAID_RECEIPT, &writer), 1);
    session_end(core->chat, &writer, core->mono_ms);
    core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_only_move_forward),
        cmocka_unit_test(test_a_send_reads_only_if_nothing_was_unread),
        cmocka_unit_test(test_a_send_counts_on_the_mark_before_it),
        cmocka_unit_test(test_a_send_does_not_count_on_a_mark_that_fails),
        cmocka_unit_test(test_marks_of_many_are_told_together),
        cmocka_unit_test(test_a_mark_that_moves_nothing_is_not_told),
    };
    return cmocka_run_group_tests_name("chat/receipt", tests, NULL, NULL);
}
