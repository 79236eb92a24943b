/*
 * What people do, in a closed loop of a few hundred at a time: somebody types, writes to their 1:1
 * or their group, and when that stands looks at a page (19 of 20 times the newest) or syncs. All
 * others acknowledge what they get, half of them as read; everybody watches one person and beats.
 */
#include "mode.h"

#include <inttypes.h>
#include <stdlib.h>

#include "body.h"
#include "die.h"
#include "scan.h"
#include "util/mem.h"

enum {
    GROUP = 10, /* people in each group */
    SETTLE_S = 30,
    TOKEN_MAX = 128,
    OLD_PAGES = 20, /* one page in so many is not the newest */
};

/* One person's place in a conversation. */
struct seat {
    char id[ID_TEXT_MAX + 1];
    uint64_t conversation, seq;
    struct ack ack;
};

struct person {
    struct device *device;
    struct seat direct, group;
    char token[TOKEN_MAX + 1];
    uint32_t said;
    bool busy;
    uint64_t asked_ns, syncs_before;
};

struct mix {
    struct load *load;
    struct server *server;
    struct crowd crowd;
    struct person *people;
    uint32_t n, known_n; /* known_n: seats, tokens and watches that are there */
    uint32_t accepted_n; /* people who were told that their 1:1 is no request any more */
    size_t size;
    bool stopping;
    uint32_t busy_n;
    uint64_t sends, deliveries;
    struct histogram ok_ns, page_ns, sync_ns;
};

/* --- what somebody does --- */

static void type_and_write(struct mix *mix, struct person *p)
{
    struct seat *seat = random_next() >> 63 ? &p->direct : &p->group;
    p->busy = true;
    mix->busy_n++;
    device_ask(p->device, ASK_OTHER, 0, "\"cmd\":\"typing\",\"conversation\":\"%s\"", seat->id);
    p->asked_ns = mix->load->now_ns;
    p->syncs_before = syncs_before(mix->server->syncs);
    device_say(p->device, 0, str_of(seat->id), mix->size, p->device->number, p->said++, seat->seq);
}

static void somebody_acts(struct mix *mix)
{
    uint32_t i = (uint32_t)(random_next() % mix->n);
    while (mix->people[i].busy)
        i = (i + 1) % mix->n;
    if (!mix->stopping)
        type_and_write(mix, &mix->people[i]);
}

static void look(struct mix *mix, struct person *p)
{
    struct seat *seat = random_next() >> 63 ? &p->direct : &p->group;
    p->asked_ns = mix->load->now_ns;
    if (random_next() >> 63)
        device_ask(p->device, ASK_SYNC, 0, "\"cmd\":\"sync\",\"token\":\"%s\"", p->token);
    else if (random_next() % OLD_PAGES)
        device_ask(p->device, ASK_HISTORY, 0, "\"cmd\":\"message.history\",\"conversation\":\"%s\"",
                   seat->id);
    else
        device_ask(p->device, ASK_HISTORY, 0,
                   "\"cmd\":\"message.history\",\"conversation\":\"%s\",\"before\":%" PRIu64,
                   seat->id, 1 + random_next() % seat->seq);
}

static void acted(struct mix *mix, struct person *p)
{
    p->busy = false;
    mix->busy_n--;
    somebody_acts(mix);
}

/* --- what comes --- */

static void note_seat(struct mix *mix, struct seat *seat, struct str id, uint64_t conversation)
{
    if (!id.n || id.n > ID_TEXT_MAX)
        die("a conversation without id");
    memcpy(seat->id, id.p, id.n);
    memcpy(seat->ack.conversation, id.p, id.n);
    seat->conversation = conversation;
    mix->known_n++;
}

