/*
 * Level-triggered epoll; one read a turn for each connection that has something, into a scratch
 * buffer that all share, so that an idle connection costs the bench next to nothing.
 *
 * What always holds: a link with unwritten bytes is in the list `dirty`, or waits for EPOLLOUT, or,
 * with TLS, for what comes in.
 */
#include "load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "die.h"
#include "util/clock.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    SCRATCH_BYTES = 1024 * 1024,
    EVENTS_MAX = 256,
    ACCEPT_MAX = 64,
    SOURCES = 16,         /* 127.0.0.1 to 127.0.0.16 */
    OUT_KEEP_MAX = 16384, /* an empty buffer larger than this is given back */
};

void load_init(struct load *load)
{
    *load = (struct load){.epoll = epoll_create1(EPOLL_CLOEXEC), .now_ns = clock_mono_ns()};
    if (load->epoll < 0)
        die("epoll: %s", strerror(errno));
    load->scratch = mem_new(SCRATCH_BYTES);
    wheel_init(&load->wheel, load->now_ns / 1000000);
}

void load_deinit(struct load *load)
{
    close(load->epoll);
    free(load->scratch);
}

/* --- links --- */

static int fd_of(const struct link *l)
{
    return l->fd_plus_1 - 1;
}

static void watch(struct link *l, int op)
{
    struct epoll_event event = {.data.ptr = l};
    event.events = (l->deaf ? 0 : (uint32_t)EPOLLIN) |
                   (l->connecting || l->waits_to_write ? (uint32_t)EPOLLOUT : 0);
    if (epoll_ctl(l->load->epoll, op, fd_of(l), &event))
        die("epoll_ctl: %s", strerror(errno));
}

void link_open(struct link *l, uint16_t port)
{
    struct load *load = l->load;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket %u: %s", load->open_n + 1, strerror(errno));
    struct sockaddr_in from = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + load->source++ % SOURCES),
    };
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
        die("bind: %s", strerror(errno));
    l->fd_plus_1 = fd + 1;
    l->secure = load->secure ? secure_open(load->secure, fd) : NULL;
    l->connecting = true;
    load->open_n++;
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
        die("connect: %s", strerror(errno));
    watch(l, EPOLL_CTL_ADD);
}

void link_adopt(struct link *l, int fd)
{
    l->fd_plus_1 = fd + 1;
    l->load->open_n++;
    watch(l, EPOLL_CTL_ADD);
}

void link_close(struct link *l)
{
    if (!link_is_open(l))
        return;
    secure_close(l->secure);
    l->secure = NULL;
    close(fd_of(l));
    l->fd_plus_1 = 0;
    l->connecting = l->waits_to_write = l->deaf = false;
    builder_reset(&l->out);
    l->out_at = 0;
    buf_unref(l->rest);
    l->rest = NULL;
    l->load->open_n--;
}

void link_deinit(struct link *l)
{
    link_close(l);
    must(!l->dirty); /* turn once more before */
    builder_deinit(&l->out);
}

static void lose(struct link *l, const char *why)
{
    link_close(l);
    l->handler->closed(l, why);
}

void link_sent(struct link *l)
{
    if (l->dirty)
        return;
    l->dirty = true;
    l->dirty_next = l->load->dirty;
    l->load->dirty = l;
}

void link_set_deaf(struct link *l, bool deaf)
{
    if (!link_is_open(l))
        return;
    l->deaf = deaf;
    watch(l, EPOLL_CTL_MOD);
}

static ssize_t send_some(struct link *l, const char *p, size_t n)
{
    l->load->writes++;
    return l->secure ? secure_send(l->secure, p, n) : send(fd_of(l), p, n, MSG_NOSIGNAL);
}

static ssize_t recv_some(struct link *l, void *p, size_t n)
{
    l->load->reads++;
    return l->secure ? secure_recv(l->secure, p, n) : recv(fd_of(l), p, n, 0);
}

