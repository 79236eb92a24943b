/* What a drain waits for, and what begins no more behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/person.h"
#include "chat/session.h"
#include "chat/test_core.h"

enum { SECOND = 1000, HOUR = 60 * 60 * SECOND, DAY = 24 * HOUR };

static void loaded(struct store_request *request)
{
    (void)request;
}

static struct log_head head_of(struct core *core, uint64_t conversation)
{
    struct store_load load = {.base.done = loaded, .id = conversation};
    store_load(core->store, &load);
    core_run(core);
    assert_int_equal(load.base.status, STORE_DONE);
    store_request_deinit(&load.base);
    return load.head;
}

/* All three are at something, and a message is too old: it stays for those who run jobs again. */
static void test_no_job_begins_once_they_are_stopped(void **state)
{
    struct core *core = core_new(&(struct chat_options){.retention = {.after_ms = DAY}});
    (void)state;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    core_pass(core, 2 * (uint64_t)DAY);
    chat_run_jobs(core->chat);
    core->answers_held = true;
    core_pass(core, 2 * SECOND);
    assert_int_equal(chat_busy(core->chat), 3);
    chat_stop_jobs(core->chat);
    core->answers_held = false;
    core_run(core);
    core->answers_held = true;
    core_pass(core, 2 * SECOND);
    core_pass(core, HOUR);
    assert_int_equal(chat_busy(core->chat), 0);
    core->answers_held = false;
    assert_int_equal(head_of(core, direct).gone_seq, 0);
    core_free(core);
}

static void test_a_drain_waits_for_what_nobody_waits_for(void **state)
{
    struct core *core = *state;
    struct session s;
    uint64_t ann = core_user(core, "ann");
    person_changed(core->chat, ann);
    core->answers_held = true;
    session_begin(core->chat, &s, ann, 1);
    session_end(core->chat, &s, core->mono_ms);
    assert_int_equal(chat_busy(core->chat), 1);
    core->answers_held = false;
    core_run(core);
    assert_int_equal(chat_busy(core->chat), 0);
}

static void next_answer(struct core *core)
{
    assert_true(queue_run(&core->answers));
    core_run(core);
}

/* Nobody knows what became of Ann's message when her call ends. The answer to whatever is asked
 * then is held. */
static uint64_t say_in_doubt(struct core *core, bool ended)
{
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    uint64_t direct = core_send(core, ann, bob);
    struct chat_append say = {.call.user = ann,
                              .type = EVENT_MESSAGE,
                              .to = bob,
                              .kind = STR("text"),
                              .text = STR("words"),
                              .key = STR("k")};
    core->unknown[STORE_OP_APPEND] = 1;
    core->answers_held = true;
    core_start(core, chat_append, &say);
    core_run(core);
    while (core->unknown[STORE_OP_APPEND]) /* what it is decided on comes first */
        next_answer(core);
    if (ended)
        chat_end(core->chat);
    next_answer(core);
    assert_int_equal(say.call.error, CHAT_UNAVAILABLE);
    return direct;
}

static void test_a_drain_waits_until_a_doubt_is_settled(void **state)
{
    struct core *core = *state;
    uint64_t direct = say_in_doubt(core, false);
    assert_int_equal(chat_busy(core->chat), 1);
    core->answers_held = false;
    core_run(core);
    assert_int_equal(chat_busy(core->chat), 0);
    assert_int_equal(head_of(core, direct).seq, 2);
}

static void test_no_doubt_is_settled_behind_the_end(void **state)
{
    struct core *core = *state;
    uint64_t direct = say_in_doubt(core, true);
    assert_int_equal(chat_busy(core->chat), 0);
    core->answers_held = false;
    assert_int_equal(head_of(core, direct).seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_job_begins_once_they_are_stopped),
        cmocka_unit_test_setup_teardown(test_a_drain_waits_for_what_nobody_waits_for, core_begin,
                                        core_end),
        cmocka_unit_test_setup_teardown(test_a_drain_waits_until_a_doubt_is_settled, core_begin,
                                        core_end),
        cmocka_unit_test_setup_teardown(test_no_doubt_is_settled_behind_the_end, core_begin,
                                        core_end),
    };
    return cmocka_run_group_tests_name("chat/drain", tests, NULL, NULL);
}
