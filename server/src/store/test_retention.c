/* Events go by their age: which, and what goes with them. */
#include <stdio.h>
#include <string.h>

#include "model/limits.h"
#include "model/privacy.h"
#include "store/test_rig.h"
#include "util/crypto.h"
#include "util/macros.h"

/* Event n of a log here is of 1000 + n - 1, see event_after(). */
enum { DAY_MS = 24 * 60 * 60 * 1000 };

static struct store_retain retain(struct rig *rig, uint64_t conversation, struct retention keep,
                                  uint64_t now_ms)
{
    struct store_retain r = {.conversation = conversation, .keep = keep, .now_ms = now_ms};
    ask(rig, store_retain, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    struct log_head head = head_of(rig, conversation);
    assert_memory_equal(&head, &r.head, sizeof(head));
    store_request_deinit(&r.base);
    return r;
}

/* Takes away the first `n` events by their age alone. */
static void take(struct rig *rig, uint64_t conversation, uint64_t n)
{
    retain(rig, conversation, (struct retention){.after_ms = 500}, 1500 + n - 1);
    assert_int_equal(head_of(rig, conversation).gone_seq, n);
}

static void mark_in(struct rig *rig, uint64_t conversation, uint64_t user, uint64_t delivered,
                    uint64_t read, uint64_t n)
{
    struct store_mark r = {.conversation = conversation,
                           .user = user,
                           .delivered_seq = delivered,
                           .read_seq = read,
                           .read_n = n,
                           .time_ms = 1};
    ask(rig, store_mark, &r);
    store_request_deinit(&r.base);
}

static void mark(struct rig *rig, uint64_t user, uint64_t delivered, uint64_t read, uint64_t n)
{
    mark_in(rig, GROUP, user, delivered, read, n);
}

/* How many rows there are from 1 to the end, and the first of them. */
static uint32_t rows_of(struct rig *rig, uint64_t conversation, uint64_t *first)
{
    struct store_events r = {
        .conversation = conversation, .from_seq = 1, .to_seq = 1000, .limit = PAGE_MAX};
    ask(rig, store_events, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.gone_seq, head_of(rig, conversation).gone_seq);
    *first = r.n_events ? r.events[0].seq : 0;
    uint32_t n = r.n_events;
    store_request_deinit(&r.base);
    return n;
}

static enum store_status key_of(struct rig *rig, uint64_t sender, const char *key)
{
    struct store_key r = {.conversation = GROUP, .sender = sender, .key = str_of(key)};
    ask(rig, store_key, &r);
    store_request_deinit(&r.base);
    return r.base.status;
}

/* A group of three with a message of each: 3 by Alice, 4 by Bob, 5 by Carol; each has what they
 * wrote, and Bob and Carol all before 5. */
static void make_talk_in(struct rig *rig, uint64_t group)
{
    static const struct event_member members[] = {{ALICE, ROLE_OWNER}, {BOB, ROLE_MEMBER}};
    struct event created = event_after(&(struct log_head){0}, group, EVENT_CREATED, ALICE, "g1");
    created.text = STR("the group");
    created.history = HISTORY_ALL;
    created.members = members;
    created.n_members = 2;
    append_one(rig, created);
    struct log_head head = head_of(rig, group);
    struct event in = event_after(&head, group, EVENT_ADDED, ALICE, "a1");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    append_one(rig, in);
    say(rig, group, ALICE, "a2", "x");
    say(rig, group, BOB, "b1", "x");
    say(rig, group, CAROL, "c1", "x");
    mark_in(rig, group, BOB, 4, 0, 0);
    mark_in(rig, group, CAROL, 4, 0, 0);
}

static void make_talk(struct rig *rig)
{
    people(rig);
    make_talk_in(rig, GROUP);
}

/* Groups of Alice alone, from 1000 on; every other one begins at 5000. */
static void make_groups(struct rig *rig, uint64_t n)
{
    static const struct event_member members[] = {{ALICE, ROLE_OWNER}};
    people(rig);
    for (uint64_t i = 0; i < n; i++) {
        struct event e = event_after(&(struct log_head){0}, 1000 + i, EVENT_CREATED, ALICE, "g1");
        e.text = STR("t");
        e.history = HISTORY_ALL;
        e.members = members;
        e.n_members = 1;
        e.time_ms = i % 2 ? 1000 : 5000;
        append_one(rig, e);
    }
}

/* policy × age × who has it */
static void test_which_events_go(void **state)
{
    static const struct {
        struct retention keep;
        uint64_t now_ms;
        uint64_t alice_has;
        uint64_t gone;
    } cases[] = {
        {{0, 0}, UINT64_MAX, 5, 0}, /* for ever */
        {{100, 0}, 0, 0, 0},        /* a clock that was set back */
        {{100, 0}, 1099, 0, 0},     /* a moment before the first */
        {{100, 0}, 1100, 0, 1},     {{100, 0}, 1103, 0, 4},  {{100, 0}, 1104, 0, 5},
        {{100, 0}, 9000, 0, 5},     {{0, 50}, 1049, 5, 0}, /* not old enough, and delivered */
        {{0, 50}, 1050, 3, 1},      {{0, 50}, 9000, 3, 3}, /* 4 is not on Alice's device */
        {{0, 50}, 9000, 2, 3},                             /* what she wrote is */
        {{0, 50}, 9000, 4, 4},                             /* 5 is not on Bob's */
        {{0, 50}, 1051, 4, 2},      {{100, 50}, 1101, 3, 3}, {{100, 50}, 1103, 3, 4},
        {{100, 50}, 9000, 1, 5},
    };
    struct rig *rig = *state;
    people(rig);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint64_t group = GROUP + i, first;
        make_talk_in(rig, group);
        mark_in(rig, group, ALICE, cases[i].alice_has, 0, 0);
        struct store_retain r = retain(rig, group, cases[i].keep, cases[i].now_ms);
        assert_int_equal(r.head.gone_seq, cases[i].gone);
        assert_int_equal(r.n_events, cases[i].gone);
        assert_int_equal(r.n_messages, cases[i].gone > 2 ? cases[i].gone - 2 : 0);
        assert_int_equal(r.head.gone_n, r.n_messages);
        assert_int_equal(r.head.seq, 5);
        assert_false(r.more);
        assert_int_equal(rows_of(rig, group, &first), 5 - cases[i].gone);
        assert_int_equal(first, cases[i].gone == 5 ? 0 : cases[i].gone + 1);
        /* again: nothing more */
        r = retain(rig, group, cases[i].keep, cases[i].now_ms);
        assert_int_equal(r.n_events, 0);
    }
}

