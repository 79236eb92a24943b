/* See attempt.h. */
#include "attempt.h"

#include <stdlib.h>

#include "sabotage.h"
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
    a->node = d->node;
    a->epoch = d->epoch;
    a->asked_step = d->world->step;
    a->asked_ms = node_wall_ms(d->node);
    a->asked_mono_ms = d->world->mono_ms;
    a->dismissed = d->dismissed;
    a->finish = finish;
    a->inside = true;
    a->u.call = (struct chat_call){.user = d->user, .device = d->id, .done = attempt_done};
    if (!sabotaged(d->world, "late"))
        a->u.call.since_ms = node_mono_ms(d->node);
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

void attempts_forget(struct world *w, const struct node *n)
{
    list_for_each(&w->attempts, node)
    {
        struct attempt *a = list_entry(node, struct attempt, link);
        if (a->node != n)
            continue;
        list_remove(&a->link);
        free(a);
    }
}
