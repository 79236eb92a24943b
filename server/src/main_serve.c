/*
 * Wires the parts together, bottom up: loops, store, bus, gateway, chat; runs; takes them apart
 * again in the opposite order. Nothing else in the server knows which backend it runs on.
 *
 * The chat thread is the one of main().
 */
#include "main_serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/socket.h"
#include "bus/bus.h"
#include "chat/chat.h"
#include "config/config.h"
#include "gateway/assets.h"
#include "gateway/gateway.h"
#include "loop/signals.h"
#include "main_bus.h"
#include "main_discovery.h"
#include "main_env.h"
#include "main_metrics.h"
#include "main_notify.h"
#include "main_roll.h"
#include "main_store.h"
#include "main_threads.h"
#include "net/tls.h"
#include "store/directory.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"

enum {
    LOOK_EVERY_MS = 500, /* whether the store still writes, and the bus is there */
    LOOK_DRAINED_MS = 5, /* whether the domain has ended its last calls */
    /* After the drain, for what the store was asked and nobody waits for any more, such as when
     * each who was there was last seen: as long as a statement may take (cassandra.timeout_ms, 5 s
     * unless set), and a second. What takes longer is left (end_unfinished()). With drain_ms as it
     * comes it is 14 s until the end; what starts us waits for 20 (deploy/parleyd.service). */
    LAST_CALLS_MS_MAX = 6000,
    /* What connections leave: the store's 1,024 files, since one that it cannot open when it must
     * is the end of all writing; the connections beyond the limit that the gateway still answers;
     * the loops' own. Half of all where there are few. */
    DESCRIPTORS_KEPT = 1280,
    DESCRIPTORS_MIN = 256,
};

struct server {
    const struct config *config;
    uint64_t descriptors; /* that we may have open */
    uint32_t connections_max;
    struct threads threads;
    struct signals signals;
    struct store *store;
    struct bus *bus;
    struct real_env env;
    struct tls *tls; /* NULL: none */
    struct job tls_reload;
    bool tls_reloading, tls_again; /* again: asked for meanwhile */
    struct gateway *gateway;
    struct chat *chat;
    struct address addresses[GATEWAY_ADDRESSES_MAX], metrics_address;
    struct main_discovery discovery;
    struct main_roll roll;
    struct settings settings;
    struct main_metrics metrics;
    struct address_range trusted[CONFIG_PROXIES_MAX];
    struct admin admin;
    struct admin_socket *admin_socket; /* NULL: it could not be made */
    struct timer look;
    uint64_t watchdog_ms, watchdog_at_ms; /* every, and next; 0: nobody watches */
    bool draining, drained;
    bool was_late;   /* the drain: some were there when it ended, and may have left since */
    bool unfinished; /* something was under way when that had taken long enough */
    uint64_t end_ms; /* when waiting for the domain's last calls ends */
};

/* --- running --- */

/* Nobody may want to know: that is no failure. */
static void tell_manager(const char *state)
{
    int err = notify_manager(state);
    if (err && err != -ENOENT)
        log_warn("notify_failed", log_str("why", strerror(-err)));
}

/* That the chat thread turns: it is the one that all wait for. */
static void tell_watchdog(struct server *s)
{
    uint64_t now_ms = loop_now_ms(s->threads.chat);
    if (!s->watchdog_ms || now_ms < s->watchdog_at_ms)
        return;
    s->watchdog_at_ms = now_ms + s->watchdog_ms;
    tell_manager("WATCHDOG=1");
}

