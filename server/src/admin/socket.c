/*
 * One request a line, one at a time for a connection: while it is under way nothing is read, so all
 * that is kept of a peer is one line and one answer.
 *
 * The socket is named by the descriptor of its directory (/proc/self/fd), since a Unix socket's
 * address holds a hundred bytes and a data directory's path may be longer.
 */
#include "admin/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/command.h"
#include "loop/loop.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

#define SOCKET_NAME "admin.sock"

struct admin_socket {
    struct loop *loop;
    struct admin *admin;
    int directory_fd;
    struct watch watch;
    struct list connections;
    unsigned n;
    bool closed;
};

struct connection {
    struct admin_socket *socket;
    struct list link;
    struct watch watch;
    struct timer idle;
    char in[ADMIN_LINE_MAX];
    size_t in_n;
    size_t sent; /* of the answer */
    bool busy;   /* a command is under way: done() comes */
    bool gone;   /* hung up meanwhile */
    struct admin_request request;
};

/* --- a connection --- */

static void hang_up(struct connection *c)
{
    if (!c->gone) {
        loop_unwatch(c->socket->loop, &c->watch);
        loop_timer_cancel(c->socket->loop, &c->idle);
        close(c->watch.fd);
        c->gone = true;
    }
    if (c->busy)
        return;
    list_remove(&c->link);
    c->socket->n--;
    builder_deinit(&c->request.answer);
    free(c);
}

static void idle_too_long(struct timer *timer)
{
    hang_up(container_of(timer, struct connection, idle));
}

/* Waits for the next line, or, with an answer that is not yet sent, for room. */
static void wait_for_peer(struct connection *c, uint32_t events)
{
    if (loop_rewatch(c->socket->loop, &c->watch, events)) {
        hang_up(c);
        return;
    }
    loop_timer_set(c->socket->loop, &c->idle, ADMIN_IDLE_MS);
}

static void send_answer(struct connection *c)
{
    struct str left = builder_str(&c->request.answer);
    left = str_n(left.p + c->sent, left.n - c->sent);
    ssize_t n = send(c->watch.fd, left.p, left.n, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        hang_up(c);
        return;
    }
    c->sent += n > 0 ? (size_t)n : 0;
    if (n != (ssize_t)left.n) {
        wait_for_peer(c, EPOLLOUT);
        return;
    }
    builder_reset(&c->request.answer);
    c->sent = 0;
    if (c->socket->closed)
        hang_up(c);
    else
        wait_for_peer(c, EPOLLIN);
}

static void command_done(struct admin_request *request)
{
    struct connection *c = container_of(request, struct connection, request);
    c->busy = false;
    if (c->gone)
        hang_up(c);
    else
        send_answer(c);
}

/* The first word alone: the others may be a password's hash. */
static void log_command(const struct connection *c, struct str line)
{
    const char *tab = memchr(line.p, '\t', line.n);
    struct ucred peer = {0};
    socklen_t n = sizeof(peer);
    getsockopt(c->watch.fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
    log_info("admin_command",
             log_strn("command", str_n(line.p, tab ? (size_t)(tab - line.p) : line.n)),
             log_u64("uid", peer.uid), log_i64("pid", peer.pid));
}

static void take_line(struct connection *c)
{
    char *end = memchr(c->in, '\n', c->in_n);
    if (!end && c->in_n == sizeof(c->in)) {
        hang_up(c);
        return;
    }
    if (!end)
        return;
    struct str line = str_n(c->in, (size_t)(end - c->in));
    log_command(c, line);
    loop_timer_cancel(c->socket->loop, &c->idle);
    if (loop_rewatch(c->socket->loop, &c->watch, 0)) { /* a hang-up is told all the same */
        hang_up(c);
        return;
    }
    c->busy = true;
    c->in_n = 0; /* one line at a time: what was sent behind it is dropped */
    c->request.admin = c->socket->admin;
    c->request.done = command_done;
    admin_run(&c->request, line);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct connection *c = container_of(watch, struct connection, watch);
    if (c->busy || (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN))) {
        hang_up(c);
        return;
    }
    if (events & EPOLLOUT) {
        send_answer(c);
        return;
    }
    ssize_t n = recv(c->watch.fd, c->in + c->in_n, sizeof(c->in) - c->in_n, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        hang_up(c);
        return;
    }
    c->in_n += n > 0 ? (size_t)n : 0;
    take_line(c);
}

