/* The contract: what an append does to a log, and who may read it. */
#include <stdio.h>
#include <string.h>

#include "model/limits.h"
#include "store/layout.h"
#include "store/test_rig.h"
#include "util/crypto.h"

static void test_an_append_on_an_old_head_writes_nothing(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head old = head_of(rig, GROUP);
    say(rig, GROUP, ALICE, "a1", "hello");
    struct event e = event_after(&old, GROUP, EVENT_MESSAGE, BOB, "b1");
    e.text = STR("late");
    struct store_append r = {.conversation = GROUP, .events = &e, .n_events = 1, .head = old};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_MOVED);
    assert_int_equal(r.head.seq, 2);
    store_request_deinit(&r.base);
    assert_int_equal(head_of(rig, GROUP).seq, 2);
}

static void test_a_key_is_known_for_ever_and_wins_over_moved(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head old = head_of(rig, GROUP);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "hello");
    change(rig, GROUP, EVENT_DELETE, ALICE, "a2", seq, "");
    rig_reopen(rig);
    struct event e = event_after(&old, GROUP, EVENT_MESSAGE, ALICE, "a1");
    e.text = STR("hello");
    struct store_append r = {.conversation = GROUP, .events = &e, .n_events = 1, .head = old};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_KNOWN);
    assert_int_equal(r.known_index, 0);
    assert_int_equal(r.known_seq, seq);
    assert_int_equal(r.known_digest[0], 'a');
    store_request_deinit(&r.base);
    struct store_key key = {.conversation = GROUP, .sender = BOB, .key = STR("a1")};
    ask(rig, store_key, &key);
    assert_int_equal(key.base.status, STORE_NOT_FOUND); /* a key is its sender's own */
    store_request_deinit(&key.base);
}

static void test_an_unknown_conversation_takes_only_its_creation(void **state)
{
    struct rig *rig = *state;
    struct log_head none = {0};
    struct event e = event_after(&none, 12345, EVENT_MESSAGE, ALICE, "a1");
    e.text = STR("x");
    struct store_append r = {.conversation = 12345, .events = &e, .n_events = 1};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_NOT_FOUND);
    store_request_deinit(&r.base);
    struct store_load load = {.id = 12345};
    ask(rig, store_load, &load);
    assert_int_equal(load.base.status, STORE_NOT_FOUND);
    store_request_deinit(&load.base);
}

static void test_edits_and_deletes_leave_no_words_behind(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "first words");
    uint64_t edit = change(rig, GROUP, EVENT_EDIT, ALICE, "a2", seq, "second words");
    change(rig, GROUP, EVENT_EDIT, ALICE, "a3", seq, "third words");
    struct store_events before = {.conversation = GROUP, .from_seq = 1, .to_seq = 9, .limit = 100};
    ask(rig, store_events, &before);
    assert_true(str_eq(before.events[seq - 1].text, STR("third words")));
    assert_true(before.events[edit - 1].deleted);
    store_request_deinit(&before.base);
    change(rig, GROUP, EVENT_DELETE, BOB, "b1", seq, "");
    struct store_events after = {.conversation = GROUP, .from_seq = 1, .to_seq = 9, .limit = 100};
    ask(rig, store_events, &after);
    assert_int_equal(after.n_events, 5);
    for (uint32_t i = 0; i < after.n_events; i++)
        if (after.events[i].type != EVENT_CREATED)
            assert_int_equal(after.events[i].text.n, 0);
    assert_true(after.events[seq - 1].deleted);
    assert_int_equal(after.events[seq - 1].rev, 5);
    store_request_deinit(&after.base);
}

static void test_a_reaction_replaces_and_is_taken_back(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "hello");
    change(rig, GROUP, EVENT_REACTION, BOB, "b1", seq, "+");
    change(rig, GROUP, EVENT_REACTION, BOB, "b2", seq, "*");
    change(rig, GROUP, EVENT_REACTION, ALICE, "a2", seq, "!");
    change(rig, GROUP, EVENT_REACTION, ALICE, "a3", seq, "");
    struct store_events r = {.conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1};
    ask(rig, store_events, &r);
    assert_int_equal(r.events[0].n_reactions, 1);
    assert_int_equal(r.events[0].reactions[0].user, BOB);
    assert_true(str_eq(r.events[0].reactions[0].emoji, STR("*")));
    store_request_deinit(&r.base);
}

