/*
 * The whole that the lanes are parts of: options, what is shared and never changes, the drain. Runs
 * on the chat thread.
 *
 * A drain: lanes stop listening and say goaway; waits of the domain end (chat_wake_all()); each
 * connection closes when nothing of it is under way; the last of a lane tells us, the last lane
 * ends the drain. Half a second before the time is over what is still open is closed at once,
 * which leaves only calls that the domain never answered to make it unclean.
 */
#include "gateway/gateway.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/encode.h"
#include "gateway/state.h"
#include "gateway/web.h"
#include "loop/loop.h"
#include "util/log.h"
#include "util/mem.h"
#include "ws/frame.h"

enum {
    /* Of a drain's time, for what was closed by force to be told and freed. */
    DRAIN_REST_MS = 500,
    /* How often the domain's waits are ended during a drain: one may begin after the last time, by
     * a call that was on its way. */
    DRAIN_TICK_MS = 100,
    /* Clients that come back at once would all come to the same few nodes: spread them by what
     * a node takes in a second, and no longer than a person waits. */
    RECONNECTS_PER_S = 1000,
    RECONNECT_MS_MIN = 1000, /* this node, once it is back; others take them at once */
    RECONNECT_MS_MAX = 30000,
};

static void default_u32(uint32_t *option, uint32_t value)
{
    if (*option == 0)
        *option = value;
}

static void set_defaults(struct gateway_options *o)
{
    default_u32(&o->connections_max, 10000);
    default_u32(&o->heartbeat_ms, 5000);
    default_u32(&o->silent_ms, 30000);
    default_u32(&o->auth_ms, 5000);
    default_u32(&o->idle_ms, 60000);
    if (o->output_bytes_max == 0)
        o->output_bytes_max = 256 * 1024 * 1024;
}

/* Where sockets are opened: relative, or of the public URL with the scheme of a WebSocket. */
static struct buf *socket_url(struct str public_url)
{
    struct builder out = {0};
    if (str_starts(public_url, STR("http"))) {
        builder_add_str(&out, STR("ws"));
        builder_add(&out, public_url.p + 4, public_url.n - 4);
        while (builder_str(&out).p[out.n - 1] == '/')
            out.n--;
    }
    builder_add_str(&out, STR(API_SOCKET_PATH));
    return builder_finish(&out);
}

static void drain_tick(struct timer *);

struct gateway *gateway_new(const struct gateway_options *options)
{
    must(options->loops_n >= 1);
    must(options->addresses_n >= 1 && options->addresses_n <= GATEWAY_ADDRESSES_MAX);
    struct gateway *g = mem_new(sizeof(*g));
    g->options = *options;
    set_defaults(&g->options);
    g->sink.ops = &deliver_ops;
    g->strangers.max = g->options.strangers_max;
    g->node_url = socket_url(g->options.public_url);
    g->node = (struct node_facts){
        .incarnation = g->options.incarnation,
        .url = buf_str(g->node_url),
        .guide = g->options.guide,
        .policy = g->options.policy.n ? g->options.policy : STR("least_loaded"),
        .heartbeat_ms = g->options.heartbeat_ms,
    };
    memcpy(g->node.rates, g->options.rates, sizeof(g->node.rates));
    quota_init(&g->quota, g->options.rates);
    g->asset_bodies = web_bodies_new(g);
    struct builder out = {0};
    encode_push_resync(&out);
    g->resync = builder_finish(&out);
    ws_frame_add(&out, WS_PING, NULL, 0);
    g->ping = builder_finish(&out);
    timer_init(&g->drain_timer, drain_tick);
    g->lanes = mem_new_array(options->loops_n, sizeof(struct lane));
    for (size_t i = 0; i < options->loops_n; i++)
        lane_init(&g->lanes[g->lanes_n++], g, options->loops[i]);
    return g;
}

struct sink *gateway_sink(struct gateway *g)
{
    return &g->sink;
}

/* On the first `lanes_n` lanes. */
static int listen_at(struct gateway *g, struct address *address, size_t lanes_n, bool metrics)
{
    int r = listener_claim(address);
    for (size_t i = 0; !r && i < lanes_n; i++)
        r = lane_listen(&g->lanes[i], address, metrics);
    if (r) {
        char text[ADDRESS_TEXT_MAX];
        address_format(address, text);
        log_error("listen_failed", log_str("address", text), log_str("why", strerror(-r)));
    }
    return r;
}

int gateway_start(struct gateway *g, struct chat *chat)
{
    g->chat = chat;
    int r = 0;
    for (size_t i = 0; i < g->options.addresses_n && !r; i++) {
        g->addresses[i] = g->options.addresses[i];
        r = listen_at(g, &g->addresses[i], g->lanes_n, false);
    }
    if (!r && g->options.metrics_address) {
        g->metrics_address = *g->options.metrics_address;
        r = listen_at(g, &g->metrics_address, 1, true);
    }
    if (!r)
        atomic_store(&g->ready, true);
    return r;
}

const struct address *gateway_metrics_address(const struct gateway *g)
{
    return &g->metrics_address;
}

