/*
 * Any bytes as what a WebSocket client sends. The events and the frames sent back must not depend
 * on how the bytes were cut into reads; messages keep to the limit, text is UTF-8, and nothing is
 * held between messages. The first byte chooses limit and mode.
 */
#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/utf8.h"
#include "ws/ws.h"

#include <stdlib.h>

enum { SPLITS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct run {
    struct ws ws;
    uint32_t limit;
    bool text_only;
    bool ended;
    struct builder out, log;
};

static void note(struct run *r, const struct ws_event *event)
{
    must(!r->ended);
    unsigned char head[] = {(unsigned char)event->kind, event->is_text,
                            (unsigned char)event->closed_by};
    builder_add(&r->log, head, sizeof(head));
    builder_add(&r->log, &event->code, sizeof(event->code));
    builder_add(&r->log, &event->data.n, sizeof(event->data.n));
    builder_add_str(&r->log, event->data);
    if (event->kind == WS_EVENT_MESSAGE) {
        must(event->data.n <= r->limit && (event->is_text || !r->text_only));
        must(!event->is_text || utf8_valid(event->data));
    } else {
        must(event->data.n <= WS_CONTROL_BYTES_MAX);
    }
    r->ended = event->kind == WS_EVENT_CLOSED;
    must(r->ended == ws_is_closed(&r->ws));
}

/* Out of a block of exactly this size, so that the sanitizer sees a step beyond. */
static void feed(struct run *r, const uint8_t *data, size_t n)
{
    unsigned char *block = mem_copy(data, n);
    struct ws_input in = {block, n};
    struct ws_event event;
    while (ws_next(&r->ws, &in, &event, &r->out) != WS_EVENT_NONE)
        note(r, &event);
    must(in.n == 0);
    free(block);
}

/* The log and what was sent, of all bytes read `first` and then `step` at a time. */
static struct builder run(const uint8_t *data, size_t n, size_t first, size_t step)
{
    unsigned mode = n ? data[0] : 0;
    struct run r = {.limit = mode & 1 ? 16 : 70000, .text_only = mode & 2};
    bool we_close = mode & 4;
    ws_init(&r.ws, r.limit, r.text_only);
    if (we_close)
        ws_close(&r.ws, WS_CODE_GOING_AWAY, STR("away"), &r.out);
    for (size_t at = MIN(1, n), take = first; at < n; at += take, take = step) {
        take = MIN(take, n - at);
        feed(&r, data + at, take);
    }
    must(!r.ended || !r.ws.decoder.assembly);
    builder_add_str(&r.log, builder_str(&r.out));
    ws_deinit(&r.ws);
    builder_deinit(&r.out);
    return r.log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct builder whole = run(data, n, n + 1, n + 1);
    struct builder cut = run(data, n, 1, 1);
    must(str_eq(builder_str(&whole), builder_str(&cut)));
    builder_deinit(&cut);
    size_t stride = 1 + n / SPLITS_MAX;
    for (size_t at = 1; at < n; at += stride) {
        cut = run(data, n, at, n);
        must(str_eq(builder_str(&whole), builder_str(&cut)));
        builder_deinit(&cut);
    }
    builder_deinit(&whole);
    return 0;
}
