/* What goes out as JSON, record by record; and what a refusal of the domain is on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chat/inbox.h"
#include "chat/session.h"
#include "cmd/call.h"
#include "cmd/encode.h"

static void assert_event(const struct event *e, uint64_t viewer, const char *expected)
{
    struct builder out = {0};
    struct writer w = {.out = &out};
    encode_event(&w, e, viewer);
    builder_add_byte(&out, 0);
    assert_string_equal(builder_str(&out).p, expected);
    builder_deinit(&out);
}

#define HEAD(type)                                                                                 \
    "{\"type\":\"" type "\",\"conversation\":\"9\",\"seq\":4,\"n\":3,\"rev\":6,\"time\":1000,"     \
    "\"sender\":\"7\","

/* An event as every type has it, of user 7. */
static struct event event_of(enum event_type type)
{
    return (struct event){.conversation = 9,
                          .seq = 4,
                          .n = 3,
                          .rev = 6,
                          .time_ms = 1000,
                          .sender = 7,
                          .type = type,
                          .key = STR("k:1")};
}

static void test_message_in_all_its_states(void **state)
{
    (void)state;
    struct reaction reactions[] = {{.user = 8, .seq = 5, .emoji = STR("\xf0\x9f\x91\x8d")}};
    struct event e = event_of(EVENT_MESSAGE);
    e.kind = STR("text");
    e.text = STR("a \"b\"\n\x01");
    assert_event(&e, 0, HEAD("message") "\"kind\":\"text\",\"text\":\"a \\\"b\\\"\\n\\u0001\"}");
    assert_event(&e, 8, HEAD("message") "\"kind\":\"text\",\"text\":\"a \\\"b\\\"\\n\\u0001\"}");
    assert_event(&e, 7,
                 HEAD("message") "\"key\":\"k:1\",\"kind\":\"text\","
                                 "\"text\":\"a \\\"b\\\"\\n\\u0001\"}");
    e.text = STR("x");
    e.target = 2;
    e.edited_seq = 6;
    e.reactions = reactions;
    e.n_reactions = 1;
    assert_event(
        &e, 0,
        HEAD("message") "\"kind\":\"text\",\"text\":\"x\",\"reply_to\":2,\"edited\":6,"
                        "\"reactions\":[{\"user\":\"8\",\"emoji\":\"\xf0\x9f\x91\x8d\"}]}");
    e.n_reactions = 0;
    e.edited_seq = 0;
    e.mentions = (const uint64_t[]){8, 9};
    e.n_mentions = 2;
    e.forwarded = true;
    e.expires_ms = 9000;
    assert_event(&e, 0,
                 HEAD("message") "\"kind\":\"text\",\"text\":\"x\",\"reply_to\":2,"
                                 "\"forwarded\":true,\"expires\":9000,\"mentions\":[\"8\",\"9\"]}");
    e.forwarded = false;
    e.expires_ms = 0;
    /* What is left of a deleted one never has its text, even if a row still held it. */
    e.deleted = true;
    e.n_mentions = 0;
    assert_event(&e, 0, HEAD("message") "\"kind\":\"text\",\"reply_to\":2,\"deleted\":true}");
}

static void test_events_that_change_a_message(void **state)
{
    (void)state;
    struct event e = event_of(EVENT_EDIT);
    e.target = 2;
    assert_event(&e, 0, HEAD("edit") "\"target\":2}");
    e.text = STR("new");
    assert_event(&e, 0, HEAD("edit") "\"target\":2,\"text\":\"new\"}");
    e.type = EVENT_DELETE;
    assert_event(&e, 0, HEAD("delete") "\"target\":2}");
    e.type = EVENT_PIN;
    assert_event(&e, 0, HEAD("pin") "\"target\":2}");
    e.type = EVENT_UNPIN;
    assert_event(&e, 0, HEAD("unpin") "\"target\":2}");
    e.type = EVENT_TIMER;
    assert_event(&e, 0, HEAD("timer") "\"seconds\":0}");
    e.number = 60;
    assert_event(&e, 0, HEAD("timer") "\"seconds\":60}");
    e.type = EVENT_REACTION;
    e.text = STR("");
    assert_event(&e, 0, HEAD("reaction") "\"target\":2,\"emoji\":\"\"}");
}

