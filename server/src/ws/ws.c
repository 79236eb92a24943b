/*
 * Three states: OPEN; CLOSING, our close frame is out and the peer's is awaited; CLOSED. Only
 * entering CLOSED gives WS_EVENT_CLOSED, and every way leads there at most once. At most one close
 * frame is ever sent.
 *
 * After our close frame the peer's messages are decoded still, since its own close frame comes
 * behind them, but dropped, and its pings go unanswered (§5.5.1: nothing after a close frame).
 */
#include "ws/ws.h"

#include <assert.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { OPEN, CLOSING, CLOSED };

enum { CODE_BYTES = 2, REASON_BYTES_MAX = WS_CONTROL_BYTES_MAX - CODE_BYTES };

static_assert(sizeof(struct ws) <= 40, "what every idle connection holds");

bool ws_code_is_valid(unsigned code)
{
    if (code >= 1000 && code <= 1014)
        return code < 1004 || code > 1006;
    return code >= 3000 && code <= 4999;
}

void ws_init(struct ws *ws, uint32_t message_bytes_max, bool text_only)
{
    ws_decoder_init(&ws->decoder, message_bytes_max, text_only);
    ws->state = OPEN;
}

void ws_deinit(struct ws *ws)
{
    ws_decoder_deinit(&ws->decoder);
}

bool ws_is_open(const struct ws *ws)
{
    return ws->state == OPEN;
}

bool ws_is_closed(const struct ws *ws)
{
    return ws->state == CLOSED;
}

static void add_close(struct builder *out, unsigned code, struct str reason)
{
    unsigned char payload[WS_CONTROL_BYTES_MAX];
    be16_put(payload, (uint16_t)code);
    if (reason.n)
        memcpy(payload + CODE_BYTES, reason.p, reason.n);
    ws_frame_add(out, WS_CLOSE, payload, CODE_BYTES + reason.n);
}

void ws_close(struct ws *ws, unsigned code, struct str reason, struct builder *out)
{
    must(ws_code_is_valid(code) && utf8_valid(reason));
    if (ws->state != OPEN)
        return;
    if (reason.n > REASON_BYTES_MAX) {
        reason.n = REASON_BYTES_MAX;
        while (((unsigned char)reason.p[reason.n] & 0xc0) == 0x80)
            reason.n--;
    }
    add_close(out, code, reason);
    ws->state = CLOSING;
}

static enum ws_event_kind fail(struct ws *ws, unsigned code, struct ws_event *event,
                               struct builder *out)
{
    if (ws->state == OPEN)
        add_close(out, code, (struct str){NULL, 0});
    ws->state = CLOSED;
    *event =
        (struct ws_event){.kind = WS_EVENT_CLOSED, .code = code, .closed_by = WS_CLOSED_FAILED};
    return event->kind;
}

static enum ws_event_kind take_close(struct ws *ws, const struct ws_message *m,
                                     struct ws_event *event, struct builder *out)
{
    unsigned code = WS_CODE_NONE;
    struct str reason = {NULL, 0};
    if (m->n == 1)
        return fail(ws, WS_CODE_PROTOCOL_ERROR, event, out);
    if (m->n) {
        code = be16_get(m->p);
        reason = str_n(m->p + CODE_BYTES, m->n - CODE_BYTES);
        if (!ws_code_is_valid(code))
            return fail(ws, WS_CODE_PROTOCOL_ERROR, event, out);
        if (!utf8_valid(reason))
            return fail(ws, WS_CODE_INVALID_TEXT, event, out);
    }
    *event = (struct ws_event){
        .kind = WS_EVENT_CLOSED,
        .data = reason,
        .code = code,
        .closed_by = ws->state == CLOSING ? WS_CLOSED_BY_US : WS_CLOSED_BY_PEER,
    };
    if (ws->state == OPEN)
        ws_frame_add(out, WS_CLOSE, m->p, m->n ? CODE_BYTES : 0);
    ws->state = CLOSED;
    return event->kind;
}

/* The event of a message or control frame; NONE: it has none. */
static enum ws_event_kind take(struct ws *ws, const struct ws_message *m, struct ws_event *event,
                               struct builder *out)
{
    if (m->opcode == WS_CLOSE)
        return take_close(ws, m, event, out);
    if (ws->state == CLOSING)
        return WS_EVENT_NONE;
    *event = (struct ws_event){.kind = WS_EVENT_MESSAGE, .data = str_n(m->p, m->n)};
    if (m->opcode == WS_PING) {
        ws_frame_add(out, WS_PONG, m->p, m->n);
        event->kind = WS_EVENT_PING;
    } else if (m->opcode == WS_PONG) {
        event->kind = WS_EVENT_PONG;
    } else {
        event->is_text = m->opcode == WS_TEXT;
    }
    return event->kind;
}

enum ws_event_kind ws_next(struct ws *ws, struct ws_input *in, struct ws_event *event,
                           struct builder *out)
{
    while (ws->state != CLOSED) {
        struct ws_message m;
        enum ws_decoded decoded = ws_decoder_next(&ws->decoder, in, &m);
        if (decoded == WS_DECODED_MORE)
            break;
        /* The decoder's errors are numbered by the close codes that answer them. */
        enum ws_event_kind kind = decoded == WS_DECODED_MESSAGE
                                      ? take(ws, &m, event, out)
                                      : fail(ws, (unsigned)decoded, event, out);
        if (kind != WS_EVENT_NONE)
            return kind;
    }
    /* Here, not on entering CLOSED: the event that said so may have borrowed its reason. */
    if (ws->state == CLOSED)
        ws_decoder_deinit(&ws->decoder);
    *in = (struct ws_input){in->p + in->n, 0};
    *event = (struct ws_event){.kind = WS_EVENT_NONE};
    return WS_EVENT_NONE;
}
