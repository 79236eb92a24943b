/*
 * What happens between two statements of an operation on Cassandra: another one comes in between,
 * or a statement's answer is lost (hold.c). Which Cassandra, says the environment (store_rig.c).
 */
#include <stdio.h>
#include <string.h>

#include "hold.h"
#include "model/limits.h"
#include "util/crypto.h"

/* Operations that are not answered yet. */
static uint32_t pending;

static void on_answer(struct store_request *r)
{
    (void)r;
    pending--;
}

/* Begins what a statement is held of; what is asked by ask() meanwhile goes by itself. */
#define begin_ask(rig, operation, request)                                                         \
    do {                                                                                           \
        (request)->base.done = on_answer;                                                          \
        pending++;                                                                                 \
        operation((rig)->store, request);                                                          \
    } while (0)

static void await_answer(struct rig *rig)
{
    while (pending)
        rig_run_one(rig);
}

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

/* --- a person --- */

/* The first try comes to stand when it is given up and sent again. */
static void test_a_change_that_stands_late_is_nobody_elses(void **state)
{
    struct rig *rig = *state;
    struct store_user_set set = {
        .id = ALICE, .password = STR("new"), .password_before = STR("hash"), .disabled = -1};
    struct held first, second;
    people(rig);
    hold(&first, S_PERSON_CHANGE);
    begin_ask(rig, store_user_set, &set);
    held_await(&first, rig);
    hold(&second, S_PERSON_CHANGE);
    held_doubt(&first);
    held_await(&second, rig);
    held_land(&first, rig);
    held_let_go(&second);
    await_answer(rig);
    assert_int_equal(set.base.status, STORE_DONE);
    assert_true(str_eq(set.user.password, STR("new")));
    store_request_deinit(&set.base);
}

/* --- names --- */

/* Somebody's next event makes them have a name; those with the same first letter look alike. */
struct rename {
    char skeleton[CRYPTO_HASH_BYTES], key[40];
    struct event event;
    struct store_append append;
};

static void rename_make(struct rig *rig, struct rename *r, uint64_t user, const char *name,
                        uint64_t time_ms)
{
    struct log_head head = head_of(rig, user);
    *r = (struct rename){0};
    memset(r->skeleton, name[0], sizeof(r->skeleton));
    snprintf(r->key, sizeof(r->key), "%s at %d", name, (int)head.seq);
    r->event = event_after(&head, user, EVENT_RENAME, user, r->key);
    r->event.text = str_of(name);
    r->event.about = str_n(r->skeleton, sizeof(r->skeleton));
    r->event.time_ms = time_ms;
    r->append = (struct store_append){
        .conversation = user, .events = &r->event, .n_events = 1, .head = head};
}

static void assert_renamed(struct rename *r, enum store_status status)
{
    assert_int_equal(r->append.base.status, status);
    store_request_deinit(&r->append.base);
}

static void assert_renames(struct rig *rig, uint64_t user, const char *name, uint64_t time_ms,
                           enum store_status status)
{
    struct rename r;
    rename_make(rig, &r, user, name, time_ms);
    ask(rig, store_append, &r.append);
    assert_renamed(&r, status);
}

/* Alice's claim of a look had come to nothing when Bob saw it, and does not when he takes it. */
static void test_a_look_that_is_claimed_again_is_not_taken(void **state)
{
    struct rig *rig = *state;
    struct rename vain, bobs;
    struct held batch, look;
    people(rig);
    rename_make(rig, &vain, ALICE, "modern", 5000);
    hold(&batch, S_LOG_PUT_EVENT);
    begin_ask(rig, store_append, &vain.append);
    held_await(&batch, rig);
    change(rig, ALICE, EVENT_PROFILE, ALICE, "p1", 0, "Alice");
    held_let_go(&batch);
    await_answer(rig);
    assert_renamed(&vain, STORE_MOVED);
    rename_make(rig, &bobs, BOB, "modem", 6000);
    hold(&look, S_LOOK_CHANGE);
    begin_ask(rig, store_append, &bobs.append);
    held_await(&look, rig);
    assert_renames(rig, ALICE, "modern", 7000, STORE_DONE);
    held_let_go(&look);
    await_answer(rig);
    assert_true(bobs.append.looks_like);
    assert_renamed(&bobs, STORE_TAKEN);
}

/* A node that does a rename's changes again stands still before the last, until the next rename. */
static void test_a_look_does_not_go_back_to_a_former_name(void **state)
{
    struct rig *rig = *state;
    struct store_load load = {.id = ALICE};
    struct held look;
    people(rig);
    assert_renames(rig, ALICE, "modem", 5000, STORE_DONE);
    hold(&look, S_LOOK_LOOK);
    begin_ask(rig, store_load, &load);
    held_await(&look, rig);
    assert_renames(rig, ALICE, "modern", 6000, STORE_DONE);
    held_let_go(&look);
    await_answer(rig);
    assert_int_equal(load.base.status, STORE_DONE);
    store_request_deinit(&load.base);
    uint64_t later_ms = 6000 + FORMER_NAME_S * UINT64_C(1000);
    assert_renames(rig, BOB, "modem", later_ms, STORE_TAKEN);
}

