/* What nodes say, as bytes; and who counts as down by when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "discovery/nodes.h"
#include "util/buf.h"
#include "util/macros.h"

enum { NOW = 1000000, SELF = 1 };

/* --- gossip --- */

static const struct gossip whole = {
    .id = 7,
    .number = 3,
    .state = NODE_DRAINING,
    .roles = NODE_CHAT,
    .connections = 12,
    .connections_max = 10000,
    .cpu_permille = 640,
    .noted = 9,
    .url = {"wss://a.example/v1/socket", 25},
    .region = {"eu-1", 4},
    .version = {"0.9.0", 5},
};

static void assert_same(const struct gossip *a, const struct gossip *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->roles, b->roles);
    assert_int_equal(a->connections, b->connections);
    assert_int_equal(a->connections_max, b->connections_max);
    assert_int_equal(a->cpu_permille, b->cpu_permille);
    assert_int_equal(a->noted, b->noted);
    assert_true(str_eq(a->url, b->url));
    assert_true(str_eq(a->region, b->region));
    assert_true(str_eq(a->version, b->version));
}

static void test_gossip_is_read_as_it_was_written(void **state)
{
    struct builder b = {0};
    struct gossip read;
    (void)state;
    gossip_encode(&b, &whole);
    assert_true(gossip_decode(&read, builder_str(&b)));
    assert_same(&read, &whole);
    builder_deinit(&b);
}

static void test_fields_of_a_later_version_are_skipped(void **state)
{
    static const char more[] = "\xc8\x00\x03new\xc9\x00";
    struct builder b = {0};
    struct gossip read;
    (void)state;
    builder_add(&b, more, sizeof(more)); /* with the 0 byte: the second one is empty */
    gossip_encode(&b, &whole);
    builder_add(&b, more, sizeof(more));
    assert_true(gossip_decode(&read, builder_str(&b)));
    assert_same(&read, &whole);
    builder_reset(&b);
    gossip_encode(&b, &(struct gossip){.id = 7, .number = 1, .state = (enum node_state)99});
    assert_true(gossip_decode(&read, builder_str(&b)));
    assert_int_equal(read.state, NODE_JOINING); /* nobody is sent there */
    builder_deinit(&b);
}

static void test_no_gossip_is_told_from_one(void **state)
{
    struct builder b = {0};
    struct gossip read;
    (void)state;
    gossip_encode(&b, &whole);
    struct str good = builder_str(&b);
    for (size_t n = 0; n < good.n; n++)
        if (gossip_decode(&read, str_n(good.p, n))) /* cut between two fields */
            assert_true(read.id && read.number);
    assert_false(gossip_decode(&read, str_n(good.p, good.n - 1)));
    assert_false(gossip_decode(&read, STR("")));
    assert_false(gossip_decode(&read, STR("\x01\x00\x09"
                                          "123456789"))); /* a number of 9 bytes */
    builder_reset(&b);
    struct gossip steers = whole;
    steers.region = STR("\x1b[2J");
    gossip_encode(&b, &steers);
    assert_false(gossip_decode(&read, builder_str(&b)));
    builder_deinit(&b);
}

static void test_numbers_that_nobody_has_are_cut(void **state)
{
    struct builder b = {0};
    struct gossip read, much = whole;
    (void)state;
    much.connections = much.connections_max = much.cpu_permille = UINT64_MAX;
    gossip_encode(&b, &much);
    assert_true(gossip_decode(&read, builder_str(&b)));
    assert_int_equal(read.connections, UINT32_MAX);
    assert_int_equal(read.connections_max, UINT32_MAX);
    assert_int_equal(read.cpu_permille, UINT32_MAX);
    builder_deinit(&b);
}

/* --- who is there --- */

static void hear(struct nodes *nodes, uint64_t id, uint64_t number, uint64_t now_ms)
{
    char url[32];
    snprintf(url, sizeof(url), "ws://n%u/", (unsigned)id);
    nodes_heard(
        nodes,
        &(struct gossip){
            .id = id, .number = number, .state = NODE_UP, .roles = NODE_CHAT, .url = str_of(url)},
        now_ms);
}

static enum node_state state_of(const struct nodes *nodes, uint64_t id)
{
    const struct node *node = map_get(&nodes->map, id);
    assert_non_null(node);
    return node->state;
}

