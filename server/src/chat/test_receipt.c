/* Delivered and read: marks that only move forward, told together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "chat/test_core.h"

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
        cmocka_unit_test(test_marks_of_many_are_told_together),
        cmocka_unit_test(test_a_mark_that_moves_nothing_is_not_told),
    };
    return cmocka_run_group_tests_name("chat/receipt", tests, NULL, NULL);
}