static void on_event(struct device *d, struct str frame)
{
    struct mix *mix = d->mode;
    struct person *p = &mix->people[d->number];
    struct str id = scan_text(frame, STR("\"conversation\":"));
    struct str text = scan_text(frame, STR("\"text\":"));
    uint64_t conversation = 0, seq = 0;
    uint32_t writer, k;
    scan_u64(frame, STR("\"conversation\":"), &conversation);
    bool created = scan_after(frame, STR("\"type\":\"created\"")).p != NULL;
    bool accepts = scan_after(frame, STR("\"type\":\"accept\"")).p != NULL;
    struct seat *seat = created || conversation == p->group.conversation ? &p->group : &p->direct;
    if (!seat->conversation)
        note_seat(mix, seat, id, conversation);
    if (conversation != seat->conversation || !scan_u64(frame, STR("\"seq\":"), &seq) ||
        seq != ++seat->seq)
        die("user %s was pushed seq %" PRIu64 " where %" PRIu64 " is next", d->account->user_text,
            seq, seat->seq);
    mix->accepted_n += accepts;
    if (created || accepts)
        return;
    if (!body_head(text, &writer, &k) || !body_is(text, mix->size, writer, k))
        die("user %s got a text that nobody sent: %.*s", d->account->user_text, (int)frame.n,
            frame.p);
    if (writer == d->number)
        return;
    mix->deliveries++;
    ack_stored(&seat->ack, seq);
}

static void take_ok(struct mix *mix, struct person *p)
{
    if (!p->busy) /* the first message of a 1:1 */
        return;
    if (!syncs_since(mix->server->syncs, p->syncs_before))
        die("the server answers without syncing: no sync between a send and its ok");
    histogram_add(&mix->ok_ns, mix->load->now_ns - p->asked_ns);
    mix->sends++;
    look(mix, p);
}

static void take_sync(struct mix *mix, struct person *p, struct str frame)
{
    struct str token = scan_text(frame, STR("\"token\":"));
    bool first = !p->token[0];
    if (!token.n || token.n > TOKEN_MAX)
        die("sync was answered %.*s", (int)frame.n, frame.p);
    memcpy(p->token, token.p, token.n);
    p->token[token.n] = 0;
    if (first) {
        mix->known_n++;
        return;
    }
    histogram_add(&mix->sync_ns, mix->load->now_ns - p->asked_ns);
    acted(mix, p);
}

static void take_page(struct mix *mix, struct person *p, struct str frame)
{
    if (!scan_after(frame, STR("\"events\":[")).p)
        die("a page was answered %.*s", (int)frame.n, frame.p);
    histogram_add(&mix->page_ns, mix->load->now_ns - p->asked_ns);
    acted(mix, p);
}

static void on_answered(struct device *d, enum ask ask, uint64_t number, struct str frame)
{
    struct mix *mix = d->mode;
    struct person *p = &mix->people[d->number];
    if (ask == ASK_SEND)
        take_ok(mix, p);
    else if (ask == ASK_DELIVERED)
        ack_answered(number ? &p->group.ack : &p->direct.ack, frame);
    else if (ask == ASK_SYNC)
        take_sync(mix, p, frame);
    else if (ask == ASK_HISTORY)
        take_page(mix, p, frame);
    else if (ask == ASK_WATCH)
        mix->known_n++;
}

static const struct device_ops mix_ops = {.answered = on_answered, .event = on_event};

/* --- the whole --- */

static bool all_known(void *arg)
{
    struct mix *mix = arg;
    return mix->known_n == 4 * mix->n;
}

static bool all_accepted(void *arg)
{
    struct mix *mix = arg;
    return mix->accepted_n == mix->n;
}

static bool all_idle(void *arg)
{
    struct mix *mix = arg;
    return mix->busy_n == 0;
}

static void settle_in(struct mix *mix)
{
    for (uint32_t i = 0; i < mix->n; i++) {
        struct person *p = &mix->people[i];
        const char *peer = mix->crowd.accounts[i ^ 1].user_text;
        device_ask(p->device, ASK_SYNC, 0, "\"cmd\":\"sync\"");
        device_ask(p->device, ASK_WATCH, 0, "\"cmd\":\"presence.watch\",\"users\":[\"%s\"]", peer);
        if (i % GROUP == 0)
            device_create_group(p->device, &mix->crowd.accounts[i + 1], GROUP - 1);
        if (i % 2 == 0)
            device_say(p->device, 0, str_of(peer), mix->size, i, p->said++, 0);
    }
    bool settled = load_until(mix->load, all_known, mix, SETTLE_S);
    for (uint32_t i = 1; settled && i < mix->n; i += 2)
        device_ask(mix->people[i].device, ASK_OTHER, 0,
                   "\"cmd\":\"conversation.accept\",\"conversation\":\"%s\"",
                   mix->people[i].direct.id);
    if (!settled || !load_until(mix->load, all_accepted, mix, SETTLE_S))
        die("people could not settle in within %d s", SETTLE_S);
}

