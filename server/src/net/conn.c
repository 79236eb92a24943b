/*
 * Owns the transport, the queue of what is to be sent and the rest of what was read, all on the
 * loop's thread.
 *
 * Work that a call by the owner leads to (writing, telling of the end) is left to the hook at the
 * end of the turn. That is what puts a whole turn's entries into one writev, and what keeps every
 * callback out of the owner's calls. What always holds:
 *
 * - one recv and one writev a turn at most, so the busiest connection costs its loop a bounded
 *   time; what is left brings the connection back in the next turn by itself (level-triggered
 *   events, or the hook set again);
 * - rest->n <= the read_max that was in force when it was read: at most read_max - rest->n bytes
 *   are read, so no check on what the owner leaves is needed but that it does not stand still;
 * - once `ended` is set the transport is closed and only the hook runs, once, for on_closed().
 *
 * Interest in EPOLLIN is dropped only when an event shows up while the owner has paused: a pause
 * that is over before the peer sends costs no system call.
 *
 * Refused: writing in conn_send() when the socket is free (saves a turn's delay of microseconds and
 * costs a system call for each message of a burst); EPOLLET (needs reading up to EAGAIN, a call
 * more for each read, and a list of those not yet read empty).
 */
#include "net/conn.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "net/write_queue.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"

/* Parts of one writev. A part is 16 bytes of stack; the kernel takes IOV_MAX at most. A few entries
 * are copied together instead: 16 messages of 250 bytes leave in 2.3 µs as one part, in 4.0 as 32.
 */
enum { PARTS_MAX = 512, COPIED_MAX = 16 * 1024 };
static_assert((int)PARTS_MAX <= IOV_MAX, "one writev");
static_assert((int)CONN_HEADER_MAX == (int)WRITE_QUEUE_HEADER_MAX, "the same entry");

struct conn_rest {
    uint32_t n, capacity;
    unsigned char bytes[];
};

/* The time that the peer has to end its side. */
struct conn_linger {
    struct timer timer;
    struct conn *conn;
};

static void on_ready(struct watch *, uint32_t events);
static void on_turn_end(struct loop_hook *);

int conn_init(struct conn *c, struct loop *loop, struct transport transport,
              const struct address *peer, const struct conn_handler *handler)
{
    must(handler->read_max >= 1 && handler->read_max <= CONN_READ_MAX);
    *c = (struct conn){.loop = loop, .handler = handler, .transport = transport, .peer = *peer};
    c->watch = (struct watch){.fd = transport.fd, .events = EPOLLIN, .ready = on_ready};
    loop_hook_init(&c->hook, on_turn_end);
    int r = loop_watch(loop, &c->watch);
    if (r)
        c->transport.ops->close(&c->transport);
    return r;
}

/* At the end of this turn, also what could have waited. */
static void set_hook(struct conn *c)
{
    if (c->late)
        loop_hook_cancel(&c->hook);
    c->late = false;
    loop_hook_set(c->loop, &c->hook);
}

/* The one way out: from here on only on_closed() is left to be called. */
static void end(struct conn *c, int why)
{
    if (c->ended)
        return;
    c->ended = true;
    c->why = why;
    if (c->linger)
        loop_timer_cancel(c->loop, &c->linger->timer);
    free(c->linger);
    c->linger = NULL;
    loop_unwatch(c->loop, &c->watch);
    c->transport.ops->close(&c->transport);
    write_queue_free(c->queue);
    c->queue = NULL;
    free(c->rest);
    c->rest = NULL;
    set_hook(c);
}

static void set_interest(struct conn *c, uint32_t events)
{
    if (c->ended || c->watch.events == events)
        return;
    int r = loop_rewatch(c->loop, &c->watch, events);
    if (r)
        end(c, r);
}

bool conn_is_established(struct conn *c)
{
    return !c->ended && c->transport.ops->established(&c->transport);
}

/* Reading. */

static void keep_rest(struct conn *c, const unsigned char *data, size_t n)
{
    if (n == 0) {
        free(c->rest);
        c->rest = NULL;
        return;
    }
    if (!c->rest || c->rest->capacity < n) {
        c->rest = mem_resize(c->rest, sizeof(*c->rest) + n);
        c->rest->capacity = (uint32_t)n;
    }
    memcpy(c->rest->bytes, data, n);
    c->rest->n = (uint32_t)n;
}

static void redeliver_soon(struct conn *c)
{
    c->redeliver = true;
    set_hook(c);
}

