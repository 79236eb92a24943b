/* The contract: who is in a group, what they may read, what the group says of itself, its invites.
 */
#include <string.h>

#include "store/test_rig.h"
#include "util/crypto.h"

static void test_members_come_and_go(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    say(rig, GROUP, ALICE, "a1", "before");
    struct log_head head = head_of(rig, GROUP);
    struct event added = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    added.user = CAROL;
    added.history = HISTORY_JOINED;
    uint64_t joined = append_one(rig, added);
    struct store_member m = {.conversation = GROUP, .user = CAROL};
    ask(rig, store_member, &m);
    assert_int_equal(m.member.from_seq, joined);
    assert_int_equal(m.member.read_n, 1);
    store_request_deinit(&m.base);
    head = head_of(rig, GROUP);
    struct event removed = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "a3");
    removed.user = CAROL;
    uint64_t gone = append_one(rig, removed);
    struct store_member left = {.conversation = GROUP, .user = CAROL};
    ask(rig, store_member, &left);
    assert_true(left.member.left);
    assert_int_equal(left.member.left_seq, gone);
    store_request_deinit(&left.base);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.n_members, 2);
    store_request_deinit(&load.base);
}

static struct member member_of(struct rig *rig, uint64_t user)
{
    struct store_member m = {.conversation = GROUP, .user = user};
    ask(rig, store_member, &m);
    assert_int_equal(m.base.status, STORE_DONE);
    struct member member = m.member;
    member.left_title = (struct str){0};
    store_request_deinit(&m.base);
    return member;
}

static void test_one_event_hands_a_group_over(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    struct event role = event_after(&head, GROUP, EVENT_ROLE, ALICE, "a1");
    role.user = BOB;
    role.role = ROLE_OWNER;
    uint64_t seq = append_one(rig, role);
    rig_reopen(rig);
    assert_int_equal(member_of(rig, BOB).role, ROLE_OWNER);
    assert_int_equal(member_of(rig, ALICE).role, ROLE_ADMIN);
    assert_int_equal(member_of(rig, ALICE).rev, seq);
}

static void test_what_a_group_says_of_itself(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    change(rig, GROUP, EVENT_DESCRIPTION, ALICE, "a1", 0, "what we do");
    struct log_head head = head_of(rig, GROUP);
    struct event picture = event_after(&head, GROUP, EVENT_PICTURE, ALICE, "a2");
    picture.number = UINT64_MAX;
    append_one(rig, picture);
    head = head_of(rig, GROUP);
    struct event announce = event_after(&head, GROUP, EVENT_ANNOUNCE, ALICE, "a3");
    announce.number = 1;
    append_one(rig, announce);
    rig_reopen(rig);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_true(str_eq(load.conversation.title, STR("the group")));
    assert_true(str_eq(load.conversation.description, STR("what we do")));
    assert_true(load.conversation.picture == UINT64_MAX && load.conversation.announce);
    store_request_deinit(&load.base);

    struct store_inbox_list list = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &list);
    assert_true(str_eq(list.entries[0].conversation.description, STR("what we do")));
    store_request_deinit(&list.base);
    head = head_of(rig, GROUP);
    append_one(rig, event_after(&head, GROUP, EVENT_LEFT, BOB, "b1"));
    ask(rig, store_inbox_list, &list);
    assert_true(str_eq(list.entries[0].conversation.title, STR("the group")));
    assert_int_equal(list.entries[0].conversation.description.n, 0);
    assert_true(!list.entries[0].conversation.picture && !list.entries[0].conversation.announce);
    store_request_deinit(&list.base);

    change(rig, GROUP, EVENT_DESCRIPTION, ALICE, "a4", 0, "");
    load = (struct store_load){.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.conversation.description.n, 0);
    store_request_deinit(&load.base);
}

