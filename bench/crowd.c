/*
 * Signing up goes over a few kept connections, one request under way on each: the server commits
 * those that wait together, so more connections than that gain nothing.
 */
#include "crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "body.h"
#include "die.h"
#include "scan.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    SIGN_UP_LINKS = 128,
    CONNECTING_MAX = 256, /* the server's backlog holds more */
    PATIENCE_S = 60,
    /* On a database of three copies a sign-up is a dozen statements, some of them on condition. */
    SIGN_UP_PATIENCE_S = 300,
};

/* --- signing up --- */

struct sign_up {
    struct load *load;
    struct crowd *crowd;
    uint32_t asked, done;
    struct sign_up_link {
        struct link link;
        struct sign_up *all;
        struct account *account; /* under way */
    } links[SIGN_UP_LINKS];
};

/* For the account that is under way there. */
static void ask(struct sign_up_link *l)
{
    char body[128], request[256];
    int n = snprintf(body, sizeof(body),
                     "{\"username\":\"u%016" PRIx64 "\",\"password\":\"password\"}", random_next());
    n = snprintf(request, sizeof(request),
                 "POST /v1/signup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                 "Content-Length: %d\r\n\r\n%s",
                 n, body);
    builder_add(link_out(&l->link), request, (size_t)n);
    link_sent(&l->link);
}

static void ask_next(struct sign_up_link *l)
{
    struct sign_up *all = l->all;
    if (all->asked == all->crowd->n)
        return;
    l->account = &all->crowd->accounts[all->asked++];
    ask(l);
}

static void sign_up_opened(struct link *link)
{
    ask_next(container_of(link, struct sign_up_link, link));
}

static void note_account(struct account *a, struct str body)
{
    struct str token = scan_text(body, STR("\"token\":"));
    if (!scan_u64(body, STR("\"user\":"), &a->user) || !token.n || token.n > TOKEN_TEXT_MAX)
        die("signing up was answered %.*s", (int)MIN(body.n, (size_t)300), body.p);
    snprintf(a->user_text, sizeof(a->user_text), "%llu", (unsigned long long)a->user);
    memcpy(a->token, token.p, token.n);
}

static size_t sign_up_data(struct link *link, unsigned char *p, size_t n)
{
    struct sign_up_link *l = container_of(link, struct sign_up_link, link);
    struct str in = str_n(p, n), body = scan_after(in, STR("\r\n\r\n"));
    uint64_t length;
    if (!body.p)
        return 0;
    if (!scan_u64(in, STR("Content-Length: "), &length))
        die("signing up was answered %.*s", (int)MIN(n, (size_t)300), in.p);
    if (body.n < length)
        return 0;
    body.n = (size_t)length;
    if (scan_after(body, STR("\"code\":\"unavailable\"")).p) {
        /* A database that has just started: whether the name was taken nobody knows, so under
         * another one, until the patience is over. */
        ask(l);
        return n;
    }
    note_account(l->account, body);
    l->all->done++;
    ask_next(l);
    return n;
}

static void sign_up_closed(struct link *link, const char *why)
{
    (void)link;
    die("signing up: %s", why);
}

static bool all_signed_up(void *arg)
{
    struct sign_up *all = arg;
    return all->done == all->crowd->n;
}

void crowd_sign_up(struct crowd *c, struct load *load, uint16_t port, uint32_t n)
{
    static const struct link_handler handler = {
        .opened = sign_up_opened, .data = sign_up_data, .closed = sign_up_closed};
    struct sign_up *all = mem_new(sizeof(*all));
    *c = (struct crowd){.load = load, .n = n};
    c->accounts = mem_new_array(n, sizeof(*c->accounts));
    c->devices = mem_new_array(n, sizeof(*c->devices));
    all->load = load;
    all->crowd = c;
    for (int i = 0; i < SIGN_UP_LINKS; i++) {
        all->links[i].all = all;
        all->links[i].link = (struct link){.load = load, .handler = &handler};
        link_open(&all->links[i].link, port);
    }
    if (!load_until(load, all_signed_up, all, SIGN_UP_PATIENCE_S))
        die("only %u of %u people could be signed up within %d s", all->done, n,
            SIGN_UP_PATIENCE_S);
    for (int i = 0; i < SIGN_UP_LINKS; i++)
        link_deinit(&all->links[i].link);
    free(all);
}

/* --- connecting --- */

void crowd_init_devices(struct crowd *c, const struct device_ops *ops, void *mode)
{
    for (uint32_t i = 0; i < c->n; i++) {
        device_init(&c->devices[i], c->load, ops, &c->accounts[i], mode, i);
        c->devices[i].ready_n = &c->ready_n;
    }
}

struct connecting {
    struct crowd *crowd;
    const uint32_t *done;
    uint32_t done_before, from, next, to, at_once;
    uint16_t port;
    bool beats;
};

static uint32_t connected(const struct connecting *c)
{
    return *c->done - c->done_before;
}

static bool all_connected(void *arg)
{
    struct connecting *c = arg;
    const struct crowd *crowd = c->crowd;
    while (c->next < c->to && c->next - c->from - connected(c) < c->at_once) {
        uint16_t port =
            crowd->servers_n ? crowd->servers[crowd_server(crowd, c->next)].port : c->port;
        device_open(&crowd->devices[c->next++], port, c->beats);
    }
    return connected(c) == c->to - c->from;
}

double crowd_connect_until(struct crowd *c, uint16_t port, uint32_t from, uint32_t to, bool beats,
                           const uint32_t *done, uint32_t at_once)
{
    struct connecting connecting = {.crowd = c,
                                    .done = done,
                                    .done_before = *done,
                                    .from = from,
                                    .next = from,
                                    .to = to,
                                    .at_once = at_once,
                                    .port = port,
                                    .beats = beats};
    uint64_t begun_ns = c->load->now_ns;
    if (!load_until(c->load, all_connected, &connecting, PATIENCE_S))
        die("only %u of %u connections were ready within %d s", connected(&connecting), to - from,
            PATIENCE_S);
    return (double)(c->load->now_ns - begun_ns) / 1e9;
}

double crowd_connect(struct crowd *c, uint16_t port, uint32_t from, uint32_t to, bool beats)
{
    return crowd_connect_until(c, port, from, to, beats, &c->ready_n, CONNECTING_MAX);
}

uint64_t crowd_frames(const struct crowd *c)
{
    uint64_t frames = 0;
    for (uint32_t i = 0; i < c->n; i++)
        frames += c->devices[i].frames;
    return frames;
}

void crowd_deinit(struct crowd *c)
{
    for (uint32_t i = 0; i < c->n; i++)
        device_close(&c->devices[i]);
    load_turn(c->load, 0);
    for (uint32_t i = 0; i < c->n; i++)
        device_deinit(&c->devices[i]);
    free(c->devices);
    free(c->accounts);
    *c = (struct crowd){0};
}
