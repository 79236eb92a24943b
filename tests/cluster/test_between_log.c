/* Between two statements (hold.h): of an append, of a change of a row, of a load, of a list. */
#include <string.h>

#include "hold.h"
#include "util/crypto.h"

/* --- what a load gives --- */

static void test_a_load_knows_what_stands_below_its_head(void **state)
{
    struct rig *rig = *state;
    struct store_load load = {.id = GROUP};
    struct held tail;
    people(rig);
    make_group(rig);
    hold(&tail, S_LOG_TAIL);
    begin_ask(rig, store_load, &load);
    held_await(&tail, rig);
    struct log_head head = head_of(rig, GROUP);
    struct event announce = event_after(&head, GROUP, EVENT_ANNOUNCE, ALICE, "a1");
    announce.number = 1;
    append_one(rig, announce);
    uint64_t seq = say(rig, GROUP, ALICE, "a2", "hear");
    held_let_go(&tail);
    await_answer(rig);
    assert_int_equal(load.base.status, STORE_DONE);
    assert_int_equal(load.head.seq, seq);
    assert_true(load.conversation.announce);
    store_request_deinit(&load.base);
}

/* --- an append whose batch's outcome is not known --- */

/* Alice's next message in the group, the batch of which is held. */
struct said {
    struct event event;
    struct store_append append;
    struct held batch;
};

static void say_held(struct rig *rig, struct said *s)
{
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    s->event = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, "a1");
    s->event.text = STR("once");
    s->append = (struct store_append){
        .conversation = GROUP, .events = &s->event, .n_events = 1, .head = head};
    hold(&s->batch, S_LOG_PUT_EVENT);
    begin_ask(rig, store_append, &s->append);
    held_await(&s->batch, rig);
}

/* It was answered so, and the message stands once, as this was decided. */
static void assert_said(struct rig *rig, struct said *s, enum store_status status,
                        const struct event *stands)
{
    await_answer(rig);
    assert_int_equal(s->append.base.status, status);
    if (status == STORE_KNOWN) {
        assert_int_equal(s->append.known_index, 0);
        assert_int_equal(s->append.known_seq, stands->seq);
        assert_memory_equal(s->append.known_digest, stands->digest, EVENT_DIGEST_BYTES);
    }
    store_request_deinit(&s->append.base);
    struct store_events page = {
        .conversation = GROUP, .from_seq = s->event.seq, .to_seq = s->event.seq + 5, .limit = 5};
    ask(rig, store_events, &page);
    assert_int_equal(page.base.status, STORE_DONE);
    uint32_t n = 0;
    for (uint32_t i = 0; i < page.n_events; i++) {
        const struct event *e = &page.events[i];
        if (!str_eq(e->key, STR("a1")))
            continue;
        n++;
        assert_non_null(stands);
        assert_int_equal(e->seq, stands->seq);
        assert_int_equal(e->time_ms, stands->time_ms);
    }
    assert_int_equal(n, stands ? 1 : 0);
    store_request_deinit(&page.base);
}

static void test_an_append_stands_whose_answer_was_lost(void **state)
{
    struct rig *rig = *state;
    struct said s;
    say_held(rig, &s);
    held_land(&s.batch, rig);
    held_doubt(&s.batch);
    assert_said(rig, &s, STORE_DONE, &s.event);
}

static void test_an_append_that_was_lost_is_sent_again(void **state)
{
    struct rig *rig = *state;
    struct said s;
    say_held(rig, &s);
    held_doubt(&s.batch);
    assert_said(rig, &s, STORE_DONE, &s.event);
}

/* It comes to stand when it is given up and sent again. */
static void test_an_append_that_lands_late_stands_once(void **state)
{
    struct rig *rig = *state;
    struct said s;
    struct held again;
    say_held(rig, &s);
    hold(&again, S_LOG_PUT_EVENT);
    held_doubt(&s.batch);
    held_await(&again, rig);
    held_land(&s.batch, rig);
    held_let_go(&again);
    assert_said(rig, &s, STORE_DONE, &s.event);
}

/* Its key is looked for in vain, and then the head is its own. */
static void test_an_append_that_lands_while_it_is_looked_for_is_known(void **state)
{
    struct rig *rig = *state;
    struct said s;
    struct held tail;
    say_held(rig, &s);
    hold(&tail, S_LOG_TAIL);
    held_doubt(&s.batch);
    held_await(&tail, rig);
    held_land(&s.batch, rig);
    held_let_go(&tail);
    assert_said(rig, &s, STORE_KNOWN, &s.event);
}