static void test_what_comes_later_is_not_for_a_former_member(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t edited = say(rig, GROUP, ALICE, "a1", "as it was");
    uint64_t last = say(rig, GROUP, ALICE, "a2", "goodbye");
    change(rig, GROUP, EVENT_REACTION, BOB, "b1", last, "*");
    struct log_head head = head_of(rig, GROUP);
    struct event removed = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "a3");
    removed.user = BOB;
    uint64_t gone = append_one(rig, removed);
    change(rig, GROUP, EVENT_EDIT, ALICE, "a4", edited, "not for bob");
    change(rig, GROUP, EVENT_REACTION, ALICE, "a5", last, "+");
    change(rig, GROUP, EVENT_TITLE, ALICE, "a6", 0, "without bob");

    struct store_inbox_list bobs = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &bobs);
    assert_int_equal(bobs.n_entries, 1);
    assert_true(str_eq(bobs.entries[0].conversation.title, STR("the group")));
    assert_int_equal(bobs.entries[0].head.seq, gone);
    assert_int_equal(bobs.entries[0].last->seq, last);
    assert_int_equal(bobs.entries[0].last->n_reactions, 1);
    assert_int_equal(bobs.entries[0].last->reactions[0].user, BOB);
    store_request_deinit(&bobs.base);
    struct store_inbox_list alices = {.user = ALICE, .limit = 10};
    ask(rig, store_inbox_list, &alices);
    assert_true(str_eq(alices.entries[0].conversation.title, STR("without bob")));
    store_request_deinit(&alices.base);

    struct store_events then = {
        .conversation = GROUP, .from_seq = 1, .to_seq = gone, .as_of = gone, .limit = 100};
    ask(rig, store_events, &then);
    for (uint32_t i = 0; i < then.n_events; i++)
        assert_true(then.events[i].rev <= gone);
    assert_true(then.events[edited - 1].deleted);
    assert_int_equal(then.events[edited - 1].text.n, 0);
    assert_int_equal(then.events[edited - 1].edited_seq, 0);
    assert_int_equal(then.events[last - 1].n_reactions, 1);
    assert_true(str_eq(then.events[last - 1].text, STR("goodbye")));
    store_request_deinit(&then.base);
}

/* Alice lets Bob in again, or he comes by her invite. */
static uint64_t comes_back(struct rig *rig, enum event_type how, enum history history,
                           uint64_t invite, const char *key)
{
    struct log_head head = head_of(rig, GROUP);
    bool added = how == EVENT_ADDED;
    struct event e = event_after(&head, GROUP, how, added ? ALICE : BOB, key);
    e.user = BOB;
    e.history = history;
    e.target = added ? 0 : invite;
    return append_one(rig, e);
}

static void goes(struct rig *rig, bool removed, const char *key)
{
    struct log_head head = head_of(rig, GROUP);
    struct event e =
        event_after(&head, GROUP, removed ? EVENT_REMOVED : EVENT_LEFT, removed ? ALICE : BOB, key);
    e.user = removed ? BOB : 0;
    append_one(rig, e);
}

static void bob_marks_it_as_unread(struct rig *rig)
{
    struct log_head head = head_of(rig, BOB);
    struct event e = event_after(&head, BOB, EVENT_PREFERENCES, BOB, "p1");
    e.subject = GROUP;
    e.changes = e.number = PREFERENCE_UNREAD | PREFERENCE_ARCHIVED;
    append_one(rig, e);
}

/* What Bob's list says of the group. */
static struct inbox_entry listed(struct rig *rig)
{
    struct store_inbox_list list = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.n_entries, 1);
    struct inbox_entry entry = list.entries[0];
    store_request_deinit(&list.base);
    return entry; /* of `last` only whether there is one */
}

