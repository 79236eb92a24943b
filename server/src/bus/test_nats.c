/* The bus on NATS between two nodes, on real servers: what arrives, and that every way of losing
 * something is told. */
#include "bus/test_end.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/bus_metric.h"
#include "bus/envelope.h"
#include "bus/nats.h"
#include "bus/subject.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"
#include "util/numbers.h"

enum { SERVERS = 3, ENDS = 4 };

struct fixture {
    struct nats_server servers[SERVERS];
    struct end ends[ENDS];
    struct end *a, *b;
};

static int set_up_none(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->a = &f->ends[0];
    f->b = &f->ends[1];
    *state = f;
    log_set_level(getenv("TEST_LOG") ? LOG_INFO : LOG_OFF);
    for (size_t i = 0; i < SERVERS; i++)
        nats_server_init(&f->servers[i]);
    return 0;
}

static int set_up(void **state)
{
    set_up_none(state);
    struct fixture *f = *state;
    nats_server_start(&f->servers[0], "");
    end_join(f->a, f->servers, 1, NULL);
    end_join(f->b, f->servers, 1, NULL);
    end_meet(f->a, f->b);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ENDS; i++)
        if (f->ends[i].bus)
            end_deinit(&f->ends[i]);
    for (size_t i = 0; i < SERVERS; i++)
        nats_server_deinit(&f->servers[i]);
    free(f);
    return 0;
}

static void test_a_user_on_another_node_is_told(void **state)
{
    struct fixture *f = *state;
    bus_subscribe(f->b->bus, BUS_PRESENCE, 8);
    end_wait_heard(f->a, f->b, 7);
    end_publish_one(f->a, BUS_USER, 7, 1);
    end_publish_one(f->a, BUS_PRESENCE, 7, 2); /* nobody watches */
    end_publish_one(f->a, BUS_PRESENCE, 8, 3);
    end_wait_delivered(f->b, 2);
    assert_int_equal(f->b->seen[0].kind, BUS_USER);
    assert_int_equal(f->b->seen[0].ids[0], 7);
    assert_int_equal(f->b->seen[0].number, 1);
    assert_int_equal(f->b->seen[1].kind, BUS_PRESENCE);
    assert_int_equal(f->b->seen[1].ids[0], 8);
    assert_int_equal(f->b->seen[1].number, 3);
    assert_int_equal(f->a->delivered, 0);
}

