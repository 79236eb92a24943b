/*
 * To the reader the first message is a request of a stranger, which they accept: that is seq 2. All
 * else is messages, so each has a seq that is known: that is how an answer and a push are known to
 * be right. Devices 2i and 2i + 1 are pair i.
 */
#include "pairs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "die.h"
#include "scan.h"
#include "util/clock.h"
#include "util/mem.h"

enum { SETTLE_S = 30 };

static struct pair *pair_of(const struct device *d)
{
    struct pairs *all = d->mode;
    return &all->pairs[d->number / 2];
}

static bool is_writer(const struct device *d)
{
    return d->number % 2 == 0;
}

static struct flight *flight_of(const struct pairs *all, const struct pair *p, uint64_t k)
{
    return &p->flights[k & (all->flights_n - 1)];
}

/* Of the k-th message, from 0. */
static uint64_t seq_of(uint64_t k)
{
    return k ? k + 2 : 1;
}

/* --- sending --- */

void pairs_say(struct pairs *all, struct pair *p, uint64_t due_ns)
{
    uint32_t number = p->writer->number / 2, k = p->sent;
    if (k - MIN(p->acknowledged, p->delivered) >= all->flights_n)
        die("the server falls behind: %u messages of one pair are under way", all->flights_n);
    struct str to = str_of(k ? p->conversation : p->reader->account->user_text);
    *flight_of(all, p, k) = (struct flight){due_ns, syncs_before(all->servers->syncs)};
    device_say(p->writer, k, to, all->size, number, k, p->own ? seq_of(p->own - 1) : 0);
    p->sent++;
    all->sent++;
}

static void fill_window(struct pairs *all, struct pair *p)
{
    while (p->sent - p->delivered < all->window && p->sent - p->acknowledged < all->flights_n)
        pairs_say(all, p, all->load->now_ns);
}

/* --- what comes --- */

static void check_event(const struct pairs *all, const struct device *d, struct str frame,
                        uint32_t k)
{
    uint64_t seq = 0;
    struct str text = scan_text(frame, STR("\"text\":"));
    if (!scan_u64(frame, STR("\"seq\":"), &seq) || seq != seq_of(k))
        die("user %s was pushed seq %" PRIu64 " where %" PRIu64 " is next (%s)",
            d->account->user_text, seq, seq_of(k), seq < seq_of(k) ? "a repeat" : "a gap");
    if (!body_is(text, all->size, d->number / 2, k))
        die("user %s got another text than was sent: %.*s", d->account->user_text, (int)frame.n,
            frame.p);
}

static void note_conversation(struct pair *p, struct str frame)
{
    struct str id = scan_text(frame, STR("\"conversation\":"));
    if (!id.n || id.n > ID_TEXT_MAX)
        die("an event without conversation: %.*s", (int)frame.n, frame.p);
    memcpy(p->conversation, id.p, id.n);
    memcpy(p->ack.conversation, id.p, id.n);
}

static void on_event(struct device *d, struct str frame)
{
    struct pairs *all = d->mode;
    struct pair *p = pair_of(d);
    if (all->accepting) {
        all->accepted += scan_after(frame, STR("\"type\":\"accept\"")).p != NULL;
        return;
    }
    if (is_writer(d)) {
        check_event(all, d, frame, p->own++);
        return;
    }
    check_event(all, d, frame, p->delivered);
    if (p->delivered == 0)
        note_conversation(p, frame);
    uint64_t sent_ns = flight_of(all, p, p->delivered)->sent_ns;
    histogram_add(&all->delivered_ns, all->load->now_ns - MIN(sent_ns, all->load->now_ns));
    p->delivered++;
    all->delivered++;
    ack_stored(&p->ack, seq_of(p->delivered - 1));
    fill_window(all, p);
}

static void take_ok(struct pairs *all, struct pair *p, uint64_t k, struct str frame)
{
    uint64_t seq = 0;
    const struct flight *flight = flight_of(all, p, k);
    if (k != p->acknowledged || !scan_u64(frame, STR("\"seq\":"), &seq) || seq != seq_of(k))
        die("message %" PRIu64 " of user %s was answered %.*s", k, p->writer->account->user_text,
            (int)frame.n, frame.p);
    if (!syncs_since(all->servers->syncs, flight->syncs_before))
        die("the server answers without syncing: no sync between a send and its ok");
    histogram_add(&all->ok_ns, all->load->now_ns - MIN(flight->sent_ns, all->load->now_ns));
    p->acknowledged++;
    all->acknowledged++;
    fill_window(all, p);
}