static void test_who_left_is_not_waited_for(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    mark(rig, BOB, 5, 0, 0);
    struct retention keep = {.delivered_ms = 50};
    assert_int_equal(retain(rig, GROUP, keep, 9000).head.gone_seq, 3); /* Alice lacks 4 */
    struct log_head head = head_of(rig, GROUP);
    append_one(rig, event_after(&head, GROUP, EVENT_LEFT, ALICE, "a3"));
    assert_int_equal(retain(rig, GROUP, keep, 9000).head.gone_seq, 5); /* Bob and Carol lack 6 */
    head = head_of(rig, GROUP);
    append_one(rig, event_after(&head, GROUP, EVENT_LEFT, BOB, "b2"));
    head = head_of(rig, GROUP);
    append_one(rig, event_after(&head, GROUP, EVENT_LEFT, CAROL, "c2"));
    assert_int_equal(retain(rig, GROUP, keep, 9000).head.gone_seq, 8);
}

/* What a stranger wrote is kept as if it had come to no device, until they are accepted. */
static void test_a_request_goes_by_its_age_alone(void **state)
{
    struct rig *rig = *state;
    struct retention keep = {.delivered_ms = 50}, both = {.delivered_ms = 50, .after_ms = 100};
    people(rig);
    make_direct(rig);
    struct log_head head = head_of(rig, DIRECT);
    struct event e = event_after(&head, DIRECT, EVENT_MESSAGE, ALICE, "a1");
    e.request = true;
    append_one(rig, e);
    mark_in(rig, DIRECT, BOB, 1, 1, 1);
    assert_int_equal(retain(rig, DIRECT, keep, 9000).head.gone_seq, 0);
    head = head_of(rig, DIRECT);
    e = event_after(&head, DIRECT, EVENT_MESSAGE, ALICE, "a2");
    append_one(rig, e);
    assert_int_equal(retain(rig, DIRECT, both, 1100).head.gone_seq, 1);
    head = head_of(rig, DIRECT);
    e = event_after(&head, DIRECT, EVENT_ACCEPT, BOB, "b1");
    e.accepts = true;
    append_one(rig, e);
    mark_in(rig, DIRECT, BOB, 2, 2, 2);
    assert_int_equal(retain(rig, DIRECT, keep, 9000).head.gone_seq, 2);
}