static void test_events_of_a_group(void **state)
{
    (void)state;
    struct event_member members[] = {{7, ROLE_OWNER}, {8, ROLE_MEMBER}};
    struct event e = event_of(EVENT_CREATED);
    e.text = STR("Tea");
    e.history = HISTORY_ALL;
    e.members = members;
    e.n_members = 2;
    assert_event(&e, 0,
                 HEAD("created") "\"title\":\"Tea\",\"history\":\"all\",\"members\":["
                                 "{\"user\":\"7\",\"role\":\"owner\"},"
                                 "{\"user\":\"8\",\"role\":\"member\"}]}");
    e = event_of(EVENT_ADDED);
    e.user = 8;
    assert_event(&e, 0, HEAD("added") "\"user\":\"8\"}");
    e.type = EVENT_REMOVED;
    assert_event(&e, 0, HEAD("removed") "\"user\":\"8\"}");
    e.type = EVENT_LEFT;
    assert_event(&e, 0, HEAD("left") "\"user\":\"7\",\"new_owner\":\"8\"}");
    e.user = 0;
    assert_event(&e, 0, HEAD("left") "\"user\":\"7\"}");
    e = event_of(EVENT_ROLE);
    e.user = 8;
    e.role = ROLE_ADMIN;
    assert_event(&e, 0, HEAD("role") "\"user\":\"8\",\"role\":\"admin\"}");
    e = event_of(EVENT_TITLE);
    e.text = STR("Coffee");
    assert_event(&e, 0, HEAD("title") "\"title\":\"Coffee\"}");
    e = event_of(EVENT_DESCRIPTION);
    e.text = STR("");
    assert_event(&e, 0, HEAD("description") "\"description\":\"\"}");
    e = event_of(EVENT_PICTURE);
    e.number = 12;
    assert_event(&e, 0, HEAD("picture") "\"picture\":\"12\"}");
    e.number = 0;
    e.type = EVENT_ANNOUNCE;
    assert_event(&e, 0, HEAD("announce") "\"on\":false}");
    e = event_of(EVENT_INVITE);
    e.number = 3;
    assert_event(&e, 0, HEAD("invite") "\"uses_max\":3}");
    e.expires_ms = 5000;
    assert_event(&e, 0, HEAD("invite") "\"expires\":5000,\"uses_max\":3}");
    e = event_of(EVENT_UNINVITE);
    e.target = 2;
    assert_event(&e, 0, HEAD("uninvite") "\"invite\":2}");
    e.type = EVENT_JOINED;
    e.user = 7;
    assert_event(&e, 0, HEAD("joined") "\"user\":\"7\",\"invite\":2}");
}

