/*
 * Waits for a proxy's header (net/proxy.h) on the socket, notes whom it names, and from then on is
 * the transport that it was put around: it puts that in its own place, so that what follows pays
 * nothing. The header is read by its exact length, so nothing of what follows is taken.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/proxy.h"
#include "net/transport.h"
#include "util/log.h"
#include "util/mem.h"

struct waiting {
    struct transport inner;
    struct address *peer;
    size_t n;
    unsigned char bytes[PROXY_BYTES_MAX];
};

/* Reads on until the header is whole. 1; 0 the end came first; -EAGAIN; -errno. */
static ssize_t read_header(struct waiting *w, struct proxy *proxy)
{
    enum proxy_result result;
    while ((result = proxy_parse(proxy, w->bytes, w->n)) == PROXY_MORE) {
        ssize_t r = recv(w->inner.fd, w->bytes + w->n, proxy->bytes - w->n, 0);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return r < 0 ? -errno : 0;
        w->n += (size_t)r;
    }
    if (result == PROXY_DONE)
        return 1;
    log_debug("proxy_header_refused");
    return -EPROTO;
}

static ssize_t waiting_recv(struct transport *t, void *p, size_t n)
{
    struct waiting *w = t->state;
    struct proxy proxy;
    ssize_t r = read_header(w, &proxy);
    if (r <= 0)
        return r;
    if (!proxy.local)
        *w->peer = proxy.client;
    *t = w->inner;
    free(w);
    return t->ops->recv(t, p, n);
}

static ssize_t waiting_writev(struct transport *t, const struct iovec *parts, int n)
{
    (void)t;
    (void)parts;
    (void)n;
    return -ENOTCONN;
}

static int waiting_flush(struct transport *t)
{
    (void)t;
    return 0;
}

static bool no(struct transport *t)
{
    (void)t;
    return false;
}

static int waiting_shutdown(struct transport *t)
{
    (void)t;
    return -ENOTCONN;
}

static void waiting_close(struct transport *t)
{
    struct waiting *w = t->state;
    w->inner.ops->close(&w->inner);
    free(w);
}

struct transport transport_behind_proxy(struct transport inner, struct address *peer)
{
    static const struct transport_ops ops = {
        .recv = waiting_recv,
        .writev = waiting_writev,
        .flush = waiting_flush,
        .pending = no,
        .established = no,
        .shutdown = waiting_shutdown,
        .close = waiting_close,
    };
    struct waiting *w = mem_new(sizeof(*w));
    w->inner = inner;
    w->peer = peer;
    return (struct transport){.ops = &ops, .state = w, .fd = inner.fd};
}
