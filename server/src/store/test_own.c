/* The contract: drafts, and what one hides from oneself. */
#include <stdio.h>

#include "model/limits.h"
#include "store/test_rig.h"

static uint64_t own(struct rig *rig, const char *key, struct event what)
{
    struct log_head head = head_of(rig, BOB);
    struct event e = event_after(&head, BOB, what.type, BOB, key);
    e.subject = what.subject;
    e.target = what.target;
    e.number = what.number;
    e.text = what.text;
    return append_one(rig, e);
}

#define drafts(key, ...) own(rig, key, (struct event){.type = EVENT_DRAFT, __VA_ARGS__})
#define hides(key, ...)  own(rig, key, (struct event){.type = EVENT_HIDE, __VA_ARGS__})

static struct preferences preferences_of(struct rig *rig, uint64_t conversation)
{
    struct store_member r = {.conversation = conversation, .user = BOB};
    ask(rig, store_member, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    return r.member.preferences;
}

/* --- drafts --- */

static void assert_drafts(struct rig *rig, uint64_t after, const char *const *texts)
{
    struct store_drafts r = {.user = BOB, .after = after, .limit = 10};
    ask(rig, store_drafts, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    for (uint32_t i = 0; i < r.n_drafts; i++)
        assert_true(str_eq(r.drafts[i].text, str_of(*texts++)));
    assert_null(*texts);
    store_request_deinit(&r.base);
}

static void assert_emptied(struct rig *rig, uint64_t seq, uint64_t by)
{
    struct store_events r = {
        .conversation = BOB, .from_seq = seq, .to_seq = seq, .limit = 1, .viewer = BOB};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 1);
    assert_true(r.events[0].deleted && !r.events[0].text.n);
    assert_int_equal(r.events[0].rev, by);
    store_request_deinit(&r.base);
}

static void test_a_draft_takes_the_place_of_the_one_before(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "hello");
    uint64_t first = drafts("d1", .subject = GROUP, .text = STR("he"));
    drafts("d2", .subject = DIRECT, .text = STR("to you"), .target = 1);
    uint64_t second = drafts("d3", .subject = GROUP, .text = STR("hel"));
    assert_emptied(rig, first, second);
    assert_drafts(rig, 0, (const char *const[]){"hel", "to you", NULL});
    assert_drafts(rig, GROUP, (const char *const[]){"to you", NULL});
    assert_int_equal(preferences_of(rig, BOB).drafts, 2);
    uint64_t last = drafts("d4", .subject = GROUP, .text = STR(""));
    assert_emptied(rig, second, last);
    drafts("d5", .subject = GROUP, .text = STR("")); /* there is none */
    assert_drafts(rig, 0, (const char *const[]){"to you", NULL});
    assert_int_equal(preferences_of(rig, BOB).drafts, 1);
    rig_reopen(rig);
    assert_drafts(rig, 0, (const char *const[]){"to you", NULL});
    struct store_drafts alices = {.user = ALICE, .limit = 10};
    ask(rig, store_drafts, &alices);
    assert_int_equal(alices.n_drafts, 0);
    store_request_deinit(&alices.base);
}

/* --- what is hidden --- */

/* Whether a row of the group is shown to somebody with its words. */
static bool shown(struct rig *rig, uint64_t viewer, uint64_t seq)
{
    struct store_events r = {
        .conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1, .viewer = viewer};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 1);
    const struct event *e = r.events;
    bool words = e->text.n != 0;
    assert_int_equal(words, !e->hidden);
    if (e->hidden)
        assert_true(!e->deleted && !e->n_reactions && !e->n_mentions);
    store_request_deinit(&r.base);
    return words;
}

