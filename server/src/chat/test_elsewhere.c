/* Who is there, on several nodes with one store: three cores in one thread, on a bus that a test
 * has lose what it likes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bus/topics.h"
#include "chat/elsewhere.h"
#include "chat/test_core.h"
#include "util/buf.h"
#include "util/mem.h"

enum { NODES = 3 };

struct end {
    struct bus bus;
    struct topics topics;
    bool loses;  /* what others say */
    bool silent; /* it died, or is cut off */
    bool away;   /* it is cut off, and knows */
};

static struct end ends[NODES];
static struct chat *nodes[NODES];
static struct core *core;
static uint64_t ann, bob, carl;
static struct session ann_s[NODES], bob_s, carl_s;
static size_t asked, unanswered; /* so many answers are lost */
static bool answers_held;
static struct list held;

/* --- the bus --- */

static struct end *end_of(const struct bus *bus)
{
    return container_of(bus, struct end, bus);
}

static void end_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_add(&end_of(bus)->topics, kind, id);
}

static void end_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    topics_drop(&end_of(bus)->topics, kind, id);
}

/* A message to one node, or a question of one to all. */
struct parcel {
    struct task task;
    struct end *to, *from;
    enum bus_topic_kind kind;
    struct buf *buf, *answer;
    size_t n;
    uint64_t ids[8];
};

static void parcel_arrive(struct task *task)
{
    struct parcel *p = container_of(task, struct parcel, task);
    p->n = topics_keep(&p->to->topics, p->kind, p->ids, p->ids, p->n);
    if (p->n)
        p->to->bus.handler->deliver(p->to->bus.handler, p->kind, p->ids, p->n, p->buf);
    buf_unref(p->buf);
    free(p);
}

static struct parcel *parcel_send(struct end *from, struct end *to, enum bus_topic_kind kind,
                                  const uint64_t *ids, size_t n, struct buf *buf)
{
    struct parcel *p = mem_new(sizeof(*p));
    assert_true(n <= ARRAY_SIZE(p->ids));
    *p = (struct parcel){.task.run = parcel_arrive,
                         .to = to,
                         .from = from,
                         .kind = kind,
                         .buf = buf_ref(buf),
                         .n = n};
    for (size_t i = 0; i < n; i++)
        p->ids[i] = ids[i];
    post(&core->self.poster, &p->task);
    return p;
}

static void end_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                        struct buf *buf)
{
    struct end *from = end_of(bus);
    for (int i = 0; i < NODES; i++)
        if (&ends[i] == from || (!ends[i].loses && !ends[i].silent && !from->silent))
            parcel_send(from, &ends[i], kind, ids, n, buf);
}

static void give_answer(struct task *task)
{
    struct parcel *p = container_of(task, struct parcel, task);
    p->from->bus.handler->answered(p->from->bus.handler, p->kind, p->ids[0], p->ids[0], p->answer);
    buf_unref(p->answer);
    buf_unref(p->buf);
    free(p);
}

static void put_question(struct task *task)
{
    struct parcel *p = container_of(task, struct parcel, task);
    bool lost = p->from->away || unanswered;
    unanswered -= unanswered ? 1 : 0;
    for (int i = 0; i < NODES && !p->answer && !lost; i++) {
        struct end *to = &ends[i];
        uint64_t kept;
        if (!to->silent && topics_keep(&to->topics, p->kind, &kept, p->ids, 1))
            p->answer = to->bus.handler->asked(to->bus.handler, p->kind, p->ids[0], p->buf);
    }
    p->task.run = give_answer;
    if (answers_held)
        list_push_back(&held, &p->task.node);
    else
        post(&core->self.poster, &p->task);
}

/* Those that are under way: what is asked from here on is held as before. */
static void let_answers_go(void)
{
    struct list now = LIST_INIT(now);
    list_splice_back(&now, &held);
    for (struct list *node; (node = list_pop_front(&now));)
        post(&core->self.poster, list_entry(node, struct task, node));
    core_run(core);
}

