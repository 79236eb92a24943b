/* See test_end.h. */
#include "bus/test_end.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/nats.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/macros.h"
#include "util/numbers.h"

/* Messages above are marks: behind all others, and counted nowhere. */
static const uint64_t MARKS = UINT64_MAX / 2;

/* --- an end --- */

static void take_task(struct poster *poster, struct task *task)
{
    struct end *e = container_of(poster, struct end, poster);
    pthread_mutex_lock(&e->lock);
    while (e->held)
        pthread_cond_wait(&e->changed, &e->lock);
    list_push_back(&e->tasks, &task->node);
    pthread_mutex_unlock(&e->lock);
}

static bool run_one(struct end *e)
{
    pthread_mutex_lock(&e->lock);
    struct list *node = list_pop_front(&e->tasks);
    pthread_mutex_unlock(&e->lock);
    if (!node)
        return false;
    struct task *task = list_entry(node, struct task, node);
    task->run(task);
    return true;
}

void end_run(struct end *e)
{
    while (run_one(e))
        ;
}

void end_hold(struct end *e, bool held)
{
    pthread_mutex_lock(&e->lock);
    e->held = held;
    pthread_cond_broadcast(&e->changed);
    pthread_mutex_unlock(&e->lock);
}

static void wait_until(struct end *e, const size_t *count, size_t n)
{
    uint64_t begin_ms = clock_mono_ms();
    for (;;) {
        end_run(e);
        if (*count >= n)
            return;
        if (clock_mono_ms() - begin_ms > END_WAIT_MS_MAX)
            fail_msg("%zu of %zu came", *count, n);
        usleep(1000);
    }
}

void end_wait_delivered(struct end *e, size_t n)
{
    wait_until(e, &e->delivered, n);
}

void end_wait_lost(struct end *e, size_t n)
{
    wait_until(e, &e->lost, n);
}

void end_wait_answered(struct end *e, struct end *other)
{
    uint64_t begin_ms = clock_mono_ms();
    for (end_run(e); !e->answered; end_run(e)) {
        end_run(other);
        assert_in_range(clock_mono_ms() - begin_ms, 0, END_WAIT_MS_MAX);
        usleep(1000);
    }
}

void end_wait_last(struct end *e, uint64_t number)
{
    uint64_t begin_ms = clock_mono_ms();
    for (end_run(e); e->last < number && !e->lost; end_run(e)) {
        assert_in_range(clock_mono_ms() - begin_ms, 0, END_WAIT_MS_MAX);
        usleep(1000);
    }
}

void end_wait_posted(struct end *e)
{
    bool posted = false;
    for (int i = 0; !posted; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX);
        usleep(1000);
        pthread_mutex_lock(&e->lock);
        posted = !list_empty(&e->tasks);
        pthread_mutex_unlock(&e->lock);
    }
}

static struct buf *numbered(uint64_t number)
{
    struct buf *buf = buf_new(8);
    be64_put(buf->data, number);
    return buf;
}

void end_publish(struct end *e, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                 uint64_t number)
{
    struct buf *message = numbered(number);
    bus_publish(e->bus, kind, ids, n, message);
    buf_unref(message);
}

void end_publish_one(struct end *e, enum bus_topic_kind kind, uint64_t id, uint64_t number)
{
    end_publish(e, kind, &id, 1, number);
}

bool end_ask(struct end *e, enum bus_topic_kind kind, uint64_t id, uint64_t number,
             uint32_t within_ms)
{
    struct buf *question = numbered(number);
    bool asked = bus_ask(e->bus, kind, id, question, within_ms, number);
    buf_unref(question);
    return asked;
}

static void on_deliver(struct bus_handler *handler, enum bus_topic_kind kind, const uint64_t *ids,
                       size_t n, struct buf *message)
{
    struct end *e = container_of(handler, struct end, handler);
    uint64_t number = message->n == 8 ? be64_get(message->data) : 0;
    if (number > MARKS) {
        e->mark = number;
        return;
    }
    e->delivered++;
    e->disordered += number < e->last ? 1 : 0;
    e->last = number;
    if (e->publish_again > 0) {
        e->publish_again--;
        end_publish_one(e, BUS_USER, ids[0], number);
    }
    if (e->seen_n == END_SEEN_MAX)
        return;
    struct seen *s = &e->seen[e->seen_n++];
    *s = (struct seen){.kind = kind, .n = n, .number = number};
    for (size_t i = 0; i < MIN(n, ARRAY_SIZE(s->ids)); i++)
        s->ids[i] = ids[i];
}