static void test_many_people_are_one_delivery_a_node(void **state)
{
    struct fixture *f = *state;
    const uint64_t ids[] = {1, 2, 3, 4, 5};
    for (uint64_t id = 2; id <= 4; id++)
        bus_subscribe(f->b->bus, BUS_USER, id);
    end_wait_heard(f->a, f->b, 2);
    end_publish(f->a, BUS_USER, ids, ARRAY_SIZE(ids), 9);
    end_wait_delivered(f->b, 1);
    assert_int_equal(f->b->seen[0].n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(f->b->seen[0].ids[i], i + 2);
    usleep(50 * 1000);
    end_run(f->b);
    assert_int_equal(f->b->delivered, 1);
}

/* --- what is counted --- */

static void wait_counted(enum metric m, uint32_t which, uint64_t least, uint64_t most)
{
    uint64_t until_ms = clock_mono_ms() + END_WAIT_MS_MAX;
    for (uint64_t n; (n = metric_value(m, which)) < least || n > most; usleep(1000))
        if (clock_mono_ms() > until_ms)
            fail_msg("metric %d, %u: %" PRIu64 " instead of %" PRIu64, (int)m, which, n, least);
}

/* A gauge. */
static void wait_is(enum metric m, uint32_t which, uint64_t n)
{
    wait_counted(m, which, n, n);
}

/* A counter: what was sent before may be counted only now, just after it has arrived. */
static void wait_reaches(enum metric m, uint32_t which, uint64_t n)
{
    wait_counted(m, which, n, UINT64_MAX);
}

/* Both nodes are of this process, so each message is counted where it leaves and where it comes. */
static void test_what_goes_between_nodes_is_counted(void **state)
{
    struct fixture *f = *state;
    const uint64_t ids[] = {7, 8};
    wait_is(METRIC_BUS_CONNECTED, 0, 2);
    uint64_t subscriptions = metric_value(METRIC_BUS_SUBSCRIPTIONS, 0);
    end_wait_heard(f->a, f->b, 7);
    end_settle(f->a, f->b);
    wait_is(METRIC_BUS_SUBSCRIPTIONS, 0, subscriptions + 1);
    uint64_t user = metric_value(METRIC_BUS_SENT, BUS_AS_USER);
    uint64_t all = metric_value(METRIC_BUS_SENT, BUS_AS_ALL);
    uint64_t presence = metric_value(METRIC_BUS_SENT, BUS_AS_PRESENCE);
    uint64_t heard = metric_value(METRIC_BUS_RECEIVED, BUS_AS_USER);
    uint64_t heard_all = metric_value(METRIC_BUS_RECEIVED, BUS_AS_ALL);
    uint64_t heard_presence = metric_value(METRIC_BUS_RECEIVED, BUS_AS_PRESENCE);
    end_publish_one(f->a, BUS_USER, 7, 1);
    end_publish_one(f->a, BUS_PRESENCE, 9, 2); /* nobody watches */
    end_publish(f->a, BUS_USER, ids, 2, 3);    /* no fewer than there are others */
    end_wait_last(f->b, 3);
    wait_reaches(METRIC_BUS_SENT, BUS_AS_USER, user + 1);
    wait_reaches(METRIC_BUS_SENT, BUS_AS_PRESENCE, presence + 1);
    wait_reaches(METRIC_BUS_SENT, BUS_AS_ALL, all + 1);
    assert_int_equal(metric_value(METRIC_BUS_RECEIVED, BUS_AS_USER), heard + 1);
    assert_int_equal(metric_value(METRIC_BUS_RECEIVED, BUS_AS_PRESENCE), heard_presence);
    assert_true(metric_value(METRIC_BUS_RECEIVED, BUS_AS_ALL) > heard_all);
    bus_unsubscribe(f->b->bus, BUS_USER, 7);
    wait_is(METRIC_BUS_SUBSCRIPTIONS, 0, subscriptions);

    uint64_t dropped = metric_value(METRIC_BUS_DROPPED, BUS_DISCONNECTED);
    uint64_t connects = metric_value(METRIC_BUS_CONNECTS, 0);
    uint64_t lost = metric_value(METRIC_BUS_LOST, 0);
    nats_server_kill(&f->servers[0]);
    wait_is(METRIC_BUS_CONNECTED, 0, 0);
    end_publish_one(f->a, BUS_USER, 7, 4);
    wait_reaches(METRIC_BUS_DROPPED, BUS_DISCONNECTED, dropped + 1);
    nats_server_start(&f->servers[0], "");
    wait_is(METRIC_BUS_CONNECTED, 0, 2);
    wait_reaches(METRIC_BUS_CONNECTS, 0, connects + 2);
    end_wait_lost(f->a, 1);
    assert_true(metric_value(METRIC_BUS_LOST, 0) > lost);
}

/* What one message of a's for n people is sent as: so often to a person's subject, and to all. */
static void assert_sent_as(struct fixture *f, size_t n, uint64_t as_user, uint64_t as_all)
{
    static uint64_t number = 100;
    const uint64_t ids[] = {7, 8, 9};
    uint64_t user = metric_value(METRIC_BUS_SENT, BUS_AS_USER);
    uint64_t all = metric_value(METRIC_BUS_SENT, BUS_AS_ALL);
    end_publish(f->a, BUS_USER, ids, n, ++number);
    end_wait_last(f->b, number);
    wait_is(METRIC_BUS_SENT, BUS_AS_USER, user + as_user);
    wait_is(METRIC_BUS_SENT, BUS_AS_ALL, all + as_all);
}

/* What goes out is never more than the people, nor than what all others take. */
static void test_to_whom_it_goes_is_by_the_number_of_nodes(void **state)
{
    struct fixture *f = *state;
    end_wait_heard(f->a, f->b, 7);
    end_settle(f->a, f->b);
    assert_sent_as(f, 1, 1, 0);
    assert_sent_as(f, 2, 0, 1);
    end_join(&f->ends[2], f->servers, 1, NULL);
    end_meet(f->a, &f->ends[2]);
    assert_sent_as(f, 1, 1, 0);
    assert_sent_as(f, 2, 0, 1);
    end_join(&f->ends[3], f->servers, 1, NULL);
    end_meet(f->a, &f->ends[3]);
    assert_sent_as(f, 1, 1, 0);
    assert_sent_as(f, 2, 2, 0);
    assert_sent_as(f, 3, 0, 1);
}

static void test_a_node_hears_itself_once(void **state)
{
    struct fixture *f = *state;
    end_wait_heard(f->b, f->a, 7);
    end_publish_one(f->a, BUS_USER, 7, 1);
    end_publish_one(f->a, BUS_NODES, BUS_ALL_NODES, 2);
    end_run(f->a);
    assert_int_equal(f->a->delivered, 2);
    end_wait_delivered(f->b, 1); /* it has been to the server and back */
    usleep(50 * 1000);
    end_run(f->a);
    assert_int_equal(f->a->delivered, 2);
}

static void test_order_holds_between_two_nodes(void **state)
{
    struct fixture *f = *state;
    enum { N = 20000 };
    const uint64_t ids[] = {7, 8, 9};
    end_wait_heard(f->a, f->b, 7);
    for (uint64_t i = 1; i <= N; i++)
        end_publish(f->a, BUS_USER, ids, i % 3 ? 1 : 3, i);
    end_wait_last(f->b, N);
    assert_int_equal(f->b->disordered, 0);
    assert_true(f->b->lost || f->b->delivered == N);
}

/* A server that dies takes the connections with it: both nodes are told when they have others. */
static void test_a_server_that_dies_is_told_and_left(void **state)
{
    struct fixture *f = *state;
    end_wait_heard(f->a, f->b, 7);
    nats_server_kill(&f->servers[0]);
    end_publish_one(f->a, BUS_USER, 7, 1); /* never arrives */
    nats_server_start(&f->servers[0], "");
    end_wait_lost(f->a, 1);
    end_wait_lost(f->b, 1);
    end_forget(f->b);
    end_publish_one(f->a, BUS_USER, 7, 2);
    end_wait_delivered(f->b, 1);
    assert_int_equal(f->b->seen[0].number, 2);
}

/* The permission is taken away and given back: the server has forgotten the subscription, and says
 * so when it forgets. Made anew, it works again. */
static void test_a_forgotten_subscription_is_made_anew(void **state)
{
    struct fixture *f = *state;
#define USERS(deny)                                                                                \
    "authorization { users: [{user: a, password: b, permissions: {"                                \
    "publish: \">\", subscribe: {allow: \">\"" deny "}}}] }"
    const char *open = USERS(""), *shut = USERS(", deny: \"parley.test.user.7\"");
    nats_server_start(&f->servers[0], open);
    struct nats_options with = {.user = "a", .password = "b", .renew_ms = 2000};
    end_join(f->a, f->servers, 1, &with);
    end_join(f->b, f->servers, 1, &with);
    end_meet(f->a, f->b);
    end_wait_heard(f->a, f->b, 7);
    nats_server_reload(&f->servers[0], shut);
    end_wait_lost(f->b, 1);
    nats_server_reload(&f->servers[0], open);
    end_wait_heard(f->a, f->b, 7);
}

/* Renewed all the time, and hardly anything of what is published meanwhile is missed: a few rounds,
 * since between its two calls the link may have to wait for a processor. */
static void test_a_renewal_hears_out_what_is_on_its_way(void **state)
{
    struct fixture *f = *state;
    enum { N = 50000, RENEW_MS = 20, ROUNDS = 5 };
    nats_server_start(&f->servers[0], "");
    struct nats_options often = {.renew_ms = RENEW_MS};
    end_join(f->a, f->servers, 1, NULL);
    end_join(f->b, f->servers, 1, &often);
    end_meet(f->a, f->b);
    end_wait_heard(f->a, f->b, 7);
    size_t missed = N;
    for (int round = 0; missed > N / 1000; round++) {
        assert_in_range(round, 0, ROUNDS - 1);
        end_settle(f->a, f->b);
        for (uint64_t i = 1; i <= N; i++)
            end_publish_one(f->a, BUS_USER, 7, i);
        end_wait_last(f->b, N);
        assert_int_equal(f->b->disordered, 0);
        missed = N - f->b->delivered;
        print_message("%d messages, %zu missed\n", N, missed);
    }
}

/* Whoever is not there to take what comes gets no more of it, and is told when it is. How long that
 * takes is the machine's matter: again, until it was long enough. */
static void test_a_slow_consumer_is_told(void **state)
{
    struct fixture *f = *state;
    enum { N = 2 * LINK_PENDING_MESSAGES_MAX };
    uint64_t slow = metric_value(METRIC_BUS_ERRORS, BUS_SLOW_CONSUMER);
    end_wait_heard(f->a, f->b, 7);
    uint64_t begin_ms = clock_mono_ms();
    do {
        assert_in_range(clock_mono_ms() - begin_ms, 0, END_WAIT_MS_MAX);
        end_settle(f->a, f->b);
        end_hold(f->b, true);
        for (uint64_t i = 1; i <= N; i++)
            end_publish_one(f->a, BUS_USER, 7, i);
        usleep(2000 * 1000);
        end_hold(f->b, false);
        end_wait_last(f->b, N);
    } while (!f->b->lost || metric_value(METRIC_BUS_ERRORS, BUS_SLOW_CONSUMER) == slow);
    assert_true(f->b->delivered < N);
}

/* Bytes from whoever may speak on the servers: a message to all nodes that is none, one of a later
 * version, a user that is no number. The node goes on. */
static void test_what_is_not_understood_is_passed_over(void **state)
{
    static const char later[] = "\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\1\11\310\0\0\0\0\0\0more";
    struct fixture *f = *state;
    end_wait_heard(f->a, f->b, 7);
    nats_server_publish(&f->servers[0], "parley.test.nodes", STR("no envelope"));
    nats_server_publish(&f->servers[0], "parley.test.nodes", STR(""));
    nats_server_publish(&f->servers[0], "parley.test.nodes", str_n(later, sizeof(later) - 1));
    nats_server_publish(&f->servers[0], "parley.test.user.x", STR("nobody"));
    nats_server_publish(&f->servers[0], "parley.test.user.7", STR("eight by"));
    end_wait_delivered(f->b, 1);
    assert_int_equal(f->b->lost, 0);
    end_publish_one(f->a, BUS_USER, 7, 1);
    end_wait_delivered(f->b, 2);
    assert_int_equal(f->b->last, 1);
}

/* --- questions --- */

enum { QUESTION_MS = 300 };

static void test_without_a_server_nobody_answers(void **state)
{
    struct fixture *f = *state;
    end_join(f->a, f->servers, 1, NULL);
    end_join(f->b, f->servers, 1, NULL);
    f->b->knows = 70;
    bus_subscribe(f->b->bus, BUS_USER, 7);
    assert_true(end_ask(f->a, BUS_USER, 7, 1, END_WAIT_MS_MAX));
    end_wait_answered(f->a, f->b);
    assert_int_equal(f->a->answer, 0);
    nats_server_start(&f->servers[0], "");
    end_wait_connected(f->a);
    end_wait_connected(f->b);
    for (int i = 0; !f->a->answer; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX / 10);
        f->a->answered = 0;
        assert_true(end_ask(f->a, BUS_USER, 7, 2, QUESTION_MS));
        end_wait_answered(f->a, f->b);
    }
    assert_int_equal(f->a->answer, 70);
}

