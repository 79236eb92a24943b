/* Message requests: who makes one, what ends it, and what is kept from who was not accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chat/inbox.h"
#include "chat/info.h"
#include "chat/read.h"
#include "chat/test_core.h"
#include "model/limits.h"
#include "util/macros.h"
#include "util/mem.h"

struct scene {
    struct core *core;
    uint64_t ann, bob; /* strangers */
    uint64_t direct;
};

static void scene_init(struct scene *s)
{
    s->core = core_new(NULL);
    s->ann = core_user(s->core, "ann");
    s->bob = core_user(s->core, "bob");
    s->direct = 0;
}

static enum chat_error contact(struct scene *s, enum event_type type, uint64_t from, uint64_t to)
{
    struct chat_append a = {.type = type, .user = to, .to = to};
    return core_append(s->core, from, &a);
}

static void nothing(struct chat_call *call)
{
    (void)call;
}

static struct seen { /* by the newest look */
    uint32_t n;
    uint64_t unread, entry, roster, info;
} seen;

static void list_seen(struct chat_call *call)
{
    const struct chat_list *list = (const struct chat_list *)call;
    assert_int_equal(call->error, CHAT_OK);
    seen.n = list->n_entries;
    seen.unread = list->total_unread;
    seen.entry = list->n_entries ? list->entries[0].peer_read_seq : 0;
    if (list->n_entries)
        assert_int_equal(list->entries[0].peer_delivered_seq, seen.entry);
}

/* How many of them are listed for the user, as requests or among the others. */
static uint32_t listed(struct scene *s, uint64_t user, bool requests)
{
    struct chat_list list = {
        .call = {.user = user, .done = list_seen}, .limit = LIST_MAX, .requests = requests};
    chat_list(s->core->chat, &list);
    core_run(s->core);
    return seen.n;
}

static bool is_asked(struct scene *s, uint64_t user)
{
    assert_int_equal(listed(s, user, true) + listed(s, user, false), 1);
    return listed(s, user, true);
}

static void test_who_is_no_contact_makes_a_request(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    s.direct = core_send(s.core, s.ann, s.bob);
    assert_true(is_asked(&s, s.bob));
    assert_false(is_asked(&s, s.ann));
    core_send(s.core, s.ann, s.direct); /* to go on changes nothing */
    assert_true(is_asked(&s, s.bob));
    core_free(s.core);
}