static void look(struct timer *timer)
{
    struct server *s = container_of(timer, struct server, look);
    tell_watchdog(s);
    /* Until what is set for all nodes is known, this one does not know what it may do. */
    bool store = !main_store_broken(s->config, s->store) &&
                 (s->settings.known || !main_store_shared(s->config));
    main_discovery_look(&s->discovery, bus_connected(s->bus), store, loop_now_ms(s->threads.chat));
    main_roll_look(&s->roll);
    bool under_way = chat_busy(s->chat) || gateway_lanes_left(s->gateway);
    if (s->was_late && !under_way) {
        s->was_late = false;
        chat_end(s->chat); /* of those who left since, too */
        under_way = chat_busy(s->chat);
    }
    bool busy = under_way || main_roll_busy(&s->roll);
    if (s->drained && (!busy || loop_now_ms(s->threads.chat) >= s->end_ms)) {
        s->unfinished = under_way;
        loop_stop(s->threads.chat);
        return;
    }
    loop_timer_set(s->threads.chat, timer, s->drained ? LOOK_DRAINED_MS : LOOK_EVERY_MS);
}

static void drained(struct gateway *gateway, bool clean, void *arg)
{
    struct server *s = arg;
    (void)gateway;
    s->drained = true;
    s->was_late = !clean; /* a client whose call is under way is there until that is answered */
    main_roll_leave(&s->roll);
    chat_end(s->chat); /* what that and the last sessions left to be written ends in look() */
    s->end_ms = loop_now_ms(s->threads.chat) + LAST_CALLS_MS_MAX;
    loop_timer_set(s->threads.chat, &s->look, 0);
}

/* --- the certificate --- */

/* In a worker: files may be slow. */
static void tls_reload_run(struct job *job)
{
    if (tls_reload(container_of(job, struct server, tls_reload)->tls) == 0)
        log_info("tls_reloaded");
}

static void reload_tls(struct server *);

static void tls_reload_done(struct job *job)
{
    struct server *s = container_of(job, struct server, tls_reload);
    s->tls_reloading = false;
    if (s->tls_again)
        reload_tls(s);
}

static void reload_tls(struct server *s)
{
    s->tls_again = s->tls_reloading;
    if (!s->tls || s->draining || s->tls_reloading)
        return;
    s->tls_reload = (struct job){.run = tls_reload_run, .done = tls_reload_done};
    s->tls_reloading =
        pool_submit(&s->threads.passwords, &s->tls_reload, &s->threads.chat->poster) == 0;
    if (!s->tls_reloading)
        log_error("tls_refused", log_str("why", "too much waits to be done, try again"));
}

/* --- signals --- */

static void on_signal(struct signals *signals, int signo)
{
    struct server *s = container_of(signals, struct server, signals);
    if (signo == SIGHUP) {
        reload_tls(s);
        return;
    }
    if (s->draining)
        _exit(1);
    s->draining = true;
    log_info("draining", log_i64("signal", signo));
    tell_manager("STOPPING=1");
    admin_socket_close(s->admin_socket);
    real_env_stop(&s->env);
    chat_stop_jobs(s->chat);
    chat_wake_all(s->chat);
    main_discovery_drain(&s->discovery);
    gateway_drain(s->gateway, (uint32_t)s->config->drain_ms, drained, s);
}

/* --- starting --- */

static bool has_tls(const struct config *c)
{
    return *c->tls_certificate;
}

static int parse_addresses(const struct config *c, struct address out[GATEWAY_ADDRESSES_MAX])
{
    for (size_t i = 0; i < c->listen.n; i++) {
        const char *text = c->listen.items[i].p;
        if (address_parse(&out[i], c->listen.items[i])) {
            fprintf(stderr, "parleyd: listen: %s is no address and port\n", text);
            return -EINVAL;
        }
        if (!has_tls(c) && !c->allow_plaintext && !address_is_loopback(&out[i])) {
            fprintf(stderr,
                    "parleyd: listen: %s is reached from other machines, and nothing is encrypted; "
                    "set tls.certificate and tls.key, or behind a proxy that adds TLS "
                    "allow_plaintext = true\n",
                    text);
            return -EINVAL;
        }
    }
    return 0;
}

static bool has_metrics(const struct config *c)
{
    return *c->metrics_listen;
}

static int parse_metrics(const struct config *c, struct address *out)
{
    if (!has_metrics(c) || address_parse(out, str_of(c->metrics_listen)) == 0)
        return 0;
    fprintf(stderr, "parleyd: metrics.listen: %s is no address and port\n", c->metrics_listen);
    return -EINVAL;
}

