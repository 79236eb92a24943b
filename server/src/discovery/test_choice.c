/* Whom a client is sent to, and how many are handed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "discovery/choice.h"
#include "util/macros.h"

enum { NOW = 1000000, SELF = 1, ROOM = 1000 };

static void hear(struct nodes *nodes, uint64_t id, uint64_t connections, const char *region)
{
    static uint64_t number;
    char url[32];
    snprintf(url, sizeof(url), "ws://n%u/", (unsigned)id);
    nodes_heard(nodes,
                &(struct gossip){.id = id,
                                 .number = ++number,
                                 .state = NODE_UP,
                                 .roles = NODE_API | NODE_CHAT,
                                 .connections = connections,
                                 .connections_max = ROOM,
                                 .url = str_of(url),
                                 .region = str_of(region)},
                NOW);
}

static void say(struct nodes *nodes, uint64_t id, enum node_state state, uint64_t roles,
                const char *url)
{
    nodes_heard(nodes,
                &(struct gossip){.id = id,
                                 .number = UINT64_C(1) << 40,
                                 .state = state,
                                 .roles = roles,
                                 .connections_max = ROOM,
                                 .url = str_of(url)},
                NOW);
}

/* The ids that are named, as digits. */
static const char *named(struct nodes *nodes, const struct choice *c)
{
    static char digits[CHOICE_MAX + 1];
    const struct node *out[CHOICE_MAX];
    size_t n = choose_nodes(nodes, c, out);
    for (size_t i = 0; i < n; i++)
        digits[i] = (char)('0' + out[i]->id);
    digits[n] = 0;
    return digits;
}

static const struct choice least_loaded = {.policy = CHOICE_LEAST_LOADED};

static void test_the_least_loaded_comes_first(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 30, "");
    hear(&nodes, 2, 10, "");
    hear(&nodes, 3, 20, "");
    assert_string_equal(named(&nodes, &least_loaded), "231");
    assert_string_equal(named(&nodes, &(struct choice){.others = true}), "23");
    hear(&nodes, 5, 5, "");
    hear(&nodes, 4, 6, "");
    assert_string_equal(named(&nodes, &least_loaded), "5423"); /* no more than that */
    nodes_deinit(&nodes);
}

static void test_a_busy_node_is_loaded_too(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 300, "");
    nodes_heard(&nodes,
                &(struct gossip){.id = 2,
                                 .number = 1,
                                 .state = NODE_UP,
                                 .roles = NODE_CHAT,
                                 .connections_max = ROOM,
                                 .cpu_permille = 900,
                                 .url = STR("ws://n2/")},
                NOW);
    assert_string_equal(named(&nodes, &least_loaded), "12");
    nodes_deinit(&nodes);
}

/* All that come between two gossips do not go to one node. */
static void test_who_was_sent_counts_as_being_there(void **state)
{
    struct nodes nodes;
    uint32_t sent[4] = {0};
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 300, "");
    hear(&nodes, 2, 300, "");
    hear(&nodes, 3, 240, "");
    for (int i = 0; i < 360; i++)
        sent[named(&nodes, &least_loaded)[0] - '0']++;
    assert_in_range(sent[3], 155, 165);
    assert_in_range(sent[2], 95, 105);
    assert_in_range(sent[1], 95, 105);
    hear(&nodes, 3, 240, ""); /* they did not come */
    assert_string_equal(named(&nodes, &least_loaded), "312");
    nodes_deinit(&nodes);
}

static void test_the_same_region_comes_first(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 900, "eu");
    hear(&nodes, 2, 10, "us");
    hear(&nodes, 3, 950, "eu");
    assert_string_equal(named(&nodes, &least_loaded), "132");
    hear(&nodes, 1, ROOM, "eu");
    hear(&nodes, 3, ROOM, "eu");
    assert_string_equal(named(&nodes, &least_loaded), "2"); /* room comes before that */
    hear(&nodes, 2, ROOM, "us");
    assert_string_equal(named(&nodes, &least_loaded), "132"); /* there is none */
    nodes_deinit(&nodes);
}

static void test_turns_go_around(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    for (uint64_t id = 1; id <= 3; id++)
        hear(&nodes, id, id * 100, "");
    const char *expected[] = {"123", "231", "312", "123"};
    for (uint64_t turn = 0; turn < ARRAY_SIZE(expected); turn++)
        assert_string_equal(
            named(&nodes, &(struct choice){.policy = CHOICE_ROUND_ROBIN, .turn = turn}),
            expected[turn]);
    nodes_deinit(&nodes);
}