static void test_what_is_hidden_is_a_stub_to_one_alone(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t one = say(rig, GROUP, ALICE, "a1", "one");
    uint64_t two = say(rig, GROUP, ALICE, "a2", "two");
    uint64_t edit = change(rig, GROUP, EVENT_EDIT, ALICE, "a3", one, "one, again");
    change(rig, GROUP, EVENT_REACTION, BOB, "b1", one, "+");
    hides("h1", .subject = GROUP, .target = one);
    hides("h2", .subject = GROUP, .target = one); /* once more */
    assert_int_equal(preferences_of(rig, GROUP).hidden, 1);
    assert_false(shown(rig, BOB, one));
    assert_false(shown(rig, BOB, edit));
    assert_true(shown(rig, BOB, two));
    assert_true(shown(rig, ALICE, one) && shown(rig, ALICE, edit) && shown(rig, 0, one));
    uint64_t later = change(rig, GROUP, EVENT_EDIT, ALICE, "a4", one, "one, at last");
    assert_false(shown(rig, BOB, one));
    assert_false(shown(rig, BOB, later));
    rig_reopen(rig);
    assert_false(shown(rig, BOB, one));
    assert_true(shown(rig, ALICE, one));
}

static void test_all_up_to_a_place_is_hidden_at_once(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seqs[6];
    for (int i = 0; i < 6; i++) {
        char key[8];
        snprintf(key, sizeof(key), "a%d", i);
        seqs[i] = say(rig, GROUP, ALICE, key, "text");
    }
    hides("h1", .subject = GROUP, .target = seqs[1]);
    hides("h2", .subject = GROUP, .target = seqs[5]);
    uint64_t by = hides("h3", .subject = GROUP, .target = seqs[3], .number = HIDE_UP_TO);
    struct preferences p = preferences_of(rig, GROUP);
    assert_int_equal(p.cleared_seq, seqs[3]);
    assert_int_equal(p.cleared_by, by);
    assert_int_equal(p.hidden, 1); /* the row below it has gone */
    for (int i = 0; i < 6; i++)
        assert_int_equal(shown(rig, BOB, seqs[i]), i == 4);
    hides("h4", .subject = GROUP, .target = seqs[0]); /* as good as done */
    hides("h5", .subject = GROUP, .target = seqs[2], .number = HIDE_UP_TO);
    p = preferences_of(rig, GROUP);
    assert_true(p.cleared_seq == seqs[3] && p.cleared_by == by && p.hidden == 1);
    assert_true(shown(rig, ALICE, seqs[0]));
}

/* Edits are of messages from anywhere before them, in any order. */
static void test_a_page_of_edits_is_looked_up_whole(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t said[3], edits[3];
    static const int order[] = {2, 0, 1};
    for (int i = 0; i < 3; i++)
        said[i] = say(rig, GROUP, ALICE, (const char *[]){"a0", "a1", "a2"}[i], "text");
    for (int i = 0; i < 3; i++)
        edits[i] = change(rig, GROUP, EVENT_EDIT, ALICE, (const char *[]){"e0", "e1", "e2"}[i],
                          said[order[i]], "again");
    hides("h1", .subject = GROUP, .target = said[0]);
    hides("h2", .subject = GROUP, .target = said[2]);
    struct store_events r = {
        .conversation = GROUP, .from_seq = said[1], .to_seq = edits[2], .limit = 9, .viewer = BOB};
    ask(rig, store_events, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    for (uint32_t i = 0; i < r.n_events; i++) {
        const struct event *e = &r.events[i];
        uint64_t of = e->type == EVENT_EDIT ? e->target : e->seq;
        assert_int_equal(e->text.n == 0, of != said[1]);
    }
    store_request_deinit(&r.base);
}

/* A page is as long as it was, and mixes what is hidden with what is not. */
static void test_a_page_keeps_its_seqs(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    for (int i = 0; i < PAGE_MAX; i++) {
        char key[8], hide[8];
        snprintf(key, sizeof(key), "a%d", i);
        snprintf(hide, sizeof(hide), "h%d", i);
        uint64_t seq = say(rig, GROUP, ALICE, key, "text");
        if (i % 3 == 0)
            hides(hide, .subject = GROUP, .target = seq);
    }
    struct store_events r = {.conversation = GROUP,
                             .from_seq = 1,
                             .to_seq = PAGE_MAX + 1,
                             .limit = PAGE_MAX,
                             .newest = true,
                             .viewer = BOB};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, PAGE_MAX);
    for (uint32_t i = 0; i < r.n_events; i++) {
        assert_int_equal(r.events[i].seq, i + 2);
        assert_int_equal(r.events[i].hidden, i % 3 == 0);
        assert_int_equal(r.events[i].text.n, i % 3 == 0 ? 0 : 4);
    }
    store_request_deinit(&r.base);
}