uint64_t gateway_output_bytes(const struct gateway *g)
{
    return atomic_load_explicit(&g->output.bytes, memory_order_relaxed);
}

struct str gateway_socket_url(const struct gateway *g)
{
    return g->options.public_url.n ? g->node.url : (struct str){0};
}

uint32_t gateway_connections(const struct gateway *g)
{
    return atomic_load(&g->clients);
}

const struct address *gateway_addresses(const struct gateway *g)
{
    return g->addresses;
}

void gateway_set_ready(struct gateway *g, bool ready)
{
    atomic_store(&g->ready, ready);
}

void gateway_free(struct gateway *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->lanes_n; i++)
        lane_deinit(&g->lanes[i]);
    loop_timer_cancel(g->options.chat_loop, &g->drain_timer);
    web_bodies_free(g, g->asset_bodies);
    buf_unref(g->node_url);
    buf_unref(g->resync);
    buf_unref(g->ping);
    for (size_t i = 0; i < g->goaway_n; i++)
        buf_unref(g->goaway[i]);
    quota_deinit(&g->quota);
    free(g->lanes);
    free(g);
}

/* Sending clients away. */

/* Frames for as many clients; they spread over these nodes, or wait for this one. */
static size_t make_goaway(uint64_t clients, enum goaway_reason reason, const struct str *urls,
                          size_t urls_n, struct buf *out[NODES_NAMED_MAX])
{
    struct builder frames[NODES_NAMED_MAX] = {0};
    uint64_t ms = clients * 1000 / RECONNECTS_PER_S;
    if (!urls_n)
        ms = MAX(ms, (uint64_t)RECONNECT_MS_MIN);
    size_t n = nodes_goaway(reason, MIN(ms, (uint64_t)RECONNECT_MS_MAX), urls, urls_n, frames);
    for (size_t i = 0; i < n; i++)
        out[i] = builder_finish(&frames[i]);
    return n;
}

bool gateway_hand_over(struct gateway *g, uint64_t n, enum goaway_reason reason)
{
    struct str urls[NODES_NAMED_MAX];
    struct buf *frames[NODES_NAMED_MAX];
    uint64_t each = n / g->lanes_n, more = n % g->lanes_n;
    size_t urls_n = g->drained ? 0 : nodes_others(&g->node, urls);
    if (!urls_n)
        return false;
    size_t frames_n = make_goaway(MIN(n, gateway_connections(g)), reason, urls, urls_n, frames);
    for (size_t i = 0; i < g->lanes_n; i++)
        lane_hand_over(&g->lanes[(g->hand_over_at + i) % g->lanes_n], each + (i < more), reason,
                       frames, frames_n);
    g->hand_over_at += more;
    for (size_t i = 0; i < frames_n; i++)
        buf_unref(frames[i]);
    return true;
}

/* Draining. */

static void drained(struct gateway *g, bool clean)
{
    loop_timer_cancel(g->options.chat_loop, &g->drain_timer);
    log_info("drained", log_u64("lanes_left", g->lanes_left));
    g->drained(g, clean, g->drained_arg);
}

void gateway_lane_empty(struct gateway *g)
{
    must(g->lanes_left > 0);
    if (--g->lanes_left == 0 && !g->drain_given_up)
        drained(g, true);
}

size_t gateway_lanes_left(const struct gateway *g)
{
    return g->lanes_left;
}

static void hurry(struct gateway *g)
{
    if (g->drain_hurries)
        return;
    g->drain_hurries = true;
    for (size_t i = 0; i < g->lanes_n; i++)
        lane_hurry(&g->lanes[i]);
}

static void drain_tick(struct timer *timer)
{
    struct gateway *g = container_of(timer, struct gateway, drain_timer);
    uint64_t now_ms = loop_now_ms(g->options.chat_loop);
    if (now_ms >= g->drain_by_ms) {
        g->drain_given_up = true;
        drained(g, false);
        return;
    }
    if (now_ms + DRAIN_REST_MS >= g->drain_by_ms)
        hurry(g);
    chat_wake_all(g->chat);
    loop_timer_set(g->options.chat_loop, &g->drain_timer, DRAIN_TICK_MS);
}

void gateway_drain(struct gateway *g, uint32_t within_ms,
                   void (*done)(struct gateway *, bool clean, void *arg), void *arg)
{
    must(!g->drained);
    log_info("draining", log_u64("clients", gateway_connections(g)));
    struct str urls[NODES_NAMED_MAX];
    size_t urls_n = nodes_others(&g->node, urls);
    g->goaway_n = make_goaway(gateway_connections(g), GOAWAY_SHUTDOWN, urls, urls_n, g->goaway);
    g->drained = done;
    g->drained_arg = arg;
    g->lanes_left = g->lanes_n;
    atomic_store(&g->ready, false);
    for (size_t i = 0; i < g->lanes_n; i++)
        lane_drain(&g->lanes[i]);
    g->drain_by_ms = loop_now_ms(g->options.chat_loop) + within_ms;
    chat_wake_all(g->chat);
    loop_timer_set(g->options.chat_loop, &g->drain_timer, DRAIN_TICK_MS);
}