static void deliver(struct conn *c, unsigned char *data, size_t n)
{
    size_t used = c->handler->on_data(c, data, n);
    must(used <= n);
    if (c->ended || c->closing)
        return;
    keep_rest(c, data + used, n - used);
    if (n - used < c->handler->read_max || c->paused || c->redeliver)
        return;
    /* No room to read more: what was left must go first (a new handler may allow less). */
    if (used == 0)
        end(c, -EMSGSIZE);
    else
        redeliver_soon(c);
}

static void take_eof(struct conn *c)
{
    c->eof = true;
    set_interest(c, c->watch.events & ~(uint32_t)EPOLLIN);
    set_hook(c);
    if (c->closing || c->ended)
        return;
    if (c->handler->on_eof)
        c->handler->on_eof(c);
    else
        conn_close(c);
}

/* What the transport has taken and not sent; nothing new can be sent before. False: it cannot yet,
 * or the connection has ended. */
static bool flush(struct conn *c)
{
    int r = c->transport.ops->flush(&c->transport);
    if (r == -EAGAIN)
        c->blocked = true;
    else if (r)
        end(c, r);
    return r == 0;
}

/* The rest and what one recv adds to it; false if that added nothing. */
static bool read_some(struct conn *c)
{
    unsigned char *data = loop_scratch(c->loop);
    size_t kept = c->rest ? c->rest->n : 0;
    must(kept < c->handler->read_max);
    bool waits = c->handler->on_established && !c->transport.ops->established(&c->transport);
    ssize_t n = c->transport.ops->recv(&c->transport, data + kept, c->handler->read_max - kept);
    if (n < 0 && n != -EAGAIN) {
        end(c, (int)n);
        return true;
    }
    /* A handshake speaks while it reads. */
    if (!c->blocked && !flush(c))
        set_hook(c);
    if (!c->ended && waits && c->transport.ops->established(&c->transport))
        c->handler->on_established(c);
    if (c->ended || n == -EAGAIN)
        return c->ended;
    if (n == 0) {
        take_eof(c);
        return true;
    }
    if (c->transport.ops->pending(&c->transport))
        redeliver_soon(c);
    if (c->closing)
        return true;
    if (kept)
        memcpy(data, c->rest->bytes, kept);
    deliver(c, data, kept + (size_t)n);
    return true;
}

/* What is due without an event on the socket. */
static void redeliver(struct conn *c)
{
    if (!c->redeliver || c->paused || c->eof || c->ended)
        return;
    c->redeliver = false;
    /* What the transport holds may be half a record, which must not hold up the rest. */
    if (c->transport.ops->pending(&c->transport) &&
        (!c->rest || c->rest->n < c->handler->read_max) && read_some(c))
        return;
    if (c->rest && !c->closing) {
        size_t n = c->rest->n;
        memcpy(loop_scratch(c->loop), c->rest->bytes, n);
        deliver(c, loop_scratch(c->loop), n);
    }
}