static void test_marks_only_move_forward(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "one");
    say(rig, DIRECT, ALICE, "a2", "two");
    struct store_mark forward = {.conversation = DIRECT, .user = BOB, .read_seq = 2, .read_n = 2};
    ask(rig, store_mark, &forward);
    assert_int_equal(forward.member.read_seq, 2);
    assert_int_equal(forward.member.delivered_seq, 2);
    store_request_deinit(&forward.base);
    struct store_mark back = {.conversation = DIRECT, .user = BOB, .read_seq = 1, .read_n = 1};
    ask(rig, store_mark, &back);
    assert_int_equal(back.member.read_seq, 2);
    assert_int_equal(back.member.read_n, 2);
    store_request_deinit(&back.base);
}

static void test_blocks_follow_the_own_log(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct log_head head = head_of(rig, ALICE);
    struct event block = event_after(&head, ALICE, EVENT_BLOCK, ALICE, "a1");
    block.user = BOB;
    append_one(rig, block);
    struct store_blocks r = {.user = ALICE};
    ask(rig, store_blocks, &r);
    assert_int_equal(r.n_users, 1);
    assert_int_equal(r.users[0], BOB);
    store_request_deinit(&r.base);
}

static void contact_event(struct rig *rig, enum event_type type, uint64_t from, const char *key)
{
    struct log_head head = head_of(rig, DIRECT);
    struct event e = event_after(&head, DIRECT, type, from, key);
    e.user = from == ALICE ? BOB : ALICE;
    append_one(rig, e);
}

static void assert_contact(struct rig *rig, uint64_t user, uint64_t other, enum contact_state state,
                           uint64_t seq)
{
    struct store_contacts r = {.user = user, .after = other - 1, .limit = 1};
    ask(rig, store_contacts, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.n_contacts, state != CONTACT_NONE);
    if (r.n_contacts) {
        assert_int_equal(r.contacts[0].other, other);
        assert_int_equal(r.contacts[0].state, state);
        assert_int_equal(r.contacts[0].seq, seq);
        assert_int_equal(r.contacts[0].conversation, DIRECT);
    }
    store_request_deinit(&r.base);
}

static void test_both_rows_of_contacts_follow_their_log(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    contact_event(rig, EVENT_CONTACT_REQUEST, ALICE, "a1");
    assert_contact(rig, ALICE, BOB, CONTACT_SENT, 1);
    assert_contact(rig, BOB, ALICE, CONTACT_RECEIVED, 1);
    contact_event(rig, EVENT_CONTACT_DECLINE, BOB, "b1");
    rig_reopen(rig);
    assert_contact(rig, ALICE, BOB, CONTACT_TURNED_DOWN, 2);
    assert_contact(rig, BOB, ALICE, CONTACT_DECLINED, 2);
    contact_event(rig, EVENT_CONTACT_ACCEPT, ALICE, "a2"); /* fits nothing: the rows stay */
    assert_contact(rig, BOB, ALICE, CONTACT_DECLINED, 2);
    contact_event(rig, EVENT_CONTACT_REMOVE, BOB, "b2");
    assert_contact(rig, ALICE, BOB, CONTACT_NONE, 0);
    assert_contact(rig, BOB, ALICE, CONTACT_NONE, 0);
}

/* Bob's list, and what of the 1:1 changed for him since a token, as counts. */
static void assert_seen(struct rig *rig, const char *token, uint32_t n_listed, uint32_t n_changed)
{
    struct store_inbox_list list = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.n_entries, n_listed);
    store_request_deinit(&list.base);
    struct store_inbox_changes r = {.user = BOB, .limit = 10, .token = str_of(token)};
    ask(rig, store_inbox_changes, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r.n_entries; i++)
        n += r.entries[i].conversation.id == DIRECT;
    assert_int_equal(n, n_changed);
    store_request_deinit(&r.base);
}

