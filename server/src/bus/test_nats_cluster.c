/*
 * The bus on a cluster of NATS servers whose parts fail: whatever is lost is told, within the
 * bounds that the bus gives, and what is published after that arrives.
 */
#include "bus/test_end.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/nats.h"
#include "bus/peers.h"
#include "bus/test_relay.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"

enum {
    SERVERS = 3,
    /* Of a loss without a word: the silence, the pace of telling, and a machine that is busy. */
    TOLD_MS_MAX = PEERS_SILENT_MS + LINK_LOST_EVERY_MS + 10000,
};

struct fixture {
    struct nats_server servers[SERVERS];
    struct relay relay;
    struct end a, b;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    signal(SIGPIPE, SIG_IGN);
    log_set_level(getenv("TEST_LOG") ? LOG_INFO : LOG_OFF);
    for (size_t i = 0; i < SERVERS; i++)
        nats_server_init(&f->servers[i]);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->a.bus)
        end_deinit(&f->a);
    if (f->b.bus)
        end_deinit(&f->b);
    relay_stop(&f->relay);
    for (size_t i = 0; i < SERVERS; i++)
        nats_server_deinit(&f->servers[i]);
    free(f);
    return 0;
}

/* A server of the cluster, which looks for the others at these ports. */
static void start(struct fixture *f, size_t which, const uint16_t *routes, size_t n)
{
    char more[512];
    int at = snprintf(more, sizeof(more), "cluster { name: c, listen: 127.0.0.1:%u, routes: [",
                      f->servers[which].cluster);
    for (size_t i = 0; i < n; i++)
        at += snprintf(more + at, sizeof(more) - (size_t)at, "%snats://127.0.0.1:%u", i ? ", " : "",
                       routes[i]);
    snprintf(more + at, sizeof(more) - (size_t)at, "] }");
    nats_server_start(&f->servers[which], more);
}

static void start_one(struct fixture *f, size_t which)
{
    uint16_t routes[SERVERS];
    for (size_t i = 0; i < SERVERS; i++)
        routes[i] = f->servers[i].cluster;
    start(f, which, routes, SERVERS);
}

static void start_all(struct fixture *f)
{
    for (size_t i = 0; i < SERVERS; i++)
        start_one(f, i);
}

/* Publishes until one arrives; what was told before is kept. */
static void wait_through(struct end *from, struct end *to, uint64_t user)
{
    size_t delivered = to->delivered;
    for (int i = 0; to->delivered == delivered; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX / 10);
        end_publish_one(from, BUS_USER, user, 0);
        usleep(10 * 1000);
        end_run(to);
    }
}

static void wait_lost_within(struct end *e, size_t n, uint64_t ms_max)
{
    uint64_t begin_ms = clock_mono_ms();
    end_wait_lost(e, n);
    assert_in_range(clock_mono_ms() - begin_ms, 0, ms_max);
}

/* One after the other, so that each node loses the one it is on at least once. */
static void test_a_server_of_three_dies(void **state)
{
    struct fixture *f = *state;
    start_all(f);
    end_join(&f->a, f->servers, SERVERS, NULL);
    end_join(&f->b, f->servers, SERVERS, NULL);
    end_meet(&f->a, &f->b);
    end_wait_heard(&f->a, &f->b, 7);
    for (size_t i = 0; i < SERVERS; i++) {
        enum { N = 300 };
        nats_server_kill(&f->servers[i]);
        for (int n = 0; n < N; n++) { /* some are lost, or none */
            end_publish_one(&f->a, BUS_USER, 7, 1);
            usleep(1000);
        }
        end_catch_up(&f->a, &f->b, BUS_USER, 7);
        if (f->b.delivered < N)
            wait_lost_within(&f->b, 1, TOLD_MS_MAX);
        start_one(f, i);
        end_settle(&f->a, &f->b);
    }
}

/* The two servers lose each other, and nobody's own connection is touched. */
static void cut(struct fixture *f, _Atomic bool *how)
{
    uint16_t routes[] = {0};
    start(f, 1, NULL, 0);
    relay_start(&f->relay, f->servers[1].cluster);
    routes[0] = f->relay.port;
    start(f, 0, routes, 1);
    end_join(&f->a, &f->servers[0], 1, NULL);
    end_join(&f->b, &f->servers[1], 1, NULL);
    end_meet(&f->a, &f->b);
    end_wait_heard(&f->a, &f->b, 7);
    end_wait_heard(&f->b, &f->a, 8);

    *how = true;
    wait_lost_within(&f->a, 1, TOLD_MS_MAX);
    wait_lost_within(&f->b, 1, TOLD_MS_MAX);
    assert_true(bus_connected(f->a.bus) && bus_connected(f->b.bus));
    assert_int_equal(f->b.delivered, 0);
    end_publish_one(&f->a, BUS_USER, 7, 1); /* told when the route stands again */
    size_t told = f->b.lost;
    *how = false;
    wait_through(&f->a, &f->b, 7);
    wait_through(&f->b, &f->a, 8);
    wait_lost_within(&f->b, told + 1, TOLD_MS_MAX);
}

static void test_a_route_is_lost(void **state)
{
    struct fixture *f = *state;
    cut(f, &f->relay.cut);
}

/* Nothing is closed: the servers find out by their pings, we before them. */
static void test_a_route_carries_nothing(void **state)
{
    struct fixture *f = *state;
    cut(f, &f->relay.stalled);
}

/* A server that stops, as a machine does that swaps, and goes on. */
static void test_a_server_stops_for_a_while(void **state)
{
    struct fixture *f = *state;
    start_all(f);
    end_join(&f->a, &f->servers[0], 1, NULL);
    end_join(&f->b, &f->servers[1], 1, NULL);
    end_meet(&f->a, &f->b);
    end_wait_heard(&f->a, &f->b, 7);
    assert_int_equal(kill(f->servers[1].pid, SIGSTOP), 0);
    uint64_t begin_ms = clock_mono_ms();
    while (bus_connected(f->b.bus)) {
        assert_in_range(clock_mono_ms() - begin_ms, 0, 4 * LINK_PING_MS + 10000);
        usleep(1000);
    }
    end_publish_one(&f->a, BUS_USER, 7, 1);
    assert_int_equal(kill(f->servers[1].pid, SIGCONT), 0);
    wait_through(&f->a, &f->b, 7);
    wait_lost_within(&f->b, 1, TOLD_MS_MAX);
}

/* One that dies does not say so, and is as a route that carries nothing. */
static void test_a_node_that_leaves_is_not_missed(void **state)
{
    struct fixture *f = *state;
    start_all(f);
    end_join(&f->a, f->servers, SERVERS, NULL);
    end_join(&f->b, f->servers, SERVERS, NULL);
    end_meet(&f->a, &f->b);
    end_deinit(&f->a);
    uint64_t begin_ms = clock_mono_ms();
    while (clock_mono_ms() - begin_ms < PEERS_SILENT_MS + 1000) {
        end_run(&f->b);
        usleep(10 * 1000);
    }
    assert_int_equal(f->b.lost, 0);
}

#define with_servers(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_servers(test_a_server_of_three_dies),
        with_servers(test_a_route_is_lost),
        with_servers(test_a_route_carries_nothing),
        with_servers(test_a_server_stops_for_a_while),
        with_servers(test_a_node_that_leaves_is_not_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