/* The receiver knows the sender, or has asked to. To have been asked by the sender is not that. */
static void test_what_the_receiver_said_before_counts(void **state)
{
    (void)state;
    static const struct {
        enum event_type by_ann, by_bob;
        bool request;
    } cases[] = {
        {EVENT_CONTACT_REQUEST, EVENT_CONTACT_ACCEPT, false},
        {0, EVENT_CONTACT_REQUEST, false},
        {EVENT_CONTACT_REQUEST, 0, true},
        {EVENT_CONTACT_REQUEST, EVENT_CONTACT_DECLINE, true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene s;
        scene_init(&s);
        if (cases[i].by_ann)
            assert_int_equal(contact(&s, cases[i].by_ann, s.ann, s.bob), CHAT_OK);
        if (cases[i].by_bob)
            assert_int_equal(contact(&s, cases[i].by_bob, s.bob, s.ann), CHAT_OK);
        s.direct = core_send(s.core, s.ann, s.bob);
        assert_int_equal(is_asked(&s, s.bob), cases[i].request);
        assert_false(is_asked(&s, s.ann));
        core_free(s.core);
    }
}

/* By what is said to the other, not by what takes something back. */
static void test_what_accepts(void **state)
{
    (void)state;
    static const struct {
        enum event_type type;
        const char *text;
        bool accepts;
    } cases[] = {
        {EVENT_ACCEPT, "", true},
        {EVENT_MESSAGE, "hello", true},
        {EVENT_REACTION, "+", true},
        {EVENT_REACTION, "", false},
        {EVENT_PIN, "", true},
        {EVENT_UNPIN, "", false},
        {EVENT_TIMER, "", true},
        {EVENT_CONTACT_REQUEST, "", true},
        {EVENT_CONTACT_ACCEPT, "", true},
        {EVENT_CONTACT_DECLINE, "", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene s;
        enum event_type type = cases[i].type;
        scene_init(&s);
        if (type == EVENT_CONTACT_ACCEPT || type == EVENT_CONTACT_DECLINE)
            assert_int_equal(contact(&s, EVENT_CONTACT_REQUEST, s.ann, s.bob), CHAT_OK);
        s.direct = core_send(s.core, s.ann, s.bob);
        struct chat_append a = {.type = type,
                                .conversation = s.direct,
                                .to = event_is_contact(type) ? s.ann : s.direct,
                                .user = event_is_contact(type) ? s.ann : 0,
                                .text = str_of(cases[i].text)};
        if (type == EVENT_MESSAGE)
            a.kind = STR("text");
        else if (type == EVENT_REACTION || type == EVENT_PIN || type == EVENT_UNPIN)
            a.target = 1;
        for (int by_stranger = 1; by_stranger >= 0; by_stranger--) {
            bool accepts = cases[i].accepts && !by_stranger;
            if (by_stranger && (event_is_contact(type) || type == EVENT_ACCEPT))
                continue;
            assert_int_equal(core_append(s.core, by_stranger ? s.ann : s.bob, &a), CHAT_OK);
            assert_int_equal(is_asked(&s, s.bob), !accepts);
        }
        core_free(s.core);
    }
}

static void test_a_stranger_who_asks_to_be_a_contact_is_not_accepted_by_that(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    s.direct = core_send(s.core, s.ann, s.bob);
    assert_int_equal(contact(&s, EVENT_CONTACT_REQUEST, s.ann, s.bob), CHAT_OK);
    assert_int_equal(contact(&s, EVENT_CONTACT_REMOVE, s.ann, s.bob), CHAT_OK);
    assert_true(is_asked(&s, s.bob));
    core_free(s.core);
}

static void test_only_who_is_asked_accepts_and_once(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    s.direct = core_send(s.core, s.ann, s.bob);
    uint64_t eve = core_user(s.core, "eve");
    struct chat_append a = {.type = EVENT_ACCEPT, .conversation = s.direct};
    assert_int_equal(core_append(s.core, s.ann, &a), CHAT_OUT_OF_TURN);
    assert_int_equal(core_append(s.core, eve, &a), CHAT_NOT_FOUND);
    a.key = STR("once");
    assert_int_equal(core_append(s.core, s.bob, &a), CHAT_OK);
    assert_int_equal(core_append(s.core, s.bob, &a), CHAT_OK); /* its key is known */
    assert_true(a.known);
    a.key = STR("again");
    assert_int_equal(core_append(s.core, s.bob, &a), CHAT_OUT_OF_TURN);
    assert_false(is_asked(&s, s.bob));
    core_free(s.core);
}

/* A key that stands is known whatever is counted; who is no stranger is not counted. */
static void test_how_many_strangers_one_writes_to_is_bounded(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.requests_user = 2});
    uint64_t ann = core_user(core, "ann"), others[4];
    const char *names[] = {"bob", "cyd", "dan", "eve"};
    struct chat_append a = {.type = EVENT_MESSAGE, .kind = STR("text"), .text = STR("x")};
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        others[i] = core_user(core, names[i]);
    a.key = STR("k");
    for (int i = 0; i < 2; i++) {
        a.to = others[i];
        assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    }
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    assert_true(a.known);
    core_send(core, ann, others[0]); /* to go on is not to begin */
    a.to = others[2];
    assert_int_equal(core_append(core, ann, &a), CHAT_RATE_LIMITED);
    assert_in_range(a.call.retry_after_ms, 1, TRIES_WINDOW_MS);
    struct chat_append asks = {.type = EVENT_CONTACT_REQUEST, .user = ann, .to = ann};
    assert_int_equal(core_append(core, others[3], &asks), CHAT_OK);
    core_send(core, ann, others[3]);
    core_pass(core, TRIES_WINDOW_MS / 2);
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    core_free(core);
}

static void test_a_stranger_writes_so_much_and_no_more(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    struct chat_append more[REQUEST_MESSAGES_MAX + 5];
    s.direct = core_send(s.core, s.ann, s.bob);
    for (size_t i = 0; i < ARRAY_SIZE(more); i++) { /* all at once, behind each other */
        more[i] = (struct chat_append){.call = {.user = s.ann, .done = nothing},
                                       .type = EVENT_MESSAGE,
                                       .to = s.direct,
                                       .kind = STR("text"),
                                       .text = STR("x")};
        chat_append(s.core->chat, &more[i]);
    }
    core_run(s.core);
    for (size_t i = 0; i < ARRAY_SIZE(more); i++)
        assert_int_equal(more[i].call.error,
                         i < REQUEST_MESSAGES_MAX - 1 ? CHAT_OK : CHAT_NOT_ACCEPTED);
    struct chat_append gone = {.type = EVENT_DELETE, .conversation = s.direct, .target = 1};
    assert_int_equal(core_append(s.core, s.ann, &gone), CHAT_OK); /* makes no room */
    struct chat_append a = {
        .type = EVENT_MESSAGE, .to = s.bob, .kind = STR("text"), .text = STR("one more")};
    assert_int_equal(core_append(s.core, s.ann, &a), CHAT_NOT_ACCEPTED);
    core_accept(s.core, s.bob, s.direct);
    assert_int_equal(core_append(s.core, s.ann, &a), CHAT_OK);
    core_free(s.core);
}