static int parse_trusted(const struct config *c, struct address_range out[CONFIG_PROXIES_MAX])
{
    for (size_t i = 0; i < c->trusted_proxies.n; i++) {
        if (address_range_parse(&out[i], c->trusted_proxies.items[i]) == 0)
            continue;
        fprintf(stderr, "parleyd: trusted_proxies: %s is no address and no range of them\n",
                c->trusted_proxies.items[i].p);
        return -EINVAL;
    }
    return 0;
}

/* *out is NULL where there is to be none. */
static int open_tls(const struct config *c, struct tls **out)
{
    if (!has_tls(c) || !tls_new(out, c->tls_certificate, c->tls_key))
        return 0;
    fprintf(stderr, "parleyd: tls.certificate and tls.key cannot be used\n");
    return -EINVAL;
}

int serve_check(const struct config *config)
{
    struct address addresses[GATEWAY_ADDRESSES_MAX], metrics;
    struct address_range trusted[CONFIG_PROXIES_MAX];
    struct tls *tls = NULL;
    int r = parse_addresses(config, addresses);
    if (!r)
        r = parse_metrics(config, &metrics);
    if (!r)
        r = parse_trusted(config, trusted);
    if (!r)
        r = open_tls(config, &tls);
    tls_free(tls);
    return r;
}

/* As many descriptors as we are allowed; 0 if that is too few. */
static uint64_t raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return DESCRIPTORS_MIN;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max >= DESCRIPTORS_MIN)
        return limit.rlim_max;
    fprintf(stderr, "parleyd: %llu file descriptors are too few, allow at least %d (ulimit -n)\n",
            (unsigned long long)limit.rlim_max, DESCRIPTORS_MIN);
    return 0;
}

/* As configured, or what the descriptors are enough for. */
static uint32_t connections_max(const struct config *c, uint64_t descriptors)
{
    uint64_t room = descriptors - MIN(descriptors / 2, (uint64_t)DESCRIPTORS_KEPT);
    if (c->connections_max <= room)
        return (uint32_t)c->connections_max;
    log_warn("connections_max_lowered", log_u64("to", room), log_u64("descriptors", descriptors));
    return (uint32_t)room;
}

static void make_gateway(struct server *s)
{
    static const char *const policies[] = {
        [CONFIG_LEAST_LOADED] = "least_loaded",
        [CONFIG_ROUND_ROBIN] = "round_robin",
        [CONFIG_HASH] = "hash",
    };
    const struct config *c = s->config;
    s->connections_max = connections_max(c, s->descriptors);
    main_discovery_init(&s->discovery);
    struct gateway_options options = {
        .chat_loop = s->threads.chat,
        .loops = s->threads.net,
        .loops_n = s->threads.net_n,
        .addresses = s->addresses,
        .addresses_n = c->listen.n,
        .tls = s->tls,
        .trusted = s->trusted,
        .trusted_n = c->trusted_proxies.n,
        .proxy_protocol = c->proxy_protocol,
        .origins = c->allowed_origins.items,
        .origins_n = c->allowed_origins.n,
        .public_url = str_of(c->public_url),
        .guide = &s->discovery.guide,
        .policy = str_of(policies[c->discovery_policy]),
        .no_api = !config_has_role(c, STR("api")),
        .no_sockets = !config_has_role(c, STR("chat")),
        .incarnation = store_info(s->store)->incarnation,
        .log_traces = c->log_traces,
        .metrics_address = has_metrics(c) ? &s->metrics_address : NULL,
        .metrics = main_metrics_print,
        .metrics_arg = &s->metrics,
        .assets = web_assets,
        .assets_n = web_assets_n,
        .connections_max = s->connections_max,
        .heartbeat_ms = (uint32_t)c->heartbeat_ms,
        .silent_ms = (uint32_t)c->silent_ms,
        .auth_ms = (uint32_t)c->auth_ms,
        .idle_ms = (uint32_t)c->idle_ms,
        .strangers_max = (uint32_t)c->unauthenticated_per_address,
        .rates =
            {
                [API_RATE_FRAMES] = rate_of(c->frames_burst, c->frames_per_s, 1000),
                [API_RATE_REQUESTS] = rate_of(c->requests_burst, c->requests_per_s, 1000),
                [API_RATE_SENDS] = rate_of(c->sends_burst, c->sends_per_min, 60 * 1000),
                [API_RATE_SEARCHES] = rate_of(c->searches_burst, c->searches_per_min, 60 * 1000),
                [API_RATE_DRAFTS] = rate_of(c->drafts_burst, c->drafts_per_min, 60 * 1000),
                [API_RATE_EXPORTS] = rate_of(c->exports_burst, c->exports_per_min, 60 * 1000),
                [API_RATE_BYTES] = rate_of(c->bytes_burst, c->bytes_per_s, 1000),
            },
        .output_bytes_max = c->output_bytes_max,
    };
    s->gateway = gateway_new(&options);
    s->metrics = (struct main_metrics){
        .config = c,
        .store = s->store,
        .gateway = s->gateway,
        .discovery = &s->discovery,
        .started_ms = clock_wall_ms(),
    };
}