/* A claim comes late, for a place in the log where something else stands by now, when the same name
 * was taken behind that. */
static void test_a_late_claim_does_not_undo_a_later_one(void **state)
{
    struct rig *rig = *state;
    struct rename late, taken;
    struct held claim, batch, person;
    people(rig);
    rename_make(rig, &late, ALICE, "modern", 5000);
    hold(&claim, S_NAME_CHANGE);
    begin_ask(rig, store_append, &late.append);
    held_await(&claim, rig);
    change(rig, ALICE, EVENT_PROFILE, ALICE, "p1", 0, "Alice");
    rename_make(rig, &taken, ALICE, "modern", 6000);
    hold(&person, S_PERSON_CHANGE);
    begin_ask(rig, store_append, &taken.append);
    held_await(&person, rig);
    hold(&batch, S_LOG_PUT_EVENT);
    held_let_go(&claim);
    held_await(&batch, rig);
    assert_renames(rig, BOB, "modern", 7000, STORE_TAKEN);
    held_let_go(&batch);
    held_let_go(&person);
    await_answer(rig);
    assert_renamed(&late, STORE_MOVED);
    assert_renamed(&taken, STORE_DONE);
}

/* It comes when that very event stands, and the name was given up again since: nobody else's for a
 * time, and then anybody's. */
