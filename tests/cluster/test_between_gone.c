/* Between two statements (hold.h): of what expires, and of what is too old. */
#include <stdio.h>
#include <string.h>

#include "hold.h"
#include "model/limits.h"
#include "util/crypto.h"

static uint64_t say_until(struct rig *rig, const char *key, uint64_t expires_ms)
{
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, key);
    e.text = STR("for now");
    e.expires_ms = expires_ms;
    return append_one(rig, e);
}

/* --- edits of what is emptied --- */

static struct event edit_of(const struct log_head *head, uint64_t target, uint64_t expires_ms)
{
    struct event e = event_after(head, GROUP, EVENT_EDIT, ALICE, "e1");
    e.target = target;
    e.text = STR("late words");
    e.expires_ms = expires_ms;
    return e;
}

/* The row itself, as of no time. */
static void assert_emptied(struct rig *rig, uint64_t seq)
{
    struct store_events r = {.conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 1);
    assert_true(r.events[0].deleted);
    assert_int_equal(r.events[0].text.n, 0);
    store_request_deinit(&r.base);
}

static void test_an_edit_comes_while_a_timer_empties(void **state)
{
    struct rig *rig = *state;
    struct store_expire expire = {.now_ms = 6000};
    struct held look;
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    struct event message = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, "a1");
    message.text = STR("words");
    message.expires_ms = 5000;
    append_one(rig, message);
    head = head_of(rig, GROUP);
    hold(&look, S_LOG_EVENT);
    begin_ask(rig, store_expire, &expire);
    held_await(&look, rig);
    uint64_t edit = append_one(rig, edit_of(&head, message.seq, message.expires_ms));
    held_let_go(&look);
    await_answer(rig);
    assert_int_equal(expire.base.status, STORE_DONE);
    store_request_deinit(&expire.base);
    assert_emptied(rig, message.seq);
    assert_emptied(rig, edit);
}

/* Up to event 2, which is the message. */
static struct store_retain retain_two(void)
{
    return (struct store_retain){.conversation = GROUP, .keep = {.after_ms = 1}, .now_ms = 1002};
}

static void test_an_edit_comes_while_retention_empties(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    struct held first, message;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    struct log_head head = head_of(rig, GROUP);
    hold(&first, S_LOG_EVENT);
    begin_ask(rig, store_retain, &retain);
    held_await(&first, rig);
    hold(&message, S_LOG_EVENT);
    held_let_go(&first);
    held_await(&message, rig);
    uint64_t edit = append_one(rig, edit_of(&head, seq, 0));
    held_let_go(&message);
    await_answer(rig);
    assert_int_equal(retain.base.status, STORE_DONE);
    assert_int_equal(retain.head.gone_seq, seq);
    store_request_deinit(&retain.base);
    assert_emptied(rig, edit);
}

static void test_an_edit_finds_its_message_gone(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    struct held target;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    struct log_head head = head_of(rig, GROUP);
    struct event edit = edit_of(&head, seq, 0);
    struct store_append append = {
        .conversation = GROUP, .events = &edit, .n_events = 1, .head = head, .after = head.seq};
    hold(&target, S_LOG_EVENT);
    begin_ask(rig, store_append, &append);
    held_await(&target, rig);
    ask(rig, store_retain, &retain);
    assert_int_equal(retain.head.gone_seq, seq);
    store_request_deinit(&retain.base);
    held_let_go(&target);
    await_answer(rig);
    assert_int_equal(append.base.status, STORE_DONE);
    store_request_deinit(&append.base);
    assert_emptied(rig, edit.seq);
}

/* Its node dies when it comes to such a statement. */
static void die_over(struct rig *rig, struct store_retain *retain, enum statement statement)
{
    struct held at;
    hold(&at, statement);
    begin_ask(rig, store_retain, retain);
    held_await(&at, rig);
    held_doubt(&at);
    await_answer(rig);
    assert_int_not_equal(retain->base.status, STORE_DONE);
    store_request_deinit(&retain->base);
}

