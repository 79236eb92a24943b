/* What a key stands for: any other contents have another digest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chat/digest.h"
#include "chat/test_core.h"

static int begin(void **state)
{
    *state = core_new(NULL);
    return 0;
}

static int end(void **state)
{
    core_free(*state);
    return 0;
}

static bool same_append(const struct core *core, struct chat_append a, struct chat_append b)
{
    uint8_t one[EVENT_DIGEST_BYTES], other[EVENT_DIGEST_BYTES];
    digest_append(core->chat, &a, one);
    digest_append(core->chat, &b, other);
    return memcmp(one, other, sizeof(one)) == 0;
}

static const struct chat_append edit = {
    .type = EVENT_EDIT, .target = 3, .user = 4, .role = ROLE_ADMIN, .text = {"text", 4}};

static void test_the_same_command_has_the_same_digest(void **state)
{
    assert_true(same_append(*state, edit, edit));
}

static void test_every_part_of_the_contents_counts(void **state)
{
    static const uint64_t one[] = {7};
    struct chat_append others[] = {edit, edit, edit, edit, edit, edit, edit, edit,
                                   edit, edit, edit, edit, edit, edit, edit};
    others[0].type = EVENT_REACTION;
    others[1].target = 5;
    others[2].user = 5;
    others[3].role = ROLE_MEMBER;
    others[4].kind = STR("text");
    others[5].text = STR("texts");
    others[6].about = STR("about");
    others[7].mentions = one;
    others[7].n_mentions = 1;
    others[8].number = 1;
    others[9].source = 1;
    others[9].source_seq = 7;
    others[10].source = 7;
    others[10].source_seq = 1;
    others[11].until_ms = 1;
    others[12].changes = 1;
    assert_false(same_append(*state, others[9], others[10]));
    others[13].holds_ms = 1;
    others[14].privacy = 1;
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_false(same_append(*state, edit, others[i]));
}

static void test_where_it_is_sent_and_what_was_seen_do_not_count(void **state)
{
    struct chat_append again = edit;
    again.to = 77;
    again.conversation = 78;
    again.after = 79;
    again.key = STR("k");
    assert_true(same_append(*state, edit, again));
}

static void test_absent_is_not_empty_and_bytes_do_not_move_over(void **state)
{
    struct chat_append a = {.type = EVENT_PROFILE, .text = STR("name")}, b = a;
    b.about = STR("");
    assert_false(same_append(*state, a, b));
    a = (struct chat_append){.type = EVENT_PROFILE, .text = STR("ab"), .about = STR("c")};
    b = (struct chat_append){.type = EVENT_PROFILE, .text = STR("a"), .about = STR("bc")};
    assert_false(same_append(*state, a, b));
}

static void test_a_group_is_its_title_history_and_members(void **state)
{
    struct core *core = *state;
    const uint64_t members[] = {4, 5}, swapped[] = {5, 4};
    struct chat_group_create group = {
        .title = STR("us"), .history = HISTORY_ALL, .members = members, .n_members = 2};
    struct chat_group_create others[] = {group, group, group, group};
    others[0].title = STR("them");
    others[1].history = HISTORY_JOINED;
    others[2].n_members = 1;
    others[3].members = swapped;
    uint8_t one[EVENT_DIGEST_BYTES], other[EVENT_DIGEST_BYTES];
    digest_group(core->chat, &group, one);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        digest_group(core->chat, &others[i], other);
        assert_memory_not_equal(one, other, sizeof(one));
    }
}

/* The same key again, with other contents: refused, also after the message is gone. */
static void test_a_key_is_not_used_for_something_else(void **state)
{
    struct core *core = *state;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    struct chat_append a = {
        .type = EVENT_MESSAGE, .to = bob, .kind = STR("text"), .text = STR("one"), .key = STR("k")};
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    uint64_t seq = a.seq;
    assert_int_equal(core_append(core, ann, &a), CHAT_OK);
    assert_true(a.known);
    assert_int_equal(a.seq, seq);
    struct chat_append gone = {
        .type = EVENT_DELETE, .conversation = a.conversation, .target = seq, .key = STR("d")};
    assert_int_equal(core_append(core, ann, &gone), CHAT_OK);
    a.text = STR("two");
    assert_int_equal(core_append(core, ann, &a), CHAT_KEY_REUSED);
    assert_int_equal(core_append(core, bob, &a), CHAT_OK); /* keys are their sender's */
}

static void test_made_keys_differ(void **state)
{
    struct core *core = *state;
    char one[32], other[32];
    struct str a = digest_made_key(core->chat, one), b = digest_made_key(core->chat, other);
    assert_int_equal(a.n, 24);
    assert_false(str_eq(a, b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_same_command_has_the_same_digest, begin, end),
        cmocka_unit_test_setup_teardown(test_every_part_of_the_contents_counts, begin, end),
        cmocka_unit_test_setup_teardown(test_where_it_is_sent_and_what_was_seen_do_not_count, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_absent_is_not_empty_and_bytes_do_not_move_over, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_a_group_is_its_title_history_and_members, begin, end),
        cmocka_unit_test_setup_teardown(test_a_key_is_not_used_for_something_else, begin, end),
        cmocka_unit_test_setup_teardown(test_made_keys_differ, begin, end),
    };
    return cmocka_run_group_tests_name("chat/digest", tests, NULL, NULL);
}