static void write_out(struct link *l)
{
    struct str out = builder_str(&l->out);
    if (!link_is_open(l) || l->connecting || l->out_at == out.n)
        return;
    ssize_t n = send_some(l, out.p + l->out_at, out.n - l->out_at);
    if (n < 0 && errno != EAGAIN) {
        lose(l, strerror(errno));
        return;
    }
    l->out_at += n > 0 ? (size_t)n : 0;
    bool done = l->out_at == out.n;
    if (done) {
        l->out_at = 0;
        if (l->out.capacity > OUT_KEEP_MAX)
            builder_deinit(&l->out);
        builder_reset(&l->out);
    }
    bool full = !done && n != 0;
    if (full != l->waits_to_write) {
        l->waits_to_write = full;
        watch(l, EPOLL_CTL_MOD);
    }
}

static void write_dirty(struct load *load)
{
    while (load->dirty) {
        struct link *l = load->dirty;
        load->dirty = l->dirty_next;
        l->dirty = false;
        write_out(l);
    }
}

static void read_in(struct link *l)
{
    struct load *load = l->load;
    size_t held = l->rest ? l->rest->n : 0;
    if (held >= SCRATCH_BYTES)
        die("a frame of more than %d bytes", SCRATCH_BYTES);
    ssize_t got = recv_some(l, load->scratch + held, SCRATCH_BYTES - held);
    if (l->secure && l->out_at < builder_str(&l->out).n)
        link_sent(l); /* the handshake may be over */
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        lose(l, got ? strerror(errno) : "the server closed it");
        return;
    }
    if (held)
        memcpy(load->scratch, l->rest->data, held);
    buf_unref(l->rest);
    l->rest = NULL;
    size_t n = held + (size_t)got;
    size_t used = l->handler->data(l, load->scratch, n);
    if (used < n && link_is_open(l))
        l->rest = buf_copy(load->scratch + used, n - used);
}

static void accept_some(struct link *l)
{
    for (int i = 0, fd; i < ACCEPT_MAX; i++) {
        if ((fd = accept4(fd_of(l), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
            return;
        l->handler->accepted(l, fd);
    }
}

static void connected(struct link *l)
{
    int error = 0;
    socklen_t n = sizeof(error);
    getsockopt(fd_of(l), SOL_SOCKET, SO_ERROR, &error, &n);
    if (error) {
        lose(l, strerror(error));
        return;
    }
    l->connecting = false;
    watch(l, EPOLL_CTL_MOD);
    l->handler->opened(l);
    link_sent(l);
}

static void handle(struct link *l, uint32_t events)
{
    if (!link_is_open(l))
        return; /* closed by an event before it in this turn */
    if (l->handler->accepted) {
        accept_some(l);
        return;
    }
    if (l->connecting) {
        connected(l);
        return;
    }
    if (events & EPOLLOUT)
        link_sent(l);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        read_in(l);
}

/* --- the loop --- */

static struct timespec until(struct load *load, uint64_t until_ns)
{
    uint64_t next_ms = wheel_next_ms(&load->wheel), wait_ns = 0;
    load->now_ns = clock_mono_ns();
    if (next_ms != UINT64_MAX) {
        uint64_t timer_ns = (load->wheel.now_ms + next_ms) * 1000000;
        until_ns = MIN(until_ns, timer_ns);
    }
    if (until_ns > load->now_ns)
        wait_ns = until_ns - load->now_ns;
    return (struct timespec){(time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000)};
}

void load_turn(struct load *load, uint64_t until_ns)
{
    struct epoll_event events[EVENTS_MAX];
    write_dirty(load);
    struct timespec wait = until(load, until_ns);
    int n = epoll_pwait2(load->epoll, events, EVENTS_MAX, &wait, NULL);
    if (n < 0 && errno != EINTR)
        die("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < n; i++) {
        load->now_ns = clock_mono_ns();
        handle(events[i].data.ptr, events[i].events);
    }
    load->now_ns = clock_mono_ns();
    wheel_advance(&load->wheel, load->now_ns / 1000000);
    write_dirty(load);
}

bool load_until(struct load *load, bool (*holds)(void *arg), void *arg, double seconds)
{
    uint64_t end_ns = clock_mono_ns() + (uint64_t)(seconds * 1e9);
    load_turn(load, 0);
    while (!holds(arg)) {
        if (load->now_ns >= end_ns)
            return false;
        load_turn(load, end_ns);
    }
    return true;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

void load_for(struct load *load, double seconds)
{
    load_until(load, never, NULL, seconds);
}
