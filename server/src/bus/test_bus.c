/* What every bus does, whichever way its messages take: run on the local one, and on NATS where the
 * publisher is the same node or another one. What is NATS's alone is in test_nats.c. */
#include "bus/test_end.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/local.h"
#include "bus/nats.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"

enum ways { LOCAL, NATS_HERE, NATS_ACROSS };

struct fixture {
    enum ways way;
    struct nats_server server;
    struct end here, there;
    struct end *from, *to; /* publishes, is subscribed */
};

static void join(struct fixture *f, struct end *e)
{
    struct str url = str_of(f->server.url);
    struct nats_options options = {.urls = &url, .urls_n = 1, .prefix = "parley"};
    char why[256] = "";
    struct bus *bus;
    end_init(e);
    if (f->way == LOCAL)
        bus = bus_local_new(&e->poster);
    else if (bus_nats_new(&bus, &options, &e->poster, why, sizeof(why)))
        fail_msg("%s", why);
    end_attach(e, bus);
}

static int set_up(void **state, enum ways way)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->way = way;
    if (way != LOCAL) {
        nats_server_init(&f->server);
        nats_server_start(&f->server, "");
    }
    join(f, &f->here);
    f->from = f->to = &f->here;
    if (way == NATS_ACROSS) {
        join(f, &f->there);
        f->to = &f->there;
    }
    *state = f;
    return 0;
}

static int set_up_local(void **state)
{
    return set_up(state, LOCAL);
}

static int set_up_here(void **state)
{
    return set_up(state, NATS_HERE);
}

static int set_up_across(void **state)
{
    return set_up(state, NATS_ACROSS);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    end_deinit(&f->here);
    if (f->way == NATS_ACROSS)
        end_deinit(&f->there);
    if (f->way != LOCAL)
        nats_server_deinit(&f->server);
    free(f);
    return 0;
}

/* Subscribes, and waits until what is published on the way there arrives. A message counts only if
 * it was published after the subscription stood, which no bus says: so some are sent ahead. */
static void subscribe(struct fixture *f, enum bus_topic_kind kind, uint64_t id)
{
    bus_subscribe(f->to->bus, kind, id);
    for (int i = 0; !f->to->delivered; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX / 10);
        end_publish_one(f->from, kind, id, 0);
        if (f->way == NATS_ACROSS)
            usleep(10 * 1000);
        end_run(f->to);
    }
    end_catch_up(f->from, f->to, kind, id);
    end_settle(f->from, f->to);
}

static void test_never_delivers_inside_publish(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 1);
    end_publish_one(f->from, BUS_USER, 1, 5);
    assert_int_equal(f->to->seen_n, 0);
    end_wait_delivered(f->to, 1);
    assert_int_equal(f->to->seen[0].number, 5);
    assert_int_equal(f->to->seen[0].n, 1);
    assert_int_equal(f->to->seen[0].ids[0], 1);
}

static void test_messages_arrive_in_order(void **state)
{
    struct fixture *f = *state;
    enum { N = 1000 };
    subscribe(f, BUS_USER, 1);
    subscribe(f, BUS_PRESENCE, 2);
    for (uint64_t i = 1; i <= N; i++)
        end_publish_one(f->from, i % 2 ? BUS_USER : BUS_PRESENCE, i % 2 ? 1 : 2, i);
    end_wait_delivered(f->to, N);
    assert_int_equal(f->to->disordered, 0);
    assert_int_equal(f->to->last, N);
    for (uint64_t i = 0; i < END_SEEN_MAX; i++) {
        assert_int_equal(f->to->seen[i].number, i + 1);
        assert_int_equal(f->to->seen[i].kind, i % 2 ? BUS_PRESENCE : BUS_USER);
    }
}

static void test_only_subscribed_ids_arrive(void **state)
{
    struct fixture *f = *state;
    const uint64_t ids[] = {5, 6, 7, 8}, two[] = {5, 8};
    subscribe(f, BUS_PRESENCE, 5);
    subscribe(f, BUS_USER, 8);
    subscribe(f, BUS_USER, 6);
    end_publish(f->from, BUS_USER, ids, ARRAY_SIZE(ids), 1);
    end_wait_delivered(f->to, 1);
    assert_int_equal(f->to->seen[0].n, 2);
    assert_int_equal(f->to->seen[0].ids[0], 6);
    assert_int_equal(f->to->seen[0].ids[1], 8);
    end_publish(f->from, BUS_PRESENCE, two, ARRAY_SIZE(two), 2);
    end_publish_one(f->from, BUS_PRESENCE, 8, 3);
    end_publish_one(f->from, BUS_USER, 8, 4);
    end_wait_delivered(f->to, 3);
    assert_int_equal(f->to->seen[1].number, 2);
    assert_int_equal(f->to->seen[1].n, 1);
    assert_int_equal(f->to->seen[1].ids[0], 5);
    assert_int_equal(f->to->seen[2].number, 4);
}