static int socket_error(const struct conn *c)
{
    int error = 0;
    socklen_t n = sizeof(error);
    if (getsockopt(c->transport.fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        return -errno;
    return -error;
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct conn *c = container_of(watch, struct conn, watch);
    if (events & EPOLLOUT) {
        c->blocked = false;
        set_hook(c);
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || c->ended)
        return;
    if (c->paused || c->eof) {
        /* A hang-up is told whether asked for or not, again and again. */
        if (events & (EPOLLHUP | EPOLLERR))
            end(c, socket_error(c));
        else
            set_interest(c, c->watch.events & ~(uint32_t)EPOLLIN);
        return;
    }
    /* What is due comes first, at the end of this turn; the event comes back. */
    if (!c->redeliver)
        read_some(c);
}

void conn_pause_reading(struct conn *c)
{
    c->paused = !c->closing;
}

void conn_resume_reading(struct conn *c)
{
    if (!c->paused || c->ended)
        return;
    c->paused = false;
    if (!c->eof)
        set_interest(c, c->watch.events | EPOLLIN);
    redeliver_soon(c);
}

void conn_set_handler(struct conn *c, const struct conn_handler *handler)
{
    must(handler->read_max >= 1 && handler->read_max <= CONN_READ_MAX);
    c->handler = handler;
    if (!c->ended)
        redeliver_soon(c);
}

/* Writing. */

static int enqueue(struct conn *c, const void *header, size_t header_n, struct buf *payload)
{
    if (c->finishing || c->ended)
        return CONN_ENDED;
    size_t n = header_n + (payload ? (size_t)payload->n : 0);
    if (n == 0)
        return 0;
    size_t bytes = write_queue_bytes(c->queue);
    size_t bytes_max = c->handler->queue_bytes_max;
    if (n > bytes_max || bytes > bytes_max - n ||
        write_queue_entries(c->queue) >= c->handler->queue_entries_max)
        return CONN_FULL;
    write_queue_push(&c->queue, header, header_n, payload);
    return 0;
}

int conn_send(struct conn *c, const void *header, size_t header_n, struct buf *payload)
{
    int r = enqueue(c, header, header_n, payload);
    if (!r && !c->blocked)
        set_hook(c);
    return r;
}

int conn_send_late(struct conn *c, const void *header, size_t header_n, struct buf *payload)
{
    int r = enqueue(c, header, header_n, payload);
    if (r || c->blocked || !list_empty(&c->hook.node))
        return r;
    c->late = true;
    loop_hook_set_late(c->loop, &c->hook);
    return 0;
}

size_t conn_drop_queue(struct conn *c)
{
    return write_queue_drop(&c->queue);
}

size_t conn_queued_bytes(const struct conn *c)
{
    return write_queue_bytes(c->queue);
}

static ssize_t write_copied(struct conn *c, size_t *offered)
{
    unsigned char copied[COPIED_MAX];
    *offered = write_queue_copy(c->queue, copied, sizeof(copied));
    return c->transport.ops->writev(&c->transport, &(struct iovec){copied, *offered}, 1);
}

static ssize_t write_parts(struct conn *c, size_t *offered)
{
    struct iovec parts[PARTS_MAX];
    int n = write_queue_peek(c->queue, parts, PARTS_MAX);
    *offered = 0;
    for (int i = 0; i < n; i++)
        *offered += parts[i].iov_len;
    return c->transport.ops->writev(&c->transport, parts, n);
}

/* One call with what is oldest: all, or as much as it takes. */
static ssize_t write_oldest(struct conn *c, size_t *offered)
{
    bool small = write_queue_bytes(c->queue) <= COPIED_MAX;
    return small && write_queue_entries(c->queue) > 1 ? write_copied(c, offered)
                                                      : write_parts(c, offered);
}

static void write_some(struct conn *c)
{
    if (c->blocked || c->ended || !flush(c) || !c->queue)
        return;
    size_t offered;
    ssize_t n = write_oldest(c, &offered);
    if (n < 0 && n != -EAGAIN) {
        end(c, (int)n);
        return;
    }
    if (n > 0)
        write_queue_pop(&c->queue, (size_t)n);
    if (n < (ssize_t)offered)
        c->blocked = true;
    else if (c->queue)
        set_hook(c);
    else if (!flush(c) && c->ended)
        return;
    else if (c->handler->on_drained && !c->closing)
        c->handler->on_drained(c);
}

/* Ending. */

static void on_linger_over(struct timer *timer)
{
    end(container_of(timer, struct conn_linger, timer)->conn, -ETIMEDOUT);
}

/* Ends our side when all is sent, and all when both sides have ended. */
static void finish_if_due(struct conn *c)
{
    if (c->ended || !c->finishing || c->queue)
        return;
    if (!c->finished) {
        int r = c->transport.ops->shutdown(&c->transport);
        c->finished = r == 0;
        if (r == -EAGAIN)
            c->blocked = true;
        else if (r)
            end(c, r);
        if (r)
            return;
    }
    if (c->eof)
        end(c, 0);
}

void conn_finish(struct conn *c)
{
    if (c->ended)
        return;
    c->finishing = true;
    set_hook(c);
}

void conn_close(struct conn *c)
{
    if (c->closing || c->ended)
        return;
    c->closing = true;
    keep_rest(c, NULL, 0);
    conn_resume_reading(c);
    conn_finish(c);
    if (c->ended) /* reading could not be asked for any more: nobody is waited for */
        return;
    c->linger = mem_new(sizeof(*c->linger));
    c->linger->conn = c;
    timer_init(&c->linger->timer, on_linger_over);
    loop_timer_set(c->loop, &c->linger->timer, c->handler->linger_ms);
}

void conn_close_now(struct conn *c)
{
    end(c, -ECANCELED);
}

void conn_close_promptly(struct conn *c)
{
    c->closing = true;
    write_some(c);
    end(c, -ECANCELED);
}

static void on_turn_end(struct loop_hook *hook)
{
    struct conn *c = container_of(hook, struct conn, hook);
    c->late = false;
    if (!c->ended) {
        redeliver(c);
        write_some(c);
        finish_if_due(c);
        uint32_t reading = c->watch.events & EPOLLIN;
        set_interest(c, reading | (c->blocked ? (uint32_t)EPOLLOUT : 0));
        return;
    }
    c->handler->on_closed(c, c->why);
}