/* How much somebody's list says is gone of the group. */
static uint64_t listed_gone(struct rig *rig, uint64_t user)
{
    struct store_inbox_list list = {.user = user, .limit = 5, .now_ms = 2000};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.base.status, STORE_DONE);
    assert_int_equal(list.n_entries, 1);
    uint64_t gone_seq = list.entries[0].head.gone_seq;
    store_request_deinit(&list.base);
    return gone_seq;
}

/* The node dies when the inboxes say what is gone, and the conversation does not. A new device has
 * its token then: nothing in its inbox changes any more. */
static void test_a_list_tells_what_the_inbox_knows_to_be_gone(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    struct store_inbox_changes changes = {.user = ALICE, .limit = 10};
    struct held gone;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    hold(&gone, S_CONVERSATION_PUT_GONE);
    begin_ask(rig, store_retain, &retain);
    held_await(&gone, rig);
    ask(rig, store_inbox_changes, &changes);
    assert_int_equal(changes.base.status, STORE_DONE);
    store_request_deinit(&changes.base);
    uint64_t listed = listed_gone(rig, ALICE);
    held_doubt(&gone);
    await_answer(rig);
    assert_int_not_equal(retain.base.status, STORE_DONE);
    store_request_deinit(&retain.base);
    assert_int_equal(listed, seq);
    assert_int_equal(head_of(rig, GROUP).gone_seq, seq);
}

/* What changed for somebody since the token, which becomes the one of now; how much of it is gone.
 */