static void test_a_stranger_changes_so_much_and_no_more(void **state)
{
    (void)state;
    static const struct {
        enum event_type type;
        enum chat_error error;
    } cases[] = {
        {EVENT_EDIT, CHAT_NOT_ACCEPTED},  {EVENT_REACTION, CHAT_NOT_ACCEPTED},
        {EVENT_PIN, CHAT_NOT_ACCEPTED},   {EVENT_UNPIN, CHAT_NOT_ACCEPTED},
        {EVENT_TIMER, CHAT_NOT_ACCEPTED}, {EVENT_RETENTION, CHAT_NOT_ACCEPTED},
        {EVENT_MESSAGE, CHAT_OK},         {EVENT_DELETE, CHAT_OK},
    };
    struct scene s;
    scene_init(&s);
    s.direct = core_send(s.core, s.ann, s.bob);
    struct chat_append edit = {
        .type = EVENT_EDIT, .conversation = s.direct, .target = 1, .text = STR("y")};
    for (uint64_t seq = 2; seq <= REQUEST_EVENTS_MAX; seq++) {
        struct chat_append one = edit;
        assert_int_equal(core_append(s.core, s.ann, &one), CHAT_OK);
        assert_int_equal(one.seq, seq);
    }
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool message = cases[i].type == EVENT_MESSAGE;
        struct chat_append a = {.type = cases[i].type,
                                .conversation = s.direct,
                                .to = s.direct,
                                .target = message ? 0 : 1,
                                .kind = message ? STR("text") : (struct str){0},
                                .text = STR("z")};
        assert_int_equal(core_append(s.core, s.ann, &a), cases[i].error);
    }
    struct chat_append more = {
        .type = EVENT_MESSAGE, .to = s.direct, .kind = STR("text"), .text = STR("x")};
    assert_int_equal(core_append(s.core, s.ann, &more), CHAT_OK);
    core_accept(s.core, s.bob, s.direct);
    edit.target = more.seq;
    assert_int_equal(core_append(s.core, s.ann, &edit), CHAT_OK);
    core_free(s.core);
}

/* --- what is not told --- */

static enum chat_error mark(struct scene *s, uint64_t user, uint64_t seq)
{
    struct chat_mark m = {.conversation = s->direct, .seq = seq, .read = true};
    return core_mark(s->core, user, &m);
}

static void conversation_seen(struct chat_call *call)
{
    const struct chat_conversation *look = (const struct chat_conversation *)call;
    assert_int_equal(call->error, CHAT_OK);
    seen.roster = 0;
    for (uint32_t i = 0; i < look->n_members; i++)
        if (look->members[i].user != call->user) {
            assert_int_equal(look->members[i].delivered_seq, look->members[i].read_seq);
            seen.roster = look->members[i].read_seq;
        }
    assert_int_equal(look->entry->peer_read_seq, seen.roster);
    assert_int_equal(look->entry->peer_delivered_seq, seen.roster);
}

static void info_seen(struct chat_call *call)
{
    const struct chat_info *info = (const struct chat_info *)call;
    assert_int_equal(call->error, CHAT_OK);
    assert_int_equal(info->n_readers, 1);
    assert_int_equal(info->readers[0].delivered, info->readers[0].read);
    assert_int_equal(info->readers[0].delivered_ms != 0, info->readers[0].read);
    seen.info = info->readers[0].read;
}

/* What the list, the roster and the message's readers say of how far the other got. */
static struct seen look(struct scene *s, uint64_t viewer)
{
    struct chat_conversation c = {.call = {.user = viewer, .done = conversation_seen},
                                  .conversation = s->direct};
    struct chat_info info = {
        .call = {.user = viewer, .done = info_seen}, .conversation = s->direct, .seq = 1};
    seen = (struct seen){0};
    chat_conversation(s->core->chat, &c);
    chat_info(s->core->chat, &info);
    core_run(s->core);
    listed(s, viewer, false);
    return seen;
}