static void test_a_late_claim_does_not_keep_a_name_that_was_given_up(void **state)
{
    struct rig *rig = *state;
    struct rename late;
    struct held claim;
    people(rig);
    rename_make(rig, &late, ALICE, "modern", 5000);
    hold(&claim, S_NAME_CHANGE);
    begin_ask(rig, store_append, &late.append);
    held_await(&claim, rig);
    assert_renames(rig, ALICE, "modern", 5000, STORE_DONE);
    assert_renames(rig, ALICE, "alicia", 6000, STORE_DONE);
    held_let_go(&claim);
    await_answer(rig);
    assert_renamed(&late, STORE_KNOWN);
    uint64_t end_ms = 6000 + FORMER_NAME_S * UINT64_C(1000);
    assert_renames(rig, BOB, "modern", end_ms - 1, STORE_TAKEN);
    assert_renames(rig, BOB, "modern", end_ms, STORE_DONE);
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

/* --- invite codes of who is deleted --- */

static const struct invite_code code = {
    .id = 77, .hash = {7}, .by = BOB, .created_ms = 1, .until_ms = 1000, .uses_max = 3};

static uint32_t count_codes(struct rig *rig)
{
    struct store_codes codes = {.limit = 10};
    ask(rig, store_codes, &codes);
    uint32_t n = codes.n_codes;
    store_request_deinit(&codes.base);
    return n;
}

/* Bob, who made a code, is deleted; meanwhile() is at the point where it is to end. It ends. */
static void leave(struct rig *rig, void (*meanwhile)(struct rig *, struct held *))
{
    struct store_code_put put = {.code = code};
    struct store_user_delete gone = {.id = BOB, .now_ms = 5};
    struct store_leave step = {.todo = LEAVE_ON};
    struct held end;
    people(rig);
    ask(rig, store_code_put, &put);
    ask(rig, store_user_delete, &gone);
    assert_int_equal(gone.base.status, STORE_DONE);
    store_request_deinit(&put.base);
    store_request_deinit(&gone.base);
    hold(&end, S_CODE_CHANGE);
    for (bool come = false; step.todo != LEAVE_NOTHING || !come;) {
        step = (struct store_leave){.now_ms = 10, .at = step.at};
        begin_ask(rig, store_leave, &step);
        while (pending && (come || !end.there))
            rig_run_one(rig);
        if (!come && end.there)
            meanwhile(rig, &end);
        come = end.there;
        await_answer(rig);
        store_request_deinit(&step.base);
    }
    assert_int_equal(count_codes(rig), 0);
}

static void lose(struct rig *rig, struct held *end)
{
    (void)rig;
    held_doubt(end);
}

static void test_a_code_that_could_not_be_ended_is_ended_later(void **state)
{
    leave(*state, lose);
}

static void use(struct rig *rig, struct held *end)
{
    struct store_user_create r = {.user = {.id = 200,
                                           .username = STR("dave"),
                                           .display_name = STR("Dave"),
                                           .about = STR(""),
                                           .password = STR("hash"),
                                           .created_ms = 6},
                                  .code = {.id = 77, .hash = {7}, .now_ms = 6}};
    ask(rig, store_user_create, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    held_let_go(end);
}

static void test_a_code_that_is_used_meanwhile_is_ended_all_the_same(void **state)
{
    leave(*state, use);
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

/* What changed for Alice since the token, which becomes the one of now; how much of it is gone. */
static uint64_t changed_gone(struct rig *rig, char token[STORE_TOKEN_BYTES_MAX], uint32_t *n)
{
    struct store_inbox_changes r = {
        .user = ALICE, .token = str_of(token), .limit = 10, .now_ms = 2000};
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
    struct held told;
    uint32_t n;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    changed_gone(rig, token, &n);
    hold(&told, S_INBOX_PUT_GONE);
    begin_ask(rig, store_retain, &retain);
    held_await(&told, rig);
    held_doubt(&told);
    await_answer(rig);
    assert_int_not_equal(retain.base.status, STORE_DONE);
    store_request_deinit(&retain.base);
    changed_gone(rig, token, &n);
    assert_int_equal(n, 0);
    assert_int_equal(listed_gone(rig, BOB), seq);
    assert_int_equal(changed_gone(rig, token, &n), seq);
    assert_int_equal(n, 1);
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

/* All of the first bucket is gone, and its node dies before it is dropped. Nothing else is to go.
 */
static void test_a_bucket_that_was_left_is_dropped_later(void **state)
{
    enum { GONE = LOG_BUCKET + 1 };
    struct rig *rig = *state;
    struct store_retain last = {
        .conversation = GROUP, .keep = {.after_ms = 1}, .now_ms = 1000 + GONE};
    struct held drop;
    bool more = true;
    people(rig);
    make_group(rig);
    talk_up_to(rig, GONE + 1);
    for (uint64_t gone = 0; gone + RETAIN_MAX < LOG_BUCKET; gone += RETAIN_MAX)
        assert_int_equal(take_up_to(rig, GONE, &more), STORE_DONE);
    hold(&drop, S_LOG_DROP);
    begin_ask(rig, store_retain, &last);
    held_await(&drop, rig);
    held_doubt(&drop);
    await_answer(rig);
    assert_int_not_equal(last.base.status, STORE_DONE);
    store_request_deinit(&last.base);
    assert_int_equal(head_of(rig, GROUP).gone_seq, GONE);
    assert_int_equal(due_now(rig, 1000 + GONE), 1);
    assert_int_equal(take_up_to(rig, GONE, &more), STORE_DONE);
    assert_int_equal(head_of(rig, GROUP).gone_seq, GONE);
    assert_int_equal(due_now(rig, 1000 + GONE), 0);
}

/* --- what is due --- */

static uint64_t say_until(struct rig *rig, const char *key, uint64_t expires_ms)
{
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, key);
    e.text = STR("for now");
    e.expires_ms = expires_ms;
    return append_one(rig, e);
}

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
        both(test_what_is_put_while_slots_are_closed_goes),
        both(test_who_is_put_out_meanwhile_is_listed_up_to_there),
        both(test_who_is_back_meanwhile_is_not_told_what_was_between),
        both(test_a_group_that_is_half_made_is_listed),
        both(test_an_append_stands_whose_answer_was_lost),
        both(test_an_append_that_was_lost_is_sent_again),
        both(test_an_append_that_lands_late_stands_once),
        both(test_an_append_that_lands_while_it_is_looked_for_is_known),
        both(test_an_append_in_doubt_gives_way_to_another),
        both(test_an_append_of_which_nothing_is_ever_heard_is_unknown),
        both(test_an_append_that_was_decided_elsewhere_is_known),
        both(test_of_an_append_only_what_stands_is_known),
        both(test_a_change_that_stands_late_is_nobody_elses),
        both(test_a_look_that_is_claimed_again_is_not_taken),
        both(test_a_look_does_not_go_back_to_a_former_name),
        both(test_a_late_claim_does_not_undo_a_later_one),
        both(test_a_late_claim_does_not_keep_a_name_that_was_given_up),
        both(test_who_was_added_half_way_has_read_up_to_there),
        both(test_a_code_that_could_not_be_ended_is_ended_later),
        both(test_a_code_that_is_used_meanwhile_is_ended_all_the_same),
        both(test_an_edit_comes_while_a_timer_empties),
        both(test_an_edit_comes_while_retention_empties),
        both(test_an_edit_finds_its_message_gone),
        both(test_a_list_tells_what_the_inbox_knows_to_be_gone),
        both(test_who_was_not_told_what_is_gone_is_told_by_others),
        both(test_a_bucket_that_was_left_is_dropped_later),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("cluster/store-between", tests, NULL, NULL);
}