static void test_a_direct_is_listed_from_its_first_message_on(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_inbox_changes start = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_changes, &start);
    store_request_deinit(&start.base);
    make_direct(rig);
    assert_seen(rig, start.next, 0, 0);
    contact_event(rig, EVENT_CONTACT_REQUEST, ALICE, "a1");
    assert_seen(rig, start.next, 0, 1);
    say(rig, DIRECT, ALICE, "a2", "hello");
    assert_seen(rig, start.next, 1, 1);
    contact_event(rig, EVENT_CONTACT_ACCEPT, BOB, "b1");
    assert_seen(rig, start.next, 1, 1);
}

/* How many of Bob's are requests, and how many are listed. */
static void assert_listed(struct rig *rig, uint32_t n_requests, uint32_t n_others)
{
    for (int requests = 0; requests <= 1; requests++) {
        struct store_inbox_list list = {.user = BOB, .limit = 10, .requests = requests};
        ask(rig, store_inbox_list, &list);
        assert_int_equal(list.n_entries, requests ? n_requests : n_others);
        assert_int_equal(list.total_unread, list.n_entries);
        if (list.n_entries)
            assert_int_equal(list.entries[0].me.listed, requests ? LISTED_REQUEST : LISTED_IN_LIST);
        store_request_deinit(&list.base);
    }
}

/* What one wants of it stands beside it in the row, and what is not an answer leaves it. */
static void test_a_request_is_listed_apart_until_it_is_accepted(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    struct log_head head = head_of(rig, DIRECT);
    struct event e = event_after(&head, DIRECT, EVENT_MESSAGE, ALICE, "a1");
    e.request = true;
    append_one(rig, e);
    assert_listed(rig, 1, 0);
    head = head_of(rig, BOB);
    e = event_after(&head, BOB, EVENT_PREFERENCES, BOB, "b1");
    e.subject = DIRECT;
    e.changes = e.number = PREFERENCE_PINNED;
    append_one(rig, e);
    contact_event(rig, EVENT_CONTACT_REQUEST, ALICE, "a2");
    rig_reopen(rig);
    assert_listed(rig, 1, 0);
    struct store_inbox_list hers = {.user = ALICE, .limit = 1};
    ask(rig, store_inbox_list, &hers);
    assert_true(hers.n_entries == 1 && hers.entries[0].peer_asked);
    store_request_deinit(&hers.base);
    head = head_of(rig, DIRECT);
    e = event_after(&head, DIRECT, EVENT_ACCEPT, BOB, "b2");
    e.accepts = true;
    append_one(rig, e);
    assert_listed(rig, 0, 1);
}

/* Seqs of what is pinned, the newest pin first, as text. */
static void assert_pinned(struct rig *rig, const char *expected)
{
    char text[64] = "";
    struct store_pins r = {.conversation = GROUP};
    ask(rig, store_pins, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    for (uint32_t i = 0; i < r.n_pins; i++) {
        assert_int_equal(r.pins[i].pin.target, r.pins[i].message.seq);
        sprintf(text + strlen(text), "%d ", (int)r.pins[i].message.seq);
    }
    assert_string_equal(text, expected);
    store_request_deinit(&r.base);
}

static void test_pins_follow_the_log(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    assert_pinned(rig, "");
    uint64_t one = say(rig, GROUP, ALICE, "a1", "one"), two = say(rig, GROUP, ALICE, "a2", "two");
    change(rig, GROUP, EVENT_PIN, ALICE, "a3", one, "");
    change(rig, GROUP, EVENT_PIN, ALICE, "a4", two, "");
    assert_pinned(rig, "3 2 ");
    change(rig, GROUP, EVENT_PIN, ALICE, "a5", one, "");
    assert_pinned(rig, "2 3 ");
    rig_reopen(rig);
    change(rig, GROUP, EVENT_UNPIN, ALICE, "a6", one, "");
    change(rig, GROUP, EVENT_UNPIN, ALICE, "a7", one, "");
    assert_pinned(rig, "3 ");
    change(rig, GROUP, EVENT_DELETE, ALICE, "a8", two, "");
    assert_pinned(rig, "");
}

static void test_a_row_of_pins_stays_within_its_limit(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    for (int i = 0; i <= PINS_MAX; i++) {
        char key[8];
        sprintf(key, "m%d", i);
        uint64_t seq = say(rig, GROUP, ALICE, key, "x");
        sprintf(key, "p%d", i);
        change(rig, GROUP, EVENT_PIN, ALICE, key, seq, "");
    }
    struct store_pins r = {.conversation = GROUP};
    ask(rig, store_pins, &r);
    assert_int_equal(r.n_pins, PINS_MAX);
    store_request_deinit(&r.base);
}

/* A message of Alice's that mentions Bob and goes at `expires_ms`. */
static uint64_t say_until(struct rig *rig, const char *key, uint64_t expires_ms)
{
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, key);
    e.text = STR("for now");
    e.expires_ms = expires_ms;
    e.mentions = (const uint64_t[]){BOB};
    e.n_mentions = 1;
    return append_one(rig, e);
}