static void test_a_user_stays_where_the_hash_says(void **state)
{
    enum { USERS = 1000 };
    struct nodes nodes;
    char first[USERS];
    uint32_t moved = 0, at[6] = {0};
    (void)state;
    nodes_init(&nodes, SELF);
    for (uint64_t id = 1; id <= 4; id++)
        hear(&nodes, id, 0, "");
    for (uint64_t user = 0; user < USERS; user++) {
        struct choice c = {.policy = CHOICE_HASH, .user = user << 22};
        first[user] = named(&nodes, &c)[0];
        at[first[user] - '0']++;
        for (uint64_t id = 1; id <= 4; id++)
            hear(&nodes, id, user % 100, ""); /* load makes no difference */
        assert_int_equal(named(&nodes, &c)[0], first[user]);
    }
    for (int id = 1; id <= 4; id++)
        assert_in_range(at[id], USERS / 5, USERS * 3 / 10);
    hear(&nodes, 5, 0, "");
    for (uint64_t user = 0; user < USERS; user++) {
        char now = named(&nodes, &(struct choice){.policy = CHOICE_HASH, .user = user << 22})[0];
        moved += now != first[user];
        assert_true(now == first[user] || now == '5'); /* nobody moves among the old ones */
    }
    assert_in_range(moved, USERS / 8, USERS / 3);
    nodes_deinit(&nodes);
}

static void test_only_who_takes_sockets_is_named(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    assert_string_equal(named(&nodes, &least_loaded), "");
    say(&nodes, 1, NODE_UP, NODE_API | NODE_CHAT, ""); /* this one needs no address */
    say(&nodes, 2, NODE_UP, NODE_CHAT, "");
    say(&nodes, 3, NODE_UP, NODE_API, "ws://n3/");
    say(&nodes, 4, NODE_JOINING, NODE_CHAT, "ws://n4/");
    say(&nodes, 5, NODE_DRAINING, NODE_CHAT, "ws://n5/");
    say(&nodes, 6, NODE_REMOVED, NODE_CHAT, "ws://n6/");
    assert_string_equal(named(&nodes, &least_loaded), "1");
    assert_string_equal(named(&nodes, &(struct choice){.others = true}), "");
    nodes_deinit(&nodes);
}

static void test_one_address_is_one_node(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    say(&nodes, 1, NODE_UP, NODE_CHAT, "wss://all/");
    say(&nodes, 2, NODE_UP, NODE_CHAT, "wss://all/");
    say(&nodes, 3, NODE_UP, NODE_CHAT, "wss://all/");
    assert_int_equal(strlen(named(&nodes, &least_loaded)), 1);
    assert_string_equal(named(&nodes, &(struct choice){.others = true}), ""); /* it is ours, too */
    nodes_deinit(&nodes);
}

static void test_who_is_sent_away_stays_in_the_region(void **state)
{
    const struct choice away = {.others = true};
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 500, "eu");
    hear(&nodes, 2, 900, "eu");
    hear(&nodes, 3, 10, "us");
    hear(&nodes, 4, 20, "us");
    assert_string_equal(named(&nodes, &away), "2");
    hear(&nodes, 2, ROOM, "eu");
    assert_string_equal(named(&nodes, &away), "34");
    nodes_deinit(&nodes);
}

static void test_who_is_sent_away_goes_by_the_load(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 900, "");
    hear(&nodes, 2, 700, "");
    hear(&nodes, 3, 800, "");
    hear(&nodes, 4, 1, "");
    for (enum choice_policy policy = CHOICE_LEAST_LOADED; policy <= CHOICE_HASH; policy++)
        for (uint64_t turn = 0; turn < 4; turn++)
            assert_string_equal(
                named(&nodes, &(struct choice){.policy = policy, .turn = turn, .others = true}),
                "423");
    nodes_deinit(&nodes);
}

