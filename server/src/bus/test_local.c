/* The local bus: order, coalescing, counted subscriptions, references, and its bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bus/local.h"
#include "util/list.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/task.h"

/* A poster whose tasks the test runs itself, so that what lies between publish and delivery is
 * the test's to fill. */
struct turns {
    struct poster poster;
    struct list tasks;
    int posts;
};

static void turns_post(struct poster *poster, struct task *task)
{
    struct turns *t = container_of(poster, struct turns, poster);

    list_push_back(&t->tasks, &task->node);
    t->posts++;
}

static bool turns_run_one(struct turns *t)
{
    struct list *node = list_pop_front(&t->tasks);
    struct task *task;

    if (!node)
        return false;
    task = list_entry(node, struct task, node);
    task->run(task);
    return true;
}

enum { SEEN_MAX = 64 };

struct seen {
    enum bus_topic_kind kind;
    uint64_t ids[4];
    size_t n;
    unsigned char first; /* byte of the message */
};

struct fixture {
    struct turns turns;
    struct bus_handler handler;
    struct bus *bus;
    struct seen seen[SEEN_MAX];
    size_t seen_n;
    size_t delivered, lost;
    int publish_again; /* messages the handler still publishes from inside deliver() */
};

static void publish(struct fixture *f, enum bus_topic_kind kind, uint64_t id, char first)
{
    struct buf *message = buf_copy(&first, 1);

    bus_publish(f->bus, kind, &id, 1, message);
    buf_unref(message);
}

static void on_deliver(struct bus_handler *handler, enum bus_topic_kind kind, const uint64_t *ids,
                       size_t n, struct buf *message)
{
    struct fixture *f = container_of(handler, struct fixture, handler);

    f->delivered++;
    if (f->publish_again > 0) {
        f->publish_again--;
        publish(f, BUS_USER, ids[0], 'n');
    }
    if (f->seen_n == SEEN_MAX)
        return;
    struct seen *s = &f->seen[f->seen_n++];
    s->kind = kind;
    s->n = n;
    s->first = message->data[0];
    for (size_t i = 0; i < MIN(n, ARRAY_SIZE(s->ids)); i++)
        s->ids[i] = ids[i];
}

static void on_lost(struct bus_handler *handler)
{
    container_of(handler, struct fixture, handler)->lost++;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->turns.poster.post = turns_post;
    list_init(&f->turns.tasks);
    f->handler = (struct bus_handler){.deliver = on_deliver, .lost = on_lost};
    f->bus = bus_local_new(&f->turns.poster);
    bus_attach(f->bus, &f->handler);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    bus_free(f->bus);
    while (turns_run_one(&f->turns))
        ;
    free(f);
    return 0;
}

static void test_never_delivers_inside_publish(void **state)
{
    struct fixture *f = *state;

    bus_subscribe(f->bus, BUS_USER, 1);
    publish(f, BUS_USER, 1, 'a');
    assert_int_equal(f->seen_n, 0);
    assert_true(turns_run_one(&f->turns));
    assert_int_equal(f->seen_n, 1);
    assert_int_equal(f->seen[0].first, 'a');
    assert_int_equal(f->seen[0].ids[0], 1);
}

static void test_one_turn_is_one_task_in_order(void **state)
{
    struct fixture *f = *state;

    bus_subscribe(f->bus, BUS_USER, 1);
    bus_subscribe(f->bus, BUS_PRESENCE, 2);
    for (char c = 'a'; c <= 'j'; c++)
        publish(f, c % 2 ? BUS_USER : BUS_PRESENCE, c % 2 ? 1 : 2, c);
    assert_int_equal(f->turns.posts, 1);
    turns_run_one(&f->turns);
    assert_int_equal(f->seen_n, 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(f->seen[i].first, 'a' + i);
        assert_int_equal(f->seen[i].kind, ('a' + i) % 2 ? BUS_USER : BUS_PRESENCE);
    }
    assert_false(turns_run_one(&f->turns));

    publish(f, BUS_USER, 1, 'k');
    assert_int_equal(f->turns.posts, 2);
}

