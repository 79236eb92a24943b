/*
 * Owns a connector, then a connection, and what was asked on it. What always holds:
 *
 * - a stream is free, or carries an exchange, or waits for an answer that nobody wants any more
 *   (`forgotten`): its number is not used again before that answer has come, since the next
 *   request on it would be taken for answered. A link of which half the streams wait so is given
 *   up: its node answers nothing;
 * - stream 0 is the link's own, for the handshake and the beat, so that a full link can still be
 *   seen to live;
 * - everything that ends a link goes through lose(), which answers all that was under way; that is
 *   only ever called by the loop (bytes, timers, the connection's end), so that no completion runs
 *   inside a call.
 *
 * Answers that have come whole are read where they lie; others are put together in `in`.
 *
 * Refused: a link that is opened when it is needed (the first request after a loss would pay for
 * it, and nobody would know that a node is back).
 */
#include "store/cql/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/tls_client.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"

enum {
    OWN_STREAM = 0,
    /* Room that `in` keeps between answers. */
    IN_BYTES_KEPT = 64 * 1024,
};

static void lose(struct link *l, struct str why);

/* In place of an exchange whose answer is to be dropped. */
static struct exchange forgotten;

/* --- streams --- */

static void reset_streams(struct link *l)
{
    memset(l->streams, 0, sizeof(l->streams));
    l->free_n = l->forgotten_n = 0;
    for (uint16_t i = LINK_STREAMS_MAX - 1; i > OWN_STREAM; i--)
        l->free[l->free_n++] = i;
}

static void release_stream(struct link *l, uint16_t stream)
{
    if (l->streams[stream] == &forgotten)
        l->forgotten_n--;
    l->streams[stream] = NULL;
    if (stream != OWN_STREAM)
        l->free[l->free_n++] = stream;
}

/* Answers all with nothing. They may ask for more, on other links. */
static void answer_all(struct link *l)
{
    for (uint16_t i = 0; i < LINK_STREAMS_MAX; i++) {
        struct exchange *e = l->streams[i];
        l->streams[i] = NULL;
        if (!e || e == &forgotten)
            continue;
        e->link = NULL;
        if (e != &l->own)
            e->answered(e, NULL);
    }
}

static int send_on(struct link *l, struct exchange *e, uint16_t stream, enum wire_opcode opcode,
                   struct buf *body)
{
    uint8_t header[WIRE_HEADER_BYTES];
    wire_put_header(header, stream, opcode, body ? body->n : 0);
    int r = conn_send(&l->conn, header, sizeof(header), body);
    if (r)
        return r == CONN_FULL ? LINK_FULL : LINK_NOT_OPEN;
    must(!l->streams[stream]);
    l->streams[stream] = e;
    e->link = l;
    e->stream = stream;
    e->sent_ms = loop_now_ms(l->settings->loop);
    return 0;
}

int link_send(struct link *l, struct exchange *e, enum wire_opcode opcode, struct buf *body)
{
    must(!e->link);
    if (l->state != LINK_OPEN)
        return LINK_NOT_OPEN;
    if (!link_has_room(l))
        return LINK_FULL;
    int r = send_on(l, e, l->free[l->free_n - 1], opcode, body);
    if (r == 0)
        l->free_n--;
    return r;
}

void link_forget(struct exchange *e)
{
    struct link *l = e->link;
    if (!l)
        return;
    must(l->streams[e->stream] == e);
    l->streams[e->stream] = &forgotten;
    l->forgotten_n++;
    e->link = NULL;
    if (l->heard_ms <= e->sent_ms)
        l->quiet = true;
}

/* --- coming up --- */

static void send_own(struct link *l, enum wire_opcode opcode, struct builder *body)
{
    struct buf *bytes = body ? builder_finish(body) : NULL;
    int r = send_on(l, &l->own, OWN_STREAM, opcode, bytes);
    buf_unref(bytes);
    must(r == 0 || l->state == LINK_OPEN); /* the socket's end, which is told soon */
}