/* Such as one that hears nobody: those that it knows may all be gone. */
static void test_who_is_not_ready_names_itself_last(void **state)
{
    const struct choice away = {.others = true};
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    say(&nodes, 1, NODE_JOINING, NODE_API | NODE_CHAT, "");
    assert_string_equal(named(&nodes, &least_loaded), "1");
    hear(&nodes, 2, 10, "");
    hear(&nodes, 3, 20, "");
    assert_string_equal(named(&nodes, &least_loaded), "231");
    assert_string_equal(named(&nodes, &away), "23");
    for (uint64_t id = 4; id <= 6; id++)
        hear(&nodes, id, 10 * id, "");
    assert_string_equal(named(&nodes, &least_loaded), "2341"); /* never not at all */
    nodes_deinit(&nodes);

    nodes_init(&nodes, SELF);
    say(&nodes, 1, NODE_JOINING, NODE_API, "ws://n1/"); /* it takes none */
    hear(&nodes, 2, 10, "");
    assert_string_equal(named(&nodes, &least_loaded), "2");
    nodes_deinit(&nodes);

    nodes_init(&nodes, SELF);
    say(&nodes, 1, NODE_JOINING, NODE_CHAT, "wss://all/");
    say(&nodes, 2, NODE_UP, NODE_CHAT, "wss://all/");
    assert_string_equal(named(&nodes, &least_loaded), "2");
    nodes_deinit(&nodes);

    nodes_init(&nodes, SELF);
    say(&nodes, 1, NODE_DRAINING, NODE_CHAT, "ws://n1/");
    hear(&nodes, 2, 10, "");
    assert_string_equal(named(&nodes, &least_loaded), "2");
    nodes_deinit(&nodes);
}

static void test_who_joins_is_handed_its_share_slowly(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    assert_int_equal(hand_over_now(&nodes), 0);
    hear(&nodes, 1, 400, "");
    assert_int_equal(hand_over_now(&nodes), 0); /* nobody is there */
    hear(&nodes, 2, 400, "");
    assert_int_equal(hand_over_now(&nodes), 0);
    hear(&nodes, 3, 0, "");
    uint64_t ours = 400, theirs = 0, seconds = 0;
    for (uint64_t n; (n = hand_over_now(&nodes)) != 0; seconds++) {
        assert_in_range(n, 1, 4);
        hear(&nodes, 1, ours -= n, "");
        hear(&nodes, 2, ours, "");
        hear(&nodes, 3, theirs += 2 * n, "");
    }
    assert_in_range(ours, 267, 293); /* the other lacks a fifth at most: that is near enough */
    assert_in_range(seconds, 20, 60);
    hear(&nodes, 3, 800, "");
    assert_int_equal(hand_over_now(&nodes), 0); /* that is the other's to do */
    nodes_deinit(&nodes);
}

/* None of three has a fifth too many for long; but the fourth has too few. */
static void test_the_fourth_of_four_gets_its_share(void **state)
{
    struct nodes nodes;
    uint64_t ours = 1000, theirs = 0;
    (void)state;
    nodes_init(&nodes, SELF);
    for (uint64_t n = 1; n; n = hand_over_now(&nodes)) {
        theirs += 3 * n;
        for (uint64_t id = 1; id <= 3; id++)
            hear(&nodes, id, ours - n, "");
        hear(&nodes, 4, theirs, "");
        ours -= n;
    }
    assert_in_range(theirs, 600, 750);
    nodes_deinit(&nodes);
}

static void test_nobody_is_handed_over_to_another_region(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, 800, "eu");
    hear(&nodes, 2, 800, "eu");
    hear(&nodes, 3, 0, "us");
    assert_int_equal(hand_over_now(&nodes), 0);
    hear(&nodes, 4, 0, "eu");
    assert_int_equal(hand_over_now(&nodes), 8);
    nodes_deinit(&nodes);
}

static void test_few_are_left_where_they_are(void **state)
{
    struct nodes nodes;
    (void)state;
    nodes_init(&nodes, SELF);
    hear(&nodes, 1, HAND_OVER_MIN, "");
    hear(&nodes, 2, 0, "");
    assert_int_equal(hand_over_now(&nodes), 0);
    nodes_deinit(&nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_least_loaded_comes_first),
        cmocka_unit_test(test_a_busy_node_is_loaded_too),
        cmocka_unit_test(test_who_was_sent_counts_as_being_there),
        cmocka_unit_test(test_the_same_region_comes_first),
        cmocka_unit_test(test_turns_go_around),
        cmocka_unit_test(test_a_user_stays_where_the_hash_says),
        cmocka_unit_test(test_only_who_takes_sockets_is_named),
        cmocka_unit_test(test_one_address_is_one_node),
        cmocka_unit_test(test_who_is_sent_away_stays_in_the_region),
        cmocka_unit_test(test_who_is_sent_away_goes_by_the_load),
        cmocka_unit_test(test_who_is_not_ready_names_itself_last),
        cmocka_unit_test(test_who_joins_is_handed_its_share_slowly),
        cmocka_unit_test(test_the_fourth_of_four_gets_its_share),
        cmocka_unit_test(test_nobody_is_handed_over_to_another_region),
        cmocka_unit_test(test_few_are_left_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
