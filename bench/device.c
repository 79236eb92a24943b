#include "device.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "body.h"
#include "die.h"
#include "scan.h"
#include "util/macros.h"
#include "util/numbers.h"
#include "wire.h"

enum { ASK_SHIFT = 40, REQUEST_BYTES_MAX = BODY_BYTES_MAX + 512 };

static struct device *device_of(struct link *l)
{
    return container_of(l, struct device, link);
}

uint64_t ask_id(enum ask ask, uint64_t number)
{
    return (uint64_t)ask << ASK_SHIFT | number;
}

void device_send(struct device *d, struct str json)
{
    wire_add(link_out(&d->link), WS_TEXT, json.p, json.n);
    link_sent(&d->link);
}

void device_ask(struct device *d, enum ask ask, uint64_t number, const char *format, ...)
{
    char text[REQUEST_BYTES_MAX];
    int n = snprintf(text, sizeof(text), "{\"id\":%" PRIu64 ",", ask_id(ask, number));
    va_list args;
    va_start(args, format);
    n += vsnprintf(text + n, sizeof(text) - (size_t)n, format, args);
    va_end(args);
    must((size_t)n + 1 < sizeof(text));
    text[n++] = '}';
    device_send(d, str_n(text, (size_t)n));
}

static char *put(char *at, struct str s)
{
    memcpy(at, s.p, s.n);
    return at + s.n;
}

static char *put_u64(char *at, uint64_t v)
{
    return at + u64_format(at, v);
}

void device_say(struct device *d, uint64_t number, struct str to, size_t size, uint32_t c,
                uint32_t k, uint64_t after)
{
    char text[REQUEST_BYTES_MAX], *at = put(text, STR("{\"id\":"));
    at = put_u64(at, ask_id(ASK_SEND, number));
    at = put(at, STR(",\"cmd\":\"message.send\",\"to\":\""));
    at = put(at, to);
    at = put(at, STR("\",\"text\":\""));
    body_write(at, size, c, k);
    at += size;
    at = put(at, STR("\",\"key\":\""));
    key_write(at);
    at += KEY_TEXT;
    at = put(at, STR("\",\"after\":"));
    at = put_u64(at, after);
    *at++ = '}';
    device_send(d, str_n(text, (size_t)(at - text)));
}

void device_create_group(struct device *d, const struct account *others, uint32_t n)
{
    struct builder ids = {0};
    for (uint32_t i = 0; i < n; i++) {
        builder_add_str(&ids, i ? STR(",\"") : STR("\""));
        builder_add_str(&ids, str_of(others[i].user_text));
        builder_add_byte(&ids, '"');
    }
    struct str members = builder_str(&ids);
    device_ask(d, ASK_OTHER, 0,
               "\"cmd\":\"group.create\",\"title\":\"bench\",\"members\":[%.*s],\"key\":\"bench\"",
               (int)members.n, members.p);
    builder_deinit(&ids);
}

/* --- what comes --- */

static void prove(struct device *d)
{
    d->state = DEVICE_PROVING;
    device_ask(d, ASK_AUTH, 0, "\"cmd\":\"auth\",\"token\":\"%s\"", d->account->token);
}

static void proved(struct device *d, struct str frame)
{
    uint64_t ms = 0;
    if (!scan_u64(frame, STR("\"heartbeat_ms\":"), &ms))
        die("auth was answered %.*s", (int)frame.n, frame.p);
    d->heartbeat_ms = (uint32_t)ms;
    d->state = DEVICE_READY;
    if (d->beats) /* spread out: all of them connected at once */
        timer_set(&d->link.load->wheel, &d->beat,
                  d->link.load->wheel.now_ms + 1 + random_next() % ms);
    ++*d->ready_n;
    if (d->ops->ready)
        d->ops->ready(d);
}

static void beat(struct timer *timer)
{
    struct device *d = container_of(timer, struct device, beat);
    device_ask(d, ASK_BEAT, 0, "\"cmd\":\"beat\"");
    timer_set(&d->link.load->wheel, &d->beat, d->link.load->wheel.now_ms + d->heartbeat_ms);
}