/* This one and `n` others, heard at `now_ms`. */
static void begin(struct nodes *nodes, uint64_t n, uint64_t now_ms)
{
    nodes_init(nodes, SELF);
    for (uint64_t id = SELF; id <= SELF + n; id++)
        hear(nodes, id, 1, now_ms);
}

static void test_a_late_gossip_does_not_undo_a_later_one(void **state)
{
    struct nodes nodes;
    (void)state;
    begin(&nodes, 1, NOW);
    nodes_heard(&nodes, &(struct gossip){.id = 2, .number = 5, .state = NODE_DRAINING}, NOW + 10);
    hear(&nodes, 2, 4, NOW + 20);
    assert_int_equal(state_of(&nodes, 2), NODE_DRAINING);
    assert_int_equal(nodes_silent_ms(&nodes, 2, NOW + 20), 10);
    assert_int_equal(nodes_silent_ms(&nodes, 9, NOW + 20), NODES_NEVER);
    nodes_deinit(&nodes);
}

static void test_who_is_heard_is_never_doubted(void **state)
{
    struct nodes nodes;
    (void)state;
    begin(&nodes, 2, NOW);
    for (uint64_t i = 1; i < 100; i++) {
        hear(&nodes, 2, 1 + i, NOW + i * 5000);
        hear(&nodes, 3, 1 + i, NOW + i * 5000);
        assert_null(nodes_doubt(&nodes, NOW + i * 5000)); /* nor oneself */
    }
    nodes_deinit(&nodes);
}

static void test_a_silent_one_is_down_when_nobody_knows_better(void **state)
{
    struct nodes nodes;
    uint64_t witnesses[NODES_WITNESSES];
    (void)state;
    begin(&nodes, 4, NOW);
    for (uint64_t id = 3; id <= 5; id++)
        hear(&nodes, id, 2, NOW + 4000 + id);
    assert_null(nodes_doubt(&nodes, NOW + NODES_SILENT_MS));
    uint64_t now_ms = NOW + NODES_SILENT_MS + 1;
    struct node *doubted = nodes_doubt(&nodes, now_ms);
    assert_non_null(doubted);
    assert_int_equal(doubted->id, 2);
    assert_null(nodes_doubt(&nodes, now_ms)); /* once */
    assert_int_equal(nodes_witnesses(&nodes, doubted, witnesses), 2);
    assert_int_equal(witnesses[0], 5); /* those heard last */
    assert_int_equal(witnesses[1], 4);
    nodes_answered(&nodes, 2, NODES_NO_ANSWER, now_ms);
    nodes_answered(&nodes, 2, NODES_SAID_SILENT, now_ms);
    assert_int_equal(state_of(&nodes, 2), NODE_UP);
    nodes_answered(&nodes, 2, NODES_NO_ANSWER, now_ms);
    assert_int_equal(state_of(&nodes, 2), NODE_DOWN);
    assert_int_equal(nodes_silent_ms(&nodes, 2, now_ms), NODES_NEVER);
    nodes_answered(&nodes, 2, NODES_SAID_ALIVE, now_ms); /* too late */
    assert_int_equal(state_of(&nodes, 2), NODE_DOWN);
    hear(&nodes, 2, 2, now_ms + 1); /* it was only stopped */
    assert_int_equal(state_of(&nodes, 2), NODE_UP);
    nodes_deinit(&nodes);
}

static void test_one_witness_is_enough_to_be_alive(void **state)
{
    struct nodes nodes;
    (void)state;
    begin(&nodes, 3, NOW);
    uint64_t now_ms = NOW + NODES_SILENT_MS + 1;
    hear(&nodes, 3, 2, now_ms);
    hear(&nodes, 4, 2, now_ms);
    assert_int_equal(nodes_doubt(&nodes, now_ms)->id, 2);
    nodes_answered(&nodes, 2, NODES_NO_ANSWER, now_ms);
    nodes_answered(&nodes, 2, NODES_SAID_ALIVE, now_ms);
    nodes_answered(&nodes, 2, NODES_SAID_SILENT, now_ms);
    assert_int_equal(state_of(&nodes, 2), NODE_UP);
    hear(&nodes, 3, 3, now_ms + NODES_SILENT_MS);
    hear(&nodes, 4, 3, now_ms + NODES_SILENT_MS);
    assert_null(nodes_doubt(&nodes, now_ms + NODES_SILENT_MS));
    assert_int_equal(nodes_doubt(&nodes, now_ms + NODES_SILENT_MS + 1)->id, 2);
    nodes_deinit(&nodes);
}

