/*
 * Seqs are dense for every member; and since the messages of one writer keep their order, the k-th
 * that a reader gets of them is the k-th that was sent.
 */
#include "group.h"

#include <inttypes.h>
#include <stdlib.h>

#include "body.h"
#include "die.h"
#include "scan.h"
#include "util/mem.h"

enum { SETTLE_S = 30 };

static struct group_flight *flight_of(struct group_writer *w, uint32_t k)
{
    return &w->flights[k % GROUP_FLIGHTS];
}

/* --- sending --- */

void group_say(struct group *g, uint32_t writer, uint64_t due_ns)
{
    struct group_writer *w = &g->writers[writer];
    uint32_t k = w->sent++;
    if (k - MIN(w->acknowledged, w->delivered) >= GROUP_FLIGHTS)
        die("the server falls behind: %d messages of one writer are under way", GROUP_FLIGHTS);
    *flight_of(w, k) = (struct group_flight){due_ns, syncs_before(g->servers->syncs), 0};
    device_say(g->members[writer].device, k, str_of(g->conversation), g->size, writer, k,
               g->members[writer].seq);
    g->sent++;
}

static void fill_window(struct group *g, uint32_t writer)
{
    struct group_writer *w = &g->writers[writer];
    while (w->sent - MIN(w->acknowledged, w->delivered) < g->window)
        group_say(g, writer, g->load->now_ns);
}

void group_window(struct group *g, uint32_t window)
{
    g->window = window;
    for (uint32_t i = 0; i < g->writers_n; i++)
        fill_window(g, i);
}

/* --- what comes --- */

static void delivered(struct group *g, uint32_t writer, uint32_t k)
{
    struct group_writer *w = &g->writers[writer];
    struct group_flight *flight = flight_of(w, k);
    histogram_add(&g->delivered_ns, g->load->now_ns - MIN(flight->sent_ns, g->load->now_ns));
    g->deliveries++;
    if (++flight->readers < g->listeners - 1) /* all but the writer */
        return;
    w->delivered++;
    g->delivered++;
    fill_window(g, writer);
}

static void on_event(struct device *d, struct str frame)
{
    struct group *g = d->mode;
    struct group_member *m = &g->members[d->number];
    struct str text = scan_text(frame, STR("\"text\":"));
    uint64_t seq = 0;
    uint32_t writer, number;
    if (m->slow)
        return;
    if (!scan_u64(frame, STR("\"seq\":"), &seq) || seq != m->seq + 1)
        die("user %s was pushed seq %" PRIu64 " after %" PRIu64, d->account->user_text, seq,
            m->seq);
    m->seq = seq;
    if (seq == 1) /* the group was created */
        return;
    if (!body_head(text, &writer, &number) || writer >= g->writers_n ||
        !body_is(text, g->size, writer, m->next[writer]))
        die("user %s got another text than was sent: %.*s", d->account->user_text, (int)frame.n,
            frame.p);
    uint32_t k = m->next[writer]++;
    if (writer == d->number)
        return;
    ack_stored(&m->ack, seq);
    delivered(g, writer, k);
}

static void take_ok(struct group *g, uint32_t writer, uint64_t k, struct str frame)
{
    struct group_writer *w = &g->writers[writer];
    const struct group_flight *flight = flight_of(w, (uint32_t)k);
    if (k != w->acknowledged)
        die("message %" PRIu64 " was answered out of order: %.*s", k, (int)frame.n, frame.p);
    if (!syncs_since(g->servers->syncs, flight->syncs_before))
        die("the server answers without syncing: no sync between a send and its ok");
    histogram_add(&g->ok_ns, g->load->now_ns - MIN(flight->sent_ns, g->load->now_ns));
    w->acknowledged++;
    g->acknowledged++;
    fill_window(g, writer);
}

static void note_conversation(struct group *g, struct str id)
{
    if (!id.n || id.n > ID_TEXT_MAX)
        die("the group has no id");
    memcpy(g->conversation, id.p, id.n);
}

static void on_answered(struct device *d, enum ask ask, uint64_t number, struct str frame)
{
    struct group *g = d->mode;
    if (ask == ASK_SEND)
        take_ok(g, d->number, number, frame);
    else if (ask == ASK_DELIVERED)
        ack_answered(&g->members[d->number].ack, frame);
    else if (ask == ASK_OTHER)
        note_conversation(g, scan_text(frame, STR("\"conversation\":")));
}