static void test_every_node_hears_what_is_for_nodes(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_NODES, BUS_ALL_NODES);
    end_publish_one(f->from, BUS_NODES, BUS_ALL_NODES, 7);
    end_wait_delivered(f->to, 1);
    assert_int_equal(f->to->seen[0].kind, BUS_NODES);
    assert_int_equal(f->to->seen[0].number, 7);
}

static void test_subscriptions_are_counted(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 2);
    bus_subscribe(f->to->bus, BUS_USER, 1);
    subscribe(f, BUS_USER, 1);
    bus_unsubscribe(f->to->bus, BUS_USER, 1);
    end_publish_one(f->from, BUS_USER, 1, 1);
    end_wait_delivered(f->to, 1); /* once, however often subscribed */

    bus_unsubscribe(f->to->bus, BUS_USER, 1);
    end_publish_one(f->from, BUS_USER, 1, 2);
    end_publish_one(f->from, BUS_USER, 2, 3);
    end_wait_delivered(f->to, 2);
    assert_int_equal(f->to->seen[0].number, 1);
    assert_int_equal(f->to->seen[1].number, 3);
}

/* What was on its way when the subscription ended is not delivered. */
static void test_unsubscribe_before_delivery_is_heard(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 1);
    subscribe(f, BUS_USER, 2);
    end_publish_one(f->from, BUS_USER, 1, 1);
    end_publish_one(f->from, BUS_USER, 2, 2);
    bus_unsubscribe(f->to->bus, BUS_USER, 1);
    end_wait_delivered(f->to, 1);
    assert_int_equal(f->to->seen[0].number, 2);
}

static void test_references_are_held_and_given_back(void **state)
{
    struct fixture *f = *state;
    const uint64_t ids[] = {1, 9};
    struct buf *message = buf_copy("messages", 8);
    subscribe(f, BUS_USER, 1);
    bus_publish(f->from->bus, BUS_USER, ids, 2, message);
    bus_publish(f->from->bus, BUS_USER, ids, 1, message);
    end_wait_delivered(f->to, 2);
    end_run(f->from);
    bus_free(f->from->bus); /* whoever sends it further gives it back by then */
    f->from->bus = NULL;
    end_run(f->from);
    assert_int_equal(message->refs, 1);
    buf_unref(message);
}

static void test_a_handler_may_publish(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 1);
    f->to->publish_again = 1;
    end_publish_one(f->from, BUS_USER, 1, 1);
    end_wait_delivered(f->to, 2);
    assert_int_equal(f->to->seen_n, 2);
}

static void test_detached_it_tells_nobody(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 1);
    end_publish_one(f->from, BUS_USER, 1, 1);
    bus_detach(f->to->bus);
    bus_unsubscribe(f->to->bus, BUS_USER, 1);
    if (f->way == NATS_ACROSS)
        usleep(50 * 1000);
    end_run(f->to);
    assert_int_equal(f->to->delivered, 0);
}

static void test_freed_with_messages_under_way(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 1);
    for (uint64_t i = 1; i <= 100; i++)
        end_publish_one(f->from, BUS_USER, 1, i);
    bus_free(f->to->bus);
    f->to->bus = NULL;
    end_run(f->to);
    assert_int_equal(f->to->delivered, 0);
}

/* --- questions --- */

enum { LONG_MS = END_WAIT_MS_MAX, SHORT_MS = 50 };

static void test_a_question_is_answered_by_who_is_subscribed(void **state)
{
    struct fixture *f = *state;
    f->to->knows = 70;
    subscribe(f, BUS_USER, 1);
    assert_true(end_ask(f->from, BUS_USER, 1, 7, LONG_MS));
    assert_int_equal(f->from->answered, 0); /* never inside the call */
    end_wait_answered(f->from, f->to);
    assert_int_equal(f->to->question, 7);
    assert_int_equal(f->from->tag, 7);
    assert_int_equal(f->from->answer, 70);
    end_settle(f->from, f->to);
    assert_int_equal(f->from->answered, 0); /* and not again */
    assert_int_equal(f->to->delivered, 0);  /* a question is no message */
}

static void test_a_node_is_asked_by_its_id(void **state)
{
    struct fixture *f = *state;
    f->to->knows = 71;
    subscribe(f, BUS_PEERS, BUS_ALL_NODES);
    bus_subscribe(f->to->bus, BUS_PEERS, 44);
    for (int i = 0; !f->to->asked; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX / 10);
        f->from->answered = 0;
        assert_true(end_ask(f->from, BUS_PEERS, 44, 8, LONG_MS));
        end_wait_answered(f->from, f->to);
    }
    assert_int_equal(f->from->answer, 71);
}

