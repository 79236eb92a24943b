/* Reporting a message: who may, what is kept of it, and what admins see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chat/report.h"
#include "chat/test_core.h"

struct people {
    uint64_t ann, bob, carl;
    uint64_t group; /* Ann's, with Bob */
};

static struct people people(struct core *core)
{
    struct people p = {core_user(core, "ann"), core_user(core, "bob"), core_user(core, "carl"), 0};
    p.group = core_group(core, p.ann, &p.bob, 1);
    return p;
}

static uint64_t says(struct core *core, uint64_t from, uint64_t to, const char *text)
{
    struct chat_append a = {
        .type = EVENT_MESSAGE, .to = to, .kind = STR("text"), .text = str_of(text)};
    assert_int_equal(core_append(core, from, &a), CHAT_OK);
    return a.seq;
}

static enum chat_error reports(struct core *core, uint64_t who, uint64_t where, uint64_t seq,
                               uint64_t *id)
{
    struct chat_report r = {.call.user = who,
                            .conversation = where,
                            .seq = seq,
                            .reason = REPORT_ABUSE,
                            .comment = STR("look")};
    core_ask(core, chat_report, &r);
    *id = r.id;
    return r.call.error;
}

/* Outputs live as long as done() runs: what is looked at is looked at there. */
static struct {
    uint64_t n_open, n;
    uint64_t ids[4];
    char text[64];
    struct report newest;
} seen;

static void listed(struct chat_call *call)
{
    const struct chat_reports *list = (const struct chat_reports *)call;
    assert_int_equal(call->error, CHAT_OK);
    seen.n_open = list->n_open;
    seen.n = list->n_reports;
    for (uint32_t i = 0; i < list->n_reports && i < ARRAY_SIZE(seen.ids); i++)
        seen.ids[i] = list->reports[i].id;
    if (!list->n_reports)
        return;
    seen.newest = list->reports[0];
    assert_true(seen.newest.text.n < sizeof(seen.text));
    memcpy(seen.text, seen.newest.text.p, seen.newest.text.n);
    seen.text[seen.newest.text.n] = 0;
}

static void look(struct core *core, bool resolved, uint64_t before, uint32_t limit)
{
    struct chat_reports list = {
        .call.done = listed, .resolved = resolved, .before = before, .limit = limit};
    chat_reports(core->chat, &list);
    core_run(core);
}

static enum chat_error resolves(struct core *core, uint64_t by, uint64_t id)
{
    struct chat_report_resolve r = {.call.user = by, .id = id};
    core_ask(core, chat_report_resolve, &r);
    return r.call.error;
}

/* --- cases --- */

static void test_the_copy_stays_whatever_becomes_of_the_message(void **state)
{
    struct core *core = *state;
    struct people p = people(core);
    uint64_t id, again, seq = says(core, p.ann, p.group, "you fool");
    struct session session;
    session_begin(core->chat, &session, p.ann, 1);
    core_forget(core);
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_OK);
    assert_int_equal(core_told(core, SAID_EVENT, NULL), 0); /* nobody is told */
    assert_int_equal(reports(core, p.bob, p.group, seq, &again), CHAT_OK);
    assert_int_equal(again, id);
    struct chat_append delete = {.type = EVENT_DELETE, .conversation = p.group, .target = seq};
    assert_int_equal(core_append(core, p.ann, &delete), CHAT_OK);
    look(core, false, 0, 10);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.n_open, 1);
    assert_string_equal(seen.text, "you fool");
    assert_int_equal(seen.newest.reporter, p.bob);
    assert_int_equal(seen.newest.sender, p.ann);
    assert_int_equal(seen.newest.kind, CONVERSATION_GROUP);
    assert_int_equal(seen.newest.conversation, p.group);
    assert_int_equal(seen.newest.seq, seq);
    assert_int_equal(seen.newest.reason, REPORT_ABUSE);
    assert_int_equal(reports(core, p.bob, p.group, seq, &again), CHAT_NOT_FOUND); /* it is gone */
    session_end(core->chat, &session, core->mono_ms);
}