static void open_up(struct link *l)
{
    l->state = LINK_OPEN;
    l->pause_ms = 0;
    loop_timer_set(l->settings->loop, &l->timer, LINK_BEAT_MS);
    char text[ADDRESS_TEXT_MAX];
    log_info("cql_link_open", log_str("node", address_format(&l->address, text)));
    l->settings->changed(l);
}

static void enter_keyspace(struct link *l)
{
    if (!l->settings->keyspace.p) {
        open_up(l);
        return;
    }
    struct builder text = {0}, body = {0};
    builder_add_str(&text, STR("USE \""));
    builder_add_str(&text, l->settings->keyspace);
    builder_add_str(&text, STR("\""));
    wire_put_query(&body, builder_str(&text), &(struct wire_terms){.consistency = CQL_ONE});
    l->state = LINK_ENTERING;
    send_own(l, WIRE_OP_QUERY, &body);
    builder_deinit(&text);
}

static void prove(struct link *l)
{
    if (!l->settings->user.p) {
        lose(l, STR("the node asks for a password, and none was given"));
        return;
    }
    struct builder body = {0};
    wire_put_password(&body, l->settings->user, l->settings->password);
    l->state = LINK_PROVING;
    send_own(l, WIRE_OP_AUTH_RESPONSE, &body);
}

static void start_up(struct conn *c)
{
    struct link *l = container_of(c, struct link, conn);
    struct builder body = {0};
    l->state = LINK_STARTING;
    reset_streams(l);
    wire_put_startup(&body);
    send_own(l, WIRE_OP_STARTUP, &body);
}

/* What the handshake goes through: STARTING → (PROVING) → (ENTERING) → OPEN. */
static void on_own(struct exchange *e, struct wire_answer *answer)
{
    struct link *l = container_of(e, struct link, own);
    if (answer->kind == WIRE_ERROR && l->state != LINK_OPEN)
        lose(l, answer->message);
    else if (l->state == LINK_STARTING && answer->kind == WIRE_AUTHENTICATE)
        prove(l);
    else if ((l->state == LINK_STARTING || l->state == LINK_PROVING) && answer->kind == WIRE_READY)
        enter_keyspace(l);
    else if (l->state == LINK_ENTERING && answer->kind == WIRE_DONE)
        open_up(l);
    else if (l->state != LINK_OPEN)
        lose(l, STR("an answer that does not belong into a handshake"));
}

/* --- bytes --- */

/* One whole answer. */
static void take_answer(struct link *l, const struct wire_header *h, struct str body)
{
    struct wire_answer answer;
    l->heard_ms = loop_now_ms(l->settings->loop);
    l->quiet = false;
    if (h->stream < 0)
        return; /* an event; we asked for none */
    if (h->stream >= LINK_STREAMS_MAX || !l->streams[h->stream]) {
        lose(l, STR("an answer to nothing that was asked"));
        return;
    }
    if (wire_read_answer(&answer, h, body)) {
        lose(l, STR("an answer that is none of the protocol's"));
        return;
    }
    struct exchange *e = l->streams[h->stream];
    release_stream(l, (uint16_t)h->stream);
    if (e == &forgotten)
        return;
    e->link = NULL;
    e->answered(e, &answer);
}

/* Takes the rest of the answer that `in` holds the beginning of; returns how much that was. */
static size_t take_part(struct link *l, const unsigned char *data, size_t n)
{
    struct wire_header h = {0};
    size_t whole = WIRE_HEADER_BYTES;
    if (l->in.n >= WIRE_HEADER_BYTES) {
        must(wire_read_header(&h, (const unsigned char *)builder_str(&l->in).p) == 0);
        whole += h.body_n;
    }
    size_t used = MIN(n, whole - l->in.n);
    builder_add(&l->in, data, used);
    if (l->in.n < whole)
        return used;
    if (whole == WIRE_HEADER_BYTES) {
        if (wire_read_header(&h, (const unsigned char *)builder_str(&l->in).p))
            lose(l, STR("an answer of another protocol, or beyond our limits"));
        if (l->state == LINK_ENDING || h.body_n)
            return used;
    }
    /* Handed over: what is answered may lose the link, and with it the memory. */
    struct builder in = l->in;
    l->in = (struct builder){0};
    take_answer(l, &h, str_n(builder_str(&in).p + WIRE_HEADER_BYTES, h.body_n));
    if (in.capacity <= IN_BYTES_KEPT && l->state != LINK_ENDING) {
        builder_reset(&in);
        l->in = in;
    } else {
        builder_deinit(&in);
    }
    return used;
}

