/* See attempt.h. */
#include "attempt.h"

#include <stdlib.h>

#include "util/mem.h"

static void attempt_done(struct chat_call *call)
{
    struct attempt *a = container_of(call, struct attempt, u.call);
    if (a->inside)
        world_fail(a->device->world, "a call ended inside itself");
    list_remove(&a->link);
    a->finish(a);
    free(a);
}

struct attempt *attempt_new(struct client *d, void (*finish)(struct attempt *))
{
    struct attempt *a = mem_new(sizeof(*a));
    a->device = d;
    a->epoch = d->epoch;
    a->asked_step = d->world->step;
    a->asked_ms = d->world->wall_ms;
    a->finish = finish;
    a->inside = true;
    a->u.call = (struct chat_call){.user = d->user, .device = d->id, .done = attempt_done};
    list_push_back(&d->world->attempts, &a->link);
    return a;
}

void attempt_made(struct attempt *a)
{
    a->inside = false;
}

bool attempt_seen(const struct attempt *a)
{
    return a->epoch == a->device->epoch;
}

void attempts_forget(struct world *w)
{
    for (struct list *node; (node = list_pop_front(&w->attempts));)
        free(list_entry(node, struct attempt, link));
}
