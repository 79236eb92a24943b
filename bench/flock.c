/*
 * A member is in sync when `sync` has answered that there is no more, and it has fetched the events
 * of every conversation that the entries named.
 */
#include "flock.h"

#include <inttypes.h>
#include <stdlib.h>

#include "body.h"
#include "die.h"
#include "scan.h"
#include "util/mem.h"

enum {
    PATIENCE_S = 60,
    RETRY_MS_MAX = 200, /* after a refused connection */
    SETTLING_MAX = 32,  /* at once: what is under way must not count as memory of idle ones */
};

static struct flock_member *member_of(const struct device *d)
{
    struct flock *f = d->mode;
    return &f->members[d->number];
}

/* --- syncing --- */

static void ask_sync(struct flock_member *m)
{
    if (m->token[0])
        device_ask(m->device, ASK_SYNC, 0, "\"cmd\":\"sync\",\"token\":\"%s\"", m->token);
    else
        device_ask(m->device, ASK_SYNC, 0, "\"cmd\":\"sync\"");
}

static void on_ready(struct device *d)
{
    struct flock *f = d->mode;
    if (!f->plain)
        ask_sync(member_of(d));
}

static void watch(struct flock *f, struct flock_member *m)
{
    const struct account *watched = &f->crowd.accounts[(m->device->number + 1) % f->n];
    device_ask(m->device, ASK_WATCH, 0, "\"cmd\":\"presence.watch\",\"users\":[\"%s\"]",
               watched->user_text);
}

static void synced(struct flock *f, struct flock_member *m)
{
    m->in_sync = true;
    m->in_sync_ns = f->load->now_ns;
    f->in_sync_n++;
    if (f->watches)
        watch(f, m);
    else
        f->settled_n++;
}

/* Asks for the events of each conversation that an entry names. The first sync has the own log
 * alone, which is empty. */
static void take_sync(struct flock *f, struct flock_member *m, struct str frame)
{
    struct str token = scan_text(frame, STR("\"token\":"));
    struct str entries = scan_after(frame, STR("\"entries\":"));
    bool first = !m->token[0];
    uint64_t head = 0;
    if (!token.n || token.n > SYNC_TOKEN_MAX || !entries.n)
        die("sync was answered %.*s", (int)frame.n, frame.p);
    memcpy(m->token, token.p, token.n);
    m->token[token.n] = 0;
    while (!first && scan_u64(entries, STR("\"head\":"), &head)) {
        struct str id = scan_text(entries, STR("{\"conversation\":"));
        device_ask(m->device, ASK_EVENTS, 0,
                   "\"cmd\":\"conversation.events\",\"conversation\":\"%.*s\",\"after\":0",
                   (int)id.n, id.p);
        m->missing++;
        entries = scan_after(entries, STR("\"last\":"));
        entries = scan_after(entries, STR("}}"));
    }
    if (!m->missing)
        synced(f, m);
}

static void take_events(struct flock *f, struct flock_member *m, struct str frame)
{
    struct str text = scan_text(frame, STR("\"text\":"));
    uint32_t c = m->device->number & ~1u;
    if (!body_is(text, f->size, c, 0))
        die("user %s caught up with another text than was sent: %.*s",
            m->device->account->user_text, (int)frame.n, frame.p);
    f->caught_up++;
    if (--m->missing == 0)
        synced(f, m);
}

static void on_answered(struct device *d, enum ask ask, uint64_t number, struct str frame)
{
    struct flock *f = d->mode;
    (void)number;
    if (ask == ASK_SYNC)
        take_sync(f, member_of(d), frame);
    else if (ask == ASK_EVENTS)
        take_events(f, member_of(d), frame);
    else if (ask == ASK_WATCH)
        f->settled_n++;
    else if (ask == ASK_SEND)
        f->told_n++;
}

static void on_event(struct device *d, struct str frame)
{
    (void)d, (void)frame;
}

static void on_pushed(struct device *d, struct str frame)
{
    (void)d, (void)frame; /* presence, and what a returning one is told */
}

/* --- coming back --- */

static void retry(struct timer *timer)
{
    struct flock_member *m = container_of(timer, struct flock_member, retry);
    struct flock *f = m->device->mode;
    device_open(m->device, f->server->port, true);
}

static void return_within(struct flock *f, struct flock_member *m, uint64_t ms)
{
    timer_set(&f->load->wheel, &m->retry, f->load->wheel.now_ms + random_next() % (ms + 1));
}