/* Takes what lies at the front, at most one answer; returns how much that was. */
static size_t take(struct link *l, const unsigned char *data, size_t n)
{
    struct wire_header h;
    if (l->in.n > 0 || n < WIRE_HEADER_BYTES)
        return take_part(l, data, n);
    if (wire_read_header(&h, data)) {
        lose(l, STR("an answer of another protocol, or beyond our limits"));
        return n;
    }
    if (n - WIRE_HEADER_BYTES < h.body_n)
        return take_part(l, data, n);
    take_answer(l, &h, str_n(data + WIRE_HEADER_BYTES, h.body_n));
    return WIRE_HEADER_BYTES + h.body_n;
}

static size_t on_data(struct conn *c, unsigned char *data, size_t n)
{
    struct link *l = container_of(c, struct link, conn);
    for (size_t used = 0; used < n && l->state != LINK_ENDING;)
        used += take(l, data + used, n - used);
    return n;
}

/* --- going down --- */

static void pause_or_stop(struct link *l)
{
    if (l->stopping) {
        l->state = LINK_STOPPED;
        l->settings->stopped(l);
        return;
    }
    uint32_t random;
    crypto_random(&random, sizeof(random));
    l->pause_ms =
        MIN(MAX(l->pause_ms * 2, (uint32_t)LINK_PAUSE_MIN_MS), (uint32_t)LINK_PAUSE_MAX_MS);
    l->state = LINK_PAUSED;
    loop_timer_set(l->settings->loop, &l->timer, l->pause_ms - random % (l->pause_ms / 2));
}

static void note_loss(struct link *l, struct str why)
{
    char text[ADDRESS_TEXT_MAX];
    bool news = l->state == LINK_OPEN || strncmp(l->why, why.p, why.n) != 0 || l->why[why.n];
    snprintf(l->why, sizeof(l->why), "%.*s", (int)MIN(why.n, sizeof(l->why) - 1), why.p);
    /* One that stays down is told of once. */
    if (news && !l->stopping)
        log_warn("cql_link_lost", log_str("node", address_format(&l->address, text)),
                 log_str("why", l->why));
}

/* The one way down. `conn_ended`: there is no connection (any more). */
static void go_down(struct link *l, struct str why, bool conn_ended)
{
    note_loss(l, str_n(why.p, MIN(why.n, (size_t)LINK_WHY_BYTES - 1)));
    loop_timer_cancel(l->settings->loop, &l->timer);
    builder_deinit(&l->in);
    l->state = LINK_ENDING;
    if (!conn_ended)
        conn_close_now(&l->conn);
    answer_all(l);
    l->settings->changed(l);
    if (conn_ended)
        pause_or_stop(l);
}

static void lose(struct link *l, struct str why)
{
    go_down(l, why, false);
}

static void on_closed(struct conn *c, int error)
{
    struct link *l = container_of(c, struct link, conn);
    if (l->state == LINK_ENDING) {
        pause_or_stop(l);
        return;
    }
    if (error == -EKEYREJECTED)
        go_down(l,
                STR("TLS: the node's certificate is not trusted, is out of date, or is made out to "
                    "another name"),
                true);
    else if (l->state == LINK_SHAKING)
        go_down(l, STR("TLS: no handshake"), true);
    else if (error)
        go_down(l, str_of(strerror(-error)), true);
    else
        go_down(l, STR("the node has ended the connection"), true);
}

