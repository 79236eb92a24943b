#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/loop_thread.h"
#include "net/conn.h"
#include "net/listener.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/list.h"
#include "util/macros.h"
#include "util/mem.h"

enum { ACCEPTED_MAX = 256, WAIT_MS_MAX = 30 * 1000 };

struct door {
    struct loop loop;
    struct listener listener;
    int fds[ACCEPTED_MAX];
    struct address peers[ACCEPTED_MAX];
    uint32_t n;
    bool deinit_at_first;
};

static void keep(struct listener *l, int fd, const struct address *peer)
{
    struct door *d = container_of(l, struct door, listener);
    must(d->n < ACCEPTED_MAX);
    d->peers[d->n] = *peer;
    d->fds[d->n++] = fd;
    if (d->deinit_at_first)
        listener_deinit(l);
}

static void door_init(struct door *d, const char *at)
{
    struct address a;
    *d = (struct door){0};
    must(address_parse(&a, str_of(at)) == 0);
    must(loop_init(&d->loop) == 0);
    must(listener_init(&d->listener, &d->loop, &a, keep) == 0);
}

static void door_deinit(struct door *d)
{
    if (!d->deinit_at_first)
        listener_deinit(&d->listener);
    for (uint32_t i = 0; i < d->n; i++)
        close(d->fds[i]);
    loop_deinit(&d->loop);
}

static void turn(struct loop *loop)
{
    loop_stop(loop);
    loop_run(loop);
}

static void until_accepted(struct door *d, uint32_t n)
{
    uint64_t deadline_ms = clock_mono_ms() + WAIT_MS_MAX;
    while (d->n < n) {
        must(clock_mono_ms() < deadline_ms);
        turn(&d->loop);
    }
}

/* A blocking socket, connected as soon as the kernel has queued it for the listener. */
static int connect_to(const struct address *at)
{
    struct sockaddr_storage to;
    socklen_t n = address_to_sockaddr(at, &to);
    int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0);
    must(connect(fd, (struct sockaddr *)&to, n) == 0);
    return fd;
}

static bool machine_has_ip6(void)
{
    struct address loopback;
    struct sockaddr_storage at;
    must(address_parse(&loopback, STR("[::1]:0")) == 0);
    socklen_t n = address_to_sockaddr(&loopback, &at);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool bound = bind(fd, (struct sockaddr *)&at, n) == 0;
    close(fd);
    return bound;
}