/* --- the listener --- */

static bool may_enter(int fd)
{
    struct ucred peer;
    socklen_t n = sizeof(peer);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static void on_connection(struct watch *watch, uint32_t events)
{
    struct admin_socket *s = container_of(watch, struct admin_socket, watch);
    (void)events;
    int fd = accept4(s->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (s->n == ADMIN_CONNECTIONS_MAX || !may_enter(fd)) {
        log_warn("admin_refused", log_u64("connections", s->n));
        close(fd);
        return;
    }
    struct connection *c = mem_new(sizeof(*c));
    c->socket = s;
    c->watch = (struct watch){.fd = fd, .events = EPOLLIN, .ready = on_ready};
    timer_init(&c->idle, idle_too_long);
    if (loop_watch(s->loop, &c->watch)) {
        close(fd);
        free(c);
        return;
    }
    list_push_back(&s->connections, &c->link);
    s->n++;
    loop_timer_set(s->loop, &c->idle, ADMIN_IDLE_MS);
}

static struct sockaddr_un address_in(int directory_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" SOCKET_NAME,
             directory_fd);
    return address;
}

/* What a server that was killed left is taken away: nobody else has the lock. */
static int listen_in(struct admin_socket *s, int fd)
{
    struct sockaddr_un address = address_in(s->directory_fd);
    if (unlinkat(s->directory_fd, SOCKET_NAME, 0) && errno != ENOENT)
        return -errno;
    if (fchmod(fd, 0600) || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
        listen(fd, ADMIN_CONNECTIONS_MAX))
        return -errno;
    s->watch = (struct watch){.fd = fd, .events = EPOLLIN, .ready = on_connection};
    return loop_watch(s->loop, &s->watch);
}

int admin_socket_open(struct admin_socket **out, struct loop *loop, struct admin *admin,
                      const char *directory)
{
    int directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory_fd < 0)
        return -errno;
    struct admin_socket *s = mem_new(sizeof(*s));
    *s = (struct admin_socket){.loop = loop, .admin = admin, .directory_fd = directory_fd};
    list_init(&s->connections);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int err = fd < 0 ? -errno : listen_in(s, fd);
    if (!err) {
        *out = s;
        return 0;
    }
    if (fd >= 0)
        close(fd);
    close(directory_fd);
    free(s);
    return err;
}

void admin_socket_close(struct admin_socket *s)
{
    if (!s || s->closed)
        return;
    s->closed = true;
    loop_unwatch(s->loop, &s->watch);
    unlinkat(s->directory_fd, SOCKET_NAME, 0);
    close(s->watch.fd);
    close(s->directory_fd);
    list_for_each(&s->connections, node)
    {
        struct connection *c = list_entry(node, struct connection, link);
        if (!c->busy && c->sent == 0)
            hang_up(c);
    }
}

void admin_socket_free(struct admin_socket *s)
{
    if (!s)
        return;
    admin_socket_close(s);
    for (struct list *node; (node = list_pop_front(&s->connections));) {
        struct connection *c = list_entry(node, struct connection, link);
        must(!c->busy);
        hang_up(c);
    }
    free(s);
}

int admin_socket_connect(const char *directory)
{
    int directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory_fd < 0)
        return -errno;
    struct sockaddr_un address = address_in(directory_fd);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int err = fd < 0 ? -errno : 0;
    if (!err && connect(fd, (struct sockaddr *)&address, sizeof(address)))
        err = -errno;
    close(directory_fd);
    if (err && fd >= 0)
        close(fd);
    return err ? err : fd;
}