static void test_events_of_the_own_log(void **state)
{
    (void)state;
    struct event e = event_of(EVENT_PROFILE);
    e.about = STR("");
    assert_event(&e, 0, HEAD("profile") "\"about\":\"\"}");
    e = event_of(EVENT_PROFILE);
    e.text = STR("Ann");
    assert_event(&e, 0, HEAD("profile") "\"display_name\":\"Ann\"}");
    e = event_of(EVENT_CONTACT_REQUEST);
    e.user = 8;
    assert_event(&e, 0, HEAD("contact_request") "\"user\":\"8\"}");
    e = event_of(EVENT_PRIVACY);
    e.privacy = privacy_one(PRIVACY_WRITE, 3) | privacy_one(PRIVACY_LAST_SEEN, 1);
    assert_event(&e, 0, HEAD("privacy") "\"last_seen\":\"everyone\",\"write\":\"nobody\"}");
    e = event_of(EVENT_RENAME);
    e.text = STR("ann");
    e.about = STR("what looks like it");
    assert_event(&e, 0, HEAD("rename") "\"username\":\"ann\"}");
    e = event_of(EVENT_SIGNED_IN);
    e.number = 77;
    e.text = STR("phone");
    assert_event(&e, 0, HEAD("signed_in") "\"device\":\"77\",\"name\":\"phone\"}");
    e = event_of(EVENT_SECOND_FACTOR);
    e.changes = FACTOR_RECOVERY_USED;
    e.number = 77;
    assert_event(&e, 0,
                 HEAD("second_factor") "\"change\":\"recovery_code_used\",\"device\":\"77\"}");
    e.changes = FACTOR_DISABLED;
    e.number = 0;
    assert_event(&e, 0, HEAD("second_factor") "\"change\":\"disabled\"}");
    e = event_of(EVENT_BLOCK);
    e.user = 8;
    assert_event(&e, 0, HEAD("block") "\"user\":\"8\"}");
    e.type = EVENT_UNBLOCK;
    assert_event(&e, 0, HEAD("unblock") "\"user\":\"8\"}");
    e = event_of(EVENT_STAR);
    e.subject = 6;
    e.target = 2;
    assert_event(&e, 0, HEAD("star") "\"subject\":\"6\",\"target\":2}");
    e.type = EVENT_UNSTAR;
    assert_event(&e, 0, HEAD("unstar") "\"subject\":\"6\",\"target\":2}");
    e = event_of(EVENT_DRAFT);
    e.subject = 6;
    e.text = STR("hel");
    e.target = 2;
    assert_event(&e, 0, HEAD("draft") "\"subject\":\"6\",\"text\":\"hel\",\"reply_to\":2}");
    e.text = STR("");
    e.target = 0;
    assert_event(&e, 0, HEAD("draft") "\"subject\":\"6\",\"text\":\"\"}");
    e.deleted = true;
    assert_event(&e, 0, HEAD("draft") "\"subject\":\"6\"}");
    e = event_of(EVENT_HIDE);
    e.subject = 6;
    e.target = 2;
    assert_event(&e, 0, HEAD("hide") "\"subject\":\"6\",\"target\":2,\"up_to\":false}");
    e.number = HIDE_UP_TO;
    assert_event(&e, 0, HEAD("hide") "\"subject\":\"6\",\"target\":2,\"up_to\":true}");
    e = event_of(EVENT_PREFERENCES);
    e.subject = 6;
    e.changes = PREFERENCE_MUTED | PREFERENCE_PINNED;
    assert_event(&e, 0,
                 HEAD("preferences") "\"subject\":\"6\",\"muted_until\":0,\"pinned\":false}");
    e.changes = PREFERENCES_ALL;
    e.number = PREFERENCES_ON_OFF;
    e.until_ms = 5;
    assert_event(&e, 0,
                 HEAD("preferences") "\"subject\":\"6\",\"muted_until\":5,\"pinned\":true,"
                                     "\"archived\":true,\"unread\":true}");
}

static void assert_entry(const struct inbox_entry *entry, const char *expected)
{
    struct builder out = {0};
    struct writer w = {.out = &out};
    encode_entries(&w, "entries", entry, 1, 7);
    builder_add_byte(&out, 0);
    assert_string_equal(builder_str(&out).p, expected);
    builder_deinit(&out);
}