static void on_lost(struct bus_handler *handler)
{
    container_of(handler, struct end, handler)->lost++;
}

static struct buf *on_asked(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t id,
                            struct buf *question)
{
    struct end *e = container_of(handler, struct end, handler);
    (void)kind, (void)id;
    assert_int_equal(question->n, 8);
    e->asked++;
    e->question = be64_get(question->data);
    return e->knows ? numbered(e->knows) : NULL;
}

static void on_answered(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t id,
                        uint64_t tag, struct buf *answer)
{
    struct end *e = container_of(handler, struct end, handler);
    (void)kind, (void)id;
    e->answered++;
    e->tag = tag;
    e->answer = answer ? be64_get(answer->data) : 0;
}

void end_init(struct end *e)
{
    *e = (struct end){.poster = {take_task},
                      .handler = {on_deliver, on_lost, on_asked, on_answered}};
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->changed, NULL);
    list_init(&e->tasks);
}

void end_attach(struct end *e, struct bus *bus)
{
    e->bus = bus;
    bus_attach(bus, &e->handler);
}

void end_deinit(struct end *e)
{
    bus_free(e->bus);
    e->bus = NULL;
    end_run(e);
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->lock);
}

void end_forget(struct end *e)
{
    e->seen_n = e->delivered = e->lost = e->disordered = e->asked = e->answered = 0;
    e->last = 0;
}

void end_catch_up(struct end *from, struct end *to, enum bus_topic_kind kind, uint64_t id)
{
    enum { MARK_MS = 500 };
    uint64_t mark = MARKS, begin_ms = clock_mono_ms(), marked_ms = 0;
    for (to->mark = 0; to->mark < mark; end_run(to)) {
        uint64_t now_ms = clock_mono_ms();
        assert_in_range(now_ms - begin_ms, 0, END_WAIT_MS_MAX);
        if (now_ms - marked_ms > MARK_MS) {
            end_publish_one(from, kind, id, ++mark);
            marked_ms = now_ms;
        }
        usleep(1000);
    }
}

void end_settle(struct end *a, struct end *b)
{
    size_t n;
    do {
        n = a->delivered + b->delivered;
        usleep(30 * 1000);
        end_run(a);
        end_run(b);
    } while (n != a->delivered + b->delivered);
    end_forget(a);
    end_forget(b);
}

void end_meet(struct end *a, struct end *b)
{
    struct end *both[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        end_wait_connected(both[i]);
        bus_subscribe(both[i]->bus, BUS_NODES, BUS_ALL_NODES);
    }
    for (size_t i = 0; i < 2; i++) {
        struct end *to = both[1 - i];
        for (int try = 0; !to->delivered; try++) {
            assert_in_range(try, 0, END_WAIT_MS_MAX / 10);
            end_publish_one(both[i], BUS_NODES, BUS_ALL_NODES, 0);
            usleep(10 * 1000);
            end_run(to);
        }
        end_catch_up(both[i], to, BUS_NODES, BUS_ALL_NODES);
        end_settle(a, b);
    }
}

void end_wait_heard(struct end *from, struct end *to, uint64_t user)
{
    bus_subscribe(to->bus, BUS_USER, user);
    for (int i = 0; !to->delivered; i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX / 10);
        end_publish_one(from, BUS_USER, user, 0);
        usleep(10 * 1000);
        end_run(to);
    }
    end_catch_up(from, to, BUS_USER, user);
    end_settle(from, to);
}

/* --- nats-server --- */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void wait_answer(const struct nats_server *s)
{
    struct sockaddr_in address = loopback(s->port);
    for (int i = 0; i < END_WAIT_MS_MAX / 10; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool answers = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
        close(fd);
        if (answers)
            return;
        assert_int_equal(waitpid(s->pid, NULL, WNOHANG), 0);
        usleep(10 * 1000);
    }
    fail_msg("nats-server does not answer");
}

