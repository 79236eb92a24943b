#include "net/connector.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "net/address.h"
#include "util/macros.h"

static void on_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct connector *c = container_of(watch, struct connector, watch);
    int fd = watch->fd, error = 0;
    socklen_t n = sizeof(error);
    loop_unwatch(c->loop, watch);
    watch->fd = -1;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        error = errno;
    if (error)
        close(fd);
    c->done(c, error ? -error : fd);
}

void connector_init(struct connector *c, struct loop *loop,
                    void (*done)(struct connector *, int fd))
{
    *c = (struct connector){.loop = loop, .done = done};
    c->watch = (struct watch){.fd = -1, .events = EPOLLOUT, .ready = on_ready};
}

int connector_start(struct connector *c, const struct address *to)
{
    struct sockaddr_storage at;
    socklen_t n = address_to_sockaddr(to, &at);
    int on = 1;
    must(c->watch.fd < 0);
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int r = 0;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
        (connect(fd, (struct sockaddr *)&at, n) < 0 && errno != EINPROGRESS))
        r = -errno;
    c->watch.fd = fd;
    if (r == 0)
        r = loop_watch(c->loop, &c->watch);
    if (r) {
        close(fd);
        c->watch.fd = -1;
    }
    return r;
}

void connector_cancel(struct connector *c)
{
    if (c->watch.fd < 0)
        return;
    loop_unwatch(c->loop, &c->watch);
    close(c->watch.fd);
    c->watch.fd = -1;
}