static void mention_bob(struct rig *rig, const char *key)
{
    static const uint64_t bob = BOB;
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, key);
    e.kind = STR("text");
    e.text = STR("bob!");
    e.mentions = &bob;
    e.n_mentions = 1;
    append_one(rig, e);
}

static uint32_t n_listed(struct rig *rig, bool stars)
{
    struct store_mentions r = {.user = BOB, .stars = stars, .limit = 10};
    ask(rig, store_mentions, &r);
    store_request_deinit(&r.base);
    return r.n_events;
}

static uint32_t n_pins(struct rig *rig, uint64_t viewer)
{
    struct store_pins r = {.conversation = GROUP, .viewer = viewer};
    ask(rig, store_pins, &r);
    store_request_deinit(&r.base);
    return r.n_pins;
}

static void assert_listed(struct rig *rig, bool hidden, uint64_t mention)
{
    struct store_inbox_list list = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.n_entries, 1);
    const struct inbox_entry *e = list.entries;
    assert_int_equal(e->last->hidden, hidden);
    assert_int_equal(e->last->text.n == 0, hidden);
    assert_int_equal(e->mention_seq, mention);
    assert_int_equal(list.entries[0].head.n - e->me.read_n, 2); /* counts until it is read */
    store_request_deinit(&list.base);
}

static void test_no_list_shows_what_is_hidden(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    mention_bob(rig, "a1");
    mention_bob(rig, "a2");
    uint64_t newest = head_of(rig, GROUP).seq;
    for (uint64_t seq = newest - 1; seq <= newest; seq++) {
        char key[8];
        snprintf(key, sizeof(key), "p%d", (int)seq);
        change(rig, GROUP, EVENT_PIN, ALICE, key, seq, "");
        own(rig, key, (struct event){.type = EVENT_STAR, .subject = GROUP, .target = seq});
    }
    assert_listed(rig, false, newest);
    hides("h1", .subject = GROUP, .target = newest);
    assert_listed(rig, true, newest - 1);
    assert_int_equal(n_listed(rig, false), 1);
    assert_int_equal(n_listed(rig, true), 1);
    assert_int_equal(n_pins(rig, BOB), 1);
    assert_int_equal(n_pins(rig, ALICE), 2);
    assert_int_equal(n_pins(rig, 0), 2);
    hides("h2", .subject = GROUP, .target = newest, .number = HIDE_UP_TO);
    assert_listed(rig, true, 0);
    assert_int_equal(n_listed(rig, false) + n_listed(rig, true) + n_pins(rig, BOB), 0);
}

/* Who comes back reads everything again, but for what they hid. */
static void test_what_was_hidden_stays_so_over_leaving(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t one = say(rig, GROUP, ALICE, "a1", "one");
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "a2");
    e.user = BOB;
    append_one(rig, e);
    hides("h1", .subject = GROUP, .target = one);
    assert_false(shown(rig, BOB, one));
    head = head_of(rig, GROUP);
    e = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a3");
    e.user = BOB;
    e.history = HISTORY_ALL;
    append_one(rig, e);
    assert_false(shown(rig, BOB, one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_draft_takes_the_place_of_the_one_before),
        both(test_what_is_hidden_is_a_stub_to_one_alone),
        both(test_all_up_to_a_place_is_hidden_at_once),
        both(test_a_page_of_edits_is_looked_up_whole),
        both(test_a_page_keeps_its_seqs),
        both(test_no_list_shows_what_is_hidden),
        both(test_what_was_hidden_stays_so_over_leaving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
