#include "net/test_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/macros.h"

/* The spy. */

static ssize_t spy_recv(struct transport *t, void *p, size_t n)
{
    struct spy *s = t->state;
    if (++s->recvs == s->recv_fails_at)
        return s->fails_with;
    if (!s->piece) {
        ssize_t r = s->inner.ops->recv(&s->inner, p, n);
        s->bytes_read += r > 0 ? (size_t)r : 0;
        return r;
    }
    if (s->held_from == s->held_to) {
        ssize_t r = s->inner.ops->recv(&s->inner, s->held, sizeof(s->held));
        if (r <= 0)
            return r;
        s->held_from = 0;
        s->held_to = (size_t)r;
    }
    n = MIN(n, MIN(s->piece, s->held_to - s->held_from));
    memcpy(p, s->held + s->held_from, n);
    s->held_from += n;
    s->bytes_read += n;
    return (ssize_t)n;
}

static ssize_t spy_writev(struct transport *t, const struct iovec *parts, int n)
{
    struct spy *s = t->state;
    if (++s->writevs == s->writev_fails_at)
        return s->fails_with;
    size_t offered = 0;
    for (int i = 0; i < n; i++)
        offered += parts[i].iov_len;
    ssize_t r = s->inner.ops->writev(&s->inner, parts, n);
    if (r < (ssize_t)offered)
        s->short_writevs++;
    return r;
}

static int spy_flush(struct transport *t)
{
    struct spy *s = t->state;
    return s->inner.ops->flush(&s->inner);
}

static bool spy_established(struct transport *t)
{
    struct spy *s = t->state;
    return s->inner.ops->established(&s->inner);
}

static bool spy_pending(struct transport *t)
{
    struct spy *s = t->state;
    return s->held_from != s->held_to || s->inner.ops->pending(&s->inner);
}

static int spy_shutdown(struct transport *t)
{
    struct spy *s = t->state;
    int r = s->inner.ops->shutdown(&s->inner);
    s->shutdowns += r != -EAGAIN;
    return r;
}

static void spy_close(struct transport *t)
{
    struct spy *s = t->state;
    s->closes++;
    s->inner.ops->close(&s->inner);
}

static struct transport spy_transport(struct spy *spy, struct transport inner)
{
    static const struct transport_ops ops = {
        .recv = spy_recv,
        .writev = spy_writev,
        .flush = spy_flush,
        .pending = spy_pending,
        .established = spy_established,
        .shutdown = spy_shutdown,
        .close = spy_close,
    };
    spy->inner = inner;
    return (struct transport){.ops = &ops, .state = spy, .fd = inner.fd};
}

/* The server's side. */

static struct side *side_of(struct conn *c)
{
    struct side *s = container_of(c, struct side, conn);
    must(!s->in_call);
    must(s->closeds == 0);
    return s;
}

static size_t on_data(struct conn *c, unsigned char *data, size_t n)
{
    struct side *s = side_of(c);
    must(n > 0 && n <= s->conn.handler->read_max);
    s->datas++;
    size_t used = s->unit ? n - n % s->unit : n;
    builder_add(&s->got, data, used);
    if (s->after_data)
        s->after_data(s);
    return used;
}

static void on_eof(struct conn *c)
{
    struct side *s = side_of(c);
    s->eofs++;
    if (s->after_eof)
        s->after_eof(s);
}

static void on_drained(struct conn *c)
{
    struct side *s = side_of(c);
    must(conn_queued_bytes(c) == 0);
    s->draineds++;
    if (s->after_drained)
        s->after_drained(s);
}

static void on_closed(struct conn *c, int why)
{
    struct side *s = side_of(c);
    s->closeds++;
    s->why = why;
}

int side_send(struct side *s, const char *header, struct buf *payload)
{
    s->in_call = true;
    int r = conn_send(&s->conn, header, header ? strlen(header) : 0, payload);
    s->in_call = false;
    return r;
}

int side_send_late(struct side *s, const char *header)
{
    s->in_call = true;
    int r = conn_send_late(&s->conn, header, strlen(header), NULL);
    s->in_call = false;
    return r;
}

int side_send_text(struct side *s, const char *text)
{
    struct buf *payload = buf_copy(text, strlen(text));
    int r = side_send(s, NULL, payload);
    buf_unref(payload);
    return r;
}

size_t side_drop_queue(struct side *s)
{
    s->in_call = true;
    size_t n = conn_drop_queue(&s->conn);
    s->in_call = false;
    return n;
}

static void call(struct side *s, void (*f)(struct conn *))
{
    s->in_call = true;
    f(&s->conn);
    s->in_call = false;
}