static void configure(const struct nats_server *s, const char *more)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/nats.conf", s->dir);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "listen: 127.0.0.1:%u\n%s\n", s->port, more);
    assert_int_equal(fclose(file), 0);
}

void nats_server_init(struct nats_server *s)
{
    *s = (struct nats_server){.port = free_port(), .cluster = free_port()};
    snprintf(s->dir, sizeof(s->dir), "/tmp/parley-nats-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->url, sizeof(s->url), "nats://127.0.0.1:%u", s->port);
}

void nats_server_start(struct nats_server *s, const char *more)
{
    char config[128], log[128];
    configure(s, more);
    snprintf(config, sizeof(config), "%s/nats.conf", s->dir);
    snprintf(log, sizeof(log), "%s/log", s->dir);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("nats-server", "nats-server", "-c", config, "-l", log, (char *)NULL);
        _exit(127);
    }
    wait_answer(s);
}

void nats_server_reload(struct nats_server *s, const char *more)
{
    configure(s, more);
    assert_int_equal(kill(s->pid, SIGHUP), 0);
}

void nats_server_kill(struct nats_server *s)
{
    if (!s->pid)
        return;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

static int connect_to(const struct nats_server *s)
{
    struct sockaddr_in address = loopback(s->port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void nats_server_publish(const struct nats_server *s, const char *subject, struct str bytes)
{
    char text[512], answer[4096];
    int fd = connect_to(s);
    int n = snprintf(text, sizeof(text), "CONNECT {\"verbose\":false}\r\nPUB %s %zu\r\n", subject,
                     bytes.n);
    memcpy(text + n, bytes.p, bytes.n);
    memcpy(text + n + bytes.n, "\r\nPING\r\n", 8);
    n += (int)bytes.n + 8;
    assert_int_equal(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
    for (size_t got = 0; got < 6 || memcmp(answer + got - 6, "PONG\r\n", 6);) {
        ssize_t r = recv(fd, answer + got, sizeof(answer) - got, 0);
        assert_true(r > 0);
        got += (size_t)r;
    }
    close(fd);
}

size_t nats_server_hear(const struct nats_server *s, const char *subject, char *out, size_t size)
{
    char text[512], said[4096];
    const char *message = NULL, *end = NULL;
    int fd = connect_to(s);
    int n = snprintf(text, sizeof(text), "CONNECT {\"verbose\":false}\r\nSUB %s 1\r\n", subject);
    assert_int_equal(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
    size_t got = 0, bytes = SIZE_MAX;
    while (!end || got - (size_t)(end - said) < bytes) {
        assert_true(got < sizeof(said));
        ssize_t r = recv(fd, said + got, sizeof(said) - got, 0);
        assert_true(r > 0);
        got += (size_t)r;
        message = memmem(said, got, "\r\nMSG ", 6);
        end = message ? memmem(message + 2, got - (size_t)(message + 2 - said), "\r\n", 2) : NULL;
        if (!end)
            continue;
        const char *number = memrchr(message, ' ', (size_t)(end - message));
        bytes = strtoul(number, NULL, 10);
        end += 2;
    }
    close(fd);
    memcpy(out, end, MIN(bytes, size));
    return MIN(bytes, size);
}

void nats_server_deinit(struct nats_server *s)
{
    char path[128];
    nats_server_kill(s);
    snprintf(path, sizeof(path), "%s/nats.conf", s->dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/log", s->dir);
    unlink(path);
    rmdir(s->dir);
}

void end_join(struct end *e, const struct nats_server *servers, size_t n,
              const struct nats_options *more)
{
    struct nats_options options = more ? *more : (struct nats_options){0};
    struct str urls[8];
    char why[256] = "";
    struct bus *bus;
    for (size_t i = 0; i < n; i++)
        urls[i] = str_of(servers[i].url);
    options.urls = urls;
    options.urls_n = n;
    options.prefix = "parley.test";
    end_init(e);
    if (bus_nats_new(&bus, &options, &e->poster, why, sizeof(why)))
        fail_msg("%s", why);
    end_attach(e, bus);
}

void end_wait_connected(const struct end *e)
{
    for (int i = 0; !bus_connected(e->bus); i++) {
        assert_in_range(i, 0, END_WAIT_MS_MAX);
        usleep(1000);
    }
}