static void take_answer(struct device *d, struct str frame)
{
    uint64_t id;
    if (!scan_u64(frame, STR("{\"id\":"), &id))
        die("an answer without id: %.*s", (int)frame.n, frame.p);
    enum ask ask = (enum ask)(id >> ASK_SHIFT);
    uint64_t number = id & ((UINT64_C(1) << ASK_SHIFT) - 1);
    bool ok = memmem(frame.p, MIN(frame.n, (size_t)40), "\"ok\":", 5) != NULL;
    if (!ok && d->ops->refused)
        d->ops->refused(d, ask, number, frame);
    else if (!ok)
        die("user %s was refused: %.*s", d->account->user_text, (int)frame.n, frame.p);
    else if (ask == ASK_AUTH)
        proved(d, frame);
    else if (ask != ASK_BEAT)
        d->ops->answered(d, ask, number, frame);
}

static void take_text(struct device *d, struct str frame)
{
    d->frames++;
    if (str_starts(frame, STR("{\"push\":\"event\"")))
        d->ops->event(d, frame);
    else if (str_starts(frame, STR("{\"id\":")))
        take_answer(d, frame);
    else if (d->ops->pushed)
        d->ops->pushed(d, frame);
    else if (str_starts(frame, STR("{\"push\":\"resync\"")))
        die("user %s was told to resync: its reader was too slow", d->account->user_text);
}

static void on_closed(struct link *l, const char *why)
{
    struct device *d = device_of(l);
    d->state = DEVICE_OFF;
    timer_cancel(&l->load->wheel, &d->beat);
    if (!d->ops->lost)
        die("user %s lost its connection: %s", d->account->user_text, why);
    d->ops->lost(d, why);
}

static void take_control(struct device *d, const struct wire_frame *frame)
{
    if (frame->opcode == WS_PING) {
        wire_add(link_out(&d->link), WS_PONG, frame->payload.p, frame->payload.n);
        link_sent(&d->link);
    } else if (frame->opcode == WS_CLOSE) {
        char why[32] = "a close frame";
        if (frame->payload.n >= 2)
            snprintf(why, sizeof(why), "close code %u", be16_get(frame->payload.p));
        link_close(&d->link);
        on_closed(&d->link, why);
    }
}

static size_t on_data(struct link *l, unsigned char *p, size_t n)
{
    struct device *d = device_of(l);
    size_t used = 0;
    if (d->state == DEVICE_UPGRADING) {
        bool agreed = false;
        used = wire_upgraded(p, n, &agreed);
        if (!used)
            return 0;
        if (!agreed)
            die("the server refused to upgrade: %.*s", (int)MIN(used, (size_t)200), p);
        prove(d);
    }
    struct wire_frame frame;
    for (size_t took; link_is_open(l) && (took = wire_take(p + used, n - used, &frame));
         used += took) {
        if (frame.opcode == WS_TEXT)
            take_text(d, frame.payload);
        else
            take_control(d, &frame);
    }
    return used;
}

static void on_opened(struct link *l)
{
    (void)l; /* the request waits in the queue */
}

static const struct link_handler device_handler = {
    .opened = on_opened, .data = on_data, .closed = on_closed};

void device_init(struct device *d, struct load *load, const struct device_ops *ops,
                 const struct account *account, void *mode, uint32_t number)
{
    *d = (struct device){
        .link = {.load = load, .handler = &device_handler},
        .ops = ops,
        .account = account,
        .mode = mode,
        .number = number,
    };
    timer_init(&d->beat, beat);
}

void device_open(struct device *d, uint16_t port, bool beats)
{
    d->state = DEVICE_UPGRADING;
    d->beats = beats;
    wire_upgrade_add(link_out(&d->link), "/v1/socket");
    link_open(&d->link, port);
}

void device_close(struct device *d)
{
    timer_cancel(&d->link.load->wheel, &d->beat);
    d->state = DEVICE_OFF;
    link_close(&d->link);
}

void device_deinit(struct device *d)
{
    device_close(d);
    link_deinit(&d->link);
}