/* In a 1:1 their row stays, with a mark that nobody moves any more. */
static void test_who_deleted_their_account_is_not_waited_for(void **state)
{
    struct rig *rig = *state;
    struct retention keep = {.delivered_ms = 50};
    struct store_user_delete deleted = {.id = BOB, .now_ms = 1};
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "are you there?");
    say(rig, DIRECT, BOB, "b1", "bye");
    say(rig, DIRECT, ALICE, "a2", "wait");
    mark_in(rig, DIRECT, ALICE, 2, 0, 0);
    assert_int_equal(retain(rig, DIRECT, keep, 9000).head.gone_seq, 0);
    ask(rig, store_user_delete, &deleted);
    assert_int_equal(deleted.base.status, STORE_DONE);
    store_request_deinit(&deleted.base);
    assert_int_equal(retain(rig, DIRECT, keep, 9000).head.gone_seq, 3);
}

static void set_days(struct rig *rig, uint64_t conversation, uint64_t days, const char *key)
{
    struct log_head head = head_of(rig, conversation);
    struct event e = event_after(&head, conversation, EVENT_RETENTION, ALICE, key);
    e.number = days;
    append_one(rig, e);
}

static void test_people_may_want_less_than_the_server_keeps(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    set_days(rig, GROUP, 2, "a3");
    struct retention none = {0}, one = {.after_ms = DAY_MS}, three = {.after_ms = 3 * DAY_MS};
    assert_int_equal(retain(rig, GROUP, none, 2 * DAY_MS + 999).head.gone_seq, 0);
    assert_int_equal(retain(rig, GROUP, none, 2 * DAY_MS + 1000).head.gone_seq, 1);
    assert_int_equal(retain(rig, GROUP, three, 2 * DAY_MS + 1001).head.gone_seq, 2);
    assert_int_equal(retain(rig, GROUP, one, DAY_MS + 1002).head.gone_seq, 3);
    set_days(rig, GROUP, 0, "a4");
    assert_int_equal(retain(rig, GROUP, none, 9 * DAY_MS).head.gone_seq, 3);
    /* the row follows the log, and outlives what it follows */
    assert_int_equal(retain(rig, GROUP, three, 9 * DAY_MS).head.gone_seq, 7);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.conversation.rev, 7);
    assert_int_equal(load.conversation.retention_days, 0);
    assert_true(str_eq(load.conversation.title, STR("the group")));
    assert_int_equal(load.n_members, 3);
    store_request_deinit(&load.base);
}

static void test_an_own_log_stays(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct log_head head = head_of(rig, ALICE);
    struct event e = event_after(&head, ALICE, EVENT_PRIVACY, ALICE, "a1");
    e.privacy = privacy_one(PRIVACY_PICTURE, 3);
    append_one(rig, e);
    struct retention keep = {1, 1};
    assert_int_equal(retain(rig, ALICE, keep, UINT64_MAX).n_events, 0);
    assert_int_equal(retain(rig, 999, keep, UINT64_MAX).n_events, 0); /* there is none */
}

