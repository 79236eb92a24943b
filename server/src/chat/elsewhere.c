/*
 * struct elsewhere stands for a user while somebody here watches them, in a map of its own: a
 * person is kept for everybody who is connected, and most of those nobody watches.
 *
 * What always holds: all who watch were told `shown`, by a push or in answer to their own call, so
 * what is learned is compared with that alone. An answer may be older than what a node said while
 * it was under way: that they went is asked after anew, that they came outlives one silence.
 *
 * Nobody answers for somebody who has left; but also where the question or its answer was lost,
 * where a node was slow, and while the client of a node that ends is on its way to another. So of
 * somebody who was there, and of whom no node said that they left, it counts the second time only,
 * as long after the first as a node of their own would have waited for them.
 *
 * Refused: counting who came and went on which node. A node that dies says nothing, and notices are
 * lost; a count would stay wrong for ever, where a question is right again in a minute.
 */
#include "chat/elsewhere.h"

#include <stdlib.h>

#include "chat/notice.h"
#include "chat/presence_state.h"
#include "util/mem.h"

struct elsewhere {
    struct chat *chat;
    uint64_t user;
    uint32_t watchers;
    bool online;           /* on another node, by the last word */
    bool known;            /* there was one */
    bool shown;            /* as what: to those who watch */
    bool asking, again;    /* again: something was said meanwhile */
    bool doubted;          /* they were online, and nobody answers for them */
    uint64_t last_seen_ms; /* Unix: when they were last online elsewhere, as far as is known */
    struct list waits;     /* elsewhere_wait.link */
    struct timer timer;    /* while they are watched */
};

static struct elsewhere *find(const struct chat *chat, uint64_t user)
{
    return map_get(&chat->elsewhere, user);
}

static void free_if_idle(struct elsewhere *e)
{
    if (e->watchers || e->asking)
        return;
    map_remove(&e->chat->elsewhere, e->user);
    free(e);
}

/* Whoever watches holds the person. */
static void tell(struct elsewhere *e)
{
    struct person *p = e->watchers ? map_get(&e->chat->persons, e->user) : NULL;
    if (!p || e->shown == (p->online || e->online))
        return;
    e->shown = !e->shown;
    presence_told(p, e->shown, e->last_seen_ms);
}

/* --- asking --- */

static void ask(struct elsewhere *e)
{
    e->again = e->asking;
    if (!e->asking)
        e->asking = notice_ask_presence(e->chat, e->user, ELSEWHERE_WITHIN_MS);
}

static void ask_in(struct elsewhere *e, uint64_t ms)
{
    timer_set(e->chat->env->wheel, &e->timer, chat_mono_ms(e->chat) + ms);
}

static void ask_later(struct elsewhere *e)
{
    uint32_t random;
    e->chat->env->ops->random(e->chat->env, &random, sizeof(random));
    ask_in(e, ELSEWHERE_EVERY_MS + random % (ELSEWHERE_EVERY_MS / 5));
}

static void time_to_ask(struct timer *timer)
{
    struct elsewhere *e = container_of(timer, struct elsewhere, timer);
    ask(e);
    ask_later(e);
}

bool elsewhere_ask(struct person *p, struct elsewhere_wait *wait)
{
    if (!p->chat->options.shared || p->online)
        return true;
    struct elsewhere *e = find(p->chat, p->id);
    must(e && e->watchers);
    if (!e->known && !e->asking)
        ask(e);
    if (e->known || !e->asking) /* if too much is asked for, it is as it was */
        return true;
    list_push_back(&e->waits, &wait->link);
    return false;
}

static void learn(struct elsewhere *e, bool online)
{
    e->known = true;
    e->online = online;
    if (online)
        e->last_seen_ms = chat_wall_ms(e->chat);
    tell(e);
}

/* Without the bus that says nothing. */
static void hear_nobody(struct elsewhere *e, bool doubted)
{
    if (!bus_connected(e->chat->bus))
        return;
    e->doubted = e->online && !doubted;
    if (e->doubted)
        ask_in(e, e->chat->options.offline_after_ms);
    else
        learn(e, false);
}

static void let_go(struct elsewhere *e)
{
    struct list waits = LIST_INIT(waits);
    list_splice_back(&waits, &e->waits);
    for (struct list *node; (node = list_pop_front(&waits));) {
        struct elsewhere_wait *wait = list_entry(node, struct elsewhere_wait, link);
        wait->known(wait);
    }
}

void elsewhere_answered(struct chat *chat, uint64_t user, bool online)
{
    struct elsewhere *e = find(chat, user);
    if (!e || !e->asking)
        return;
    bool doubted = e->doubted;
    e->asking = e->doubted = false;
    if (e->again)
        ask(e);
    if (e->asking)
        return;
    if (online)
        learn(e, true);
    else
        hear_nobody(e, doubted);
    let_go(e);
    e = find(chat, user); /* whoever waited may have ended it */
    if (e)
        free_if_idle(e);
}

/* --- what is known --- */

bool elsewhere_is_here(const struct chat *chat, uint64_t user)
{
    const struct person *p = map_get(&chat->persons, user);
    return p && p->online;
}

bool elsewhere_shown(const struct person *p)
{
    const struct elsewhere *e = find(p->chat, p->id);
    return e ? e->shown : p->online;
}

static struct elsewhere *find_or_make(struct chat *chat, uint64_t user)
{
    struct elsewhere *e = find(chat, user);
    if (e)
        return e;
    e = mem_new(sizeof(*e));
    e->chat = chat;
    e->user = user;
    list_init(&e->waits);
    timer_init(&e->timer, time_to_ask);
    map_put(&chat->elsewhere, user, e);
    return e;
}

void elsewhere_watch(struct person *p)
{
    if (!p->chat->options.shared)
        return;
    struct elsewhere *e = find_or_make(p->chat, p->id);
    if (e->watchers++)
        return;
    e->shown = p->online;
    ask_later(e);
}

void elsewhere_unwatch(struct person *p)
{
    struct elsewhere *e = find(p->chat, p->id);
    if (!p->chat->options.shared)
        return;
    must(e && e->watchers);
    if (--e->watchers)
        return;
    timer_cancel(p->chat->env->wheel, &e->timer);
    e->known = e->online = e->doubted = false; /* it grows old from here on */
    free_if_idle(e);
}

void elsewhere_told(struct person *p, bool online, uint64_t last_seen_ms)
{
    struct elsewhere *e = find(p->chat, p->id);
    if (!p->chat->options.shared) {
        presence_told(p, online, last_seen_ms);
        return;
    }
    if (!e || !e->watchers)
        return;
    e->last_seen_ms = MAX(e->last_seen_ms, online ? chat_wall_ms(p->chat) : last_seen_ms);
    if (online) {
        e->online = e->online || !p->online;
        e->doubted = false; /* what is under way is older, and may know nothing of it */
        tell(e);
    } else if (!p->online) {
        e->online = false; /* unless another node has them: that is shown when it is known */
        ask(e);
    }
}

void elsewhere_forget(struct chat *chat)
{
    size_t at = 0;
    uint64_t user;
    for (struct elsewhere *e; (e = map_next(&chat->elsewhere, &at, &user));) {
        must(!e->watchers && list_empty(&e->waits));
        timer_cancel(chat->env->wheel, &e->timer);
        free(e);
    }
    map_deinit(&chat->elsewhere);
}