static void make_chat(struct server *s)
{
    static const enum registration registrations[] = {
        [CONFIG_REGISTRATION_CLOSED] = REGISTRATION_CLOSED,
        [CONFIG_REGISTRATION_INVITE] = REGISTRATION_INVITE,
        [CONFIG_REGISTRATION_OPEN] = REGISTRATION_OPEN,
    };
    const struct config *c = s->config;
    real_env_init(&s->env, s->threads.chat, &s->threads.passwords, c->insecure_fast_passwords);
    if (c->insecure_fast_passwords)
        log_warn("insecure_fast_passwords");
    struct chat_options options = {
        .env = &s->env.env,
        .store = s->store,
        .bus = s->bus,
        .sink = gateway_sink(s->gateway),
        .registration = registrations[c->registration],
        .shared = main_store_shared(c),
        .cache_bytes_max = c->cache_bytes_max,
        .calls_max = (uint32_t)c->calls_max,
        .patience_ms = c->heartbeat_ms * 5 / 2, /* as the answer to `auth` has it */
        .offline_after_ms = c->presence_offline_after_ms,
        .tries_account = (uint32_t)c->tries_per_account,
        .tries_address = (uint32_t)c->tries_per_address,
        .signups_address = (uint32_t)c->signups_per_address,
        .requests_user = (uint32_t)c->requests_per_user,
        .devices_user_max = (uint32_t)c->devices_per_user,
        .sockets_user_max = (uint32_t)c->sockets_per_user,
        .retention = {.after_ms = c->retention_after_ms, .delivered_ms = c->retention_delivered_ms},
    };
    s->chat = chat_new(&options);
    chat_run_jobs(s->chat);
    main_discovery_open(&s->discovery, c, s->bus, s->threads.chat, s->gateway, s->connections_max);
    if (!main_store_shared(c))
        return;
    settings_open(&s->settings, &(struct settings_options){
                                    .env = &s->env.env,
                                    .store = s->store,
                                    .chat = s->chat,
                                    .discovery = s->discovery.discovery,
                                    .registration = registrations[c->registration],
                                    .log_level = (enum log_level)c->log_level,
                                });
    s->discovery.settings = &s->settings;
    main_roll_open(&s->roll, s->store, s->bus, s->discovery.discovery, s->threads.chat);
}

/* Without its door the server serves all the same. */
static void open_admin(struct server *s)
{
    s->admin = (struct admin){
        .chat = s->chat,
        .store = s->store,
        .env = &s->env.env,
        .discovery = s->discovery.discovery,
        .roll = main_store_shared(s->config) ? &s->roll.roll : NULL,
        .settings = s->discovery.settings,
        .version = PARLEY_VERSION,
    };
    int err = admin_socket_open(&s->admin_socket, s->threads.chat, &s->admin, s->config->data_dir);
    if (err)
        log_warn("admin_socket_failed", log_str("why", strerror(-err)));
}