static void test_entries_of_each_kind(void **state)
{
    (void)state;
    struct inbox_entry e = {
        .conversation = {.id = 9, .kind = CONVERSATION_DIRECT, .users = {5, 7}},
        .me = {.user = 7, .read_seq = 2, .read_n = 2, .delivered_seq = 3},
        .head = {.seq = 8, .n = 6, .time_ms = 1000},
        .peer_delivered_seq = 4,
        .peer_read_seq = 1,
    };
    assert_entry(&e, "\"entries\":[{\"conversation\":\"9\",\"kind\":\"direct\",\"peer\":\"5\","
                     "\"peer_delivered\":4,\"peer_read\":1,\"head\":8,\"n\":6,\"time\":1000,"
                     "\"first\":1,\"unread\":4,\"read\":2,\"delivered\":3}]");
    e.me.preferences = (struct preferences){.rev = 7,
                                            .muted_until_ms = 9000,
                                            .pinned = 4,
                                            .archived = true,
                                            .unread = true,
                                            .cleared_seq = 3};
    assert_entry(
        &e, "\"entries\":[{\"conversation\":\"9\",\"kind\":\"direct\",\"peer\":\"5\","
            "\"peer_delivered\":4,\"peer_read\":1,\"head\":8,\"n\":6,\"time\":1000,"
            "\"first\":1,\"unread\":4,\"read\":2,\"delivered\":3,"
            "\"cleared\":3,\"preferences\":7,\"muted_until\":9000,\"pinned\":4,\"archived\":true,"
            "\"marked_unread\":true}]");
    e.me.preferences = (struct preferences){.rev = 8};
    assert_entry(&e, "\"entries\":[{\"conversation\":\"9\",\"kind\":\"direct\",\"peer\":\"5\","
                     "\"peer_delivered\":4,\"peer_read\":1,\"head\":8,\"n\":6,\"time\":1000,"
                     "\"first\":1,\"unread\":4,\"read\":2,\"delivered\":3,\"preferences\":8}]");
    e.me.preferences = (struct preferences){0};
    struct event last = event_of(EVENT_TITLE);
    last.text = STR("t");
    last.key = (struct str){0};
    e.conversation =
        (struct conversation){.id = 9, .kind = CONVERSATION_GROUP, .title = STR("Tea")};
    e.me.role = ROLE_ADMIN;
    e.me.from_seq = 3;
    e.me.read_n = 9; /* a removal can lie before what was read */
    e.last = &last;
    assert_entry(&e, "\"entries\":[{\"conversation\":\"9\",\"kind\":\"group\",\"title\":\"Tea\","
                     "\"role\":\"admin\",\"head\":8,\"n\":6,\"time\":1000,\"first\":3,\"unread\":0,"
                     "\"read\":2,\"delivered\":3,\"last\":" HEAD("title") "\"title\":\"t\"}}]");
    e.last = NULL;
    e.conversation.description = STR("With milk");
    e.conversation.picture = 12;
    e.conversation.announce = true;
    assert_entry(&e, "\"entries\":[{\"conversation\":\"9\",\"kind\":\"group\",\"title\":\"Tea\","
                     "\"description\":\"With milk\",\"picture\":\"12\",\"announce\":true,"
                     "\"role\":\"admin\",\"head\":8,\"n\":6,\"time\":1000,\"first\":3,\"unread\":0,"
                     "\"read\":2,\"delivered\":3}]");
    conversation_as_left(&e.conversation, &(struct member){.left_title = STR("Tea")});
    e.me.left = true;
    assert_entry(&e, "\"entries\":[{\"conversation\":\"9\",\"kind\":\"group\",\"title\":\"Tea\","
                     "\"head\":8,\"n\":6,\"time\":1000,\"first\":3,\"unread\":0,"
                     "\"read\":2,\"delivered\":3,\"left\":true}]");
}

static void assert_built(struct builder *out, const char *expected)
{
    builder_add_byte(out, 0);
    assert_string_equal(builder_str(out).p, expected);
    builder_deinit(out);
}