/* It may be us whom nobody hears: the first time says nothing. */
static void test_where_no_witness_answers_it_is_asked_twice(void **state)
{
    struct nodes nodes;
    (void)state;
    begin(&nodes, 2, NOW);
    uint64_t now_ms = NOW + NODES_SILENT_MS + 1;
    for (int round = 0; round < 2; round++, now_ms += NODES_SILENT_MS + 1) {
        const struct node *doubted;
        int n = 0;
        for (; (doubted = nodes_doubt(&nodes, now_ms)); n++) {
            uint64_t id = doubted->id;
            nodes_answered(&nodes, id, NODES_NO_ANSWER, now_ms);
            nodes_answered(&nodes, id, NODES_NO_ANSWER, now_ms);
            assert_int_equal(state_of(&nodes, id), round ? NODE_DOWN : NODE_UP);
            if (round)
                break; /* the other one has no witness any more */
        }
        assert_int_equal(n, round ? 0 : 2);
    }
    const struct node *last = nodes_doubt(&nodes, now_ms);
    assert_non_null(last);
    nodes_answered(&nodes, last->id, NODES_NO_ANSWER, now_ms);
    assert_int_equal(state_of(&nodes, 2), NODE_DOWN);
    assert_int_equal(state_of(&nodes, 3), NODE_DOWN);
    nodes_deinit(&nodes);
}

static void test_without_a_bus_nobody_is_doubted(void **state)
{
    struct nodes nodes;
    (void)state;
    begin(&nodes, 1, NOW);
    assert_non_null(nodes_doubt(&nodes, NOW + NODES_SILENT_MS + 1));
    nodes_were_unheard(&nodes, NOW + 9000);
    nodes_answered(&nodes, 2, NODES_NO_ANSWER, NOW + 9000); /* of before */
    assert_int_equal(state_of(&nodes, 2), NODE_UP);
    assert_null(nodes_doubt(&nodes, NOW + 9000 + NODES_SILENT_MS));
    assert_non_null(nodes_doubt(&nodes, NOW + 9001 + NODES_SILENT_MS));
    nodes_deinit(&nodes);
}

static void test_one_that_was_started_anew_takes_its_place(void **state)
{
    struct nodes nodes;
    const struct node *all[NODES_MAX];
    (void)state;
    begin(&nodes, 1, NOW);
    nodes_heard(
        &nodes,
        &(struct gossip){.id = 2, .number = 9, .state = NODE_REMOVED, .url = STR("ws://n2/")}, NOW);
    nodes_heard(&nodes,
                &(struct gossip){.id = 20, .number = 1, .state = NODE_UP, .url = STR("ws://n2/")},
                NOW + 1);
    assert_int_equal(nodes_list(&nodes, all), 2);
    assert_int_equal(all[1]->id, 20);
    nodes_heard(&nodes,
                &(struct gossip){.id = 21, .number = 1, .state = NODE_UP, .url = STR("ws://n2/")},
                NOW + 2);
    assert_int_equal(nodes_list(&nodes, all), 3); /* two behind one address */
    nodes_deinit(&nodes);
}