void side_pause(struct side *s)
{
    call(s, conn_pause_reading);
}

void side_resume(struct side *s)
{
    call(s, conn_resume_reading);
}

void side_finish(struct side *s)
{
    call(s, conn_finish);
}

void side_close(struct side *s)
{
    call(s, conn_close);
}

void side_close_now(struct side *s)
{
    call(s, conn_close_now);
}

void side_set_handler(struct side *s, const struct conn_handler *handler)
{
    s->in_call = true;
    conn_set_handler(&s->conn, handler);
    s->in_call = false;
}

/* The rig. */

static void on_accept(struct listener *l, int fd, const struct address *peer)
{
    struct rig *rig = container_of(l, struct rig, listener);
    must(rig->accepted < 0);
    rig->accepted = fd;
    rig->peer = *peer;
}

void rig_init(struct rig *rig, size_t receive_bytes)
{
    memset(rig, 0, sizeof(*rig));
    rig->accepted = rig->client = -1;
    rig->client_read_max = 1 << 20;
    rig->side.handler = (struct conn_handler){
        .on_data = on_data,
        .on_eof = on_eof,
        .on_drained = on_drained,
        .on_closed = on_closed,
        .read_max = CONN_READ_MAX,
        .queue_bytes_max = 1 << 20,
        .queue_entries_max = 4096,
        .linger_ms = 60 * 1000,
    };
    struct address any_port;
    must(address_parse(&any_port, STR("127.0.0.1:0")) == 0);
    must(loop_init(&rig->loop) == 0);
    must(listener_init(&rig->listener, &rig->loop, &any_port, on_accept) == 0);

    rig->client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(rig->client >= 0);
    int bytes = (int)receive_bytes;
    if (bytes)
        must(setsockopt(rig->client, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) == 0);
    struct sockaddr_storage to;
    struct address bound = listener_address(&rig->listener);
    socklen_t n = address_to_sockaddr(&bound, &to);
    must(connect(rig->client, (struct sockaddr *)&to, n) == 0 || errno == EINPROGRESS);
    rig_until(rig, rig->accepted >= 0);
}

void rig_start(struct rig *rig)
{
    rig_start_on(rig, transport_tcp(rig->accepted));
}

void rig_start_on(struct rig *rig, struct transport inner)
{
    struct side *s = &rig->side;
    struct transport transport = spy_transport(&s->spy, inner);
    must(conn_init(&s->conn, &rig->loop, transport, &rig->peer, &s->handler) == 0);
}

void rig_deinit(struct rig *rig)
{
    if (!rig->side.closeds)
        side_close_now(&rig->side);
    rig_until(rig, rig->side.closeds);
    rig_turns(rig, 3);
    must(rig->side.closeds == 1 && rig->side.spy.closes == 1);
    must(!rig->side.conn.linger);
    must(rig->side.spy.shutdowns <= 1);
    close(rig->client);
    listener_deinit(&rig->listener);
    loop_deinit(&rig->loop);
    builder_deinit(&rig->side.got);
    builder_deinit(&rig->received);
}

uint64_t rig_deadline_ms(void)
{
    return clock_mono_ms() + 30 * 1000;
}

void rig_turn(struct rig *rig, uint64_t deadline_ms)
{
    must(clock_mono_ms() < deadline_ms);
    loop_stop(&rig->loop);
    loop_run(&rig->loop);
    if (rig->client_read_max == 0 || rig->client_eof || rig->client_error)
        return;
    ssize_t n = recv(rig->client, builder_reserve(&rig->received, rig->client_read_max),
                     rig->client_read_max, 0);
    if (n > 0)
        builder_advance(&rig->received, (size_t)n);
    else if (n == 0)
        rig->client_eof = true;
    else if (errno != EAGAIN && errno != ENOTCONN)
        rig->client_error = errno;
}

void rig_turns(struct rig *rig, int n)
{
    uint64_t deadline_ms = rig_deadline_ms();
    while (n--)
        rig_turn(rig, deadline_ms);
}

void client_sends(struct rig *rig, const void *p, size_t n)
{
    ssize_t sent = send(rig->client, p, n, MSG_NOSIGNAL);
    must(sent == (ssize_t)n);
}

void client_ends(struct rig *rig)
{
    must(shutdown(rig->client, SHUT_WR) == 0);
}

void client_resets(struct rig *rig)
{
    struct linger none = {.l_onoff = 1};
    must(setsockopt(rig->client, SOL_SOCKET, SO_LINGER, &none, sizeof(none)) == 0);
    must(close(rig->client) == 0);
    rig->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    rig->client_read_max = 0;
}