static void test_one_reports_what_one_may_read(void **state)
{
    struct core *core = *state;
    struct people p = people(core);
    uint64_t id, seq = says(core, p.ann, p.group, "x");
    assert_int_equal(reports(core, p.carl, p.group, seq, &id), CHAT_NOT_FOUND);
    assert_int_equal(reports(core, p.bob, p.group, 99, &id), CHAT_NOT_FOUND);
    assert_int_equal(reports(core, p.bob, p.group, 1, &id), CHAT_NOT_FOUND); /* no message */
    assert_int_equal(reports(core, p.bob, 12345, 1, &id), CHAT_NOT_FOUND);
    assert_int_equal(reports(core, p.ann, p.group, seq, &id), CHAT_INVALID); /* her own */
    struct chat_append out = {.type = EVENT_REMOVED, .conversation = p.group, .user = p.bob};
    assert_int_equal(core_append(core, p.ann, &out), CHAT_OK);
    uint64_t later = says(core, p.ann, p.group, "now that he is gone");
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_OK); /* as a former member */
    assert_int_equal(reports(core, p.bob, p.group, later, &id), CHAT_NOT_FOUND);
    struct chat_report odd = {
        .call.user = p.bob, .conversation = p.group, .seq = seq, .reason = REPORT_REASONS};
    core_ask(core, chat_report, &odd);
    assert_int_equal(odd.call.error, CHAT_INVALID);
    look(core, false, 0, 10);
    assert_int_equal(seen.n_open, 1);
}

/* Who would not see something again may well want it to be seen to. */
static void test_what_one_hid_can_be_reported(void **state)
{
    struct core *core = *state;
    struct people p = people(core);
    uint64_t id, seq = says(core, p.ann, p.group, "you fool");
    struct chat_append hide = {
        .type = EVENT_HIDE, .source = p.group, .source_seq = seq, .number = HIDE_UP_TO};
    assert_int_equal(core_append(core, p.bob, &hide), CHAT_OK);
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_OK);
    look(core, false, 0, 10);
    assert_string_equal(seen.text, "you fool");
}

static void test_resolved_reports_stand_apart(void **state)
{
    struct core *core = *state;
    struct people p = people(core);
    uint64_t ids[3], again;
    for (int i = 0; i < 3; i++)
        assert_int_equal(reports(core, p.bob, p.group, says(core, p.ann, p.group, "spam"), &ids[i]),
                         CHAT_OK);
    assert_int_equal(resolves(core, p.carl, ids[1]), CHAT_OK);
    assert_int_equal(resolves(core, p.ann, ids[1]), CHAT_OK); /* it stays Carl's */
    assert_int_equal(resolves(core, p.carl, 77), CHAT_NOT_FOUND);
    look(core, false, 0, 1);
    assert_int_equal(seen.n_open, 2);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.ids[0], ids[2]); /* the newest first */
    look(core, false, ids[2], 10);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.ids[0], ids[0]);
    look(core, true, 0, 10);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.newest.resolved_by, p.carl);
    assert_int_equal(seen.newest.resolved_ms, CORE_WALL_MS);
    /* what was seen to may be reported anew */
    assert_int_equal(reports(core, p.bob, p.group, seen.newest.seq, &again), CHAT_OK);
    assert_true(again > ids[2]);
}

static void test_nobody_fills_the_list(void **state)
{
    struct core *core = *state;
    struct people p = people(core);
    uint64_t first = 0, id, seq = 0;
    for (int i = 0; i < REPORTS_USER_MAX; i++) {
        seq = says(core, p.ann, p.group, "x");
        assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_OK);
        first = first ? first : id;
    }
    uint64_t more = says(core, p.ann, p.group, "x"), by_bob = says(core, p.bob, p.group, "y");
    assert_int_equal(reports(core, p.bob, p.group, more, &id), CHAT_FULL);
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_OK); /* a repeat */
    assert_int_equal(reports(core, p.ann, p.group, by_bob, &id), CHAT_OK);
    assert_int_equal(resolves(core, 0, first), CHAT_OK);
    assert_int_equal(reports(core, p.bob, p.group, more, &id), CHAT_OK);
}

static void test_what_the_store_refuses_is_told(void **state)
{
    struct core *core = *state;
    struct people p = people(core);
    uint64_t id, seq = says(core, p.ann, p.group, "x");
    core->fails[STORE_OP_REPORT_PUT] = true;
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_UNAVAILABLE);
    core->fails[STORE_OP_REPORT_PUT] = false;
    core->fails[STORE_OP_EVENTS] = true;
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_UNAVAILABLE);
    core->fails[STORE_OP_EVENTS] = false;
    assert_int_equal(reports(core, p.bob, p.group, seq, &id), CHAT_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, core_begin, core_end)
    const struct CMUnitTest tests[] = {
        TEST(test_the_copy_stays_whatever_becomes_of_the_message),
        TEST(test_one_reports_what_one_may_read),
        TEST(test_what_one_hid_can_be_reported),
        TEST(test_resolved_reports_stand_apart),
        TEST(test_nobody_fills_the_list),
        TEST(test_what_the_store_refuses_is_told),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