/* What is asked then, and just before, is answered at once, however long it might have taken. */
static void test_a_server_that_dies_takes_no_question_along(void **state)
{
    enum { N = 100 };
    struct fixture *f = *state;
    end_wait_heard(f->a, f->b, 7);
    for (uint64_t i = 1; i <= N; i++) /* the other end does not turn: none is answered */
        assert_true(end_ask(f->a, BUS_USER, 7, i, 2 * END_WAIT_MS_MAX));
    end_run(f->a);
    nats_server_kill(&f->servers[0]);
    uint64_t begin_ms = clock_mono_ms();
    for (; f->a->answered < N; end_run(f->a)) {
        assert_in_range(clock_mono_ms() - begin_ms, 0, END_WAIT_MS_MAX);
        usleep(1000);
    }
    assert_int_equal(f->a->answered, N); /* each once */
    usleep(2 * QUESTION_MS * 1000);
    end_run(f->a);
    assert_int_equal(f->a->answered, N);
}

/* A machine without power: who connects to it waits. */
static int be_dark(const struct nats_server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(s->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static void test_nobody_waits_while_it_connects(void **state)
{
    struct fixture *f = *state;
    int dark[SERVERS];
    for (size_t i = 0; i < SERVERS; i++)
        dark[i] = be_dark(&f->servers[i]);
    end_join(f->a, f->servers, SERVERS, NULL);
    usleep(300 * 1000);
    uint64_t begin_ms = clock_mono_ms();
    assert_true(end_ask(f->a, BUS_USER, 7, 1, QUESTION_MS));
    end_wait_answered(f->a, f->a);
    assert_int_equal(f->a->answer, 0);
    assert_in_range(clock_mono_ms() - begin_ms, 0, (SERVERS - 1) * LINK_CONNECT_MS_MAX);
    for (size_t i = 0; i < SERVERS; i++)
        close(dark[i]);
}

/* By whoever may speak there: to what is asked on this node, and of nobody else yet. */
static void test_an_answer_that_nobody_owes_is_passed_over(void **state)
{
    struct fixture *f = *state;
    char envelope[ENVELOPE_HEAD_BYTES], subject[SUBJECT_BYTES_MAX];
    nats_server_start(&f->servers[0], "");
    end_join(f->a, f->servers, 1, NULL);
    end_wait_connected(f->a);
    assert_int_equal(
        nats_server_hear(&f->servers[0], "parley.test.nodes", envelope, sizeof(envelope)),
        sizeof(envelope));
    subject_of_answer(subject, "parley.test", be64_get(envelope), 1);
    nats_server_publish(&f->servers[0], subject, STR("a forgery"));
    end_wait_posted(f->a);
    assert_true(end_ask(f->a, BUS_USER, 7, 1, QUESTION_MS));
    end_wait_answered(f->a, f->a);
    assert_int_equal(f->a->answered, 1);
    assert_int_equal(f->a->answer, 0);
}

/* --- who may speak with whom --- */

/* For as long as a connection takes, and some more. */
static void assert_stays_out(const struct end *e)
{
    for (int i = 0; i < 100; i++) {
        assert_false(bus_connected(e->bus));
        usleep(10 * 1000);
    }
}

static void test_a_wrong_password_stays_out(void **state)
{
    struct fixture *f = *state;
    struct nats_options right = {.user = "parley", .password = "right"},
                        wrong = {.user = "parley", .password = "wrong"};
    nats_server_start(&f->servers[0], "authorization { user: parley, password: right }");
    end_join(f->a, f->servers, 1, &right);
    end_join(f->b, f->servers, 1, &wrong);
    end_wait_connected(f->a);
    assert_stays_out(f->b);
    nats_server_kill(&f->servers[0]);
    nats_server_start(&f->servers[0], "authorization { user: parley, password: wrong }");
    end_wait_connected(f->b);
    assert_stays_out(f->a);
}

/* A certificate of its own for this name, and its key. */
static void make_certificate(const struct nats_server *s, const char *name, char certificate[128],
                             char key[128])
{
    char names[64];
    snprintf(certificate, 128, "%s/%s.pem", s->dir, name);
    snprintf(key, 128, "%s/%s.key", s->dir, name);
    snprintf(names, sizeof(names), "subjectAltName=DNS:%s", name);
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execlp("openssl", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
               "-subj", "/CN=parley", "-addext", names, "-out", certificate, "-keyout", key,
               "-batch", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_tls_knows_the_servers(void **state)
{
    struct fixture *f = *state;
    char ours[128], key[128], others[128], others_key[128], more[512];
    struct nats_server by_name = f->servers[0];
    make_certificate(&f->servers[0], "localhost", ours, key);
    make_certificate(&f->servers[0], "elsewhere", others, others_key);
    snprintf(more, sizeof(more),
             "tls { cert_file: \"%s\", key_file: \"%s\", ca_file: \"%s\", verify: true }", ours,
             key, ours);
    nats_server_start(&f->servers[0], more);
    snprintf(by_name.url, sizeof(by_name.url), "nats://localhost:%u", f->servers[0].port);

    struct nats_options good = {.ca = ours, .certificate = ours, .key = key}, stranger = good;
    end_join(f->a, &by_name, 1, &good);
    end_wait_connected(f->a);
    end_join(f->b, &f->servers[0], 1, &good); /* it says localhost, not 127.0.0.1 */
    assert_stays_out(f->b);
    end_deinit(f->b);
    stranger.ca = others;
    end_join(f->b, &by_name, 1, &stranger);
    assert_stays_out(f->b);
    end_deinit(f->b);
    end_join(f->b, &by_name, 1, &good);
    end_meet(f->a, f->b);
    end_wait_heard(f->a, f->b, 7);
    unlink(ours), unlink(key), unlink(others), unlink(others_key);
}

static void test_options_that_cannot_be(void **state)
{
    struct fixture *f = *state;
    const struct str url = str_of(f->servers[0].url);
    static const struct nats_options bad[] = {
        {.prefix = "two words"},
        {.prefix = ""},
        {.prefix = "p", .ca = "/nonexistent"},
        {.prefix = "p", .certificate = "/nonexistent", .key = "/nonexistent"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct nats_options options = bad[i];
        char why[256] = "";
        struct bus *bus = NULL;
        options.urls = &url;
        options.urls_n = 1;
        end_init(f->a);
        assert_int_equal(bus_nats_new(&bus, &options, &f->a->poster, why, sizeof(why)), NATS_BAD);
        assert_true(why[0]);
        assert_null(bus);
        end_deinit(f->a);
    }
}

#define with_two(name)  cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define with_none(name) cmocka_unit_test_setup_teardown(name, set_up_none, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_two(test_a_user_on_another_node_is_told),
        with_two(test_many_people_are_one_delivery_a_node),
        with_two(test_what_goes_between_nodes_is_counted),
        with_two(test_to_whom_it_goes_is_by_the_number_of_nodes),
        with_two(test_a_node_hears_itself_once),
        with_two(test_order_holds_between_two_nodes),
        with_two(test_a_server_that_dies_is_told_and_left),
        with_none(test_a_forgotten_subscription_is_made_anew),
        with_none(test_a_renewal_hears_out_what_is_on_its_way),
        with_two(test_a_slow_consumer_is_told),
        with_two(test_what_is_not_understood_is_passed_over),
        with_none(test_without_a_server_nobody_answers),
        with_two(test_a_server_that_dies_takes_no_question_along),
        with_none(test_nobody_waits_while_it_connects),
        with_none(test_an_answer_that_nobody_owes_is_passed_over),
        with_none(test_a_wrong_password_stays_out),
        with_none(test_tls_knows_the_servers),
        with_none(test_options_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