/* How far the session was told that somebody read. */
static uint64_t told(const struct scene *s, const struct session *to)
{
    uint64_t read_seq = 0;
    for (size_t i = 0; i < s->core->n_said; i++)
        if (s->core->said[i].what == SAID_MARK && s->core->said[i].to == to)
            read_seq = MAX(read_seq, s->core->said[i].read_seq);
    return read_seq;
}

/* One's own devices are; the stranger is from the moment of being accepted, and of all before. */
static void test_a_stranger_is_not_told_how_far_one_got(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    struct session stranger, own;
    session_begin(s.core->chat, &stranger, s.ann, 1);
    session_begin(s.core->chat, &own, s.bob, 2);
    s.direct = core_send(s.core, s.ann, s.bob);
    core_forget(s.core);
    assert_int_equal(mark(&s, s.bob, 1), CHAT_OK);
    core_pass(s.core, 1000);
    assert_int_equal(told(&s, &own), 1);
    assert_int_equal(core_told(s.core, SAID_RECEIPTS, &stranger), 0);
    struct seen before = look(&s, s.ann);
    assert_int_equal(before.entry + before.roster + before.info, 0);
    assert_int_equal(look(&s, s.bob).info, 1); /* of oneself one sees it */
    core_forget(s.core);
    core_accept(s.core, s.bob, s.direct);
    core_pass(s.core, 1000);
    assert_int_equal(told(&s, &stranger), 1);
    struct seen after = look(&s, s.ann);
    assert_int_equal(after.entry, 1);
    assert_int_equal(after.roster, 1);
    assert_int_equal(after.info, 1);
    session_end(s.core->chat, &stranger, s.core->mono_ms);
    session_end(s.core->chat, &own, s.core->mono_ms);
    core_free(s.core);
}

static char token[STORE_TOKEN_BYTES_MAX];

/* The newest entry but the own log's. */
static void changes_seen(struct chat_call *call)
{
    const struct chat_sync *sync = (const struct chat_sync *)call;
    assert_int_equal(call->error, CHAT_OK);
    assert_in_range(sync->next.n, 1, sizeof(token) - 1);
    memcpy(token, sync->next.p, sync->next.n);
    token[sync->next.n] = 0;
    for (uint32_t i = 0; i < sync->n_entries; i++)
        if (sync->entries[i].conversation.kind == CONVERSATION_DIRECT)
            seen.entry = sync->entries[i].peer_read_seq + sync->entries[i].peer_delivered_seq;
}

static void changes(struct scene *s, uint64_t user, struct str since)
{
    struct chat_sync sync = {.call = {.user = user, .done = changes_seen}, .token = since};
    chat_sync(s->core->chat, &sync);
    core_run(s->core);
}

/* Nor is who asks to be a contact, and has not written: their event comes to devices too. */
static void test_who_asks_to_be_a_contact_is_told_nothing_either(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    struct session stranger, own;
    session_begin(s.core->chat, &stranger, s.ann, 1);
    session_begin(s.core->chat, &own, s.bob, 2);
    changes(&s, s.ann, (struct str){0});
    struct chat_append asks = {.type = EVENT_CONTACT_REQUEST, .user = s.bob, .to = s.bob};
    assert_int_equal(core_append(s.core, s.ann, &asks), CHAT_OK);
    s.direct = asks.conversation;
    core_forget(s.core);
    assert_int_equal(mark(&s, s.bob, 1), CHAT_OK);
    core_typing(s.core, s.bob, s.direct);
    core_pass(s.core, 1000);
    assert_int_equal(told(&s, &own), 1);
    assert_int_equal(core_told(s.core, SAID_RECEIPTS, &stranger), 0);
    assert_int_equal(core_told(s.core, SAID_TYPING, &stranger), 0);
    struct chat_conversation c = {.call = {.user = s.ann, .done = conversation_seen},
                                  .conversation = s.direct};
    chat_conversation(s.core->chat, &c);
    core_run(s.core);
    assert_int_equal(seen.roster, 0);
    seen.entry = UINT64_MAX;
    changes(&s, s.ann, str_of(token));
    assert_int_equal(seen.entry, 0);
    assert_int_equal(contact(&s, EVENT_CONTACT_ACCEPT, s.bob, s.ann), CHAT_OK);
    core_typing(s.core, s.bob, s.direct);
    assert_int_equal(core_told(s.core, SAID_TYPING, &stranger), 1);
    session_end(s.core->chat, &stranger, s.core->mono_ms);
    session_end(s.core->chat, &own, s.core->mono_ms);
    core_free(s.core);
}

