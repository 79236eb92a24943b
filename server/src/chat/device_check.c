/*
 * One timer a person, and two reads when it fires: the account's row (with what else is cached of
 * the person) and the list of devices. Chat thread. A session that began after the list was asked
 * for is not held against it: its device may be younger.
 *
 * Refused: to hold each call against the store, a read for every message; and a list of what was
 * revoked lately, which each node would have to ask for and which somebody would have to clear.
 */
#include "chat/device_check.h"

#include <assert.h>
#include <stdlib.h>

#include "chat/notice.h"
#include "chat/person.h"
#include "chat/session.h"
#include "util/mem.h"

enum { CHECK_EVERY_MS = 40 * 1000, CHECK_SPREAD_MS = 8 * 1000, CHECK_AGAIN_MS = 2000 };
static_assert(CHECK_EVERY_MS + CHECK_SPREAD_MS < PERSON_AGE_MS_MAX, "and the answers take a time");

struct device_check {
    struct person *person;
    uint64_t moment;
    struct person_wait wait;
    struct store_devices devices;
};

static void check_in(struct person *p, uint64_t ms)
{
    timer_set(p->chat->env->wheel, &p->devices, chat_mono_ms(p->chat) + ms);
}

/* Not all at once, after a node came up. */
static uint64_t usual_ms(struct chat *chat)
{
    uint32_t spread;
    chat->env->ops->random(chat->env, &spread, sizeof(spread));
    return CHECK_EVERY_MS + spread % CHECK_SPREAD_MS;
}

static void check_over(struct device_check *c, bool good)
{
    struct person *p = c->person;
    store_request_deinit(&c->devices.base);
    free(c);
    if (p->n_sessions)
        check_in(p, good ? usual_ms(p->chat) : CHECK_AGAIN_MS);
    p->chat->busy--;
    person_unref(p);
}

static bool has_ended(const struct device_check *c, const struct session *s)
{
    if (s->moment > c->moment)
        return false;
    for (uint32_t i = 0; i < c->devices.n_devices; i++)
        if (c->devices.devices[i].id == s->device)
            return false;
    return true;
}

static void devices_done(struct store_request *request)
{
    struct device_check *c = container_of(request, struct device_check, devices.base);
    struct person *p = c->person;
    bool good = request->status == STORE_DONE;
    list_for_each(&p->sessions, node)
    {
        const struct session *s = list_entry(node, struct session, of_person);
        if (good && has_ended(c, s))
            notice_device_gone(p->chat, p->id, s->device);
    }
    check_over(c, good);
}

static void person_ready(struct person_wait *wait, enum chat_error error)
{
    struct device_check *c = container_of(wait, struct device_check, wait);
    struct person *p = c->person;
    if (error) {
        check_over(c, false);
        return;
    }
    if (p->disabled || p->deleted)
        notice_user_gone(p->chat, p->id);
    c->devices = (struct store_devices){.base.done = devices_done, .user = p->id};
    store_devices(p->chat->store, &c->devices);
}

void device_check_timer(struct timer *timer)
{
    struct person *p = container_of(timer, struct person, devices);
    struct device_check *c = mem_new(sizeof(*c));
    c->person = p;
    c->moment = need_now(p->chat).moment;
    c->wait = (struct person_wait){.need.moment = c->moment, .ready = person_ready};
    cached_ref(&p->cached);
    p->chat->busy++; /* a drain waits for it */
    must(!person_load(p, &c->wait));
}

void device_check_begin(struct person *p)
{
    if (p->chat->options.shared && !timer_armed(&p->devices))
        check_in(p, usual_ms(p->chat));
}

void device_check_stop(struct person *p)
{
    timer_cancel(p->chat->env->wheel, &p->devices);
}