static bool end_ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                    uint32_t within_ms, uint64_t tag)
{
    assert_int_equal(within_ms, ELSEWHERE_WITHIN_MS);
    assert_int_equal(tag, id);
    asked++;
    parcel_send(end_of(bus), NULL, kind, &id, 1, question)->task.run = put_question;
    return true;
}

static bool end_connected(const struct bus *bus)
{
    return !container_of(bus, struct end, bus)->away;
}

static void end_free(struct bus *bus)
{
    topics_deinit(&end_of(bus)->topics);
}

static const struct bus_ops end_ops = {end_subscribe, end_unsubscribe, end_publish,
                                       end_ask,       end_connected,   end_free};

/* --- the nodes --- */

static int begin(void **state)
{
    (void)state;
    core = core_new(NULL);
    struct chat *alone = core->chat;
    for (int i = 0; i < NODES; i++) {
        ends[i] = (struct end){.bus.ops = &end_ops};
        struct chat_options options = {
            .env = &core->env,
            .store = &core->faulty,
            .bus = &ends[i].bus,
            .sink = &core->sink,
            .shared = true,
            .worker = (uint32_t)i + 1,
        };
        nodes[i] = chat_new(&options);
    }
    ann = core_user(core, "ann");
    bob = core_user(core, "bob");
    carl = core_user(core, "carl");
    core_run(core);
    chat_free(alone);
    core->chat = nodes[0];
    core->fails[STORE_OP_DEVICES] = true; /* these sessions are of none */
    asked = unanswered = 0;
    answers_held = false;
    list_init(&held);
    return 0;
}

static int end(void **state)
{
    (void)state;
    core_run(core);
    for (int i = 1; i < NODES; i++) {
        bus_detach(&ends[i].bus);
        assert_int_equal(chat_busy(nodes[i]), 0);
        chat_free(nodes[i]);
        bus_free(&ends[i].bus);
    }
    core->chat = nodes[0];
    core_run(core);
    core_free(core);
    bus_free(&ends[0].bus);
    return 0;
}

static void ann_comes(int node)
{
    session_begin(nodes[node], &ann_s[node], ann, 10 + (uint64_t)node);
    core_run(core);
}

/* Her device there is signed out: it is told at once. */
static void ann_goes(int node)
{
    ann_s[node].signed_out = true;
    session_end(nodes[node], &ann_s[node], core->mono_ms);
    core_run(core);
}

/* It dropped. */
static void ann_drops(int node)
{
    session_end(nodes[node], &ann_s[node], core->mono_ms);
    core_run(core);
}

static void bob_comes(void)
{
    session_begin(nodes[0], &bob_s, bob, 20);
}

static bool bob_watches(void)
{
    struct presence presence;
    assert_int_equal(core_watch(core, bob, &bob_s, ann, &presence), CHAT_OK);
    return presence.online;
}

static void bob_goes(void)
{
    session_end(nodes[0], &bob_s, core->mono_ms);
    core_run(core);
}

static bool carl_comes_and_watches(void)
{
    struct presence presence;
    session_begin(nodes[0], &carl_s, carl, 30);
    assert_int_equal(core_watch(core, carl, &carl_s, ann, &presence), CHAT_OK);
    return presence.online;
}

static void carl_goes(void)
{
    session_end(nodes[0], &carl_s, core->mono_ms);
    core_run(core);
}

static void assert_told(size_t times, bool online)
{
    assert_int_equal(core_told(core, SAID_PRESENCE, &bob_s), times);
    const struct said *last = &core->said[core->n_said - 1];
    assert_int_equal(last->what, SAID_PRESENCE);
    assert_int_equal(last->online, online);
    assert_true(online ? last->last_seen_ms == 0
                       : last->last_seen_ms + ELSEWHERE_EVERY_MS * 3 >= core->wall_ms);
}

enum { ASKED_AGAIN_MS = ELSEWHERE_EVERY_MS + ELSEWHERE_EVERY_MS / 5 + ELSEWHERE_WITHIN_MS };

