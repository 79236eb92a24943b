/* Everybody asks for themselves, which privacy hides nothing of: only what nodes know of each
 * other's sessions is looked at. */
#include "there.h"

#include "chat/elsewhere.h"
#include "chat/presence.h"
#include "client.h"
#include "world.h"

struct look {
    struct chat_watch watch;
    const struct node *node;
    uint64_t user;
    bool answered;
};

static void looked(struct chat_call *call)
{
    container_of(call, struct look, watch.call)->answered = true;
}

static bool is_on(const struct client *d, uint64_t user)
{
    return d->user == user && d->online && !d->dismissed;
}

static uint32_t devices_there(const struct world *w, uint64_t user)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < DEVICES; i++)
        n += is_on(w->clients[i], user);
    return n;
}

/* Every node is asked for the user. */
static void look_at(struct world *w, uint64_t user, bool there)
{
    static struct look looks[NODES_MAX];
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        struct look *l = &looks[i];
        *l = (struct look){.node = &w->nodes[i], .user = user};
        l->watch.call.user = user;
        l->watch.call.done = looked;
        l->watch.users = &l->user;
        l->watch.n_users = 1;
        chat_watch(w->nodes[i].chat, &l->watch);
    }
    world_settle(w);
    world_pass(w, ELSEWHERE_WITHIN_MS + 1);
    world_settle(w);
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        const struct look *l = &looks[i];
        if (!l->answered || l->watch.call.error)
            world_fail(w, "node %u does not say whether %llu is there", i,
                       (unsigned long long)user);
        else if (l->watch.presence[0].online != there)
            world_fail(w, "node %u says that %llu is %s", i, (unsigned long long)user,
                       there ? "offline" : "online");
    }
}

void there_check(struct world *w)
{
    uint64_t leaves = w->users[w->seed % USERS];
    for (uint32_t i = 0; i < USERS; i++)
        if (w->users[i] != w->left.user && devices_there(w, w->users[i]))
            look_at(w, w->users[i], true);
    if (leaves == w->left.user)
        return;
    for (uint32_t i = 0; i < DEVICES; i++)
        if (is_on(w->clients[i], leaves))
            client_go_offline(w->clients[i]);
    world_pass(w, OFFLINE_AFTER_MS + 1);
    world_settle(w);
    look_at(w, leaves, false);
}