static void test_only_subscribed_ids_arrive(void **state)
{
    struct fixture *f = *state;
    const uint64_t ids[] = {5, 6, 7, 8};
    struct buf *message = buf_copy("x", 1);

    bus_subscribe(f->bus, BUS_USER, 8);
    bus_subscribe(f->bus, BUS_USER, 6);
    bus_subscribe(f->bus, BUS_PRESENCE, 5);
    bus_publish(f->bus, BUS_USER, ids, ARRAY_SIZE(ids), message);
    buf_unref(message);
    turns_run_one(&f->turns);
    assert_int_equal(f->seen_n, 1);
    assert_int_equal(f->seen[0].n, 2);
    assert_int_equal(f->seen[0].ids[0], 6);
    assert_int_equal(f->seen[0].ids[1], 8);
}

static void test_nobody_subscribed_posts_nothing(void **state)
{
    struct fixture *f = *state;

    bus_subscribe(f->bus, BUS_PRESENCE, 1);
    publish(f, BUS_USER, 1, 'a');
    assert_int_equal(f->turns.posts, 0);
}

static void test_subscriptions_are_counted(void **state)
{
    struct fixture *f = *state;

    bus_subscribe(f->bus, BUS_USER, 1);
    bus_subscribe(f->bus, BUS_USER, 1);
    bus_unsubscribe(f->bus, BUS_USER, 1);
    publish(f, BUS_USER, 1, 'a');
    turns_run_one(&f->turns);
    assert_int_equal(f->seen_n, 1); /* once, however often subscribed */

    bus_unsubscribe(f->bus, BUS_USER, 1);
    publish(f, BUS_USER, 1, 'b');
    assert_false(turns_run_one(&f->turns));
    assert_int_equal(f->seen_n, 1);
}

static void test_kinds_of_one_id_are_counted_apart(void **state)
{
    struct fixture *f = *state;

    bus_subscribe(f->bus, BUS_USER, 1);
    bus_subscribe(f->bus, BUS_PRESENCE, 1);
    bus_subscribe(f->bus, BUS_PRESENCE, 1);
    bus_unsubscribe(f->bus, BUS_USER, 1);
    publish(f, BUS_USER, 1, 'u');
    publish(f, BUS_PRESENCE, 1, 'p');
    assert_true(turns_run_one(&f->turns));
    assert_int_equal(f->seen_n, 1);
    assert_int_equal(f->seen[0].kind, BUS_PRESENCE);
    bus_unsubscribe(f->bus, BUS_PRESENCE, 1);
    bus_unsubscribe(f->bus, BUS_PRESENCE, 1);
    publish(f, BUS_PRESENCE, 1, 'p');
    assert_false(turns_run_one(&f->turns));
}

static void test_unsubscribe_before_delivery_is_heard(void **state)
{
    struct fixture *f = *state;
    const uint64_t both[] = {1, 2};
    struct buf *message = buf_copy("b", 1);

    bus_subscribe(f->bus, BUS_USER, 1);
    bus_subscribe(f->bus, BUS_USER, 2);
    publish(f, BUS_USER, 1, 'a');
    bus_publish(f->bus, BUS_USER, both, 2, message);
    bus_unsubscribe(f->bus, BUS_USER, 1);
    turns_run_one(&f->turns);
    assert_int_equal(f->seen_n, 1);
    assert_int_equal(f->seen[0].first, 'b');
    assert_int_equal(f->seen[0].n, 1);
    assert_int_equal(f->seen[0].ids[0], 2);
    assert_int_equal(message->refs, 1);
    buf_unref(message);
}

static void test_references_are_held_and_given_back(void **state)
{
    struct fixture *f = *state;
    struct buf *message = buf_copy("m", 1);
    uint64_t id = 1;

    bus_subscribe(f->bus, BUS_USER, 1);
    bus_publish(f->bus, BUS_USER, &id, 1, message);
    bus_publish(f->bus, BUS_USER, &id, 1, message);
    assert_int_equal(message->refs, 3);
    turns_run_one(&f->turns);
    assert_int_equal(message->refs, 1);
    id = 2;
    bus_publish(f->bus, BUS_USER, &id, 1, message);
    assert_int_equal(message->refs, 1);
    buf_unref(message);
}