static void test_who_is_on_another_node_is_there(void **state)
{
    (void)state;
    struct presence presence;
    bob_comes();
    assert_false(bob_watches());
    ann_comes(1);
    assert_told(1, true);
    assert_true(bob_watches()); /* and known, without a question */
    size_t before = asked;
    assert_true(bob_watches());
    assert_int_equal(asked, before);
    assert_int_equal(core_watch(core, bob, NULL, ann, &presence), CHAT_OK);
    assert_true(presence.online);
    ann_goes(1);
    assert_told(2, false);
    bob_goes();
    assert_int_equal(core_watch(core, bob, NULL, ann, &presence), CHAT_OK);
    assert_false(presence.online);
    assert_int_equal(asked, before + 2); /* by the notice, and by who only asks */
}

static void test_one_of_two_devices_that_goes_is_not_told(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    assert_true(bob_watches());
    ann_comes(2);
    ann_goes(1);
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    ann_comes(0); /* on the node of who watches */
    ann_goes(2);
    ann_goes(0);
    assert_told(1, false);
    bob_goes();
}

static void test_a_notice_that_is_lost_is_made_good(void **state)
{
    (void)state;
    bob_comes();
    assert_false(bob_watches());
    ends[0].loses = true;
    ann_comes(1);
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    core_pass(core, ASKED_AGAIN_MS);
    assert_told(1, true);
    core_pass(core, ASKED_AGAIN_MS);
    assert_told(1, true); /* once */
    ann_goes(1);
    core_pass(core, ASKED_AGAIN_MS);
    assert_told(1, true);
    core_pass(core, OFFLINE_AFTER_MS);
    assert_told(2, false);
    bob_goes();
}

static void test_who_was_on_a_node_that_died_is_offline(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    assert_true(bob_watches());
    ends[1].silent = true;
    core_pass(core, ASKED_AGAIN_MS); /* she may be on her way to another */
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    core_pass(core, OFFLINE_AFTER_MS);
    assert_told(1, false);
    ann_comes(2);
    assert_told(2, true);
    ends[1].silent = false;
    ann_goes(1);
    ann_goes(2);
    assert_told(3, false);
    bob_goes();
}

/* The device that dropped is not yet offline there: who asks meanwhile is not told otherwise. */
static void test_a_short_drop_on_another_node_is_not_shown(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    ann_drops(1);
    core_pass(core, OFFLINE_AFTER_MS / 2);
    assert_true(bob_watches());
    core_pass(core, OFFLINE_AFTER_MS / 2 - 1);
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    core_pass(core, 2);
    assert_told(1, false);
    bob_goes();
}

/* Her client comes to another node in its own time. */
static void test_a_node_that_ends_shows_nobody_as_offline(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    assert_true(bob_watches());
    ann_drops(1);
    chat_end(nodes[1]);
    core_pass(core, OFFLINE_AFTER_MS - 1);
    ann_comes(2);
    core_pass(core, ASKED_AGAIN_MS);
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    ann_drops(2);
    chat_end(nodes[2]);
    core_pass(core, ASKED_AGAIN_MS); /* she does not */
    core_pass(core, OFFLINE_AFTER_MS);
    assert_told(1, false);
    bob_goes();
}

static void test_while_the_bus_is_away_everybody_is_as_they_were(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    assert_true(bob_watches());
    ends[0].away = true;
    core_pass(core, ASKED_AGAIN_MS);
    core_pass(core, ASKED_AGAIN_MS);
    assert_int_equal(carl_comes_and_watches(), true);
    ends[0].away = false;
    core_pass(core, ASKED_AGAIN_MS);
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    ann_goes(1);
    assert_told(1, false);
    carl_goes();
    bob_goes();
}

/* Nobody waits for what cannot be known. */
static void test_who_begins_to_watch_without_a_bus_is_answered(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    ends[0].away = true;
    assert_false(bob_watches());
    ends[0].away = false;
    assert_true(bob_watches()); /* it is asked again */
    ann_goes(1);
    bob_goes();
}

static void test_an_answer_that_is_lost_shows_nobody_as_offline(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    assert_true(bob_watches());
    for (int i = 0; i < 3; i++) { /* one of two, each time */
        unanswered = 1;
        core_pass(core, ASKED_AGAIN_MS);
        core_pass(core, OFFLINE_AFTER_MS);
    }
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    ann_goes(1);
    assert_told(1, false);
    bob_goes();
}

