/*
 * Who is there, and who is told. Chat thread.
 *
 * A person is online from their first session until none is left and offline_after_ms passed
 * since the last sign of life; signing out the last device ends it at once. Being online holds a
 * reference to the person and one timer: it stores last_seen now and then, and after the last
 * session it is the end of the grace. Since a short drop is not shown, changes are rare, and
 * each goes to those who watch as it is.
 *
 * On a cluster each node knows this of its own sessions; what that makes together is elsewhere.c's.
 */
#include "chat/presence.h"

#include <stdlib.h>

#include "chat/elsewhere.h"
#include "chat/notice.h"
#include "chat/presence_state.h"
#include "util/log.h"
#include "util/mem.h"

/* One session's look at one person: in an array of the session's, since it says at once whom it
 * watches, and in the person's list. */
struct presence_watch {
    struct list of_person;
    struct session *session;
    struct person *person;
    bool sees; /* what was told last was told to somebody who may see it */
};

/* --- last seen --- */

struct last_seen_op {
    struct store_user_set request;
    struct chat *chat;
};

static void last_seen_done(struct store_request *request)
{
    struct last_seen_op *op = container_of(request, struct last_seen_op, request.base);
    if (request->status != STORE_DONE)
        log_warn("last_seen_lost", log_u64("user", op->request.id));
    op->chat->busy--;
    store_request_deinit(request);
    free(op);
}

static void store_last_seen(struct person *p)
{
    if (p->deleted)
        return;
    struct last_seen_op *op = mem_new(sizeof(*op));
    op->chat = p->chat;
    op->chat->busy++; /* a drain waits for it */
    op->request = (struct store_user_set){
        .base.done = last_seen_done,
        .id = p->id,
        .disabled = -1,
        .last_seen_ms = p->last_seen_ms,
    };
    store_user_set(p->chat->store, &op->request);
}

/* --- coming and going --- */

/* Whoever is online here hears what other nodes ask of them, in the grace too. */
static void set_online(struct person *p, bool online)
{
    p->online = online;
    if (!p->chat->options.shared)
        return;
    if (online)
        bus_subscribe(p->chat->bus, BUS_USER, p->id);
    else
        bus_unsubscribe(p->chat->bus, BUS_USER, p->id);
}

static void leave(struct person *p)
{
    uint64_t silent = chat_mono_ms(p->chat) - MIN(p->heard_ms, chat_mono_ms(p->chat));
    set_online(p, false);
    timer_cancel(p->chat->env->wheel, &p->presence);
    p->last_seen_ms = MAX(p->last_seen_ms, chat_wall_ms(p->chat) - silent);
    store_last_seen(p);
}

static void go_offline(struct person *p)
{
    leave(p);
    notice_presence(p->chat, p->id, false, p->last_seen_ms);
    person_unref(p);
}

static void store_later(struct person *p)
{
    p->seen_due_ms = chat_mono_ms(p->chat) + LAST_SEEN_EVERY_MS;
    timer_set(p->chat->env->wheel, &p->presence, p->seen_due_ms);
}

void presence_arrived(struct person *p)
{
    if (p->online) { /* the due time stays: else it never came for one who comes and goes */
        timer_set(p->chat->env->wheel, &p->presence, p->seen_due_ms);
        return;
    }
    store_later(p);
    set_online(p, true);
    cached_ref(&p->cached);
    notice_presence(p->chat, p->id, true, 0);
}

void presence_left(struct person *p)
{
    uint64_t end = p->heard_ms + p->chat->options.offline_after_ms;
    if (p->signed_out || end <= chat_mono_ms(p->chat))
        go_offline(p);
    else
        timer_set(p->chat->env->wheel, &p->presence, end);
}

void presence_timer(struct timer *timer)
{
    struct person *p = container_of(timer, struct person, presence);
    if (!p->n_sessions) {
        go_offline(p);
        return;
    }
    p->last_seen_ms = chat_wall_ms(p->chat);
    store_last_seen(p);
    list_for_each(&p->sessions, node)
    {
        device_seen(p->chat, p->id, list_entry(node, struct session, of_person)->device);
    }
    store_later(p);
}

void presence_end(struct person *p)
{
    if (!p->online || p->n_sessions)
        return;
    leave(p);
    person_unref(p);
}

void presence_forget(struct person *p)
{
    if (!p->online)
        return;
    set_online(p, false);
    person_unref(p);
}

/* --- telling --- */

static bool may_see(const struct person *p, uint64_t watcher)
{
    return p->loaded && p->exists && !p->deleted && person_lets(p, watcher, PRIVACY_LAST_SEEN);
}

