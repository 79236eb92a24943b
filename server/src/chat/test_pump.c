/* A room's queue: what goes together into one append, and what happens at its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chat/room.h"
#include "chat/test_core.h"
#include "util/mem.h"

enum { SENDS = 3 * APPEND_MAX };

struct sends {
    struct chat_append append[ROOM_WAITING_MAX + APPEND_MAX + 1];
    size_t n, n_done, n_overloaded;
};

static struct sends *sends; /* of the case that runs */

static void sent(struct chat_call *call)
{
    sends->n_done++;
    sends->n_overloaded += call->error == CHAT_OVERLOADED;
}

static void send_all(struct core *core, uint64_t from, uint64_t to, size_t n)
{
    sends = mem_new(sizeof(*sends));
    sends->n = n;
    for (size_t i = 0; i < n; i++) {
        sends->append[i] = (struct chat_append){.call = {.user = from, .done = sent},
                                                .type = EVENT_MESSAGE,
                                                .to = to,
                                                .kind = STR("text"),
                                                .text = STR("x")};
        chat_append(core->chat, &sends->append[i]);
    }
    assert_int_equal(sends->n_done, 0); /* never inside the call */
    core_run(core);
    assert_int_equal(sends->n_done, n);
}

static void test_what_waits_goes_into_few_appends_of_bounded_size(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core_accept(core, bob, direct);
    struct session here;
    session_begin(core->chat, &here, bob, 1);
    core_forget(core);
    send_all(core, ann, direct, SENDS);
    assert_int_equal(core_told(core, SAID_EVENT, &here), SENDS);
    size_t appends = 0, size = 0;
    for (size_t i = 0; i < core->n_said; i++) {
        const struct said *said = &core->said[i];
        assert_int_equal(said->seq, i + 3); /* in order, without gaps */
        size = said->first_seq == said->seq ? 1 : size + 1;
        appends += size == 1;
        assert_true(size <= APPEND_MAX);
    }
    assert_true(appends <= SENDS / APPEND_MAX + 1);
    for (size_t i = 0; i < SENDS; i++) /* in the order in which they were sent */
        assert_int_equal(sends->append[i].seq, i + 3);
    free(sends);
    session_end(core->chat, &here, core->mono_ms);
    core_free(core);
}

static void test_a_queue_that_is_full_refuses(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core_accept(core, bob, direct);
    send_all(core, ann, direct, ROOM_WAITING_MAX + 1);
    assert_int_equal(sends->n_overloaded, 1);
    assert_int_equal(sends->append[ROOM_WAITING_MAX].call.error, CHAT_OVERLOADED);
    assert_true(sends->append[ROOM_WAITING_MAX].call.retry_after_ms > 0);
    free(sends);
    send_all(core, ann, direct, 1);
    assert_int_equal(sends->n_overloaded, 0);
    assert_int_equal(sends->append[0].seq, ROOM_WAITING_MAX + 3);
    free(sends);
    core_free(core);
}

static size_t pushed_when_answered;
static struct core *core_of_case;

static void look_at_pushes(struct chat_call *call)
{
    assert_int_equal(call->error, CHAT_OK);
    pushed_when_answered = core_told(core_of_case, SAID_EVENT, NULL);
}

/* On one connection the push and the ok leave in seq order. */
static void test_pushes_go_before_the_ok(void **state)
{
    (void)state;
    struct core *core = core_of_case = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    struct session ann_here, bob_here;
    session_begin(core->chat, &ann_here, ann, 1);
    session_begin(core->chat, &bob_here, bob, 2);
    struct chat_append a = {.call = {.user = ann, .done = look_at_pushes},
                            .type = EVENT_MESSAGE,
                            .to = bob,
                            .kind = STR("text"),
                            .text = STR("x"),
                            .key = STR("k")};
    for (size_t times = 1; times <= 2; times++) { /* the second time its key is known */
        chat_append(core->chat, &a);
        core_run(core);
        assert_int_equal(pushed_when_answered, times * 2);
    }
    session_end(core->chat, &ann_here, core->mono_ms);
    session_end(core->chat, &bob_here, core->mono_ms);
    core_free(core);
}

/* Held back here, while its sender may have tried elsewhere and been refused. */
static void test_what_comes_late_is_not_decided(void **state)
{
    (void)state;
    struct core *core = core_new(NULL);
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    struct chat_append first = {.call.user = ann,
                                .type = EVENT_MESSAGE,
                                .to = core_send(core, ann, bob),
                                .kind = STR("text"),
                                .text = STR("x")};
    struct chat_append a = first;
    a.call.since_ms = core->mono_ms;
    a.key = STR("k");
    core->answers_held = true;
    core_start(core, chat_append, &first);
    core_run(core);
    core_start(core, chat_append, &a);
    core_pass(core, PATIENCE_MS + 1);
    core->answers_held = false;
    core_run(core);
    assert_int_equal(first.call.error, CHAT_OK);
    assert_int_equal(a.call.error, CHAT_UNAVAILABLE);
    a.call.since_ms = core->mono_ms - PATIENCE_MS;
    core_ask(core, chat_append, &a);
    assert_int_equal(a.call.error, CHAT_OK);
    assert_false(a.known);
    a.call.since_ms--; /* what stands is told however late */
    core_ask(core, chat_append, &a);
    assert_int_equal(a.call.error, CHAT_OK);
    assert_true(a.known);
    struct chat_group_create group = {.call = {.user = ann, .since_ms = a.call.since_ms},
                                      .title = STR("group"),
                                      .history = HISTORY_ALL,
                                      .key = STR("g")};
    core_ask(core, chat_group_create, &group);
    assert_int_equal(group.call.error, CHAT_UNAVAILABLE);
    group.call.since_ms = 0;
    core_ask(core, chat_group_create, &group);
    assert_int_equal(group.call.error, CHAT_OK);
    core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_waits_goes_into_few_appends_of_bounded_size),
        cmocka_unit_test(test_a_queue_that_is_full_refuses),
        cmocka_unit_test(test_pushes_go_before_the_ok),
        cmocka_unit_test(test_what_comes_late_is_not_decided),
    };
    return cmocka_run_group_tests_name("chat/pump", tests, NULL, NULL);
}
