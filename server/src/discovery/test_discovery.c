/* Several nodes in one thread, under one clock, on a bus that a test cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bus/bus.h"
#include "bus/topics.h"
#include "discovery/discovery.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/wheel.h"

enum { NODES = 4, TICK_MS = 100, MEMBERS_ROOM = 1000 };

/* A node: its end of the bus, and how it says it is. */
struct member {
    struct bus bus;
    struct bus_handler chat; /* says nothing */
    struct topics topics;
    struct wheel wheel;
    struct discovery *discovery; /* NULL: it was killed */
    struct node_load load;
    char url[32];
    bool cut;       /* nothing comes, nothing goes */
    bool connected; /* as its bus knows */
    uint64_t handed_over, noted;
};

static struct member members[NODES];
static uint64_t now_ms;
static enum choice_policy policy;

/* --- the bus --- */

static struct member *member_of(const struct bus *bus)
{
    return container_of(bus, struct member, bus);
}

static void subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_add(&member_of(bus)->topics, kind, id);
}

static void unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_drop(&member_of(bus)->topics, kind, id);
}

static bool hears(const struct member *from, const struct member *to, enum bus_topic_kind kind,
                  uint64_t id)
{
    uint64_t kept;
    bool whole = from == to || (!from->cut && !to->cut);
    return to->discovery && whole && topics_keep(&to->topics, kind, &kept, &id, 1);
}

static void publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                    struct buf *message)
{
    const struct member *from = member_of(bus);
    for (int i = 0; i < NODES; i++)
        if (hears(from, &members[i], kind, ids[0]))
            members[i].bus.peers->deliver(members[i].bus.peers, kind, ids, n, message);
}

/* Questions wait until pass() comes to them: no answer comes inside the call. */
struct question {
    struct member *from;
    uint64_t id, tag;
    struct buf *buf;
} questions[64];
static size_t questions_n;

static bool ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                uint32_t within_ms, uint64_t tag)
{
    assert_int_equal(kind, BUS_PEERS);
    assert_int_equal(within_ms, DOUBT_MS);
    assert_true(questions_n < ARRAY_SIZE(questions));
    questions[questions_n++] = (struct question){member_of(bus), id, tag, buf_ref(question)};
    return true;
}

static void answer_questions(void)
{
    for (size_t i = 0; i < questions_n; i++) {
        struct question *q = &questions[i];
        struct bus_handler *to = q->from->bus.peers;
        struct buf *answer = NULL;
        for (int k = 0; k < NODES && !answer; k++)
            if (hears(q->from, &members[k], BUS_PEERS, q->id))
                answer =
                    members[k].bus.peers->asked(members[k].bus.peers, BUS_PEERS, q->id, q->buf);
        if (q->from->discovery)
            to->answered(to, BUS_PEERS, q->id, q->tag, answer);
        buf_unref(answer);
        buf_unref(q->buf);
    }
    questions_n = 0;
}

static bool connected(const struct bus *bus)
{
    return member_of(bus)->connected;
}

static const struct bus_ops ops = {
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .publish = publish,
    .ask = ask,
    .connected = connected,
};

/* --- the nodes --- */

static void look(void *arg, struct node_load *load)
{
    *load = ((struct member *)arg)->load;
}

static void hand_over(void *arg, uint64_t n)
{
    ((struct member *)arg)->handed_over += n;
}

/* As who has it read then. */
static void noted(void *arg, uint64_t number)
{
    struct member *m = arg;
    m->noted++;
    discovery_note(m->discovery, number);
}

static void start(int i)
{
    static uint64_t starts;
    struct member *m = &members[i];
    *m = (struct member){.bus.ops = &ops, .connected = true};
    snprintf(m->url, sizeof(m->url), "ws://n%d/", i);
    m->load = (struct node_load){.state = NODE_UP, .connections = (uint64_t)i};
    wheel_init(&m->wheel, now_ms);
    bus_attach(&m->bus, &m->chat);
    struct discovery_options options = {
        .bus = &m->bus,
        .wheel = &m->wheel,
        .id = 100 * ++starts + (uint64_t)i,
        .roles = NODE_API | NODE_CHAT,
        .connections_max = MEMBERS_ROOM,
        .url = str_of(m->url),
        .region = STR("here"),
        .version = STR("1"),
        .policy = policy,
        .look = look,
        .hand_over = hand_over,
        .noted = noted,
        .arg = m,
    };
    m->discovery = discovery_new(&options);
}