static void on_lost(struct device *d, const char *why)
{
    struct group *g = d->mode;
    if (!g->members[d->number].slow)
        die("user %s lost its connection: %s", d->account->user_text, why);
    g->slow_lost = true;
}

static void on_pushed(struct device *d, struct str frame)
{
    struct group *g = d->mode;
    if (!str_starts(frame, STR("{\"push\":\"resync\"")))
        return;
    if (!g->members[d->number].slow)
        die("user %s was told to resync: its reader was too slow", d->account->user_text);
    g->slow_told = true;
}

static const struct device_ops group_ops = {
    .answered = on_answered, .event = on_event, .pushed = on_pushed, .lost = on_lost};

/* --- the whole --- */

static bool is_created(void *arg)
{
    struct group *g = arg;
    for (uint32_t i = 0; i < g->n; i++)
        if (g->members[i].seq == 0)
            return false;
    return g->conversation[0] != 0;
}

static void create(struct group *g)
{
    device_create_group(&g->crowd.devices[0], &g->crowd.accounts[1], g->n - 1);
    if (!load_until(g->load, is_created, g, SETTLE_S))
        die("the group was not created");
}

struct group *group_new(struct load *load, struct server *server, uint32_t n, uint32_t writers,
                        size_t size, bool reads)
{
    return group_new_over(load, server, 1, n, writers, size, reads);
}

struct group *group_new_over(struct load *load, struct server *servers, uint32_t servers_n,
                             uint32_t n, uint32_t writers, size_t size, bool reads)
{
    struct group *g = mem_new(sizeof(*g));
    g->load = load;
    g->servers = servers;
    g->servers_n = servers_n;
    g->n = g->listeners = n;
    g->writers_n = MIN(writers, n);
    g->size = size;
    g->members = mem_new_array(n, sizeof(*g->members));
    g->writers = mem_new_array(g->writers_n, sizeof(*g->writers));
    crowd_sign_up(&g->crowd, load, servers->port, n);
    g->crowd.servers = servers;
    g->crowd.servers_n = servers_n;
    crowd_init_devices(&g->crowd, &group_ops, g);
    crowd_connect(&g->crowd, servers->port, 0, n, true);
    for (uint32_t i = 0; i < n; i++)
        g->members[i].device = &g->crowd.devices[i];
    create(g);
    for (uint32_t i = 0; i < n; i++) {
        ack_init(&g->members[i].ack, g->members[i].device, 0);
        g->members[i].ack.reads = reads;
        memcpy(g->members[i].ack.conversation, g->conversation, sizeof(g->conversation));
    }
    return g;
}

void group_free(struct group *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        ack_stop(&g->members[i].ack);
    crowd_deinit(&g->crowd);
    free(g->members);
    free(g->writers);
    free(g);
}

void group_begin(struct group *g, struct measure *m)
{
    histogram_reset(&g->ok_ns);
    histogram_reset(&g->delivered_ns);
    g->frames_before = crowd_frames(&g->crowd);
    measure_begin(m, g->servers, g->servers_n);
}

void group_end(struct group *g, struct measure *m, struct talk *talk)
{
    measure_end(m, g->servers, g->servers_n);
    talk_latencies(talk->ok_ms, &g->ok_ns);
    talk_latencies(talk->delivered_ms, &g->delivered_ns);
    talk_fill(talk, m, g->ok_ns.n, g->delivered_ns.n, crowd_frames(&g->crowd) - g->frames_before);
}

static bool is_settled(void *arg)
{
    const struct group *g = arg;
    return g->acknowledged == g->sent && g->delivered == g->sent;
}

void group_settle(struct group *g)
{
    g->window = 0;
    if (!load_until(g->load, is_settled, g, SETTLE_S))
        die("of %" PRIu64 " messages sent %" PRIu64 " were acknowledged and %" PRIu64
            " delivered to all, and no more came within %d s",
            g->sent, g->acknowledged, g->delivered, SETTLE_S);
}

void group_slow_down(struct group *g, uint32_t member)
{
    struct link *link = &g->members[member].device->link;
    must(member >= g->writers_n && g->sent == g->delivered);
    g->members[member].slow = true;
    g->listeners--;
    ack_stop(&g->members[member].ack);
    link_set_deaf(link, true);
}

static bool is_told(void *arg)
{
    const struct group *g = arg;
    return g->slow_told || g->slow_lost;
}

void group_wake(struct group *g, uint32_t member)
{
    link_set_deaf(&g->members[member].device->link, false);
    if (!load_until(g->load, is_told, g, SETTLE_S))
        die("a member that did not read was neither told to resync nor closed");
}
