/*
 * One listening socket with SO_REUSEPORT, watched while all is well. When accept4() finds no
 * descriptor or memory the connection stays in the kernel's queue and the socket stays readable,
 * so watching on would spin: the watch is taken off until a timer brings it back. TCP_NODELAY is
 * set on the listening socket, from which Linux hands it to those accepted: a call less for each.
 *
 * Refused: a spare descriptor to be closed, accepted on and dropped. It ends the pause for one
 * client by hanging up on it, and a client that waits is served as soon as another leaves.
 */
#include "net/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "util/log.h"
#include "util/macros.h"

static void back_off(struct listener *l, int error)
{
    loop_unwatch(l->loop, &l->watch);
    uint32_t doubled_ms = MAX(l->backoff_ms * 2, (uint32_t)LISTENER_BACKOFF_MIN_MS);
    l->backoff_ms = MIN(doubled_ms, (uint32_t)LISTENER_BACKOFF_MAX_MS);
    loop_timer_set(l->loop, &l->backoff, l->backoff_ms);
    log_warn("accept_backs_off", log_i64("errno", error), log_u64("pause_ms", l->backoff_ms));
}

static void on_backoff_over(struct timer *timer)
{
    struct listener *l = container_of(timer, struct listener, backoff);
    int r = loop_watch(l->loop, &l->watch);
    if (r)
        loop_timer_set(l->loop, &l->backoff, l->backoff_ms);
}

/* accept(2): these belong to the one connection that would have been accepted. */
static bool is_of_one_connection(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM:
        return true;
    default:
        return false;
    }
}

static void on_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct listener *l = container_of(watch, struct listener, watch);
    for (int i = 0; i < LISTENER_ACCEPT_MAX; i++) {
        struct sockaddr_storage from;
        socklen_t n = sizeof(from);
        int fd = accept4(l->watch.fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EAGAIN)
            return;
        if (fd < 0 && is_of_one_connection(errno))
            continue;
        if (fd < 0) {
            back_off(l, errno);
            return;
        }
        l->backoff_ms = 0;
        struct address peer = address_from_sockaddr(&from);
        l->on_accept(l, fd, &peer);
        if (l->watch.fd < 0)
            return;
    }
}

static int set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int bind_at(const struct address *address, bool shared, int *out)
{
    struct sockaddr_storage at;
    socklen_t n = address_to_sockaddr(address, &at);
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int r = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (r == 0)
        r = set_option(fd, SOL_SOCKET, SO_REUSEPORT, shared);
    if (r == 0)
        r = set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (r == 0 && at.ss_family == AF_INET6)
        r = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (r == 0 && bind(fd, (struct sockaddr *)&at, n) < 0)
        r = -errno;
    if (r)
        close(fd);
    else
        *out = fd;
    return r;
}

/* A bound socket; for all addresses an IPv4 one where the machine has no IPv6. */
static int open_socket(const struct address *address, bool shared, int *out)
{
    int r = bind_at(address, shared, out);
    if (r != -EAFNOSUPPORT || !address_is_any(address))
        return r;
    struct address any_ip4 = {.ip = {[10] = 0xff, [11] = 0xff}, .port = address->port};
    return bind_at(&any_ip4, shared, out);
}

int listener_claim(const struct address *address)
{
    int fd;
    int r = open_socket(address, false, &fd);
    if (r == 0)
        close(fd);
    return r;
}

int listener_init(struct listener *l, struct loop *loop, const struct address *address,
                  void (*on_accept)(struct listener *, int fd, const struct address *peer))
{
    *l = (struct listener){.loop = loop, .on_accept = on_accept};
    l->watch = (struct watch){.fd = -1, .events = EPOLLIN, .ready = on_ready};
    timer_init(&l->backoff, on_backoff_over);
    int r = open_socket(address, true, &l->watch.fd);
    if (r == 0 && listen(l->watch.fd, LISTENER_BACKLOG) < 0)
        r = -errno;
    if (r == 0)
        r = loop_watch(loop, &l->watch);
    if (r && l->watch.fd >= 0)
        close(l->watch.fd);
    return r;
}

void listener_deinit(struct listener *l)
{
    if (listener_backing_off(l))
        loop_timer_cancel(l->loop, &l->backoff);
    else
        loop_unwatch(l->loop, &l->watch);
    close(l->watch.fd);
    l->watch.fd = -1;
}

struct address listener_address(const struct listener *l)
{
    struct sockaddr_storage at = {0};
    socklen_t n = sizeof(at);
    int r = getsockname(l->watch.fd, (struct sockaddr *)&at, &n);
    must(r == 0);
    return address_from_sockaddr(&at);
}

bool listener_backing_off(const struct listener *l)
{
    return timer_armed(&l->backoff);
}