static uint64_t edit_until(struct rig *rig, const char *key, uint64_t target, uint64_t expires_ms)
{
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_EDIT, ALICE, key);
    e.text = STR("for now, again");
    e.target = target;
    e.expires_ms = expires_ms;
    return append_one(rig, e);
}

static void expire(struct rig *rig, uint64_t now_ms, bool more)
{
    struct store_expire r = {.now_ms = now_ms};
    ask(rig, store_expire, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.more, more);
    store_request_deinit(&r.base);
}

/* As whoever asks at `now_ms` sees it. */
static void assert_words(struct rig *rig, uint64_t seq, uint64_t now_ms, bool there)
{
    struct store_events r = {
        .conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1, .now_ms = now_ms};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 1);
    assert_int_equal(r.events[0].deleted, !there);
    assert_int_equal(r.events[0].text.n != 0, there);
    assert_int_equal(r.events[0].n_reactions + r.events[0].n_mentions != 0,
                     there && r.events[0].type == EVENT_MESSAGE);
    assert_int_equal(r.events[0].expires_ms, 9000);
    store_request_deinit(&r.base);
}

static void test_words_go_when_their_time_has_come(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say_until(rig, "a1", 9000), edit = edit_until(rig, "a2", seq, 9000);
    change(rig, GROUP, EVENT_REACTION, BOB, "b1", seq, "+");
    change(rig, GROUP, EVENT_PIN, ALICE, "a3", seq, "");
    uint64_t rev = head_of(rig, GROUP).seq - 1;
    assert_pinned(rig, "2 ");
    /* Not read after that, whether the job was there or not. */
    assert_words(rig, seq, 8999, true);
    assert_words(rig, edit, 8999, true);
    assert_words(rig, seq, 9000, false);
    assert_words(rig, edit, 9000, false);
    struct store_inbox_list list = {.user = BOB, .limit = 1, .now_ms = 9000};
    ask(rig, store_inbox_list, &list);
    assert_true(list.entries[0].last->deleted);
    assert_int_equal(list.entries[0].mention_seq, 0);
    store_request_deinit(&list.base);
    struct store_pins pins = {.conversation = GROUP, .now_ms = 9000};
    ask(rig, store_pins, &pins);
    assert_int_equal(pins.n_pins, 0);
    store_request_deinit(&pins.base);
    /* And nothing is left of them after it. */
    expire(rig, 8999, false);
    assert_words(rig, seq, 0, true);
    expire(rig, 9000, false);
    expire(rig, 9000, false);
    rig_reopen(rig);
    assert_words(rig, seq, 0, false);
    assert_words(rig, edit, 0, false);
    assert_pinned(rig, "");
    struct store_events row = {.conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1};
    ask(rig, store_events, &row);
    assert_int_equal(row.events[0].rev, rev); /* no event did it */
    store_request_deinit(&row.base);
}

static void test_an_edit_that_comes_too_late_leaves_no_words(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say_until(rig, "a1", 9000);
    expire(rig, 9000, false);
    uint64_t edit = edit_until(rig, "a2", seq, 9000);
    assert_words(rig, seq, 0, false);
    assert_words(rig, edit, 0, false);
}

/* Who has not emptied it yet takes the event for the newest to change the row: so must the store.
 */