static uint32_t n_changes(struct rig *rig, char token[STORE_TOKEN_BYTES_MAX], bool *left)
{
    struct store_inbox_changes r = {.user = BOB, .limit = 10, .token = str_of(token)};
    ask(rig, store_inbox_changes, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    uint32_t n = r.n_entries;
    if (n)
        *left = r.entries[0].me.left;
    memcpy(token, r.next, STORE_TOKEN_BYTES_MAX);
    store_request_deinit(&r.base);
    return n;
}

static void comes_back_as(struct rig *rig, bool removed, enum event_type how, enum history history)
{
    char token[STORE_TOKEN_BYTES_MAX] = "";
    bool left = true;
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    uint64_t invite = append_one(rig, event_after(&head, GROUP, EVENT_INVITE, ALICE, "i1"));
    uint64_t early = say(rig, GROUP, ALICE, "a1", "early");
    struct store_mark mark = {.conversation = GROUP, .user = BOB, .read_seq = early, .read_n = 1};
    ask(rig, store_mark, &mark);
    store_request_deinit(&mark.base);
    say(rig, GROUP, ALICE, "a2", "unread when he goes");
    bob_marks_it_as_unread(rig);
    n_changes(rig, token, &left);
    goes(rig, removed, "x1");
    assert_int_equal(n_changes(rig, token, &left), 1);
    assert_true(left && member_of(rig, BOB).left && member_of(rig, BOB).removed == removed);
    assert_true(member_of(rig, BOB).preferences.unread);
    uint64_t away = say(rig, GROUP, ALICE, "a3", "while he is away");
    assert_int_equal(n_changes(rig, token, &left), 0);

    uint64_t back = comes_back(rig, how, history, invite, "b1");
    struct member m = member_of(rig, BOB);
    assert_false(m.left || m.removed);
    assert_int_equal(m.role, ROLE_MEMBER);
    assert_int_equal(m.left_seq, 0);
    assert_int_equal(m.from_seq, history == HISTORY_ALL ? 1 : back);
    assert_true(m.read_seq == back && m.delivered_seq == back && m.read_n == 3);
    assert_true(m.preferences.archived && !m.preferences.unread);
    struct inbox_entry entry = listed(rig);
    assert_true(!entry.me.left && entry.head.seq == back && entry.head.n == 3);
    assert_int_equal(entry.last != NULL, history == HISTORY_ALL); /* what was said before */
    assert_int_equal(n_changes(rig, token, &left), 1);
    assert_false(left);

    /* a mark of before changes nothing, one of now does */
    mark = (struct store_mark){.conversation = GROUP, .user = BOB, .read_seq = away, .read_n = 3};
    ask(rig, store_mark, &mark);
    assert_int_equal(mark.member.read_seq, back);
    store_request_deinit(&mark.base);
    say(rig, GROUP, ALICE, "a4", "welcome");
    entry = listed(rig);
    assert_int_equal(entry.head.n - entry.me.read_n, 1);
    assert_non_null(entry.last);
    goes(rig, false, "x2");
    assert_false(member_of(rig, BOB).removed);
    rig_reopen(rig);
    assert_true(member_of(rig, BOB).left && member_of(rig, BOB).from_seq == m.from_seq);
}

static void test_who_was_removed_and_is_added_reads_from_there_on(void **state)
{
    comes_back_as(*state, true, EVENT_ADDED, HISTORY_JOINED);
}

static void test_who_was_removed_and_is_added_reads_all(void **state)
{
    comes_back_as(*state, true, EVENT_ADDED, HISTORY_ALL);
}

static void test_who_left_and_joins_reads_from_there_on(void **state)
{
    comes_back_as(*state, false, EVENT_JOINED, HISTORY_JOINED);
}

static void test_who_left_and_joins_reads_all(void **state)
{
    comes_back_as(*state, false, EVENT_JOINED, HISTORY_ALL);
}

static void test_invites_are_counted_and_end(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head head = head_of(rig, GROUP);
    struct event timed = event_after(&head, GROUP, EVENT_INVITE, ALICE, "i1");
    timed.expires_ms = timed.time_ms + 2; /* the rig's clock moves by 1 an event */
    append_one(rig, timed);
    head = head_of(rig, GROUP);
    struct event counted = event_after(&head, GROUP, EVENT_INVITE, ALICE, "i2");
    counted.number = 2;
    uint64_t seq = append_one(rig, counted);
    goes(rig, false, "x1");
    comes_back(rig, EVENT_JOINED, HISTORY_JOINED, seq, "b1");
    rig_reopen(rig);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.invites->n, 2);
    assert_int_equal(load.invites->at[1].seq, seq);
    assert_true(load.invites->at[1].uses == 1 && load.invites->at[1].uses_max == 2);
    assert_true(load.invites->at[0].uses == 0 && load.invites->at[0].user == ALICE);
    store_request_deinit(&load.base);
    goes(rig, false, "x2");
    comes_back(rig, EVENT_JOINED, HISTORY_JOINED, seq, "b2"); /* the last use */
    head = head_of(rig, GROUP);
    uint64_t third = append_one(rig, event_after(&head, GROUP, EVENT_INVITE, ALICE, "i3"));
    load = (struct store_load){.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.invites->n, 1); /* the one whose time was over gave way */
    assert_int_equal(load.invites->at[0].seq, third);
    store_request_deinit(&load.base);
    change(rig, GROUP, EVENT_UNINVITE, ALICE, "i4", third, "");
    load = (struct store_load){.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.invites->n, 0);
    store_request_deinit(&load.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_members_come_and_go),
        both(test_one_event_hands_a_group_over),
        both(test_what_a_group_says_of_itself),
        both(test_what_comes_later_is_not_for_a_former_member),
        both(test_who_was_removed_and_is_added_reads_from_there_on),
        both(test_who_was_removed_and_is_added_reads_all),
        both(test_who_left_and_joins_reads_from_there_on),
        both(test_who_left_and_joins_reads_all),
        both(test_invites_are_counted_and_end),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/group", tests, NULL, NULL);
}
