/* Delivered and read: marks that only move forward, told together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "chat/test_core.h"
#include "model/limits.h"

enum { READERS = MEMBERS_MAX - 1, TOLD_EVERY_MS = 100 };

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

static void test_a_send_does_not_count_on_a_mark_that_fails(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core->fails[STORE_OP_MARK] = true;
    assert_int_equal(marks_and_sends(core, bob, direct, 1), CHAT_UNAVAILABLE);
    core->fails[STORE_OP_MARK] = false;
    assert_int_equal(unread_of(core, bob, direct), 2);
    core_free(core);
}

/* A group whose members are all connected, and one message that none of the readers has. */
struct crowd {
    struct core *core;
    uint64_t users[1 + READERS], group; /* the writer first */
    struct session sessions[1 + READERS];
};

static void crowd_init(struct crowd *c)
{
    char name[16];
    c->core = core_new(NULL);
    for (int i = 0; i <= READERS; i++) {
        snprintf(name, sizeof(name), "user%d", i);
        c->users[i] = core_user(c->core, name);
    }
    c->group = core_group(c->core, c->users[0], &c->users[1], READERS);
    core_send(c->core, c->users[0], c->group);
    for (int i = 0; i <= READERS; i++)
        session_begin(c->core->chat, &c->sessions[i], c->users[i], 1);
    core_pass(c->core, TOLD_EVERY_MS);
    core_forget(c->core);
}

static void crowd_deinit(struct crowd *c)
{
    for (int i = 0; i <= READERS; i++)
        session_end(c->core->chat, &c->sessions[i], c->core->mono_ms);
    core_free(c->core);
}

static void all_mark(struct crowd *c, bool read)
{
    for (int i = 1; i <= READERS; i++) {
        struct chat_mark mark = mark_at(c->group, 2, read);
        assert_int_equal(core_mark(c->core, c->users[i], &mark), CHAT_OK);
    }
}

/* Told at once when nothing was told lately; what moves until the next time goes together. */
static void test_marks_of_many_are_told_together(void **state)
{
    (void)state;
    struct crowd c;
    crowd_init(&c);
    all_mark(&c, true);
    for (int i = 0; i <= READERS; i++) {
        assert_int_equal(core_told(c.core, SAID_RECEIPTS, &c.sessions[i]), 1);
        assert_int_equal(core_told(c.core, SAID_MARK, &c.sessions[i]), 1);
    }
    core_pass(c.core, TOLD_EVERY_MS);
    core_pass(c.core, 10 * TOLD_EVERY_MS);
    for (int i = 0; i <= READERS; i++) {
        assert_int_equal(core_told(c.core, SAID_RECEIPTS, &c.sessions[i]), 2);
        assert_int_equal(core_told(c.core, SAID_MARK, &c.sessions[i]), READERS);
    }
    crowd_deinit(&c);
}

static void test_what_waits_is_told_once_as_far_as_it_got(void **state)
{
    (void)state;
    struct crowd c;
    crowd_init(&c);
    all_mark(&c, false);
    all_mark(&c, true);
    core_forget(c.core); /* the first, which was told at once */
    core_pass(c.core, TOLD_EVERY_MS);
    uint64_t told[1 + READERS] = {0};
    for (size_t i = 0; i < c.core->n_said; i++) {
        const struct said *said = &c.core->said[i];
        if (said->what != SAID_MARK || said->to != &c.sessions[0])
            continue;
        assert_int_equal(said->read_seq, 2);
        assert_int_equal(said->unread, 0);
        for (int k = 0; k <= READERS; k++)
            told[k] += said->user == c.users[k];
    }
    assert_int_equal(told[0], 0);
    for (int k = 1; k <= READERS; k++)
        assert_int_equal(told[k], 1);
    crowd_deinit(&c);
}

/* Who left while their mark waited is no member whose marks are told. */
static void test_marks_of_who_left_meanwhile_are_not_told(void **state)
{
    (void)state;
    struct crowd c;
    crowd_init(&c);
    all_mark(&c, true);
    core_forget(c.core);
    struct chat_append leave = {.type = EVENT_LEFT, .conversation = c.group};
    assert_int_equal(core_append(c.core, c.users[READERS], &leave), CHAT_OK);
    core_pass(c.core, TOLD_EVERY_MS);
    assert_int_equal(core_told(c.core, SAID_MARK, &c.sessions[0]), READERS - 2);
    assert_int_equal(core_told(c.core, SAID_RECEIPTS, &c.sessions[READERS]), 0);
    crowd_deinit(&c);
}

static void test_a_mark_that_moves_nothing_is_not_told(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core_accept(core, bob, direct);
    core_pass(core, TOLD_EVERY_MS);
    struct session writer;
    session_begin(core->chat, &writer, ann, 1);
    struct chat_mark mark = mark_at(direct, 1, true);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    assert_int_equal(core_told(core, SAID_RECEIPTS, &writer), 1);
    core_pass(core, TOLD_EVERY_MS);
    assert_int_equal(core_mark(core, bob, &mark), CHAT_OK);
    core_pass(core, TOLD_EVERY_MS);
    assert_int_equal(core_told(core, SAID_RECEIPTS, &writer), 1);
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
        cmocka_unit_test(test_what_waits_is_told_once_as_far_as_it_got),
        cmocka_unit_test(test_marks_of_who_left_meanwhile_are_not_told),
        cmocka_unit_test(test_a_mark_that_moves_nothing_is_not_told),
    };
    return cmocka_run_group_tests_name("chat/receipt", tests, NULL, NULL);
}