/* As by SIGKILL. */
static void stop(int i)
{
    discovery_free(members[i].discovery);
    members[i].discovery = NULL;
    topics_deinit(&members[i].topics);
}

static void pass(uint64_t ms)
{
    for (uint64_t end_ms = now_ms + ms; now_ms < end_ms;) {
        now_ms += TICK_MS;
        for (int i = 0; i < NODES; i++)
            if (members[i].discovery)
                wheel_advance(&members[i].wheel, now_ms);
        answer_questions();
    }
}

static int set_up(void **state)
{
    (void)state;
    now_ms = 1000000;
    policy = CHOICE_LEAST_LOADED;
    for (int i = 0; i < NODES; i++) {
        start(i);
        pass(300); /* they do not tick together */
    }
    pass(2000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < NODES; i++)
        if (members[i].discovery)
            stop(i);
    return 0;
}

/* How the node at this place is seen by that one: a state, or 0. */
static enum node_state seen(int by, int at)
{
    const struct node *all[NODES_MAX];
    size_t n = nodes_list(discovery_nodes(members[by].discovery), all);
    enum node_state state = 0;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(all[i]->url, members[at].url))
            state = all[i]->state;
    return state;
}

static void assert_seen_by_all(int at, enum node_state state)
{
    for (int by = 0; by < NODES; by++)
        if (members[by].discovery)
            assert_int_equal(seen(by, at), state);
}

/* --- */

static void test_all_see_all_within_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < NODES; i++)
        assert_seen_by_all(i, NODE_UP);
    members[2].load.state = NODE_DRAINING;
    pass(GOSSIP_EVERY_MS);
    assert_seen_by_all(2, NODE_DRAINING);
    assert_int_equal(discovery_count(members[0].discovery, NODE_UP), NODES - 1);
    assert_int_equal(discovery_count(members[0].discovery, NODE_DRAINING), 1);
}

static void test_what_is_noted_is_told_to_all_once(void **state)
{
    (void)state;
    discovery_note(members[1].discovery, 7);
    discovery_say(members[1].discovery);
    for (int i = 0; i < NODES; i++)
        assert_int_equal(members[i].noted, i != 1); /* at once */
    members[2].cut = true;
    discovery_note(members[0].discovery, 8);
    pass(2000);
    assert_int_equal(members[3].noted, 2);
    assert_int_equal(members[2].noted, 1);
    members[2].cut = false;
    pass(GOSSIP_EVERY_MS); /* what was not heard is said again */
    assert_int_equal(members[2].noted, 2);
}

static void test_one_that_was_killed_is_down_within_seven_seconds(void **state)
{
    struct str urls[CHOICE_MAX];
    (void)state;
    stop(3);
    pass(NODES_SILENT_MS - GOSSIP_EVERY_MS);
    assert_seen_by_all(3, NODE_UP);
    pass(2 * GOSSIP_EVERY_MS + DOUBT_MS);
    assert_seen_by_all(3, NODE_DOWN);
    assert_seen_by_all(2, NODE_UP);
    assert_int_equal(discovery_choose(members[0].discovery, 1, false, urls), NODES - 1);
    start(3); /* and takes its place again */
    pass(2 * GOSSIP_EVERY_MS);
    assert_seen_by_all(3, NODE_UP);
    assert_int_equal(discovery_count(members[0].discovery, NODE_DOWN), 0);
}

/* Whose messages all go nowhere, without that it is told: it is down for the others, they are for
 * it a while later, and all is well once the bus is. */
static void test_one_that_is_cut_off_comes_back(void **state)
{
    (void)state;
    members[1].cut = true;
    pass(NODES_SILENT_MS + 2 * GOSSIP_EVERY_MS + DOUBT_MS);
    assert_int_equal(seen(0, 1), NODE_DOWN);
    assert_int_equal(seen(1, 0), NODE_UP); /* it may be itself */
    members[1].connected = false;          /* and is */
    pass(60 * 1000);
    assert_int_equal(seen(1, 0), NODE_UP);
    members[1].connected = true;
    members[1].cut = false;
    pass(2 * GOSSIP_EVERY_MS);
    assert_seen_by_all(1, NODE_UP);
    assert_seen_by_all(0, NODE_UP);
}