/* That nobody is there is known long before the time is over. */
static void test_where_nobody_listens_that_is_told_at_once(void **state)
{
    struct fixture *f = *state;
    f->to->knows = 70;
    subscribe(f, BUS_USER, 1);
    assert_true(end_ask(f->from, BUS_USER, 2, 9, LONG_MS));
    uint64_t begin_ms = clock_mono_ms();
    end_wait_answered(f->from, f->to);
    assert_in_range(clock_mono_ms() - begin_ms, 0, LONG_MS / 2);
    assert_int_equal(f->from->tag, 9);
    assert_int_equal(f->from->answer, 0);
    assert_int_equal(f->to->asked, 0);
}

static void test_where_nobody_knows_that_is_told_in_time(void **state)
{
    struct fixture *f = *state;
    subscribe(f, BUS_USER, 1);
    assert_true(end_ask(f->from, BUS_USER, 1, 10, SHORT_MS));
    end_wait_answered(f->from, f->to);
    assert_int_equal(f->from->tag, 10);
    assert_int_equal(f->from->answer, 0);
    end_settle(f->from, f->to);
    assert_int_equal(f->from->answered, 0);
}

/* An answer after its time is none: the next question is not taken for the one that it answers. */
static void test_an_answer_that_is_late_is_dropped(void **state)
{
    struct fixture *f = *state;
    if (f->way != NATS_ACROSS)
        return; /* here nothing is late */
    f->to->knows = 70;
    subscribe(f, BUS_USER, 1);
    assert_true(end_ask(f->from, BUS_USER, 1, 11, SHORT_MS));
    while (!f->from->answered) { /* the other end does not turn meanwhile */
        end_run(f->from);
        usleep(1000);
    }
    assert_int_equal(f->from->answer, 0);
    end_settle(f->from, f->to);
    f->to->knows = 72;
    assert_true(end_ask(f->from, BUS_USER, 1, 12, LONG_MS));
    end_wait_answered(f->from, f->to);
    assert_int_equal(f->from->tag, 12);
    assert_int_equal(f->from->answer, 72);
}

static void test_freed_or_detached_with_questions_under_way(void **state)
{
    struct fixture *f = *state;
    f->to->knows = 70;
    subscribe(f, BUS_USER, 1);
    for (uint64_t i = 1; i <= 100; i++)
        assert_true(end_ask(f->from, BUS_USER, 1 + i % 2, i, LONG_MS));
    bus_detach(f->from->bus);
    end_run(f->to);
    end_run(f->from);
    assert_true(end_ask(f->from, BUS_USER, 1, 101, LONG_MS));
    bus_free(f->from->bus);
    f->from->bus = NULL;
    end_run(f->from);
    assert_int_equal(f->from->answered, 0);
}

static void test_another_handler_may_have_what_nodes_say_of_themselves(void **state)
{
    struct fixture *f = *state;
    struct end other;
    end_init(&other);
    other.knows = 73;
    other.bus = f->to->bus; /* to publish and ask by */
    bus_attach_peers(f->to->bus, &other.handler);
    subscribe(f, BUS_USER, 1);
    bus_subscribe(f->to->bus, BUS_PEERS, BUS_ALL_NODES);
    for (int i = 0; !other.delivered; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX / 10);
        end_publish_one(f->from, BUS_PEERS, BUS_ALL_NODES, 1);
        usleep(10 * 1000);
        end_run(f->to);
    }
    assert_int_equal(f->to->delivered, 0);
    assert_true(end_ask(&other, BUS_PEERS, BUS_ALL_NODES, 13, LONG_MS));
    end_wait_answered(&other, f->to);
    assert_int_equal(other.answer, 73);
    assert_int_equal(f->to->answered, 0);
    other.bus = NULL;
    end_deinit(&other);
}

#define on_all(name)                                                                               \
    {#name " (local)", name, set_up_local, tear_down, NULL},                                       \
        {#name " (nats, one node)", name, set_up_here, tear_down, NULL},                           \
    {                                                                                              \
#name " (nats, two nodes)", name, set_up_across, tear_down, NULL                           \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_all(test_never_delivers_inside_publish),
        on_all(test_messages_arrive_in_order),
        on_all(test_only_subscribed_ids_arrive),
        on_all(test_every_node_hears_what_is_for_nodes),
        on_all(test_subscriptions_are_counted),
        on_all(test_unsubscribe_before_delivery_is_heard),
        on_all(test_references_are_held_and_given_back),
        on_all(test_a_handler_may_publish),
        on_all(test_detached_it_tells_nobody),
        on_all(test_freed_with_messages_under_way),
        on_all(test_a_question_is_answered_by_who_is_subscribed),
        on_all(test_a_node_is_asked_by_its_id),
        on_all(test_where_nobody_listens_that_is_told_at_once),
        on_all(test_where_nobody_knows_that_is_told_in_time),
        on_all(test_an_answer_that_is_late_is_dropped),
        on_all(test_freed_or_detached_with_questions_under_way),
        on_all(test_another_handler_may_have_what_nodes_say_of_themselves),
    };
    log_set_level(LOG_WARN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