static void test_what_points_to_it_goes_with_it(void **state)
{
    static const uint64_t bob = BOB;
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, "a1");
    e.text = STR("the code is 1234");
    e.expires_ms = 9000;
    e.mentions = &bob;
    e.n_mentions = 1;
    append_one(rig, e);
    change(rig, GROUP, EVENT_PIN, ALICE, "a2", 2, "");
    say(rig, GROUP, ALICE, "a3", "stays");
    change(rig, GROUP, EVENT_PIN, ALICE, "a4", 4, "");
    change(rig, GROUP, EVENT_EDIT, ALICE, "a5", 2, "no, it is 4321");
    struct log_head own = head_of(rig, BOB);
    struct event star = event_after(&own, BOB, EVENT_STAR, BOB, "s1");
    star.subject = GROUP;
    star.target = 2;
    append_one(rig, star);
    take(rig, GROUP, 3);
    rig_reopen(rig);

    assert_int_equal(key_of(rig, ALICE, "a1"), STORE_NOT_FOUND);
    assert_int_equal(key_of(rig, ALICE, "a3"), STORE_DONE);
    struct store_mentions mentions = {.user = BOB, .limit = 10};
    ask(rig, store_mentions, &mentions);
    assert_int_equal(mentions.n_events, 0);
    store_request_deinit(&mentions.base);
    struct store_mentions starred = {.user = BOB, .limit = 10, .stars = true};
    ask(rig, store_mentions, &starred);
    assert_int_equal(starred.n_events, 0);
    store_request_deinit(&starred.base);
    struct store_pins pins = {.conversation = GROUP};
    ask(rig, store_pins, &pins);
    assert_int_equal(pins.n_pins, 1);
    assert_int_equal(pins.pins[0].message.seq, 4);
    store_request_deinit(&pins.base);
    struct store_events edit = {.conversation = GROUP, .from_seq = 6, .to_seq = 6, .limit = 1};
    ask(rig, store_events, &edit);
    assert_true(edit.events[0].deleted);
    assert_int_equal(edit.events[0].text.n, 0);
    assert_int_equal(edit.events[0].rev, 6); /* no event did it */
    store_request_deinit(&edit.base);
    struct store_expire expire = {.now_ms = 99999}; /* nothing is left in the queue to trip over */
    ask(rig, store_expire, &expire);
    assert_int_equal(expire.base.status, STORE_DONE);
    store_request_deinit(&expire.base);
}

static struct preferences wants(struct rig *rig, uint64_t user)
{
    struct store_member r = {.conversation = GROUP, .user = user};
    ask(rig, store_member, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    return r.member.preferences;
}

static void hide(struct rig *rig, uint64_t user, uint64_t seq)
{
    char key[8];
    struct log_head own = head_of(rig, user);
    snprintf(key, sizeof(key), "h%d", (int)seq);
    struct event e = event_after(&own, user, EVENT_HIDE, user, key);
    e.subject = GROUP;
    e.target = seq;
    append_one(rig, e);
}

/* Else who hides much reaches the most there may be by what is long gone. */
static void test_what_was_hidden_of_it_counts_no_more(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    hide(rig, BOB, 3);
    hide(rig, BOB, 4);
    hide(rig, BOB, 5);
    hide(rig, CAROL, 3);
    take(rig, GROUP, 4);
    assert_int_equal(wants(rig, BOB).hidden, 1);
    assert_int_equal(wants(rig, CAROL).hidden, 0);
    struct store_events r = {
        .conversation = GROUP, .from_seq = 5, .to_seq = 5, .limit = 1, .viewer = BOB};
    ask(rig, store_events, &r);
    assert_true(r.events[0].hidden);
    store_request_deinit(&r.base);
}

static void test_later_events_pass_over_what_is_gone(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    take(rig, GROUP, 3);
    change(rig, GROUP, EVENT_REACTION, BOB, "b2", 3, "+");
    change(rig, GROUP, EVENT_DELETE, ALICE, "a3", 3, "");
    change(rig, GROUP, EVENT_PIN, ALICE, "a4", 3, "");
    uint64_t first;
    assert_int_equal(rows_of(rig, GROUP, &first), 5);
    assert_int_equal(first, 4);
    struct store_pins pins = {.conversation = GROUP};
    ask(rig, store_pins, &pins);
    assert_int_equal(pins.n_pins, 0);
    store_request_deinit(&pins.base);
}

/* What was decided before knows nothing of the keys that went. */
static void test_an_append_that_knows_less_gone_writes_nothing(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    struct log_head before = head_of(rig, GROUP);
    take(rig, GROUP, 3);
    struct event e = event_after(&before, GROUP, EVENT_MESSAGE, ALICE, "a2");
    e.text = STR("x");
    struct store_append r = {.conversation = GROUP, .events = &e, .n_events = 1, .head = before};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_MOVED);
    assert_int_equal(r.head.gone_seq, 3);
    assert_int_equal(r.head.gone_n, 1);
    assert_int_equal(head_of(rig, GROUP).seq, 5);
    store_request_deinit(&r.base);
    /* a key that stands is known all the same */
    e.sender = BOB;
    e.key = STR("b1");
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_KNOWN);
    assert_int_equal(r.known_seq, 4);
    store_request_deinit(&r.base);
    assert_int_equal(say(rig, GROUP, ALICE, "a9", "x"), 6);
    /* one that went with its event may be used again */
    assert_int_equal(say(rig, GROUP, ALICE, "a2", "x"), 7);
    assert_int_equal(key_of(rig, ALICE, "a2"), STORE_DONE);
}