static int listen_and_say(struct server *s)
{
    int err = gateway_start(s->gateway, s->chat);
    if (err) {
        fprintf(stderr, "parleyd: cannot listen: %s\n", strerror(-err));
        return err;
    }
    for (size_t i = 0; i < s->config->listen.n; i++) {
        char text[ADDRESS_TEXT_MAX];
        printf("Parley is at %s://%s\n", s->tls ? "https" : "http",
               address_format(&gateway_addresses(s->gateway)[i], text));
    }
    if (has_metrics(s->config)) {
        char text[ADDRESS_TEXT_MAX];
        printf("Metrics are at http://%s/metrics\n",
               address_format(gateway_metrics_address(s->gateway), text));
    }
    fflush(stdout);
    tell_manager("READY=1");
    return 0;
}

/* --- all of it --- */

static int run(struct server *s)
{
    int err = signals_init(&s->signals, s->threads.chat, on_signal);
    if (err)
        return err;
    s->watchdog_ms = notify_watchdog_ms();
    timer_init(&s->look, look);
    look(&s->look);
    err = threads_start(&s->threads);
    if (!err)
        loop_run(s->threads.chat);
    loop_timer_cancel(s->threads.chat, &s->look);
    signals_deinit(&s->signals);
    return err;
}

/* What is under way cannot be taken apart. Where a store on other machines owes answers, that is no
 * failure of ours, and nothing is lost by it: nobody was told `ok`, and clients send again with the
 * same keys. Else something of ours hangs. */
static void end_unfinished(struct server *s)
{
    uint32_t calls = chat_busy(s->chat);
    uint64_t clients = gateway_connections(s->gateway);
    bool store_owes = calls && main_store_shared(s->config);
    if (store_owes)
        log_warn("drain_unfinished", log_u64("calls", calls), log_u64("clients", clients));
    else
        log_error("drain_stuck", log_u64("calls", calls), log_u64("clients", clients));
    main_discovery_leave(&s->discovery);
    bus_detach(s->bus);
    bus_free(s->bus); /* once other nodes were told */
    _exit(store_owes ? 0 : 1);
}

static int compose_and_run(struct server *s)
{
    int err;
    s->store = main_store_open(s->config, s->threads.chat);
    if (!s->store)
        return -EIO;
    s->bus = main_bus_open(s->config, &s->threads.chat->poster);
    if (!s->bus)
        return -EIO;
    make_gateway(s);
    make_chat(s);
    open_admin(s);
    err = listen_and_say(s);
    if (!err)
        err = run(s);
    if (s->unfinished)
        end_unfinished(s);
    return err;
}

int serve(const struct config *config)
{
    struct server s = {.config = config};
    s.descriptors = raise_descriptors();
    if (!s.descriptors)
        return 1;
    if (parse_addresses(config, s.addresses) || parse_metrics(config, &s.metrics_address) ||
        parse_trusted(config, s.trusted) || open_tls(config, &s.tls))
        return 1;
    int err =
        threads_init(&s.threads, (uint32_t)config->net_threads, (uint32_t)config->password_threads,
                     (uint32_t)config->password_queue_max);
    if (err) {
        fprintf(stderr, "parleyd: no threads: %s\n", strerror(-err));
        tls_free(s.tls);
        return 1;
    }
    err = compose_and_run(&s);
    threads_stop(&s.threads);
    main_discovery_leave(&s.discovery);
    if (s.chat)
        bus_detach(s.bus); /* other nodes go on talking */
    main_roll_stop(&s.roll);
    settings_stop(&s.settings);
    main_discovery_close(&s.discovery);
    gateway_free(s.gateway);
    chat_free(s.chat);
    store_free(s.store);
    loop_drain(s.threads.chat);
    main_roll_close(&s.roll);
    admin_socket_free(s.admin_socket);
    bus_free(s.bus);
    loop_drain(s.threads.chat); /* what the bus had posted */
    threads_deinit(&s.threads);
    tls_free(s.tls);
    return err ? 1 : 0;
}