static void say(struct person *p, struct session *to, bool online, uint64_t last_seen_ms)
{
    struct sink *sink = p->chat->sink;
    sink->ops->presence(sink, &to, 1, p->id, online, last_seen_ms);
}

void presence_told(struct person *p, bool online, uint64_t last_seen_ms)
{
    p->last_seen_ms = MAX(p->last_seen_ms, last_seen_ms);
    list_for_each(&p->watchers, node)
    {
        struct presence_watch *w = list_entry(node, struct presence_watch, of_person);
        if (may_see(p, w->session->user))
            say(p, w->session, online, online ? 0 : p->last_seen_ms);
    }
}

void presence_sight_changed(struct person *p)
{
    list_for_each(&p->watchers, node)
    {
        struct presence_watch *w = list_entry(node, struct presence_watch, of_person);
        bool sees = may_see(p, w->session->user);
        if (sees == w->sees)
            continue;
        w->sees = sees;
        bool online = sees && elsewhere_shown(p);
        say(p, w->session, online, sees && !online ? p->last_seen_ms : 0);
    }
}

/* --- watching --- */

void presence_unwatch(struct chat *chat, struct session *s)
{
    for (uint32_t i = 0; i < s->n_watches; i++) {
        struct presence_watch *w = &s->watches[i];
        list_remove(&w->of_person);
        elsewhere_unwatch(w->person);
        bus_unsubscribe(chat->bus, BUS_PRESENCE, w->person->id);
        person_unref(w->person);
    }
    free(s->watches);
    s->watches = NULL;
    s->n_watches = 0;
}

static void watch(struct chat *chat, struct session *s, struct person *p)
{
    struct presence_watch *w = &s->watches[s->n_watches++];
    *w = (struct presence_watch){.session = s, .person = p, .sees = may_see(p, s->user)};
    cached_ref(&p->cached);
    list_push_back(&p->watchers, &w->of_person);
    elsewhere_watch(p);
    bus_subscribe(chat->bus, BUS_PRESENCE, p->id);
}

struct watch_op {
    struct chat_watch *watch;
    struct persons persons;
    uint32_t awaited; /* answers of other nodes */
    struct watch_wait {
        struct elsewhere_wait wait;
        struct watch_op *op;
    } waits[];
};

static void watch_finish(struct watch_op *op, enum chat_error error)
{
    struct persons *persons = &op->persons;
    struct chat_watch *ask = op->watch;
    struct chat *chat = persons->chat;
    if (!error && ask->session) {
        presence_unwatch(chat, ask->session);
        if (persons->n)
            ask->session->watches = mem_new_array(persons->n, sizeof(struct presence_watch));
    }
    for (uint32_t i = 0; i < persons->n && !error; i++) {
        struct person *p = persons->persons[i];
        bool seen = may_see(p, ask->call.user), online = seen && elsewhere_shown(p);
        ask->presence[i] = (struct presence){
            .user = p->id,
            .online = online,
            .last_seen_ms = seen && !online ? p->last_seen_ms : 0,
        };
        if (ask->session && p->exists)
            watch(chat, ask->session, p);
    }
    for (uint32_t i = 0; i < persons->n; i++)
        elsewhere_unwatch(persons->persons[i]);
    persons_deinit(persons);
    free(op);
    call_done(&ask->call, error);
}

static void watch_known(struct elsewhere_wait *wait)
{
    struct watch_op *op = container_of(wait, struct watch_wait, wait)->op;
    if (--op->awaited == 0)
        watch_finish(op, CHAT_OK);
}

/* All are watched until the end, so that no answer is forgotten before the last one. */
static void watch_ready(struct persons *persons, enum chat_error error)
{
    struct watch_op *op = container_of(persons, struct watch_op, persons);
    for (uint32_t i = 0; i < persons->n; i++)
        elsewhere_watch(persons->persons[i]);
    for (uint32_t i = 0; i < persons->n && !error; i++) {
        struct watch_wait *w = &op->waits[i];
        *w = (struct watch_wait){.wait.known = watch_known, .op = op};
        if (may_see(persons->persons[i], op->watch->call.user) &&
            !elsewhere_ask(persons->persons[i], &w->wait))
            op->awaited++;
    }
    if (!op->awaited)
        watch_finish(op, error);
}

void chat_watch(struct chat *chat, struct chat_watch *ask)
{
    if (!call_begin(chat, &ask->call))
        return;
    if (ask->n_users > WATCH_MAX) {
        call_later(&ask->call, CHAT_INVALID);
        return;
    }
    struct watch_op *op = mem_new(sizeof(*op) + ask->n_users * sizeof(op->waits[0]));
    op->watch = ask;
    op->persons.ready = watch_ready;
    persons_load(chat, &op->persons, ask->users, ask->n_users);
}