static struct inbox_entry entry_of(struct rig *rig, uint64_t user, bool *has_last)
{
    struct store_inbox_list r = {.user = user, .limit = 10};
    ask(rig, store_inbox_list, &r);
    assert_int_equal(r.n_entries, 1);
    struct inbox_entry e = r.entries[0];
    *has_last = e.last != NULL;
    static char title[64]; /* the newest entry's: what is given back outlives its request */
    struct str left = e.me.left_title;
    snprintf(title, sizeof(title), "%.*s", (int)left.n, left.n ? left.p : "");
    e.me.left_title = str_of(title);
    store_request_deinit(&r.base);
    return e;
}

static void test_what_is_gone_is_not_unread(void **state)
{
    struct rig *rig = *state;
    bool last;
    make_talk(rig);
    struct inbox_entry e = entry_of(rig, BOB, &last);
    assert_int_equal(member_unread(&e.me, &e.head), 3);
    assert_true(last);
    take(rig, GROUP, 4);
    e = entry_of(rig, BOB, &last);
    assert_int_equal(e.head.n, 3);
    assert_int_equal(member_unread(&e.me, &e.head), 1);
    assert_int_equal(member_first(&e.me, &e.head), 5);
    assert_true(last);
    take(rig, GROUP, 5);
    e = entry_of(rig, BOB, &last);
    assert_int_equal(member_unread(&e.me, &e.head), 0);
    assert_int_equal(member_first(&e.me, &e.head), 6);
    assert_false(last);
    mark(rig, BOB, 5, 5, 3);
    say(rig, GROUP, ALICE, "a9", "x");
    e = entry_of(rig, BOB, &last);
    assert_int_equal(member_unread(&e.me, &e.head), 1);
    assert_true(last);
}

static void test_a_former_member_is_told_of_their_own_part(void **state)
{
    struct rig *rig = *state;
    bool last;
    make_talk(rig);
    struct log_head head = head_of(rig, GROUP);
    struct event out = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "a3");
    out.user = CAROL;
    append_one(rig, out);
    say(rig, GROUP, ALICE, "a4", "without her");
    take(rig, GROUP, 4);
    struct inbox_entry e = entry_of(rig, CAROL, &last);
    assert_int_equal(member_unread(&e.me, &e.head), 1);
    assert_true(last);
    take(rig, GROUP, 7);
    e = entry_of(rig, CAROL, &last);
    assert_int_equal(e.head.seq, 6);
    assert_int_equal(e.head.gone_seq, 6); /* not how much there is of what came later */
    assert_int_equal(e.head.gone_n, 3);
    assert_int_equal(member_unread(&e.me, &e.head), 0);
    assert_false(last);
    assert_true(str_eq(e.me.left_title, STR("the group")));
}

/* A compare tells of it: the first seq and the unread count are others. */
static void test_it_counts_as_a_change(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    struct store_inbox_changes now = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_changes, &now);
    take(rig, GROUP, 1);
    struct store_inbox_changes r = {.user = BOB, .token = str_of(now.next), .limit = 10};
    ask(rig, store_inbox_changes, &r);
    assert_int_equal(r.n_entries, 1);
    assert_int_equal(r.entries[0].head.gone_seq, 1);
    store_request_deinit(&r.base);
    store_request_deinit(&now.base);
}

static void test_much_goes_in_batches(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    for (int i = 0; i < RETAIN_MAX; i++) {
        char key[8];
        sprintf(key, "m%d", i);
        say(rig, GROUP, ALICE, key, "x");
    }
    struct retention keep = {.after_ms = 1};
    struct store_retain r = retain(rig, GROUP, keep, 99999);
    assert_int_equal(r.n_events, RETAIN_MAX);
    assert_true(r.more);
    uint64_t first;
    assert_int_equal(rows_of(rig, GROUP, &first), 1); /* also where more than a page is gone */
    assert_int_equal(first, RETAIN_MAX + 1);
    r = retain(rig, GROUP, keep, 99999);
    assert_int_equal(r.n_events, 1);
    assert_false(r.more);
    /* long ones: fewer at once */
    static char text[TEXT_BYTES_MAX + 1];
    memset(text, 'x', TEXT_BYTES_MAX);
    for (int i = 0; i < 60; i++) {
        char key[8];
        sprintf(key, "t%d", i);
        say(rig, GROUP, ALICE, key, text);
    }
    r = retain(rig, GROUP, keep, 99999);
    assert_in_range(r.n_events, 30, 35);
    assert_true(r.more);
    r = retain(rig, GROUP, keep, 99999);
    assert_false(r.more);
    assert_int_equal(r.head.gone_seq, r.head.seq);
}