static void on_lost(struct device *d, const char *why)
{
    struct flock *f = d->mode;
    struct flock_member *m = member_of(d);
    if (!f->returns)
        die("user %s lost its connection: %s", d->account->user_text, why);
    f->lost_n++;
    f->in_sync_n -= m->in_sync;
    m->in_sync = false;
    m->missing = 0;
    if (f->server->pid)
        return_within(f, m, RETRY_MS_MAX);
}

static const struct device_ops flock_ops = {.ready = on_ready,
                                            .answered = on_answered,
                                            .event = on_event,
                                            .pushed = on_pushed,
                                            .lost = on_lost};

/* --- the whole --- */

struct flock *flock_new(struct load *load, struct server *server, uint32_t n, size_t size)
{
    struct flock *f = mem_new(sizeof(*f));
    f->load = load;
    f->server = server;
    f->n = n;
    f->size = size;
    f->watches = true;
    f->members = mem_new_array(n, sizeof(*f->members));
    crowd_sign_up(&f->crowd, load, server->port, n);
    crowd_init_devices(&f->crowd, &flock_ops, f);
    for (uint32_t i = 0; i < n; i++) {
        f->members[i].device = &f->crowd.devices[i];
        timer_init(&f->members[i].retry, retry);
    }
    return f;
}

void flock_free(struct flock *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        timer_cancel(&f->load->wheel, &f->members[i].retry);
    crowd_deinit(&f->crowd);
    free(f->members);
    free(f);
}

struct flock_wait {
    const uint32_t *counter;
    uint32_t reaches;
};

static bool is_reached(void *arg)
{
    const struct flock_wait *w = arg;
    return *w->counter >= w->reaches;
}

static void wait_for(struct flock *f, const uint32_t *counter, uint32_t reaches, const char *what)
{
    struct flock_wait wait = {counter, reaches};
    if (!load_until(f->load, is_reached, &wait, PATIENCE_S))
        die("%u of %u %s within %d s", *counter, reaches, what, PATIENCE_S);
}

double flock_connect(struct flock *f, uint32_t from, uint32_t to, bool plain)
{
    f->plain = plain;
    if (plain)
        return crowd_connect(&f->crowd, f->server->port, from, to, false);
    return crowd_connect_until(&f->crowd, f->server->port, from, to, true, &f->settled_n,
                               SETTLING_MAX);
}

void flock_watch(struct flock *f)
{
    f->watches = true;
    f->settled_n = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        watch(f, &f->members[i]);
        if ((i + 1) % SETTLING_MAX == 0 || i + 1 == f->n)
            wait_for(f, &f->settled_n, i + 1, "watched");
    }
}

void flock_disconnect(struct flock *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        device_close(&f->crowd.devices[i]);
    f->in_sync_n = f->settled_n = 0;
    for (uint32_t i = 0; i < f->n; i++)
        f->members[i].in_sync = false;
}

void flock_write_each(struct flock *f)
{
    f->told_n = 0;
    for (uint32_t i = 0; i + 1 < f->n; i += 2)
        device_say(&f->crowd.devices[i], 0, str_of(f->crowd.accounts[i + 1].user_text), f->size, i,
                   0, 0);
    wait_for(f, &f->told_n, f->n / 2, "messages were acknowledged");
}

static int by_time(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void flock_storm(struct flock *f, double jitter_s, double *most_s, double *all_s)
{
    uint64_t *times = mem_new_array(f->n, sizeof(*times));
    f->returns = true;
    f->settled_n = f->lost_n = 0;
    server_kill(f->server);
    wait_for(f, &f->lost_n, f->n, "noticed that the server was gone");
    server_start(f->server);
    load_turn(f->load, 0);
    uint64_t begun_ns = f->load->now_ns;
    for (uint32_t i = 0; i < f->n; i++)
        return_within(f, &f->members[i], (uint64_t)(jitter_s * 1e3));
    wait_for(f, &f->in_sync_n, f->n, "were in sync");
    for (uint32_t i = 0; i < f->n; i++)
        times[i] = f->members[i].in_sync_ns - begun_ns;
    qsort(times, f->n, sizeof(*times), by_time);
    size_t most = (size_t)(f->n - 1) * 99 / 100;
    *most_s = (double)times[most] / 1e9;
    *all_s = (double)times[f->n - 1] / 1e9;
    wait_for(f, &f->settled_n, f->n, "watched again");
    f->returns = false;
    free(times);
}
