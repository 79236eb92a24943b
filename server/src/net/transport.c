/* Plain TCP: the socket calls as they are. sendmsg() and not writev(), which cannot be told to
 * leave SIGPIPE alone. */
#include "net/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t tcp_recv(struct transport *t, void *p, size_t n)
{
    ssize_t r;
    do {
        r = recv(t->fd, p, n, 0);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

static ssize_t tcp_writev(struct transport *t, const struct iovec *parts, int n)
{
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)n};
    ssize_t r;
    do {
        r = sendmsg(t->fd, &message, MSG_NOSIGNAL);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

static int tcp_flush(struct transport *t)
{
    (void)t;
    return 0;
}

static bool tcp_pending(struct transport *t)
{
    (void)t;
    return false;
}

static bool tcp_established(struct transport *t)
{
    (void)t;
    return true;
}

static int tcp_shutdown(struct transport *t)
{
    return shutdown(t->fd, SHUT_WR) < 0 ? -errno : 0;
}

static void tcp_close(struct transport *t)
{
    close(t->fd);
}

struct transport transport_tcp(int fd)
{
    static const struct transport_ops ops = {
        .recv = tcp_recv,
        .writev = tcp_writev,
        .flush = tcp_flush,
        .pending = tcp_pending,
        .established = tcp_established,
        .shutdown = tcp_shutdown,
        .close = tcp_close,
    };
    return (struct transport){.ops = &ops, .fd = fd};
}