static void test_what_time_emptied_follows_later_events(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say_until(rig, "a1", 9000);
    uint64_t first = edit_until(rig, "a2", seq, 9000);
    expire(rig, 9000, false);
    uint64_t second = edit_until(rig, "a3", seq, 9000);
    change(rig, GROUP, EVENT_DELETE, ALICE, "a4", seq, "");
    struct store_events rows = {
        .conversation = GROUP, .from_seq = seq, .to_seq = second, .limit = 10};
    ask(rig, store_events, &rows);
    assert_int_equal(rows.n_events, 3);
    assert_int_equal(rows.events[0].rev, second + 1);
    assert_int_equal(rows.events[0].edited_seq, second);
    assert_int_equal(rows.events[1].rev, second);
    assert_int_equal(rows.events[2].rev, second + 1);
    store_request_deinit(&rows.base);
    assert_words(rig, seq, 0, false);
    assert_words(rig, first, 0, false);
    assert_words(rig, second, 0, false);
}

static void test_what_is_due_goes_in_batches(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    for (int i = 0; i <= EXPIRE_MAX; i++) {
        char key[8];
        sprintf(key, "m%d", i);
        say_until(rig, key, 9000);
    }
    expire(rig, 10000, true);
    assert_words(rig, 1 + EXPIRE_MAX, 0, false);
    assert_words(rig, 2 + EXPIRE_MAX, 0, true);
    expire(rig, 10000, false);
    assert_words(rig, 2 + EXPIRE_MAX, 0, false);
}

/* Behind what was looked at already: an append that was long on its way, a clock that was set back.
 */
static void test_what_comes_late_goes_with_the_next(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t first = say_until(rig, "a1", 9000);
    expire(rig, 100000, false);
    assert_words(rig, first, 0, false);
    uint64_t late = say_until(rig, "a2", 9000);
    expire(rig, 8999, false);
    assert_words(rig, late, 0, true);
    expire(rig, 9000, false);
    assert_words(rig, late, 0, false);
    uint64_t later = say_until(rig, "a3", 9000);
    expire(rig, 200000, false);
    assert_words(rig, later, 0, false);
}

/* Its place in the queue goes, and whatever is due behind it. */
static void test_a_message_that_cannot_be_read_holds_up_no_other(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t bad = say_until(rig, "a1", 9000), behind = say_until(rig, "a2", 9000);
    damage_event(rig, GROUP, bad);
    expire(rig, 10000, false);
    assert_words(rig, behind, 0, false);
    struct row_key k = key_expiry(9000, GROUP, bad);
    struct kv_view view = {.kv = rig->kv};
    struct arena arena = {0};
    struct str value;
    assert_int_equal(kv_get(&view, k.table, row_key_str(&k), &arena, &value), KV_ABSENT);
    arena_deinit(&arena);
}

static void test_a_pin_that_goes_makes_room(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say_until(rig, "a1", 9000);
    change(rig, GROUP, EVENT_PIN, ALICE, "a2", seq, "");
    for (int i = 0; i < PINS_MAX; i++) {
        char key[8];
        sprintf(key, "m%d", i);
        uint64_t other = say(rig, GROUP, ALICE, key, "x");
        sprintf(key, "p%d", i);
        change(rig, GROUP, EVENT_PIN, ALICE, key, other, "");
    }
    struct store_pins r = {.conversation = GROUP};
    ask(rig, store_pins, &r);
    assert_int_equal(r.n_pins, PINS_MAX);
    for (uint32_t i = 0; i < r.n_pins; i++)
        assert_int_not_equal(r.pins[i].message.seq, seq);
    store_request_deinit(&r.base);
}