static void test_accepted_socket_is_ready_for_use(void **state)
{
    (void)state;
    static const char *const texts[] = {"127.0.0.1:0", "[::1]:0", ":0"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (i == 1 && !machine_has_ip6()) {
            print_message("no IPv6 loopback here: %s left out\n", texts[i]);
            continue;
        }
        struct door d;
        door_init(&d, texts[i]);
        struct address bound = listener_address(&d.listener);
        assert_int_not_equal(bound.port, 0);
        if (i == 2) /* all addresses: reached by IPv4, though the socket is IPv6 */
            assert_int_equal(address_parse(&bound, STR("127.0.0.1:0")), 0);
        bound.port = listener_address(&d.listener).port;
        int client = connect_to(&bound);
        until_accepted(&d, 1);

        assert_true(fcntl(d.fds[0], F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(d.fds[0], F_GETFD) & FD_CLOEXEC);
        int no_delay = 0;
        socklen_t n = sizeof(no_delay);
        assert_int_equal(getsockopt(d.fds[0], IPPROTO_TCP, TCP_NODELAY, &no_delay, &n), 0);
        assert_int_not_equal(no_delay, 0);

        struct sockaddr_storage own;
        n = sizeof(own);
        assert_int_equal(getsockname(client, (struct sockaddr *)&own, &n), 0);
        struct address expected = address_from_sockaddr(&own);
        assert_memory_equal(&d.peers[0], &expected, sizeof(expected));
        assert_int_equal(address_is_ip4(&d.peers[0]), i != 1);
        close(client);
        door_deinit(&d);
    }
}

static void test_listeners_share_a_port(void **state)
{
    (void)state;
    struct door a, b;
    door_init(&a, "127.0.0.1:0");
    struct address at = listener_address(&a.listener);
    char text[ADDRESS_TEXT_MAX];
    door_init(&b, address_format(&at, text));
    int clients[100];
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        clients[i] = connect_to(&at);
    uint64_t deadline_ms = clock_mono_ms() + WAIT_MS_MAX;
    while (a.n + b.n < ARRAY_SIZE(clients)) {
        must(clock_mono_ms() < deadline_ms);
        turn(&a.loop);
        turn(&b.loop);
    }
    assert_in_range(a.n, 1, 99);
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        close(clients[i]);
    door_deinit(&a);
    door_deinit(&b);
}

static void test_address_in_use_or_foreign_is_an_error(void **state)
{
    (void)state;
    struct door d;
    door_init(&d, "127.0.0.1:0");
    /* Taken by a socket that does not share. */
    struct sockaddr_storage at;
    struct address taken;
    assert_int_equal(address_parse(&taken, STR("127.0.0.1:0")), 0);
    socklen_t n = address_to_sockaddr(&taken, &at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    taken = address_from_sockaddr(&at);
    struct listener l;
    assert_int_equal(listener_init(&l, &d.loop, &taken, keep), -EADDRINUSE);
    struct address foreign;
    assert_int_equal(address_parse(&foreign, STR("192.0.2.1:0")), 0);
    assert_int_equal(listener_init(&l, &d.loop, &foreign, keep), -EADDRNOTAVAIL);
    close(fd);
    door_deinit(&d);
}

/* Listeners of one server share an address; a second server must not join them unnoticed. */
static void test_claim_finds_who_listens(void **state)
{
    (void)state;
    struct door d;
    door_init(&d, "127.0.0.1:0");
    struct address bound = listener_address(&d.listener), all = {.port = bound.port};
    assert_int_equal(listener_claim(&bound), -EADDRINUSE);
    assert_int_equal(listener_claim(&all), -EADDRINUSE);
    /* What its connections leave behind is no listener. */
    int client = connect_to(&bound);
    until_accepted(&d, 1);
    door_deinit(&d);
    assert_int_equal(listener_claim(&bound), 0);
    assert_int_equal(listener_claim(&all), 0);
    close(client);
}

static void test_accepts_a_bounded_batch_a_turn(void **state)
{
    (void)state;
    enum { STORM = LISTENER_ACCEPT_MAX + 20 };
    struct door d;
    door_init(&d, "127.0.0.1:0");
    struct address at = listener_address(&d.listener);
    int clients[STORM];
    for (size_t i = 0; i < STORM; i++)
        clients[i] = connect_to(&at);
    turn(&d.loop);
    assert_int_equal(d.n, LISTENER_ACCEPT_MAX);
    until_accepted(&d, STORM);
    for (size_t i = 0; i < STORM; i++)
        close(clients[i]);
    door_deinit(&d);
}

static void test_deinit_inside_on_accept(void **state)
{
    (void)state;
    struct door d;
    door_init(&d, "127.0.0.1:0");
    struct address at = listener_address(&d.listener);
    int first = connect_to(&at), second = connect_to(&at);
    d.deinit_at_first = true;
    until_accepted(&d, 1);
    turn(&d.loop);
    assert_int_equal(d.n, 1);
    close(first);
    close(second);
    door_deinit(&d);
}

/* Descriptors. */

static rlim_t set_descriptor_limit(rlim_t limit)
{
    struct rlimit r;
    must(getrlimit(RLIMIT_NOFILE, &r) == 0);
    rlim_t before = r.rlim_cur;
    r.rlim_cur = MIN(limit, r.rlim_max);
    must(setrlimit(RLIMIT_NOFILE, &r) == 0);
    return before;
}

static rlim_t lowest_free_descriptor(void)
{
    int fd = dup(0);
    must(fd >= 0);
    close(fd);
    return (rlim_t)fd;
}

static void test_backs_off_when_descriptors_run_out(void **state)
{
    (void)state;
    enum { CLIENTS = 10, FREE = 3 };
    struct door d;
    door_init(&d, "127.0.0.1:0");
    struct address at = listener_address(&d.listener);
    int clients[CLIENTS];
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = connect_to(&at);
    rlim_t before = set_descriptor_limit(lowest_free_descriptor() + FREE);

    uint64_t start_ms = clock_mono_ms();
    until_accepted(&d, FREE);
    assert_true(listener_backing_off(&d.listener));
    assert_int_equal(d.listener.backoff_ms, LISTENER_BACKOFF_MIN_MS);
    /* Each pause is waited out, and the next is twice as long, up to the longest. */
    uint64_t deadline_ms = clock_mono_ms() + WAIT_MS_MAX;
    uint32_t pause_ms = LISTENER_BACKOFF_MIN_MS, pauses_ms = 0;
    while (pause_ms < LISTENER_BACKOFF_MAX_MS) {
        must(clock_mono_ms() < deadline_ms);
        turn(&d.loop);
        if (d.listener.backoff_ms == pause_ms)
            continue;
        pauses_ms += pause_ms;
        pause_ms = MIN(2 * pause_ms, (uint32_t)LISTENER_BACKOFF_MAX_MS);
        assert_int_equal(d.listener.backoff_ms, pause_ms);
    }
    assert_true(clock_mono_ms() + 1 - start_ms >= pauses_ms);
    assert_int_equal(d.n, FREE);
    assert_true(listener_backing_off(&d.listener));

    set_descriptor_limit(before);
    until_accepted(&d, CLIENTS);
    turn(&d.loop);
    assert_false(listener_backing_off(&d.listener));
    assert_int_equal(d.listener.backoff_ms, 0);
    for (size_t i = 0; i < CLIENTS; i++)
        close(clients[i]);
    door_deinit(&d);
}

static void test_deinit_while_backing_off(void **state)
{
    (void)state;
    struct door d;
    door_init(&d, "127.0.0.1:0");
    struct address at = listener_address(&d.listener);
    int client = connect_to(&at);
    rlim_t before = set_descriptor_limit(lowest_free_descriptor());
    turn(&d.loop);
    assert_true(listener_backing_off(&d.listener));
    set_descriptor_limit(before);
    door_deinit(&d);
    close(client);
}

/* Everything together: net threads that echo to many clients. */

enum { NET_THREADS = 2, CLIENTS = 1000 };

struct net_thread {
    struct loop loop;
    struct loop_thread thread;
    struct listener listener;
    struct list sessions;
    struct task stop;
    uint32_t accepted, open;
    bool stopping;
};

struct session {
    struct conn conn;
    struct list node;
    struct net_thread *net;
};

static size_t echo(struct conn *c, unsigned char *data, size_t n)
{
    struct buf *b = buf_copy(data, n);
    must(conn_send(c, "<", 1, b) == 0);
    must(conn_send(c, ">", 1, NULL) == 0);
    buf_unref(b);
    return n;
}

static void session_closed(struct conn *c, int why)
{
    (void)why;
    struct session *s = container_of(c, struct session, conn);
    struct net_thread *net = s->net;
    list_remove(&s->node);
    free(s);
    if (--net->open == 0 && net->stopping)
        loop_stop(&net->loop);
}

static const struct conn_handler echo_handler = {
    .on_data = echo,
    .on_closed = session_closed,
    .read_max = 4096,
    .queue_bytes_max = 4096,
    .queue_entries_max = 16,
    .linger_ms = 5000,
};

static void session_begins(struct listener *l, int fd, const struct address *peer)
{
    struct net_thread *net = container_of(l, struct net_thread, listener);
    struct session *s = mem_new(sizeof(*s));
    s->net = net;
    list_push_back(&net->sessions, &s->node);
    net->accepted++;
    net->open++;
    must(conn_init(&s->conn, &net->loop, transport_tcp(fd), peer, &echo_handler) == 0);
}

static void stop_net_thread(struct task *task)
{
    struct net_thread *net = container_of(task, struct net_thread, stop);
    net->stopping = true;
    listener_deinit(&net->listener);
    list_for_each(&net->sessions, node) conn_close(&list_entry(node, struct session, node)->conn);
    if (net->open == 0)
        loop_stop(&net->loop);
}

static void exchange(int fd, int number)
{
    char out[16], in[32], expected[32];
    int n = snprintf(out, sizeof(out), "%d", number);
    snprintf(expected, sizeof(expected), "<%s>", out);
    assert_int_equal(send(fd, out, (size_t)n, MSG_NOSIGNAL), n);
    assert_int_equal(recv(fd, in, (size_t)n + 2, MSG_WAITALL), n + 2);
    assert_memory_equal(in, expected, (size_t)n + 2);
}

static void test_a_thousand_connections_on_two_threads(void **state)
{
    (void)state;
    rlim_t before = set_descriptor_limit(2 * CLIENTS + 200);
    struct address at;
    assert_int_equal(address_parse(&at, STR("127.0.0.1:0")), 0);
    struct net_thread *nets = mem_new_array(NET_THREADS, sizeof(*nets));
    for (int i = 0; i < NET_THREADS; i++) {
        struct net_thread *net = &nets[i];
        list_init(&net->sessions);
        net->stop.run = stop_net_thread;
        assert_int_equal(loop_init(&net->loop), 0);
        assert_int_equal(listener_init(&net->listener, &net->loop, &at, session_begins), 0);
        at = listener_address(&net->listener);
        assert_int_equal(loop_thread_start(&net->thread, &net->loop, "net"), 0);
    }

    int *clients = mem_new_array(CLIENTS, sizeof(*clients));
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = connect_to(&at);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < CLIENTS; i++)
            exchange(clients[i], round * CLIENTS + i);
    }
    /* Some hang up before the server closes, some after. */
    for (int i = 0; i < CLIENTS / 2; i++)
        close(clients[i]);
    for (int i = 0; i < NET_THREADS; i++)
        post(&nets[i].loop.poster, &nets[i].stop);
    char byte;
    for (int i = CLIENTS / 2; i < CLIENTS; i++) {
        assert_int_equal(recv(clients[i], &byte, 1, 0), 0);
        close(clients[i]);
    }

    uint32_t accepted = 0;
    for (int i = 0; i < NET_THREADS; i++) {
        loop_thread_join(&nets[i].thread);
        assert_true(nets[i].accepted > 0);
        assert_int_equal(nets[i].open, 0);
        accepted += nets[i].accepted;
        loop_deinit(&nets[i].loop);
    }
    assert_int_equal(accepted, CLIENTS);
    free(nets);
    free(clients);
    set_descriptor_limit(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted_socket_is_ready_for_use),
        cmocka_unit_test(test_listeners_share_a_port),
        cmocka_unit_test(test_address_in_use_or_foreign_is_an_error),
        cmocka_unit_test(test_claim_finds_who_listens),
        cmocka_unit_test(test_accepts_a_bounded_batch_a_turn),
        cmocka_unit_test(test_deinit_inside_on_accept),
        cmocka_unit_test(test_backs_off_when_descriptors_run_out),
        cmocka_unit_test(test_deinit_while_backing_off),
        cmocka_unit_test(test_a_thousand_connections_on_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
