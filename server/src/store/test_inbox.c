/* The contract: what is listed, and what changed. */
#include "store/test_rig.h"
#include "util/crypto.h"

static void test_a_direct_is_listed_from_its_first_message(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    struct store_inbox_list empty = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &empty);
    assert_int_equal(empty.n_entries, 0);
    store_request_deinit(&empty.base);
    say(rig, DIRECT, ALICE, "a1", "hello");
    struct store_inbox_list list = {.user = BOB, .limit = 10, .unread_only = true};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.n_entries, 1);
    assert_int_equal(list.total_unread, 1);
    assert_true(str_eq(list.entries[0].last->text, STR("hello")));
    store_request_deinit(&list.base);
}

static void test_changes_come_once_by_token(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    make_group(rig);
    say(rig, DIRECT, ALICE, "a1", "hello");
    struct store_inbox_changes first = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_changes, &first);
    assert_int_equal(first.n_entries, 0); /* the own log has no event yet */
    say(rig, GROUP, ALICE, "a2", "news");
    struct store_inbox_changes second = {.user = BOB, .limit = 10, .token = str_of(first.next)};
    ask(rig, store_inbox_changes, &second);
    assert_int_equal(second.n_entries, 1);
    assert_int_equal(second.entries[0].conversation.id, GROUP);
    struct store_inbox_changes third = {.user = BOB, .limit = 10, .token = str_of(second.next)};
    ask(rig, store_inbox_changes, &third);
    assert_int_equal(third.n_entries, 0);
    struct store_inbox_changes foreign = {.user = BOB, .limit = 10, .token = STR("1.2")};
    ask(rig, store_inbox_changes, &foreign);
    assert_int_equal(foreign.base.status, STORE_TRUNCATED);
    store_request_deinit(&first.base);
    store_request_deinit(&second.base);
    store_request_deinit(&third.base);
    store_request_deinit(&foreign.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_direct_is_listed_from_its_first_message),
        both(test_changes_come_once_by_token),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/inbox", tests, NULL, NULL);
}