/* Marks of a room take turns: one that is not told takes none, or it would show by the wait. */
static void test_a_mark_that_is_not_told_holds_up_none_of_the_strangers(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    struct session stranger;
    session_begin(s.core->chat, &stranger, s.ann, 1);
    s.direct = core_send(s.core, s.ann, s.bob);
    struct chat_append edit = {.type = EVENT_EDIT,
                               .conversation = s.direct,
                               .target = 1,
                               .kind = STR("text"),
                               .text = STR("y")};
    assert_int_equal(core_append(s.core, s.ann, &edit), CHAT_OK);
    core_pass(s.core, 1000);
    core_forget(s.core);
    assert_int_equal(mark(&s, s.bob, 2), CHAT_OK);
    assert_int_equal(mark(&s, s.ann, 2), CHAT_OK);
    assert_int_equal(core_told(s.core, SAID_RECEIPTS, &stranger), 1);
    session_end(s.core->chat, &stranger, s.core->mono_ms);
    core_free(s.core);
}

static void test_nobody_is_shown_typing_in_a_request(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    struct session ann, bob;
    session_begin(s.core->chat, &ann, s.ann, 1);
    session_begin(s.core->chat, &bob, s.bob, 2);
    s.direct = core_send(s.core, s.ann, s.bob);
    for (int accepted = 0; accepted <= 1; accepted++) {
        core_forget(s.core);
        assert_int_equal(core_typing(s.core, s.ann, s.direct), CHAT_OK);
        assert_int_equal(core_typing(s.core, s.bob, s.direct), CHAT_OK);
        assert_int_equal(core_told(s.core, SAID_TYPING, &bob), accepted);
        assert_int_equal(core_told(s.core, SAID_TYPING, &ann), accepted);
        if (!accepted)
            core_accept(s.core, s.bob, s.direct);
    }
    session_end(s.core->chat, &ann, s.core->mono_ms);
    session_end(s.core->chat, &bob, s.core->mono_ms);
    core_free(s.core);
}

static uint32_t n_mentions;

static void mentions_seen(struct chat_call *call)
{
    assert_int_equal(call->error, CHAT_OK);
    n_mentions = ((const struct chat_mentions *)call)->n_events;
}

static void test_a_request_counts_nowhere(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    struct chat_append a = {.type = EVENT_MESSAGE,
                            .to = s.bob,
                            .kind = STR("text"),
                            .text = STR("you"),
                            .mentions = &s.bob,
                            .n_mentions = 1};
    assert_int_equal(core_append(s.core, s.ann, &a), CHAT_OK);
    s.direct = a.conversation;
    for (int accepted = 0; accepted <= 1; accepted++) {
        struct chat_mentions m = {.call = {.user = s.bob, .done = mentions_seen}, .limit = 10};
        chat_mentions(s.core->chat, &m);
        core_run(s.core);
        assert_int_equal(n_mentions, accepted);
        assert_int_equal(listed(&s, s.bob, false), accepted);
        assert_int_equal(seen.unread, accepted);
        listed(&s, s.bob, true);
        assert_int_equal(seen.unread, !accepted);
        if (!accepted)
            core_accept(s.core, s.bob, s.direct);
    }
    core_free(s.core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_no_contact_makes_a_request),
        cmocka_unit_test(test_what_the_receiver_said_before_counts),
        cmocka_unit_test(test_what_accepts),
        cmocka_unit_test(test_a_stranger_who_asks_to_be_a_contact_is_not_accepted_by_that),
        cmocka_unit_test(test_only_who_is_asked_accepts_and_once),
        cmocka_unit_test(test_how_many_strangers_one_writes_to_is_bounded),
        cmocka_unit_test(test_a_stranger_writes_so_much_and_no_more),
        cmocka_unit_test(test_a_stranger_changes_so_much_and_no_more),
        cmocka_unit_test(test_a_stranger_is_not_told_how_far_one_got),
        cmocka_unit_test(test_who_asks_to_be_a_contact_is_told_nothing_either),
        cmocka_unit_test(test_a_mark_that_is_not_told_holds_up_none_of_the_strangers),
        cmocka_unit_test(test_nobody_is_shown_typing_in_a_request),
        cmocka_unit_test(test_a_request_counts_nowhere),
    };
    return cmocka_run_group_tests_name("chat/message_request", tests, NULL, NULL);
}
