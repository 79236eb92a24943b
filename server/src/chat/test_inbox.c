/* A sync that waits: what ends it and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chat/inbox.h"
#include "chat/test_core.h"
#include "util/macros.h"

enum { WAIT_MS = 20 * 1000 };

/* What ann is told, and the token that she has. */
struct waiting {
    struct core *core;
    uint64_t ann, bob;
    char token[STORE_TOKEN_BYTES_MAX];
    struct chat_sync sync;
    int answers; /* to waits */
};

static void told(struct chat_call *call)
{
    struct waiting *w = container_of(call, struct waiting, sync.call);
    w->answers++;
    assert_int_equal(call->error, CHAT_OK);
    memcpy(w->token, w->sync.next.p, w->sync.next.n);
    w->token[w->sync.next.n] = 0;
}

static void begin(struct waiting *w, void **state)
{
    *w = (struct waiting){.core = *state};
    w->ann = core_user(w->core, "ann");
    w->bob = core_user(w->core, "bob");
    core_send(w->core, w->bob, w->ann);
    w->sync.call = (struct chat_call){.user = w->ann, .done = told};
    chat_sync(w->core->chat, &w->sync);
    core_run(w->core);
    w->answers = 0;
}

static void wait(struct waiting *w)
{
    w->sync = (struct chat_sync){
        .call = {.user = w->ann, .done = told}, .token = str_of(w->token), .wait_ms = WAIT_MS};
    chat_sync(w->core->chat, &w->sync);
    core_run(w->core);
}

/* The answer of a store that cannot tell what was told before from what is new: entries, and the
 * token that there was. */
static void answer_nothing_new(struct waiting *w)
{
    assert_false(list_empty(&w->core->answers.tasks));
    struct task *task = list_entry(w->core->answers.tasks.next, struct task, node);
    struct store_request *request = container_of(task, struct store_request, task);
    struct store_inbox_changes *r = container_of(request, struct store_inbox_changes, base);
    assert_int_equal(request->op, STORE_OP_INBOX_CHANGES);
    assert_int_equal(r->n_entries, 1);
    strcpy(r->next, w->token);
    w->core->answers_held = false;
    core_run(w->core);
}

static void test_it_answers_when_something_comes(void **state)
{
    struct waiting w;
    begin(&w, state);
    wait(&w);
    assert_int_equal(w.answers, 0);
    core_send(w.core, w.bob, w.ann);
    assert_int_equal(w.answers, 1);
    assert_int_equal(w.sync.n_entries, 1);
}

static void test_it_answers_when_its_time_is_over(void **state)
{
    struct waiting w;
    begin(&w, state);
    wait(&w);
    core_pass(w.core, WAIT_MS - 1);
    assert_int_equal(w.answers, 0);
    core_pass(w.core, 1);
    assert_int_equal(w.answers, 1);
    assert_int_equal(w.sync.n_entries, 0);
}

/* Else who waits would be answered at once, again and again, until the event came that was
 * announced there, or for ever. */
static void test_what_was_told_before_does_not_end_it(void **state)
{
    struct waiting w;
    begin(&w, state);
    core_send(w.core, w.bob, w.ann);
    w.core->answers_held = true;
    wait(&w);
    answer_nothing_new(&w);
    assert_int_equal(w.answers, 0);
    core_pass(w.core, WAIT_MS);
    assert_int_equal(w.answers, 1);
    assert_int_equal(w.sync.n_entries, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_it_answers_when_something_comes, core_begin, core_end),
        cmocka_unit_test_setup_teardown(test_it_answers_when_its_time_is_over, core_begin,
                                        core_end),
        cmocka_unit_test_setup_teardown(test_what_was_told_before_does_not_end_it, core_begin,
                                        core_end),
    };
    return cmocka_run_group_tests_name("chat/inbox", tests, NULL, NULL);
}