static void test_who_leaves_in_order_is_gone_at_once(void **state)
{
    (void)state;
    discovery_leave(members[2].discovery);
    discovery_leave(members[2].discovery);
    assert_int_equal(seen(0, 2), NODE_REMOVED);
    pass(30 * 1000);
    assert_int_equal(seen(0, 2), NODE_REMOVED);
    assert_int_equal(seen(1, 2), NODE_REMOVED);
}

static void test_a_change_can_be_said_at_once(void **state)
{
    (void)state;
    members[2].load.state = NODE_DRAINING;
    discovery_say(members[2].discovery);
    assert_seen_by_all(2, NODE_DRAINING);
}

static void test_the_best_of_all_are_named(void **state)
{
    struct str urls[CHOICE_MAX];
    (void)state;
    members[0].load.connections = 900;
    members[3].load.connections = 1;
    members[1].load.connections = 30;
    members[2].load.connections = 60;
    pass(2 * GOSSIP_EVERY_MS);
    for (int i = 0; i < NODES; i++) {
        assert_int_equal(discovery_choose(members[i].discovery, 0, false, urls), NODES);
        assert_true(str_eq(urls[0], str_of(members[3].url)));
        assert_true(str_eq(urls[NODES - 1], str_of(members[0].url)));
    }
    assert_int_equal(discovery_choose(members[3].discovery, 0, true, urls), NODES - 1);
    assert_true(str_eq(urls[0], str_of(members[1].url)));
    assert_true(members[0].handed_over > 0);
    assert_int_equal(members[2].handed_over, 0);
}

static void test_where_each_user_has_a_node_nobody_is_handed_over(void **state)
{
    (void)state;
    policy = CHOICE_HASH;
    stop(0);
    start(0);
    members[0].load.connections = 900;
    pass(5 * GOSSIP_EVERY_MS);
    assert_int_equal(members[0].handed_over, 0);
}

/* It does not wait to be taken for down. */
static void test_one_that_is_back_at_once_is_one_node(void **state)
{
    (void)state;
    stop(3);
    pass(GOSSIP_EVERY_MS);
    start(3);
    pass(NODES_SILENT_MS + 2 * GOSSIP_EVERY_MS + DOUBT_MS);
    assert_seen_by_all(3, NODE_UP);
    assert_int_equal(discovery_count(members[0].discovery, NODE_UP), NODES);
    assert_int_equal(discovery_count(members[0].discovery, NODE_DOWN), 0);
}

static void test_what_is_no_gossip_is_passed_over(void **state)
{
    static const uint64_t all = BUS_ALL_NODES;
    struct buf *junk = buf_copy("\x01\xff\xffjunk", 7), *question = buf_copy("who", 3);
    struct bus_handler *peers = members[0].bus.peers;
    (void)state;
    log_set_level(LOG_OFF);
    publish(&members[1].bus, BUS_PEERS, &all, 1, junk);
    log_set_level(LOG_WARN);
    assert_null(peers->asked(peers, BUS_PEERS, 0, question));
    peers->answered(peers, BUS_PEERS, 1, 1, junk); /* never asked */
    for (int i = 0; i < NODES; i++)
        assert_seen_by_all(i, NODE_UP);
    buf_unref(junk);
    buf_unref(question);
}

int main(void)
{
#define with_nodes(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_nodes(test_all_see_all_within_a_second),
        with_nodes(test_what_is_noted_is_told_to_all_once),
        with_nodes(test_one_that_was_killed_is_down_within_seven_seconds),
        with_nodes(test_one_that_is_cut_off_comes_back),
        with_nodes(test_who_leaves_in_order_is_gone_at_once),
        with_nodes(test_a_change_can_be_said_at_once),
        with_nodes(test_the_best_of_all_are_named),
        with_nodes(test_where_each_user_has_a_node_nobody_is_handed_over),
        with_nodes(test_one_that_is_back_at_once_is_one_node),
        with_nodes(test_what_is_no_gossip_is_passed_over),
    };
    log_set_level(LOG_WARN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
