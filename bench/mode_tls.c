/*
 * The pairs of mode `pairs` over TLS, and how many handshakes a second: whole ones, and such that
 * resume a session. A handshake goes with one small request, by whose answer it is known to have
 * ended on both sides.
 */
#include "mode.h"

#include <stdlib.h>

#include "die.h"
#include "scan.h"
#include "util/macros.h"
#include "util/mem.h"

/* --- handshakes --- */

enum {
    GREETERS = 64,          /* at once */
    GREETINGS_PER_S = 1000, /* so many are done for each second that the pairs are measured */
    PATIENCE_S = 60,
};

struct greeters {
    uint16_t port;
    uint32_t n, begun, done;
    struct greeter {
        struct link link;
        struct greeters *all;
    } greeters[GREETERS];
};

static void greet(struct greeter *g)
{
    struct greeters *all = g->all;
    if (all->begun == all->n)
        return;
    all->begun++;
    builder_add_str(link_out(&g->link), STR("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    link_open(&g->link, all->port);
}

static void on_opened(struct link *l)
{
    (void)l; /* the request waits in the queue */
}

static size_t on_data(struct link *l, unsigned char *p, size_t n)
{
    struct greeter *g = container_of(l, struct greeter, link);
    struct str in = str_n(p, n);
    if (!scan_after(in, STR("\r\n\r\n")).p)
        return 0;
    if (!str_starts(in, STR("HTTP/1.1 200")))
        die("a greeting was answered %.*s", (int)MIN(n, (size_t)100), p);
    g->all->done++;
    link_close(l);
    greet(g);
    return n;
}

static void on_closed(struct link *l, const char *why)
{
    (void)l;
    die("a greeting: %s", why);
}

static bool all_greeted(void *arg)
{
    const struct greeters *all = arg;
    return all->done == all->n;
}

static double handshakes_s(struct load *load, uint16_t port, uint32_t n)
{
    static const struct link_handler handler = {
        .opened = on_opened, .data = on_data, .closed = on_closed};
    struct greeters *all = mem_new(sizeof(*all));
    *all = (struct greeters){.port = port, .n = n};
    uint64_t begun_ns = load->now_ns;
    for (int i = 0; i < GREETERS; i++) {
        all->greeters[i] =
            (struct greeter){.link = {.load = load, .handler = &handler}, .all = all};
        greet(&all->greeters[i]);
    }
    if (!load_until(load, all_greeted, all, PATIENCE_S))
        die("%u of %u handshakes within %d s", all->done, n, PATIENCE_S);
    double seconds = (double)(load->now_ns - begun_ns) / 1e9;
    load_turn(load, 0);
    for (int i = 0; i < GREETERS; i++)
        link_deinit(&all->greeters[i].link);
    free(all);
    return n / seconds;
}

/* --- the whole --- */

void tls_measure(struct bench *b, double warm_s, double seconds, struct secured *out)
{
    const struct options *o = b->options;
    uint32_t greetings = (uint32_t)(seconds * GREETINGS_PER_S) + 1;
    struct server server;
    server_begin_tls(&server, o->server, o->dir);
    b->load.secure = secure_new();
    out->handshakes_s = handshakes_s(&b->load, server.port, greetings);
    secure_set_resuming(b->load.secure, true);
    out->resumed_s = handshakes_s(&b->load, server.port, greetings);
    if (secure_resumed(b->load.secure) != greetings)
        die("of %u sessions %u were resumed", greetings, secure_resumed(b->load.secure));
    struct pairs *all =
        pairs_new(&b->load, &server, (uint32_t)o->pairs, PAIRS_FLIGHTS, (size_t)o->size);
    pairs_closed(all, (uint32_t)o->window, warm_s, seconds, &out->talk);
    pairs_free(all);
    secure_free(b->load.secure);
    b->load.secure = NULL;
    server_end(&server);
}

void row_tls(struct bench *b, const struct secured *t, double plain_s)
{
    struct row *row = report_row(&b->report, "tls", "messages/s", BOUND_AT_LEAST, 0.6);
    row_add(row, t->talk.delivered_s, plain_s);
    row_talk(row, &t->talk);
    row_detail(row, "handshakes_s", t->handshakes_s);
    row_detail(row, "resumed_s", t->resumed_s);
}

static void measure_both(struct bench *b, struct pairs *plain)
{
    const struct options *o = b->options;
    struct secured secured;
    struct talk talk;
    pairs_closed(plain, (uint32_t)o->window, o->warm, o->seconds, &talk);
    tls_measure(b, o->warm, o->seconds, &secured);
    row_tls(b, &secured, talk.delivered_s);
}

void mode_tls(struct bench *b)
{
    mode_with_pairs(b, measure_both);
}
