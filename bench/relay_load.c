/*
 * The clients of the bare relay: the same frames, loops and checks as those of the server (body.h),
 * without its protocol. Seat 0 of a room writes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "body.h"
#include "die.h"
#include "histogram.h"
#include "relay_room.h"
#include "usage.h"
#include "util/mem.h"
#include "wire.h"

enum { WINDOW_MAX = 64, PATIENCE_S = 30 };

struct relay_client {
    struct link link;
    struct relay_clients *all;
    uint32_t room, got;
    bool open;
};

struct relay_room {
    struct relay_client *writer;
    uint32_t sent, delivered;
    uint32_t readers[WINDOW_MAX]; /* that have message k */
    uint64_t sent_ns[WINDOW_MAX];
};

struct relay_clients {
    struct load *load;
    const struct relay_load *shape;
    struct relay_client *clients;
    struct relay_room *rooms;
    uint32_t n, open_n, next;
    uint16_t port;
    bool stopping;
    uint64_t sent, messages, deliveries;
    struct histogram latency_ns;
};

static void say(struct relay_clients *all, uint32_t number)
{
    struct relay_room *room = &all->rooms[number];
    char text[BODY_BYTES_MAX];
    while (!all->stopping && room->sent - room->delivered < all->shape->window) {
        uint32_t k = room->sent++;
        room->sent_ns[k % WINDOW_MAX] = all->load->now_ns;
        room->readers[k % WINDOW_MAX] = 0;
        body_write(text, all->shape->size, number, k);
        wire_add(link_out(&room->writer->link), WS_TEXT, text, all->shape->size);
        link_sent(&room->writer->link);
        all->sent++;
    }
}

static void take(struct relay_client *c, struct str text)
{
    struct relay_clients *all = c->all;
    struct relay_room *room = &all->rooms[c->room];
    uint32_t k = c->got++;
    if (!body_is(text, all->shape->size, c->room, k))
        die("the relay delivered another text than was sent");
    histogram_add(&all->latency_ns, all->load->now_ns - room->sent_ns[k % WINDOW_MAX]);
    all->deliveries++;
    if (++room->readers[k % WINDOW_MAX] < all->shape->members - 1)
        return;
    room->delivered++;
    all->messages++;
    say(all, c->room);
}

static size_t on_data(struct link *l, unsigned char *p, size_t n)
{
    struct relay_client *c = container_of(l, struct relay_client, link);
    size_t used = 0;
    struct wire_frame frame;
    if (!c->open) {
        used = wire_upgraded(p, n, &c->open);
        c->all->open_n += c->open;
    }
    for (size_t took; c->open && (took = wire_take(p + used, n - used, &frame)); used += took)
        take(c, frame.payload);
    return used;
}

static void on_opened(struct link *l)
{
    (void)l;
}

static void on_closed(struct link *l, const char *why)
{
    (void)l;
    die("the relay: %s", why);
}

static bool all_open(void *arg)
{
    enum { CONNECTING_MAX = 256 };
    struct relay_clients *all = arg;
    while (all->next < all->n && all->next - all->open_n < CONNECTING_MAX) {
        struct relay_client *c = &all->clients[all->next++];
        char path[16];
        snprintf(path, sizeof(path), "/%u", c->room);
        wire_upgrade_add(link_out(&c->link), path);
        link_open(&c->link, all->port);
    }
    return all->open_n == all->n;
}

static bool all_arrived(void *arg)
{
    struct relay_clients *all = arg;
    return all->messages == all->sent;
}

static struct relay_clients *clients_new(struct load *load, const struct relay *relay,
                                         const struct relay_load *shape)
{
    static const struct link_handler handler = {
        .opened = on_opened, .data = on_data, .closed = on_closed};
    struct relay_clients *all = mem_new(sizeof(*all));
    must(shape->window <= WINDOW_MAX && shape->rooms <= RELAY_ROOMS_MAX);
    all->load = load;
    all->shape = shape;
    all->port = relay->port;
    all->n = shape->rooms * shape->members;
    all->clients = mem_new_array(all->n, sizeof(*all->clients));
    all->rooms = mem_new_array(shape->rooms, sizeof(*all->rooms));
    for (uint32_t i = 0; i < all->n; i++)
        all->clients[i] = (struct relay_client){
            .link = {.load = load, .handler = &handler}, .all = all, .room = i / shape->members};
    for (uint32_t i = 0; i < shape->rooms; i++)
        all->rooms[i].writer = &all->clients[i * shape->members];
    if (!load_until(load, all_open, all, PATIENCE_S))
        die("the relay opened %u of %u connections", all->open_n, all->n);
    return all;
}

static void clients_free(struct relay_clients *all)
{
    load_turn(all->load, 0);
    for (uint32_t i = 0; i < all->n; i++)
        link_deinit(&all->clients[i].link);
    free(all->clients);
    free(all->rooms);
    free(all);
}

void relay_measure(struct load *load, const struct relay_load *shape, struct relayed *out)
{
    struct relay relay;
    struct usage before, now;
    relay_begin(&relay);
    struct relay_clients *all = clients_new(load, &relay, shape);
    for (uint32_t i = 0; i < shape->rooms; i++)
        say(all, i);
    load_for(load, shape->warm_s);
    histogram_reset(&all->latency_ns);
    uint64_t messages = all->messages, deliveries = all->deliveries, begun_ns = load->now_ns;
    usage_read(&before, relay.pid);
    load_for(load, shape->seconds);
    usage_read(&now, relay.pid);
    usage_since(&now, &before);
    double seconds = (double)(load->now_ns - begun_ns) / 1e9;
    messages = all->messages - messages;
    deliveries = all->deliveries - deliveries;
    *out = (struct relayed){
        .messages_s = (double)messages / seconds,
        .deliveries_s = (double)deliveries / seconds,
        .p50_ms = (double)histogram_at(&all->latency_ns, 0.5) / 1e6,
        .p99_ms = (double)histogram_at(&all->latency_ns, 0.99) / 1e6,
        .cpu_us = (double)now.cpu_ns / 1e3 / (double)messages,
        .delivery_cpu_us = (double)now.cpu_ns / 1e3 / (double)deliveries,
    };
    all->stopping = true;
    if (!load_until(load, all_arrived, all, PATIENCE_S))
        die("the relay lost messages");
    clients_free(all);
    relay_end(&relay);
}

double relay_accepts(struct load *load, uint32_t n)
{
    struct relay_load shape = {.rooms = n / 2, .members = 2, .window = 1};
    struct relay relay;
    relay_begin(&relay);
    uint64_t begun_ns = load->now_ns;
    struct relay_clients *all = clients_new(load, &relay, &shape);
    double rate = (double)all->n / ((double)(load->now_ns - begun_ns) / 1e9);
    clients_free(all);
    relay_end(&relay);
    return rate;
}
