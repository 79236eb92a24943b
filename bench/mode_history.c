/*
 * Pages of 50 from random places of random conversations, one at a time, so that what is measured
 * is the answer and not a queue. The readers are the pairs' own, so the pages are checked.
 */
#include "mode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "body.h"
#include "die.h"
#include "fill.h"
#include "scan.h"
#include "util/clock.h"
#include "util/mem.h"

enum { PAGE = 50, PAIRS = 256, ANSWER_S_MAX = 30 };

struct reading {
    struct load *load;
    struct crowd crowd;
    struct fill_log *logs;
    size_t size;
    uint32_t log;      /* of the page under way */
    uint64_t before;   /* its end */
    uint64_t asked_ns; /* 0: none is under way */
    uint64_t pages;
    struct histogram page_ns;
};

static void take_page(struct reading *r, struct str frame)
{
    uint64_t first = r->before > PAGE ? r->before - PAGE : 1, seq = 0;
    histogram_add(&r->page_ns, r->load->now_ns - r->asked_ns);
    r->asked_ns = 0;
    r->pages++;
    for (uint64_t expected = first; expected < r->before; expected++) {
        struct str text = scan_text(frame, STR("\"text\":"));
        if (!scan_u64(frame, STR("\"seq\":"), &seq) || seq != expected ||
            !body_is(text, r->size, r->log, (uint32_t)expected - 1))
            die("a page before %" PRIu64 " has seq %" PRIu64 " where %" PRIu64
                " belongs, or another text",
                r->before, seq, expected);
        frame = scan_after(frame, STR("\"text\":"));
    }
    if (scan_after(frame, STR("\"text\":")).p)
        die("a page before %" PRIu64 " has more events than asked for", r->before);
}

static void note_log(struct reading *r, uint32_t number, struct str frame)
{
    struct fill_log *log = &r->logs[number / 2];
    if (!scan_u64(frame, STR("\"conversation\":"), &log->conversation))
        die("a message was answered %.*s", (int)frame.n, frame.p);
    log->writer = r->crowd.accounts[number].user;
    log->messages = 1;
    r->pages++;
}

static void on_answered(struct device *d, enum ask ask, uint64_t number, struct str frame)
{
    (void)number;
    if (ask == ASK_SEND)
        note_log(d->mode, d->number, frame);
    else
        take_page(d->mode, frame);
}

static void on_event(struct device *d, struct str frame)
{
    (void)d, (void)frame; /* the first message of each */
}

static const struct device_ops reading_ops = {.answered = on_answered, .event = on_event};

static bool all_begun(void *arg)
{
    struct reading *r = arg;
    return r->pages == PAIRS;
}

static bool is_answered(void *arg)
{
    struct reading *r = arg;
    return r->asked_ns == 0;
}

static void read_pages(struct reading *r, double seconds)
{
    uint64_t end_ns = r->load->now_ns + (uint64_t)(seconds * 1e9);
    while (r->load->now_ns < end_ns) {
        r->log = (uint32_t)(random_next() % PAIRS);
        r->before = 2 + random_next() % r->logs[r->log].messages;
        r->asked_ns = clock_mono_ns();
        device_ask(&r->crowd.devices[2 * r->log + 1], ASK_HISTORY, 0,
                   "\"cmd\":\"message.history\",\"conversation\":\"%" PRIu64
                   "\",\"before\":%" PRIu64 ",\"limit\":%d",
                   r->logs[r->log].conversation, r->before, PAGE);
        if (!load_until(r->load, is_answered, r, ANSWER_S_MAX))
            die("a page of history was not answered within %d s", ANSWER_S_MAX);
    }
}

static void fill(struct reading *r, struct server *server, uint64_t events)
{
    char data[SERVER_PATH_MAX + 8];
    snprintf(data, sizeof(data), "%s/data", server->dir);
    for (uint32_t i = 0; i < r->crowd.n; i++)
        device_close(&r->crowd.devices[i]);
    server_stop(server);
    fill_logs(data, r->logs, PAIRS, events, r->size);
    server_start(server);
}

void history_measure(struct bench *b, uint64_t events, double seconds, struct history *out)
{
    const struct options *o = b->options;
    struct server server;
    struct reading *r = mem_new(sizeof(*r));
    r->load = &b->load;
    r->size = (size_t)o->size;
    r->logs = mem_new_array(PAIRS, sizeof(*r->logs));
    server_begin(&server, o->server, o->dir);
    crowd_sign_up(&r->crowd, r->load, server.port, 2 * PAIRS);
    crowd_init_devices(&r->crowd, &reading_ops, r);
    crowd_connect(&r->crowd, server.port, 0, 2 * PAIRS, false);
    for (uint32_t i = 0; i < PAIRS; i++)
        device_say(&r->crowd.devices[2 * i], 0, str_of(r->crowd.accounts[2 * i + 1].user_text),
                   r->size, i, 0, 0);
    if (!load_until(r->load, all_begun, r, ANSWER_S_MAX))
        die("the conversations were not made");
    uint64_t begun_ns = clock_mono_ns();
    fill(r, &server, events);
    out->fill_s = (double)(clock_mono_ns() - begun_ns) / 1e9 - server.started_s;
    out->start_s = server.started_s;
    crowd_connect(&r->crowd, server.port, 0, 2 * PAIRS, false);
    read_pages(r, seconds / 4);
    histogram_reset(&r->page_ns);
    read_pages(r, seconds);
    out->events = (double)events;
    out->pages_s = (double)r->page_ns.n / seconds;
    out->p50_ms = (double)histogram_at(&r->page_ns, 0.5) / 1e6;
    out->p99_ms = (double)histogram_at(&r->page_ns, 0.99) / 1e6;
    crowd_deinit(&r->crowd);
    free(r->logs);
    free(r);
    server_end(&server);
}

void row_history(struct bench *b, const struct history *h)
{
    const double start_s_max = 0.3;
    struct row *row = report_row(&b->report, "history", "ms p99", BOUND_AT_MOST, 1);
    row_add(row, h->p99_ms, 1);
    row_detail(row, "p50_ms", h->p50_ms);
    row_detail(row, "start_s", h->start_s);
    row_detail(row, "events", h->events);
    row_detail(row, "fill_s", h->fill_s);
    row_detail(row, "pages_s", h->pages_s);
    row->also = "start_s <= 0.3";
    row->also_met = row_detail_median(row, "start_s") <= start_s_max;
}

void mode_history(struct bench *b)
{
    struct history h;
    history_measure(b, (uint64_t)b->options->events, b->options->seconds, &h);
    row_history(b, &h);
}