static void test_publish_from_a_handler_comes_in_a_later_task(void **state)
{
    struct fixture *f = *state;

    bus_subscribe(f->bus, BUS_USER, 1);
    f->publish_again = 2;
    publish(f, BUS_USER, 1, 'a');
    turns_run_one(&f->turns);
    assert_int_equal(f->delivered, 1);
    turns_run_one(&f->turns);
    assert_int_equal(f->delivered, 2);
    turns_run_one(&f->turns);
    assert_int_equal(f->delivered, 3);
    assert_false(turns_run_one(&f->turns));
}

static void test_full_queue_drops_and_recovers(void **state)
{
    struct fixture *f = *state;
    const uint64_t id = 1;
    const size_t mib = 1024 * 1024;
    struct buf *message = buf_new(mib);

    message->data[0] = 'z';
    bus_subscribe(f->bus, BUS_USER, 1);
    log_set_level(LOG_OFF);
    for (size_t i = 0; i < 2 * LOCAL_QUEUE_BYTES_MAX / mib; i++)
        bus_publish(f->bus, BUS_USER, &id, 1, message);
    log_set_level(LOG_INFO);
    assert_int_equal(f->lost, 0); /* never inside the call */
    turns_run_one(&f->turns);
    assert_int_equal(f->delivered, LOCAL_QUEUE_BYTES_MAX / mib - 1);
    assert_int_equal(message->refs, 1);
    assert_int_equal(f->lost, 1);

    bus_publish(f->bus, BUS_USER, &id, 1, message);
    turns_run_one(&f->turns);
    assert_int_equal(f->delivered, LOCAL_QUEUE_BYTES_MAX / mib);
    assert_int_equal(f->lost, 1);
    buf_unref(message);
}

static void test_too_large_alone_is_told_too(void **state)
{
    struct fixture *f = *state;
    const uint64_t id = 1;
    struct buf *message = buf_new(LOCAL_QUEUE_BYTES_MAX);

    log_set_level(LOG_OFF);
    bus_publish(f->bus, BUS_USER, &id, 1, message); /* nobody misses it */
    assert_false(turns_run_one(&f->turns));
    bus_subscribe(f->bus, BUS_USER, 1);
    bus_publish(f->bus, BUS_USER, &id, 1, message);
    log_set_level(LOG_INFO);
    turns_run_one(&f->turns);
    assert_int_equal(f->delivered, 0);
    assert_int_equal(f->lost, 1);
    buf_unref(message);
}

static void test_freed_before_delivery_gives_references_back(void **state)
{
    struct fixture *f = *state;
    struct turns *turns = &f->turns;
    struct buf *message = buf_copy("m", 1);
    uint64_t id = 1;

    bus_subscribe(f->bus, BUS_USER, 1);
    bus_publish(f->bus, BUS_USER, &id, 1, message);
    bus_free(f->bus);
    f->bus = NULL;
    assert_int_equal(message->refs, 1);
    assert_true(turns_run_one(turns));
    assert_int_equal(f->delivered, 0);
    buf_unref(message);
}

#define with_bus(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bus(test_never_delivers_inside_publish),
        with_bus(test_one_turn_is_one_task_in_order),
        with_bus(test_only_subscribed_ids_arrive),
        with_bus(test_nobody_subscribed_posts_nothing),
        with_bus(test_subscriptions_are_counted),
        with_bus(test_kinds_of_one_id_are_counted_apart),
        with_bus(test_unsubscribe_before_delivery_is_heard),
        with_bus(test_references_are_held_and_given_back),
        with_bus(test_publish_from_a_handler_comes_in_a_later_task),
        with_bus(test_full_queue_drops_and_recovers),
        with_bus(test_too_large_alone_is_told_too),
        with_bus(test_freed_before_delivery_gives_references_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