static void on_connected(struct connector *connector, int fd)
{
    static const struct conn_handler handler = {
        .on_established = start_up,
        .on_data = on_data,
        .on_closed = on_closed,
        .read_max = CONN_READ_MAX,
        /* Where there is room (link_has_room()) a whole request has it, and a beat always. */
        .queue_bytes_max = 2 * LINK_QUEUE_BYTES_MAX,
        .queue_entries_max = 2 * LINK_STREAMS_MAX,
        .linger_ms = LINK_PAUSE_MIN_MS,
    };
    struct link *l = container_of(connector, struct link, connector);
    const struct link_settings *s = l->settings;
    if (fd < 0) {
        go_down(l, str_of(strerror(-fd)), true);
        return;
    }
    struct transport t =
        s->tls ? tls_client_transport(s->tls, fd, &l->address, s->tls_name) : transport_tcp(fd);
    int r = conn_init(&l->conn, s->loop, t, &l->address, &handler);
    if (r) {
        go_down(l, str_of(strerror(-r)), true);
        return;
    }
    l->state = LINK_SHAKING;
    if (conn_is_established(&l->conn))
        start_up(&l->conn);
}

static void connect_now(struct link *l)
{
    l->state = LINK_CONNECTING;
    loop_timer_set(l->settings->loop, &l->timer, LINK_OPEN_MS);
    int r = connector_start(&l->connector, &l->address);
    if (r)
        go_down(l, str_of(strerror(-r)), true);
}

/* A node that has said nothing for a beat is asked for a sign of life, and given up where it then
 * says nothing for another one: counted from what was heard last, since an answer that was on its
 * way when it fell silent is no answer to the question. */
static void beat(struct link *l)
{
    uint64_t silent_ms = loop_now_ms(l->settings->loop) - l->heard_ms;
    uint32_t next_ms = LINK_BEAT_MS;
    if (l->forgotten_n > LINK_STREAMS_MAX / 2) {
        lose(l, STR("the node leaves too much unanswered"));
        return;
    }
    if (silent_ms < LINK_BEAT_MS) {
        next_ms -= (uint32_t)silent_ms;
    } else if (l->own.link) {
        lose(l, STR("the node gave no sign of life"));
        return;
    } else {
        send_own(l, WIRE_OP_OPTIONS, NULL);
    }
    loop_timer_set(l->settings->loop, &l->timer, next_ms);
}

static void on_timer(struct timer *timer)
{
    struct link *l = container_of(timer, struct link, timer);
    switch (l->state) {
    case LINK_PAUSED:
        if (l->stopping)
            pause_or_stop(l);
        else
            connect_now(l);
        break;
    case LINK_CONNECTING:
        connector_cancel(&l->connector);
        go_down(l, STR("it could not be reached in time"), true);
        break;
    case LINK_OPEN:
        if (l->stopping)
            lose(l, STR("stopped"));
        else
            beat(l);
        break;
    default:
        lose(l, STR("the handshake took too long"));
        break;
    }
}

void link_init(struct link *l, const struct link_settings *settings, const struct address *address,
               void *owner)
{
    *l = (struct link){.settings = settings, .owner = owner, .address = *address};
    l->own.answered = on_own;
    connector_init(&l->connector, settings->loop, on_connected);
    timer_init(&l->timer, on_timer);
}

void link_start(struct link *l)
{
    must(l->state == LINK_STOPPED && !l->stopping);
    /* Also the first try waits for the timer, so that its failure is no answer inside this call. */
    l->state = LINK_PAUSED;
    loop_timer_set(l->settings->loop, &l->timer, 0);
}

void link_stop(struct link *l)
{
    l->stopping = true;
    /* The timer does it; where it is the connection's word that is due, that does. */
    if (l->state != LINK_ENDING)
        loop_timer_set(l->settings->loop, &l->timer, 0);
}
