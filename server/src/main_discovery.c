/*
 * All clients are sent away once for each time that the node is of no use, and not again and again:
 * where it is the store or NATS itself that is away, the other nodes are no better, and whoever has
 * come from one of them had better stay.
 */
#include "main_discovery.h"

#include <assert.h>
#include <sched.h>
#include <sys/resource.h>

#include "admin/settings.h"
#include "bus/bus.h"
#include "config/config.h"
#include "discovery/discovery.h"
#include "gateway/gateway.h"
#include "loop/loop.h"
#include "util/clock.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"

#ifndef PARLEY_VERSION
#error "the build says which version this is"
#endif

static_assert((int)NODES_NAMED_MAX == (int)CHOICE_MAX, "whom discovery names, clients are told of");
static_assert((int)CONFIG_LEAST_LOADED == (int)CHOICE_LEAST_LOADED &&
                  (int)CONFIG_ROUND_ROBIN == (int)CHOICE_ROUND_ROBIN &&
                  (int)CONFIG_HASH == (int)CHOICE_HASH,
              "words of discovery.policy");

static size_t choose(struct node_guide *guide, uint64_t user, bool others,
                     struct str urls[NODES_NAMED_MAX])
{
    struct main_discovery *m = container_of(guide, struct main_discovery, guide);
    return m->discovery ? discovery_choose(m->discovery, user, others, urls) : 0;
}

/* --- how the node is --- */

/* Of all cores, in about the last second: between two gossips it is asked for, too. */
static uint64_t cpu_permille(struct main_discovery *m)
{
    struct rusage usage = {0};
    if (clock_mono_ms() - m->cpu_at_ms < GOSSIP_EVERY_MS / 2)
        return m->cpu_permille;
    getrusage(RUSAGE_SELF, &usage);
    uint64_t ns = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
                  (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
    uint64_t now_ms = clock_mono_ms(), passed_ms = MAX(now_ms - m->cpu_at_ms, UINT64_C(1));
    uint64_t used_ns = ns - m->cpu_ns;
    m->cpu_ns = ns;
    m->cpu_at_ms = now_ms;
    m->cpu_permille = MIN(used_ns / (passed_ms * 1000 * m->cores), UINT64_C(1000));
    return m->cpu_permille;
}

static void look(void *arg, struct node_load *load)
{
    struct main_discovery *m = arg;
    load->state = m->draining ? NODE_DRAINING : m->ready ? NODE_UP : NODE_JOINING;
    load->connections = gateway_connections(m->gateway);
    load->cpu_permille = cpu_permille(m);
}

static void hand_over(void *arg, uint64_t n)
{
    gateway_hand_over(((struct main_discovery *)arg)->gateway, n, GOAWAY_BALANCE);
}

static void noted(void *arg, uint64_t number)
{
    struct main_discovery *m = arg;
    if (m->settings)
        settings_told(m->settings, number);
}

void main_discovery_look(struct main_discovery *m, bool bus, bool store, uint64_t now_ms)
{
    bool well = bus && store;
    if (m->draining)
        return;
    if (well != m->ready) {
        m->ready = well;
        m->unready_ms = now_ms;
        m->sent_away = false;
        gateway_set_ready(m->gateway, well);
        if (well)
            log_info("ready");
        else
            log_warn("not_ready");
        discovery_say(m->discovery);
    }
    if (well || m->sent_away || (store && now_ms - m->unready_ms < UNREADY_MS_MAX))
        return;
    m->sent_away = gateway_hand_over(m->gateway, UINT64_MAX, GOAWAY_UNAVAILABLE);
}

void main_discovery_drain(struct main_discovery *m)
{
    m->draining = true;
    discovery_say(m->discovery);
}

/* --- beginning and end --- */

static uint32_t cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) ? 1 : (uint32_t)MAX(CPU_COUNT(&set), 1);
}

void main_discovery_init(struct main_discovery *m)
{
    m->guide.choose = choose;
    m->ready = true; /* as gateway_start() says */
    m->cores = cores();
}

void main_discovery_open(struct main_discovery *m, const struct config *c, struct bus *bus,
                         struct loop *chat, struct gateway *gateway, uint64_t connections_max)
{
    struct discovery_options options = {
        .bus = bus,
        .wheel = &chat->wheel,
        .roles = (config_has_role(c, STR("api")) ? NODE_API : 0) |
                 (config_has_role(c, STR("chat")) ? NODE_CHAT : 0),
        .connections_max = connections_max,
        .url = gateway_socket_url(gateway),
        .region = str_of(c->node_region),
        .version = STR(PARLEY_VERSION),
        .policy = (enum choice_policy)c->discovery_policy,
        .look = look,
        .hand_over = hand_over,
        .noted = noted,
        .arg = m,
    };
    while (options.id <= BUS_ALL_NODES)
        crypto_random(&options.id, sizeof(options.id));
    m->gateway = gateway;
    m->unready_ms = loop_now_ms(chat);
    m->discovery = discovery_new(&options);
}

void main_discovery_leave(struct main_discovery *m)
{
    if (m->discovery)
        discovery_leave(m->discovery);
}

void main_discovery_close(struct main_discovery *m)
{
    discovery_free(m->discovery);
    m->discovery = NULL;
}