static void on_answered(struct device *d, enum ask ask, uint64_t number, struct str frame)
{
    struct pair *p = pair_of(d);
    if (ask == ASK_SEND)
        take_ok(d->mode, p, number, frame);
    else if (ask == ASK_DELIVERED)
        ack_answered(&p->ack, frame);
}

static const struct device_ops pair_ops = {.answered = on_answered, .event = on_event};

/* --- the whole --- */

/* All that was sent has arrived, on every side. */
static bool is_settled(void *arg)
{
    struct pairs *all = arg;
    if (all->acknowledged < all->sent || all->delivered < all->sent)
        return false;
    for (uint32_t i = 0; i < all->n; i++)
        if (all->pairs[i].own < all->pairs[i].sent)
            return false;
    return true;
}

void pairs_settle(struct pairs *all)
{
    all->window = 0;
    if (!load_until(all->load, is_settled, all, SETTLE_S))
        die("of %" PRIu64 " messages sent %" PRIu64 " were acknowledged and %" PRIu64
            " delivered, and no more came within %d s",
            all->sent, all->acknowledged, all->delivered, SETTLE_S);
}

static bool all_accepted(void *arg)
{
    struct pairs *all = arg;
    return all->accepted == 2 * all->n;
}

/* Each side is pushed that the reader accepts. */
static void accept_all(struct pairs *all)
{
    all->accepting = true;
    for (uint32_t i = 0; i < all->n; i++)
        device_ask(all->pairs[i].reader, ASK_OTHER, 0,
                   "\"cmd\":\"conversation.accept\",\"conversation\":\"%s\"",
                   all->pairs[i].conversation);
    if (!load_until(all->load, all_accepted, all, SETTLE_S))
        die("%u of %u were told of being accepted within %d s", all->accepted, 2 * all->n,
            SETTLE_S);
    all->accepting = false;
}

struct pairs *pairs_new(struct load *load, struct server *server, uint32_t n, uint32_t flights_max,
                        size_t size)
{
    return pairs_new_over(load, server, 1, n, flights_max, size);
}

struct pairs *pairs_new_over(struct load *load, struct server *servers, uint32_t servers_n,
                             uint32_t n, uint32_t flights_max, size_t size)
{
    struct pairs *all = mem_new(sizeof(*all));
    *all = (struct pairs){.load = load,
                          .servers = servers,
                          .servers_n = servers_n,
                          .n = n,
                          .flights_n = 1,
                          .size = size};
    while (all->flights_n < flights_max)
        all->flights_n *= 2;
    all->pairs = mem_new_array(n, sizeof(*all->pairs));
    crowd_sign_up(&all->crowd, load, servers->port, 2 * n);
    all->crowd.servers = servers;
    all->crowd.servers_n = servers_n;
    crowd_init_devices(&all->crowd, &pair_ops, all);
    for (uint32_t i = 0; i < n; i++) {
        struct pair *p = &all->pairs[i];
        p->writer = &all->crowd.devices[2 * i];
        p->reader = &all->crowd.devices[2 * i + 1];
        p->flights = mem_new_array(all->flights_n, sizeof(*p->flights));
        ack_init(&p->ack, p->reader, 0);
    }
    crowd_connect(&all->crowd, servers->port, 0, 2 * n, true);
    for (uint32_t i = 0; i < n; i++)
        pairs_say(all, &all->pairs[i], load->now_ns);
    pairs_settle(all);
    accept_all(all);
    return all;
}

void pairs_window(struct pairs *all, uint32_t window)
{
    all->window = window;
    for (uint32_t i = 0; i < all->n; i++)
        fill_window(all, &all->pairs[i]);
}

void pairs_free(struct pairs *all)
{
    for (uint32_t i = 0; i < all->n; i++) {
        ack_stop(&all->pairs[i].ack);
        free(all->pairs[i].flights);
    }
    crowd_deinit(&all->crowd);
    free(all->pairs);
    free(all);
}

void pairs_begin(struct pairs *all, struct measure *m)
{
    histogram_reset(&all->ok_ns);
    histogram_reset(&all->delivered_ns);
    all->frames_before = crowd_frames(&all->crowd);
    measure_begin(m, all->servers, all->servers_n);
}

void pairs_end(struct pairs *all, struct measure *m, struct talk *talk)
{
    measure_end(m, all->servers, all->servers_n);
    talk_latencies(talk->ok_ms, &all->ok_ns);
    talk_latencies(talk->delivered_ms, &all->delivered_ns);
    talk_fill(talk, m, all->ok_ns.n, all->delivered_ns.n,
              crowd_frames(&all->crowd) - all->frames_before);
}