/* Nobody had her when it was asked: she has come to another node since. */
static void test_an_older_answer_does_not_undo_a_notice(void **state)
{
    (void)state;
    bob_comes();
    ann_comes(1);
    assert_true(bob_watches());
    ends[1].silent = true;
    core_pass(core, ASKED_AGAIN_MS);
    answers_held = true;
    core_pass(core, OFFLINE_AFTER_MS);
    ann_comes(2);
    answers_held = false;
    let_answers_go();
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    ends[1].silent = false;
    ann_goes(1);
    ann_goes(2);
    assert_told(1, false);
    bob_goes();
}

/* Whoever begins to watch while something is asked is told the same as the others, and so are all
 * of them from then on. */
static void test_all_who_watch_see_the_same(void **state)
{
    (void)state;
    bob_comes();
    assert_false(bob_watches());
    ann_comes(0);
    ann_comes(1);
    assert_told(1, true);
    answers_held = true;
    ann_goes(0);
    assert_true(carl_comes_and_watches());
    answers_held = false;
    let_answers_go();
    assert_told(1, true);
    ann_goes(1);
    assert_int_equal(core_told(core, SAID_PRESENCE, &bob_s), 2);
    assert_int_equal(core_told(core, SAID_PRESENCE, &carl_s), 1);
    carl_goes();
    bob_goes();
}

static void test_who_came_and_went_is_seen_by_nobody_for_ever(void **state)
{
    (void)state;
    bob_comes();
    assert_false(bob_watches());
    ends[0].loses = answers_held = true;
    ann_comes(1);
    core_pass(core, ASKED_AGAIN_MS);
    ends[0].loses = false;
    ann_goes(1);
    let_answers_go(); /* that she is there: it was asked before */
    assert_false(carl_comes_and_watches());
    answers_held = false;
    let_answers_go();
    assert_int_equal(core_told(core, SAID_PRESENCE, NULL), 0);
    carl_goes();
    bob_goes();
}

static void test_who_was_on_a_node_that_died_at_once_was_last_seen_then(void **state)
{
    (void)state;
    bob_comes();
    assert_false(bob_watches());
    ann_comes(1);
    assert_told(1, true);
    ends[1].silent = true;
    core_pass(core, ASKED_AGAIN_MS);
    core_pass(core, OFFLINE_AFTER_MS);
    assert_told(2, false);
    bob_goes();
    ends[1].silent = false;
    ann_goes(1);
}

static void test_nobody_is_asked_for_whom_nobody_watches(void **state)
{
    (void)state;
    bob_comes();
    bob_watches();
    bob_goes();
    size_t before = asked;
    core_pass(core, 3 * ASKED_AGAIN_MS);
    ann_comes(1);
    ann_goes(1);
    assert_int_equal(asked, before);
}

int main(void)
{
#define on_nodes(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        on_nodes(test_who_is_on_another_node_is_there),
        on_nodes(test_one_of_two_devices_that_goes_is_not_told),
        on_nodes(test_a_notice_that_is_lost_is_made_good),
        on_nodes(test_who_was_on_a_node_that_died_is_offline),
        on_nodes(test_a_short_drop_on_another_node_is_not_shown),
        on_nodes(test_a_node_that_ends_shows_nobody_as_offline),
        on_nodes(test_while_the_bus_is_away_everybody_is_as_they_were),
        on_nodes(test_who_begins_to_watch_without_a_bus_is_answered),
        on_nodes(test_an_answer_that_is_lost_shows_nobody_as_offline),
        on_nodes(test_an_older_answer_does_not_undo_a_notice),
        on_nodes(test_all_who_watch_see_the_same),
        on_nodes(test_who_came_and_went_is_seen_by_nobody_for_ever),
        on_nodes(test_who_was_on_a_node_that_died_at_once_was_last_seen_then),
        on_nodes(test_nobody_is_asked_for_whom_nobody_watches),
    };
    return cmocka_run_group_tests_name("chat/elsewhere", tests, NULL, NULL);
}