static void start(struct mix *mix, struct bench *b, struct server *server)
{
    const struct options *o = b->options;
    mix->load = &b->load;
    mix->server = server;
    mix->size = (size_t)o->size;
    mix->n = ((uint32_t)(2 * o->pairs) + GROUP - 1) / GROUP * GROUP;
    mix->people = mem_new_array(mix->n, sizeof(*mix->people));
    crowd_sign_up(&mix->crowd, mix->load, server->port, mix->n);
    crowd_init_devices(&mix->crowd, &mix_ops, mix);
    for (uint32_t i = 0; i < mix->n; i++) {
        struct person *p = &mix->people[i];
        p->device = &mix->crowd.devices[i];
        ack_init(&p->direct.ack, p->device, 0);
        ack_init(&p->group.ack, p->device, 1);
        p->direct.ack.reads = p->group.ack.reads = i / 2 % 2;
    }
    crowd_connect(&mix->crowd, server->port, 0, mix->n, true);
    settle_in(mix);
}

static void end(struct mix *mix)
{
    mix->stopping = true;
    if (!load_until(mix->load, all_idle, mix, SETTLE_S))
        die("%u people were still waiting for an answer after %d s", mix->busy_n, SETTLE_S);
    for (uint32_t i = 0; i < mix->n; i++) {
        ack_stop(&mix->people[i].direct.ack);
        ack_stop(&mix->people[i].group.ack);
    }
    crowd_deinit(&mix->crowd);
    free(mix->people);
    free(mix);
}

static void report(struct bench *b, const struct mix *mix, struct talk *talk)
{
    struct row *row = report_row(&b->report, "mix", "sends/s", BOUND_NONE, 0);
    double page_ms[3], sync_ms[3];
    talk_latencies(page_ms, &mix->page_ns);
    talk_latencies(sync_ms, &mix->sync_ns);
    talk_latencies(talk->ok_ms, &mix->ok_ns);
    row_add(row, talk->acknowledged_s, 0);
    row_detail(row, "deliveries_s", talk->delivered_s);
    row_detail(row, "ok_p50_ms", talk->ok_ms[0]);
    row_detail(row, "ok_p99_ms", talk->ok_ms[1]);
    row_detail(row, "page_p50_ms", page_ms[0]);
    row_detail(row, "page_p99_ms", page_ms[1]);
    row_detail(row, "sync_p50_ms", sync_ms[0]);
    row_detail(row, "sync_p99_ms", sync_ms[1]);
    row_detail(row, "cpu_us", talk->cpu_us);
    row_detail(row, "written_bytes", talk->bytes);
    row_detail(row, "syncs", talk->syncs);
    row_detail(row, "frames", talk->frames);
}

void mode_mix(struct bench *b)
{
    const struct options *o = b->options;
    struct server server;
    struct measure measure;
    struct talk talk = {0};
    struct mix *mix = mem_new(sizeof(*mix));
    server_begin(&server, o->server, o->dir);
    start(mix, b, &server);
    for (uint32_t i = 0; i < mix->n / 4; i++)
        somebody_acts(mix);
    load_for(mix->load, o->warm);
    uint64_t sends = mix->sends, deliveries = mix->deliveries, frames = crowd_frames(&mix->crowd);
    histogram_reset(&mix->ok_ns);
    histogram_reset(&mix->page_ns);
    histogram_reset(&mix->sync_ns);
    measure_begin(&measure, &server, 1);
    load_for(mix->load, o->seconds);
    measure_end(&measure, &server, 1);
    talk_fill(&talk, &measure, mix->sends - sends, mix->deliveries - deliveries,
              crowd_frames(&mix->crowd) - frames);
    report(b, mix, &talk);
    end(mix);
    server_end(&server);
}