static void move_mark(struct rig *rig, uint64_t delivered_seq, uint64_t read_seq, uint64_t time_ms)
{
    struct store_mark r = {.conversation = GROUP,
                           .user = BOB,
                           .delivered_seq = delivered_seq,
                           .read_seq = read_seq,
                           .read_n = read_seq ? read_seq - 1 : 0,
                           .time_ms = time_ms};
    ask(rig, store_mark, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

static void assert_reached(struct rig *rig, uint64_t seq, uint64_t delivered_ms, uint64_t read_ms)
{
    struct store_reached r = {
        .conversation = GROUP, .seq = seq, .users = (const uint64_t[]){CAROL, BOB}, .n_users = 2};
    ask(rig, store_reached, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.at[0].delivered_ms, 0); /* she is none */
    assert_int_equal(r.at[1].delivered_ms, delivered_ms);
    assert_int_equal(r.at[1].read_ms, read_ms);
    store_request_deinit(&r.base);
}

static void test_it_is_known_by_when_marks_moved(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    for (int i = 0; i < 2 * MARK_STEPS_MAX; i++) {
        char key[8];
        sprintf(key, "m%d", i);
        say(rig, GROUP, ALICE, key, "x");
    }
    assert_reached(rig, 2, 0, 0);
    move_mark(rig, 3, 0, 10000);
    move_mark(rig, 4, 2, 20000);
    assert_reached(rig, 2, 10000, 20000);
    assert_reached(rig, 3, 10000, 0);
    assert_reached(rig, 4, 20000, 0);
    assert_reached(rig, 5, 0, 0);
    move_mark(rig, 5, 5, 20999); /* of the same second: as one */
    assert_reached(rig, 2, 10000, 20999);
    assert_reached(rig, 4, 20999, 20999);
    move_mark(rig, 6, 0, 15000); /* the clock was set back */
    assert_reached(rig, 6, 20999, 0);
    move_mark(rig, 5, 5, 90000); /* nothing moves */
    assert_reached(rig, 5, 20999, 20999);
    rig_reopen(rig);
    for (uint64_t i = 0; i < MARK_STEPS_MAX; i++)
        move_mark(rig, 7 + i, 7 + i, 100000 + i * 1000);
    assert_reached(rig, 2, 100000, 100000); /* later than it was, never earlier */
    assert_reached(rig, 8, 101000, 101000);
}

static void test_who_joins_has_what_was_before(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    say(rig, GROUP, ALICE, "a1", "x");
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    append_one(rig, in);
    struct store_reached r = {
        .conversation = GROUP, .seq = 2, .users = (const uint64_t[]){CAROL}, .n_users = 1};
    ask(rig, store_reached, &r);
    assert_int_equal(r.at[0].read_ms, in.time_ms);
    store_request_deinit(&r.base);
}

static void test_what_goes_with_an_event_stands_with_it_or_not_at_all(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct log_head head = head_of(rig, ALICE);
    struct event e = event_after(&head, ALICE, EVENT_SECOND_FACTOR, ALICE, "a1");
    e.changes = FACTOR_ENABLED;
    struct store_user_set set = {
        .id = ALICE, .password = STR("new"), .password_before = STR("another"), .disabled = -1};
    struct store_append r = {
        .conversation = ALICE, .events = &e, .n_events = 1, .head = head, .with = &set};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_MOVED);
    assert_true(r.user_moved);
    assert_int_equal(r.head.seq, head.seq);
    store_request_deinit(&r.base);
    assert_int_equal(head_of(rig, ALICE).seq, head.seq);
    set.password_before = (struct str){0};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    set.password = STR("third");
    ask(rig, store_append, &r); /* its key is found: it goes no second time */
    assert_int_equal(r.base.status, STORE_KNOWN);
    store_request_deinit(&r.base);
    rig_reopen(rig);
    struct store_user_find find = {.username = STR("alice")};
    ask(rig, store_user_find, &find);
    assert_true(str_eq(find.user.password, STR("new")));
    store_request_deinit(&find.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_an_append_on_an_old_head_writes_nothing),
        both(test_a_key_is_known_for_ever_and_wins_over_moved),
        both(test_an_unknown_conversation_takes_only_its_creation),
        both(test_edits_and_deletes_leave_no_words_behind),
        both(test_a_reaction_replaces_and_is_taken_back),
        both(test_marks_only_move_forward),
        both(test_blocks_follow_the_own_log),
        both(test_both_rows_of_contacts_follow_their_log),
        both(test_a_direct_is_listed_from_its_first_message_on),
        both(test_a_request_is_listed_apart_until_it_is_accepted),
        both(test_pins_follow_the_log),
        both(test_a_row_of_pins_stays_within_its_limit),
        both(test_words_go_when_their_time_has_come),
        both(test_an_edit_that_comes_too_late_leaves_no_words),
        both(test_what_time_emptied_follows_later_events),
        both(test_what_is_due_goes_in_batches),
        both(test_what_comes_late_goes_with_the_next),
        memory(test_a_message_that_cannot_be_read_holds_up_no_other),
        both(test_a_pin_that_goes_makes_room),
        both(test_it_is_known_by_when_marks_moved),
        both(test_who_joins_has_what_was_before),
        both(test_what_goes_with_an_event_stands_with_it_or_not_at_all),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/log", tests, NULL, NULL);
}