/* The next look; what it needed for that goes at once. */
static void look(struct rig *rig, struct store_retention_due *due)
{
    ask(rig, store_retention_due, due);
    store_request_deinit(&due->base);
    due->base.arena = (struct arena){0};
}

static void test_the_walk_finds_what_is_due(void **state)
{
    struct rig *rig = *state;
    make_groups(rig, 20);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "x");
    struct retention keep = {.after_ms = 1000};
    struct store_retention_due r = {.keep = keep, .now_ms = 2000};
    look(rig, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.n, 11);
    assert_int_equal(r.after, 0);
    uint32_t n_direct = 0; /* in what order they come is the backend's matter */
    for (uint32_t i = 0; i < r.n; i++) {
        n_direct += r.conversations[i] == DIRECT;
        assert_true(r.conversations[i] == DIRECT || r.conversations[i] % 2 == 1);
        assert_int_equal(retain(rig, r.conversations[i], keep, 2000).n_events, 1);
    }
    assert_int_equal(n_direct, 1);
    look(rig, &r);
    assert_int_equal(r.n, 0);
    r.now_ms = 6000;
    look(rig, &r);
    assert_int_equal(r.n, 10);
    for (uint32_t i = 0; i < r.n; i++)
        assert_int_equal(r.conversations[i] % 2, 0);
}

/* A round of more heads than one look takes, and of more that are due than one answer holds. */
static void test_the_walk_goes_on_where_it_was(void **state)
{
    enum { HEADS = 300 };
    struct rig *rig = *state;
    make_groups(rig, HEADS);
    struct store_retention_due r = {.keep = {.after_ms = 1000}, .now_ms = 1500};
    look(rig, &r);
    assert_int_equal(r.n, 0);
    assert_true(r.after != 0);
    look(rig, &r);
    assert_int_equal(r.after, 0);
    r.now_ms = 6000;
    uint32_t found = 0;
    bool is_found[HEADS] = {false};
    do {
        look(rig, &r);
        for (uint32_t i = 0; i < r.n; i++, found++) {
            uint64_t at = r.conversations[i] - 1000;
            assert_true(at < HEADS && !is_found[at]);
            is_found[at] = true;
        }
    } while (r.after);
    assert_int_equal(found, HEADS);
}

static void test_a_row_that_cannot_be_read_holds_up_nothing(void **state)
{
    struct rig *rig = *state;
    make_talk(rig);
    damage_event(rig, GROUP, 1);
    damage_event(rig, GROUP, 4);
    struct retention keep = {.after_ms = 100};
    struct store_retention_due due = {.keep = keep, .now_ms = 1101};
    look(rig, &due);
    assert_int_equal(due.n, 1);
    assert_int_equal(retain(rig, GROUP, keep, 1100).head.gone_seq, 0); /* 2 is too young */
    assert_int_equal(retain(rig, GROUP, keep, 1101).head.gone_seq, 2);
    assert_int_equal(retain(rig, GROUP, keep, 1103).head.gone_seq, 3);
    assert_int_equal(retain(rig, GROUP, keep, 1104).head.gone_seq, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_which_events_go),
        both(test_who_left_is_not_waited_for),
        both(test_a_request_goes_by_its_age_alone),
        both(test_who_deleted_their_account_is_not_waited_for),
        both(test_people_may_want_less_than_the_server_keeps),
        both(test_an_own_log_stays),
        both(test_what_points_to_it_goes_with_it),
        both(test_what_was_hidden_of_it_counts_no_more),
        both(test_later_events_pass_over_what_is_gone),
        both(test_an_append_that_knows_less_gone_writes_nothing),
        both(test_what_is_gone_is_not_unread),
        both(test_a_former_member_is_told_of_their_own_part),
        both(test_it_counts_as_a_change),
        both(test_much_goes_in_batches),
        both(test_the_walk_finds_what_is_due),
        both(test_the_walk_goes_on_where_it_was),
        memory(test_a_row_that_cannot_be_read_holds_up_nothing),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/retention", tests, NULL, NULL);
}