static void test_pushes(void **state)
{
    (void)state;
    struct builder out = {0};
    const struct mark marks[] = {{7, 5, 4, .unread = 3}, {8, 6, 0, .unread = 9}};
    struct builder array = {0};
    encode_marks(&array, marks, 2);
    encode_push_receipts(&out, 9, builder_str(&array), NULL);
    assert_built(&out, "{\"push\":\"receipts\",\"conversation\":\"9\",\"marks\":["
                       "{\"user\":\"7\",\"delivered\":5,\"read\":4},"
                       "{\"user\":\"8\",\"delivered\":6,\"read\":0}]}");
    builder_reset(&array);
    encode_marks(&array, marks, 1);
    encode_push_receipts(&out, 9, builder_str(&array), &marks[0].unread);
    assert_built(&out, "{\"push\":\"receipts\",\"conversation\":\"9\",\"marks\":["
                       "{\"user\":\"7\",\"delivered\":5,\"read\":4}],\"unread\":3}");
    builder_deinit(&array);
    encode_push_presence(&out, &(struct presence){.user = 7, .online = true});
    assert_built(&out, "{\"push\":\"presence\",\"user\":\"7\",\"online\":true}");
    encode_push_presence(&out, &(struct presence){.user = 7, .last_seen_ms = 1000});
    assert_built(&out,
                 "{\"push\":\"presence\",\"user\":\"7\",\"online\":false,\"last_seen\":1000}");
    encode_push_typing(&out, 9, 7);
    assert_built(&out, "{\"push\":\"typing\",\"conversation\":\"9\",\"user\":\"7\"}");
    encode_push_goaway(&out, GOAWAY_SHUTDOWN, 2000, NULL, 0);
    assert_built(&out, "{\"push\":\"goaway\",\"reason\":\"shutdown\",\"reconnect_ms\":2000}");
    struct str nodes[] = {STR("wss://a/v1/socket"), STR("wss://b/v1/socket")};
    encode_push_goaway(&out, GOAWAY_BALANCE, 0, nodes, 2);
    assert_built(&out, "{\"push\":\"goaway\",\"reason\":\"balance\",\"reconnect_ms\":0,\"nodes\":"
                       "[{\"url\":\"wss://a/v1/socket\"},{\"url\":\"wss://b/v1/socket\"}]}");
}

/* A call that is answered once. */

struct asked {
    struct call call;
    int answers;
};

static void answered(struct call *call)
{
    struct asked *asked = container_of(call, struct asked, call);
    asked->answers++;
    builder_add_byte(&call->out, 0);
}

static void ignored(struct chat_call *call)
{
    (void)call;
}

static void assert_refused(bool framed, struct chat_call outcome, const char *expected)
{
    struct asked asked = {.call = {.framed = framed, .id = 3, .answered = answered}};
    struct chat_call *request = call_ask(&asked.call, sizeof(*request), ignored);
    request->error = outcome.error;
    request->retry_after_ms = outcome.retry_after_ms;
    request->head = outcome.head;
    assert_ptr_equal(call_of(request), &asked.call);
    assert_true(call_refused(&asked.call));
    assert_int_equal(asked.answers, 1);
    assert_string_equal(builder_str(&asked.call.out).p, expected);
    builder_deinit(&asked.call.out);
    arena_deinit(&asked.call.arena);
}

static void test_refusals_have_their_code_and_what_goes_with_it(void **state)
{
    (void)state;
    assert_refused(true, (struct chat_call){.error = CHAT_AHEAD, .head = 5, .retry_after_ms = 9},
                   "{\"id\":3,\"error\":{\"message\":\"This seq lies beyond the end of the "
                   "conversation.\",\"code\":\"ahead\",\"head\":5}}");
    assert_refused(false,
                   (struct chat_call){.error = CHAT_OVERLOADED, .head = 5, .retry_after_ms = 9},
                   "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                   "\"detail\":\"The server has too much to do.\",\"code\":\"overloaded\","
                   "\"retry_after_ms\":9}");
}

static void test_every_refusal_is_told(void **state)
{
    (void)state;
    for (int error = 1; error < CHAT_ERRORS; error++) {
        struct asked asked = {.call = {.answered = answered}};
        struct chat_call *request = call_ask(&asked.call, sizeof(*request), ignored);
        request->error = (enum chat_error)error;
        assert_true(call_refused(&asked.call));
        assert_true(asked.call.problem.error > API_OK);
        assert_true(asked.call.problem.error != API_ERROR_INTERNAL);
        builder_deinit(&asked.call.out);
        arena_deinit(&asked.call.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_in_all_its_states),
        cmocka_unit_test(test_events_that_change_a_message),
        cmocka_unit_test(test_events_of_a_group),
        cmocka_unit_test(test_events_of_the_own_log),
        cmocka_unit_test(test_entries_of_each_kind),
        cmocka_unit_test(test_pushes),
        cmocka_unit_test(test_refusals_have_their_code_and_what_goes_with_it),
        cmocka_unit_test(test_every_refusal_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