static void test_an_append_in_doubt_gives_way_to_another(void **state)
{
    struct rig *rig = *state;
    struct said s;
    say_held(rig, &s);
    uint64_t other = say(rig, GROUP, BOB, "b1", "first");
    assert_int_equal(other, s.event.seq);
    held_doubt(&s.batch);
    await_answer(rig);
    assert_int_equal(s.append.head.seq, other);
    assert_said(rig, &s, STORE_MOVED, NULL);
}

/* Whoever asked is told that nobody knows; nothing stands, and the next one to ask goes on. */
static void test_an_append_of_which_nothing_is_ever_heard_is_unknown(void **state)
{
    enum { TRIES = 3 }; /* as many as append.c makes */
    struct rig *rig = *state;
    struct said s;
    say_held(rig, &s);
    for (int i = 1; i < TRIES; i++) {
        struct held next;
        hold(&next, S_LOG_PUT_EVENT);
        held_doubt(&s.batch);
        held_await(&next, rig);
        s.batch = next;
    }
    held_doubt(&s.batch);
    assert_said(rig, &s, STORE_UNKNOWN, NULL);
    say(rig, GROUP, ALICE, "a1", "once");
}

/* The same command came to another node, which decided it a moment later, for the same place. */
static void test_an_append_that_was_decided_elsewhere_is_known(void **state)
{
    struct rig *rig = *state;
    struct said s;
    say_held(rig, &s);
    struct event elsewhere = s.event;
    elsewhere.time_ms++;
    append_one(rig, elsewhere);
    held_doubt(&s.batch);
    assert_said(rig, &s, STORE_KNOWN, &elsewhere);
}

/* Of two commands in one batch the other node had the first alone, and decided it at the same
 * moment. */
static void test_of_an_append_only_what_stands_is_known(void **state)
{
    struct rig *rig = *state;
    struct held batch;
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    struct event events[2];
    events[0] = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, "a1");
    events[1] = events[0];
    events[1].seq = events[1].rev = events[0].seq + 1;
    events[1].n++;
    events[1].key = STR("a2");
    struct store_append append = {
        .conversation = GROUP, .events = events, .n_events = 2, .head = head};
    hold(&batch, S_LOG_PUT_EVENT);
    begin_ask(rig, store_append, &append);
    held_await(&batch, rig);
    append_one(rig, events[0]);
    held_doubt(&batch);
    await_answer(rig);
    assert_int_equal(append.base.status, STORE_KNOWN);
    assert_int_equal(append.known_index, 0);
    assert_int_equal(append.known_seq, events[0].seq);
    assert_int_equal(append.head.seq, events[0].seq);
    store_request_deinit(&append.base);
}

/* --- a row that is changed --- */

/* Who comes upon the first edit writes it too, before the second. */
static void test_an_edit_that_lands_late_does_not_undo_the_next(void **state)
{
    struct rig *rig = *state;
    struct held row;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    struct log_head head = head_of(rig, GROUP);
    struct event first = event_after(&head, GROUP, EVENT_EDIT, ALICE, "e1");
    first.target = seq;
    first.text = STR("first");
    struct store_append append = {
        .conversation = GROUP, .events = &first, .n_events = 1, .head = head};
    hold(&row, S_LOG_CHANGE_EVENT);
    begin_ask(rig, store_append, &append);
    held_await(&row, rig);
    change(rig, GROUP, EVENT_EDIT, ALICE, "e2", seq, "second");
    held_let_go(&row);
    await_answer(rig);
    assert_int_equal(append.base.status, STORE_DONE);
    store_request_deinit(&append.base);
    struct store_events page = {.conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1};
    ask(rig, store_events, &page);
    assert_int_equal(page.n_events, 1);
    assert_true(str_eq(page.events[0].text, STR("second")));
    store_request_deinit(&page.base);
}

/* --- a member --- */