/* It was killed, and came back before anybody took it for down. */
static void test_one_that_was_started_anew_at_once_leaves_nobody_behind(void **state)
{
    const struct gossip anew = {.id = 20, .number = 1, .state = NODE_UP, .url = STR("ws://n2/")};
    struct nodes nodes;
    (void)state;
    for (int before = 0; before < 2; before++) {
        begin(&nodes, 2, NOW);
        if (before) /* two behind one address: that is another one */
            nodes_heard(&nodes, &anew, NOW);
        hear(&nodes, 2, 2, NOW + 1);
        nodes_heard(&nodes, &anew, NOW + 1000);
        uint64_t now_ms = NOW + NODES_SILENT_MS + 2;
        hear(&nodes, 3, 2, now_ms);
        nodes_heard(&nodes,
                    &(struct gossip){.id = 20, .number = 2, .state = NODE_UP, .url = anew.url},
                    now_ms);
        assert_int_equal(nodes_doubt(&nodes, now_ms)->id, 2);
        for (int i = 0; i < 3; i++)
            nodes_answered(&nodes, 2, i ? NODES_SAID_SILENT : NODES_NO_ANSWER, now_ms);
        assert_int_equal(state_of(&nodes, 20), NODE_UP);
        if (before)
            assert_int_equal(state_of(&nodes, 2), NODE_DOWN);
        else
            assert_null(map_get(&nodes.map, 2));
        nodes_deinit(&nodes);
    }
}

static void test_what_is_over_is_shown_for_a_time(void **state)
{
    struct nodes nodes;
    (void)state;
    begin(&nodes, 1, NOW);
    nodes_heard(&nodes, &(struct gossip){.id = 2, .number = 9, .state = NODE_REMOVED}, NOW);
    assert_null(nodes_doubt(&nodes, NOW + NODES_KEEP_MS)); /* nobody waits for it */
    nodes_forget(&nodes, NOW + NODES_KEEP_MS);
    assert_int_equal(state_of(&nodes, 2), NODE_REMOVED);
    nodes_forget(&nodes, NOW + NODES_KEEP_MS + 1);
    assert_null(map_get(&nodes.map, 2));
    assert_non_null(nodes_self(&nodes));
    nodes_deinit(&nodes);
}

static void test_there_are_no_more_than_fit(void **state)
{
    struct nodes nodes;
    const struct node *all[NODES_MAX];
    (void)state;
    begin(&nodes, NODES_MAX + 10, NOW);
    assert_int_equal(nodes_list(&nodes, all), NODES_MAX);
    hear(&nodes, 2, 2, NOW + 1);
    assert_int_equal(nodes_silent_ms(&nodes, 2, NOW + 1), 0);
    nodes_deinit(&nodes);
}

/* Of those that are over, the one that has been so for the longest. */
static void test_who_lives_takes_the_place_of_who_does_not(void **state)
{
    struct nodes nodes;
    const struct node *all[NODES_MAX];
    (void)state;
    begin(&nodes, NODES_MAX - 1, NOW);
    assert_false(nodes_heard(&nodes, &(struct gossip){.id = 1000, .number = 1}, NOW));
    for (uint64_t id = 10; id > 7; id--) /* 10 is the first to leave */
        nodes_heard(&nodes, &(struct gossip){.id = id, .number = 2, .state = NODE_REMOVED},
                    NOW + 100 - id);
    assert_true(nodes_heard(&nodes, &(struct gossip){.id = 1001, .number = 1}, NOW + 200));
    assert_null(map_get(&nodes.map, 10));
    assert_non_null(map_get(&nodes.map, 9));
    assert_non_null(map_get(&nodes.map, 1001));
    assert_int_equal(nodes_list(&nodes, all), NODES_MAX);
    nodes_deinit(&nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gossip_is_read_as_it_was_written),
        cmocka_unit_test(test_fields_of_a_later_version_are_skipped),
        cmocka_unit_test(test_no_gossip_is_told_from_one),
        cmocka_unit_test(test_numbers_that_nobody_has_are_cut),
        cmocka_unit_test(test_a_late_gossip_does_not_undo_a_later_one),
        cmocka_unit_test(test_who_is_heard_is_never_doubted),
        cmocka_unit_test(test_a_silent_one_is_down_when_nobody_knows_better),
        cmocka_unit_test(test_one_witness_is_enough_to_be_alive),
        cmocka_unit_test(test_where_no_witness_answers_it_is_asked_twice),
        cmocka_unit_test(test_without_a_bus_nobody_is_doubted),
        cmocka_unit_test(test_one_that_was_started_anew_takes_its_place),
        cmocka_unit_test(test_one_that_was_started_anew_at_once_leaves_nobody_behind),
        cmocka_unit_test(test_what_is_over_is_shown_for_a_time),
        cmocka_unit_test(test_there_are_no_more_than_fit),
        cmocka_unit_test(test_who_lives_takes_the_place_of_who_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