static uint64_t changed_gone(struct rig *rig, uint64_t user, char token[STORE_TOKEN_BYTES_MAX],
                             uint32_t *n)
{
    struct store_inbox_changes r = {
        .user = user, .token = str_of(token), .limit = 10, .now_ms = 2000};
    ask(rig, store_inbox_changes, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    *n = r.n_entries;
    uint64_t gone_seq = r.n_entries ? r.entries[0].head.gone_seq : 0;
    memcpy(token, r.next, sizeof(r.next));
    store_request_deinit(&r.base);
    return gone_seq;
}

/* The first of the inboxes, which is Alice's, is not told; Bob's is, and Bob comes upon it. */
static void test_who_was_not_told_what_is_gone_is_told_by_others(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    char token[STORE_TOKEN_BYTES_MAX] = "";
    uint32_t n;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    changed_gone(rig, ALICE, token, &n);
    die_over(rig, &retain, S_INBOX_PUT_GONE);
    changed_gone(rig, ALICE, token, &n);
    assert_int_equal(n, 0);
    assert_int_equal(listed_gone(rig, BOB), seq);
    assert_int_equal(changed_gone(rig, ALICE, token, &n), seq);
    assert_int_equal(n, 1);
}

/* The first of all that are pinned is emptied, and its node dies before anybody is told. The second
 * has a time, which has not come. */
static void test_what_is_emptied_makes_room_for_a_pin(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    struct store_pins pins = {.conversation = GROUP, .now_ms = 2000};
    char key[16];
    people(rig);
    make_group(rig);
    uint64_t second = 0;
    for (int i = 0; i < PINS_MAX; i++) {
        snprintf(key, sizeof(key), "a%d", i);
        uint64_t seq = say_until(rig, key, i == 1 ? 1000 * 1000 : 0);
        if (i == 1)
            second = seq;
        snprintf(key, sizeof(key), "p%d", i);
        change(rig, GROUP, EVENT_PIN, ALICE, key, seq, "");
    }
    die_over(rig, &retain, S_INBOX_PUT_GONE);
    assert_int_equal(head_of(rig, GROUP).gone_seq, 0);
    uint64_t last = say(rig, GROUP, ALICE, "last", "words");
    change(rig, GROUP, EVENT_PIN, ALICE, "pin", last, "");
    ask(rig, store_pins, &pins);
    assert_int_equal(pins.n_pins, PINS_MAX);
    assert_int_equal(pins.pins[0].message.seq, last);
    assert_int_equal(pins.pins[PINS_MAX - 1].message.seq, second);
    store_request_deinit(&pins.base);
}

/* Carol comes while the others are told, and is shown all that is there. */
static void test_who_is_added_meanwhile_is_told_what_is_gone(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    char token[STORE_TOKEN_BYTES_MAX] = "";
    struct held gone;
    uint32_t n;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    hold(&gone, S_CONVERSATION_PUT_GONE);
    begin_ask(rig, store_retain, &retain);
    held_await(&gone, rig);
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    append_one(rig, in);
    changed_gone(rig, CAROL, token, &n);
    held_let_go(&gone);
    await_answer(rig);
    assert_int_equal(retain.base.status, STORE_DONE);
    store_request_deinit(&retain.base);
    assert_int_equal(changed_gone(rig, CAROL, token, &n), seq);
    assert_int_equal(n, 1);
}

/* Her own row is there when she looks, and the group's list does not have her yet. */
static void test_who_is_being_added_is_told_what_is_gone(void **state)
{
    struct rig *rig = *state;
    struct store_retain retain = retain_two();
    char token[STORE_TOKEN_BYTES_MAX] = "";
    struct held gone, roster;
    uint32_t n;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    hold(&gone, S_CONVERSATION_PUT_GONE);
    begin_ask(rig, store_retain, &retain);
    held_await(&gone, rig);
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    struct store_append add = {.conversation = GROUP, .events = &in, .n_events = 1, .head = head};
    hold(&roster, S_CONVERSATION_PUT_ROSTER);
    begin_ask(rig, store_append, &add);
    held_await(&roster, rig);
    changed_gone(rig, CAROL, token, &n);
    held_let_go(&gone);
    while (held_pending > 1)
        rig_run_one(rig);
    assert_int_equal(retain.base.status, STORE_DONE);
    held_let_go(&roster);
    await_answer(rig);
    assert_int_equal(add.base.status, STORE_DONE);
    store_request_deinit(&retain.base);
    store_request_deinit(&add.base);
    assert_int_equal(changed_gone(rig, CAROL, token, &n), seq);
}

/* Messages until the head is at `seq`. */
static void talk_up_to(struct rig *rig, uint64_t seq)
{
    for (uint64_t at = head_of(rig, GROUP).seq; at < seq; at++) {
        char key[16];
        snprintf(key, sizeof(key), "k%u", (unsigned)at);
        say(rig, GROUP, ALICE, key, "words");
    }
}

static uint32_t due_now(struct rig *rig, uint64_t now_ms)
{
    struct store_retention_due due = {.keep = {.after_ms = 1}, .now_ms = now_ms};
    ask(rig, store_retention_due, &due);
    assert_int_equal(due.base.status, STORE_DONE);
    uint32_t n = due.n;
    store_request_deinit(&due.base);
    return n;
}

/* Of event n the time is 1000 + n - 1. */
static enum store_status take_up_to(struct rig *rig, uint64_t seq, bool *more)
{
    struct store_retain retain = {
        .conversation = GROUP, .keep = {.after_ms = 1}, .now_ms = 1000 + seq};
    begin_ask(rig, store_retain, &retain);
    await_answer(rig);
    *more = retain.more;
    enum store_status status = retain.base.status;
    store_request_deinit(&retain.base);
    return status;
}

enum { GONE = LOG_BUCKET + 1 };

/* All of the first bucket is gone, and its node dies before it is dropped; `after` events stand
 * behind that. */
static void leave_bucket(struct rig *rig, uint64_t after)
{
    struct store_retain last = {
        .conversation = GROUP, .keep = {.after_ms = 1}, .now_ms = 1000 + GONE};
    bool more = true;
    people(rig);
    make_group(rig);
    talk_up_to(rig, GONE + after);
    for (uint64_t gone = 0; gone + RETAIN_MAX < LOG_BUCKET; gone += RETAIN_MAX)
        assert_int_equal(take_up_to(rig, GONE, &more), STORE_DONE);
    die_over(rig, &last, S_LOG_DROP);
    assert_int_equal(head_of(rig, GROUP).gone_seq, GONE);
}

/* Nothing else is to go. */
static void test_a_bucket_that_was_left_is_dropped_later(void **state)
{
    struct rig *rig = *state;
    bool more;
    leave_bucket(rig, 1);
    assert_int_equal(due_now(rig, 1000 + GONE), 1);
    assert_int_equal(take_up_to(rig, GONE, &more), STORE_DONE);
    assert_int_equal(head_of(rig, GROUP).gone_seq, GONE);
    assert_int_equal(due_now(rig, 1000 + GONE), 0);
}

static void test_a_bucket_that_was_left_is_dropped_before_more_goes(void **state)
{
    enum { CONVERSATION = 1, BUCKET };
    struct rig *rig = *state;
    struct store_retain next = {
        .conversation = GROUP, .keep = {.after_ms = 1}, .now_ms = 1000 + GONE + 1};
    struct held drop;
    leave_bucket(rig, 2);
    hold(&drop, S_LOG_DROP);
    begin_ask(rig, store_retain, &next);
    held_await(&drop, rig);
    assert_int_equal(drop.order.parts[0].values[CONVERSATION].integer, GROUP);
    assert_int_equal(drop.order.parts[0].values[BUCKET].integer, 0);
    assert_int_equal(head_of(rig, GROUP).gone_seq, GONE);
    held_let_go(&drop);
    await_answer(rig);
    assert_int_equal(next.base.status, STORE_DONE);
    assert_int_equal(next.head.gone_seq, GONE + 1);
    store_request_deinit(&next.base);
}

/* The look at the first of two is lost: the next turn goes on behind it. */
static void test_a_conversation_that_cannot_be_looked_at_holds_up_no_other(void **state)
{
    struct rig *rig = *state;
    struct store_retention_due due = {.keep = {.after_ms = 1}, .now_ms = 5000};
    struct held front;
    people(rig);
    make_group(rig);
    make_direct(rig);
    say(rig, GROUP, ALICE, "a1", "words");
    say(rig, DIRECT, ALICE, "a2", "words");
    hold(&front, S_LOG_FRONT);
    begin_ask(rig, store_retention_due, &due);
    held_await(&front, rig);
    held_doubt(&front);
    await_answer(rig);
    assert_int_not_equal(due.base.status, STORE_DONE);
    store_request_deinit(&due.base);
    uint64_t lost = due.after, other = lost == GROUP ? DIRECT : GROUP;
    assert_true(lost == GROUP || lost == DIRECT);
    due.base = (struct store_request){0};
    ask(rig, store_retention_due, &due);
    assert_int_equal(due.base.status, STORE_DONE);
    assert_int_equal(due.n, 1);
    assert_int_equal(due.conversations[0], other);
    store_request_deinit(&due.base);
}

/* --- what is due --- */

/* Closing the later slot closes the earlier one, which nobody had listed yet. */
static void test_what_is_put_while_slots_are_closed_goes(void **state)
{
    enum { EARLIER_MS = 15 * 1000, LATER_MS = 35 * 1000, NOW_MS = 60 * 1000 };
    struct rig *rig = *state;
    struct store_expire first = {.now_ms = NOW_MS}, next = {.now_ms = NOW_MS};
    struct held close;
    people(rig);
    make_group(rig);
    uint64_t later = say_until(rig, "a1", LATER_MS);
    hold(&close, S_EXPIRY_CLOSE);
    begin_ask(rig, store_expire, &first);
    held_await(&close, rig);
    uint64_t earlier = say_until(rig, "a2", EARLIER_MS);
    held_let_go(&close);
    await_answer(rig);
    assert_int_equal(first.base.status, STORE_DONE);
    store_request_deinit(&first.base);
    ask(rig, store_expire, &next);
    assert_int_equal(next.base.status, STORE_DONE);
    store_request_deinit(&next.base);
    assert_emptied(rig, later);
    assert_emptied(rig, earlier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_an_edit_comes_while_a_timer_empties),
        both(test_an_edit_comes_while_retention_empties),
        both(test_an_edit_finds_its_message_gone),
        both(test_a_list_tells_what_the_inbox_knows_to_be_gone),
        both(test_who_was_not_told_what_is_gone_is_told_by_others),
        both(test_what_is_emptied_makes_room_for_a_pin),
        both(test_who_is_added_meanwhile_is_told_what_is_gone),
        both(test_who_is_being_added_is_told_what_is_gone),
        both(test_a_bucket_that_was_left_is_dropped_later),
        both(test_a_bucket_that_was_left_is_dropped_before_more_goes),
        both(test_a_conversation_that_cannot_be_looked_at_holds_up_no_other),
        both(test_what_is_put_while_slots_are_closed_goes),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("cluster/between-gone", tests, NULL, NULL);
}
