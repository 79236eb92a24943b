/* Who is shown as there, and when they were last seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/test_core.h"

struct two {
    struct core *core;
    uint64_t ann, bob;
    struct session ann_here, bob_here;
};

/* Bob is there and watches Ann. */
static struct two begin(void)
{
    struct two t = {.core = core_new(NULL)};
    t.ann = core_user(t.core, "ann");
    t.bob = core_user(t.core, "bob");
    return t;
}

static void bob_watches(struct two *t, struct presence *ann)
{
    session_begin(t->core->chat, &t->bob_here, t->bob, 2);
    assert_int_equal(core_watch(t->core, t->bob, &t->bob_here, t->ann, ann), CHAT_OK);
}

static void bob_goes(struct two *t)
{
    session_end(t->core->chat, &t->bob_here, t->core->mono_ms);
    core_free(t->core);
}

static void ann_comes(struct two *t)
{
    session_begin(t->core->chat, &t->ann_here, t->ann, 1);
    core_run(t->core);
}

static void ann_goes(struct two *t)
{
    session_end(t->core->chat, &t->ann_here, t->core->mono_ms);
    core_run(t->core);
}

static void assert_told(struct two *t, size_t times, bool online, uint64_t last_seen_ms)
{
    assert_int_equal(core_told(t->core, SAID_PRESENCE, &t->bob_here), times);
    const struct said *last = &t->core->said[t->core->n_said - 1];
    assert_int_equal(last->user, t->ann);
    assert_int_equal(last->online, online);
    assert_int_equal(last->last_seen_ms, last_seen_ms);
}

static void test_offline_is_told_after_the_grace(void **state)
{
    (void)state;
    struct two t = begin();
    struct presence ann;
    ann_comes(&t);
    bob_watches(&t, &ann);
    assert_true(ann.online);
    ann_goes(&t);
    uint64_t left_ms = t.core->wall_ms;
    core_pass(t.core, OFFLINE_AFTER_MS - 1);
    assert_int_equal(core_told(t.core, SAID_PRESENCE, NULL), 0);
    core_pass(t.core, 2);
    assert_told(&t, 1, false, left_ms);
    assert_int_equal(core_last_seen(t.core, t.ann), left_ms);
    bob_goes(&t);
}

static void test_a_short_drop_is_not_shown(void **state)
{
    (void)state;
    struct two t = begin();
    struct presence ann;
    ann_comes(&t);
    bob_watches(&t, &ann);
    for (int i = 0; i < 5; i++) {
        ann_goes(&t);
        core_pass(t.core, OFFLINE_AFTER_MS - 1);
        ann_comes(&t);
        core_pass(t.core, 60 * 1000);
    }
    assert_int_equal(core_told(t.core, SAID_PRESENCE, NULL), 0);
    ann_goes(&t);
    bob_goes(&t);
}

static void test_signing_out_the_last_device_ends_it_at_once(void **state)
{
    (void)state;
    struct two t = begin();
    struct presence ann;
    struct session ann_there;
    ann_comes(&t);
    bob_watches(&t, &ann);
    session_begin(t.core->chat, &ann_there, t.ann, 3);
    core_run(t.core);
    ann_there.signed_out = true;
    session_end(t.core->chat, &ann_there, t.core->mono_ms);
    core_run(t.core);
    assert_int_equal(core_told(t.core, SAID_PRESENCE, NULL), 0); /* the other is still there */
    t.ann_here.signed_out = true;
    ann_goes(&t);
    assert_told(&t, 1, false, t.core->wall_ms);
    bob_goes(&t);
}

static void test_coming_is_told_without_last_seen(void **state)
{
    (void)state;
    struct two t = begin();
    struct presence ann;
    bob_watches(&t, &ann);
    assert_false(ann.online);
    ann_comes(&t);
    assert_told(&t, 1, true, 0);
    ann_goes(&t);
    bob_goes(&t);
}

static void test_whoever_is_blocked_sees_nobody(void **state)
{
    (void)state;
    struct two t = begin();
    struct presence ann;
    ann_comes(&t);
    core_block(t.core, t.ann, t.bob, true);
    bob_watches(&t, &ann);
    assert_false(ann.online);
    assert_int_equal(ann.last_seen_ms, 0);
    t.ann_here.signed_out = true;
    ann_goes(&t);
    assert_int_equal(core_told(t.core, SAID_PRESENCE, NULL), 0);
    core_block(t.core, t.ann, t.bob, false);
    assert_int_equal(core_told(t.core, SAID_PRESENCE, NULL), 1);
    bob_goes(&t);
}

static void test_last_seen_is_stored_while_there(void **state)
{
    (void)state;
    struct two t = begin();
    ann_comes(&t);
    core_pass(t.core, LAST_SEEN_EVERY_MS + 1);
    assert_int_equal(core_last_seen(t.core, t.ann), t.core->wall_ms);
    ann_goes(&t);
    core_free(t.core);
}

static void test_last_seen_is_stored_of_who_comes_and_goes(void **state)
{
    (void)state;
    struct two t = begin();
    ann_comes(&t);
    for (uint64_t there_ms = 0; there_ms < 3 * LAST_SEEN_EVERY_MS; there_ms += 60 * 1000) {
        core_pass(t.core, 30 * 1000 + 1);
        ann_goes(&t);
        core_pass(t.core, OFFLINE_AFTER_MS - 1);
        ann_comes(&t);
        core_pass(t.core, 0);
        if (there_ms >= LAST_SEEN_EVERY_MS)
            assert_true(core_last_seen(t.core, t.ann) >=
                        t.core->wall_ms - LAST_SEEN_EVERY_MS - OFFLINE_AFTER_MS);
    }
    ann_goes(&t);
    core_free(t.core);
}

/* The sessions of a drain have just ended, so everybody is in the grace. */
static void test_the_end_stores_when_everybody_was_seen(void **state)
{
    (void)state;
    struct two t = begin();
    ann_comes(&t);
    session_begin(t.core->chat, &t.bob_here, t.bob, 2);
    ann_goes(&t);
    uint64_t ann_left_ms = t.core->wall_ms;
    core_pass(t.core, 10 * 1000);
    session_end(t.core->chat, &t.bob_here, t.core->mono_ms);
    chat_end(t.core->chat);
    assert_int_equal(chat_busy(t.core->chat), 2); /* so that a drain waits */
    core_run(t.core);
    assert_int_equal(chat_busy(t.core->chat), 0);
    assert_int_equal(core_last_seen(t.core, t.ann), ann_left_ms);
    assert_int_equal(core_last_seen(t.core, t.bob), t.core->wall_ms);
    core_free(t.core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offline_is_told_after_the_grace),
        cmocka_unit_test(test_a_short_drop_is_not_shown),
        cmocka_unit_test(test_signing_out_the_last_device_ends_it_at_once),
        cmocka_unit_test(test_coming_is_told_without_last_seen),
        cmocka_unit_test(test_whoever_is_blocked_sees_nobody),
        cmocka_unit_test(test_last_seen_is_stored_while_there),
        cmocka_unit_test(test_last_seen_is_stored_of_who_comes_and_goes),
        cmocka_unit_test(test_the_end_stores_when_everybody_was_seen),
    };
    return cmocka_run_group_tests_name("chat/presence", tests, NULL, NULL);
}