static void test_who_was_added_half_way_has_read_up_to_there(void **state)
{
    struct rig *rig = *state;
    struct held mark;
    people(rig);
    make_group(rig);
    say(rig, GROUP, ALICE, "a1", "before");
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    struct store_append add = {
        .conversation = GROUP, .events = &in, .n_events = 1, .head = head, .after = head.seq};
    hold(&mark, S_MEMBER_PUT_READ);
    begin_ask(rig, store_append, &add);
    held_await(&mark, rig);
    held_doubt(&mark);
    await_answer(rig);
    assert_int_equal(add.base.status, STORE_UNKNOWN);
    store_request_deinit(&add.base);
    assert_int_equal(head_of(rig, GROUP).seq, in.seq); /* whoever loads does what was left */
    struct store_member carol = {.conversation = GROUP, .user = CAROL};
    ask(rig, store_member, &carol);
    assert_int_equal(carol.base.status, STORE_DONE);
    assert_int_equal(carol.member.role, ROLE_MEMBER);
    assert_int_equal(carol.member.read_seq, in.seq);
    assert_int_equal(carol.member.read_n, in.n);
    store_request_deinit(&carol.base);
}

/* --- a list --- */

/* Bob is put out, and somebody speaks, between the look at his row and that at the head; he may be
 * back by then, and read from there on. */
static void list_while_out(struct rig *rig, bool back)
{
    struct store_inbox_list list = {.user = BOB, .limit = 10};
    struct held heads;
    people(rig);
    make_group(rig);
    say(rig, GROUP, ALICE, "a1", "before");
    hold(&heads, S_GATHER_NEWEST);
    begin_ask(rig, store_inbox_list, &list);
    held_await(&heads, rig);
    struct log_head head = head_of(rig, GROUP);
    struct event out = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "x1");
    out.user = BOB;
    uint64_t left = append_one(rig, out);
    uint64_t after = say(rig, GROUP, ALICE, "a2", "after");
    if (back) {
        head = head_of(rig, GROUP);
        struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "x2");
        in.user = BOB;
        in.history = HISTORY_JOINED;
        append_one(rig, in);
    }
    held_let_go(&heads);
    await_answer(rig);
    assert_int_equal(list.base.status, STORE_DONE);
    assert_int_equal(list.n_entries, 1);
    const struct inbox_entry *entry = &list.entries[0];
    assert_int_equal(entry->me.left, !back);
    if (!back)
        assert_int_equal(entry->head.seq, left);
    assert_true(!entry->last || entry->last->seq < after);
    store_request_deinit(&list.base);
}

static void test_who_is_put_out_meanwhile_is_listed_up_to_there(void **state)
{
    list_while_out(*state, false);
}

static void test_who_is_back_meanwhile_is_not_told_what_was_between(void **state)
{
    list_while_out(*state, true);
}

/* Whoever makes it stands still before its record is there, or is dead. */
static void test_a_group_that_is_half_made_is_listed(void **state)
{
    static const struct event_member members[] = {{ALICE, ROLE_OWNER}, {BOB, ROLE_MEMBER}};
    static const struct log_head none;
    struct rig *rig = *state;
    struct held record;
    struct store_inbox_list list = {.user = BOB, .limit = 10};
    struct event e = event_after(&none, GROUP, EVENT_CREATED, ALICE, "g1");
    people(rig);
    e.text = STR("the group");
    e.members = members;
    e.n_members = 2;
    struct store_append append = {.conversation = GROUP, .events = &e, .n_events = 1};
    hold(&record, S_CONVERSATION_PUT_RECORD);
    begin_ask(rig, store_append, &append);
    held_await(&record, rig);
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.base.status, STORE_DONE);
    assert_int_equal(list.n_entries, 1);
    assert_int_equal(list.entries[0].conversation.id, GROUP);
    store_request_deinit(&list.base);
    held_let_go(&record);
    await_answer(rig);
    assert_int_equal(append.base.status, STORE_DONE);
    store_request_deinit(&append.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_load_knows_what_stands_below_its_head),
        both(test_an_append_stands_whose_answer_was_lost),
        both(test_an_append_that_was_lost_is_sent_again),
        both(test_an_append_that_lands_late_stands_once),
        both(test_an_append_that_lands_while_it_is_looked_for_is_known),
        both(test_an_append_in_doubt_gives_way_to_another),
        both(test_an_append_of_which_nothing_is_ever_heard_is_unknown),
        both(test_an_append_that_was_decided_elsewhere_is_known),
        both(test_of_an_append_only_what_stands_is_known),
        both(test_an_edit_that_lands_late_does_not_undo_the_next),
        both(test_who_was_added_half_way_has_read_up_to_there),
        both(test_who_is_put_out_meanwhile_is_listed_up_to_there),
        both(test_who_is_back_meanwhile_is_not_told_what_was_between),
        both(test_a_group_that_is_half_made_is_listed),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("cluster/between-log", tests, NULL, NULL);
}
