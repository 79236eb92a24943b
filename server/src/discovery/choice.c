/*
 * Every node is looked at for every choice: there are hundreds at most, and choices are as rare as
 * connections.
 *
 * hash is rendezvous hashing (Thaler and Ravishankar, 1998), by address rather than id, so that a
 * node that was started anew has the same users.
 */
#include "discovery/choice.h"

#include <stdlib.h>

#include "util/macros.h"

struct candidate {
    struct node *node;
    bool full, far;
    uint64_t order; /* the less the better */
};

static struct str url_of(const struct node *node)
{
    return str_of(node->url);
}

static bool serves_sockets(const struct node *node)
{
    return node->state == NODE_UP && node->roles & NODE_CHAT;
}

static uint64_t permille(uint64_t part, uint64_t whole)
{
    return whole ? MIN(part, whole) * 1000 / whole : 1000;
}

/* The finalizer of MurmurHash3 (Appleby): the same on every node, unlike hash_u64(). */
static uint64_t mix(uint64_t v)
{
    v = (v ^ v >> 33) * UINT64_C(0xff51afd7ed558ccd);
    v = (v ^ v >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return v ^ v >> 33;
}

static uint64_t weight(uint64_t user, struct str url)
{
    uint64_t hash = mix(user);
    for (size_t i = 0; i < url.n; i++)
        hash = mix(hash ^ (unsigned char)url.p[i]);
    return hash;
}

static uint64_t order_of(const struct choice *c, const struct node *node, size_t place, size_t n)
{
    switch (c->others ? CHOICE_LEAST_LOADED : c->policy) {
    case CHOICE_ROUND_ROBIN:
        return (place + n - c->turn % n) % n;
    case CHOICE_HASH:
        return weight(c->user, url_of(node));
    case CHOICE_LEAST_LOADED:
        break;
    }
    return MAX(permille(node->connections + node->named, node->connections_max),
               node->cpu_permille);
}

static bool is_taken(const struct candidate *candidates, size_t n, const struct node *node)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(url_of(candidates[i].node), url_of(node)))
            return true;
    return false;
}

/* By id, so that turns go around. */
static size_t gather(const struct nodes *nodes, const struct choice *c,
                     struct candidate candidates[NODES_MAX])
{
    const struct node *all[NODES_MAX];
    const struct node *self = nodes_self(nodes);
    size_t n_all = nodes_list(nodes, all), n = 0;
    for (size_t i = 0; i < n_all; i++) {
        bool is_self = all[i] == self;
        if (!serves_sockets(all[i]) || (is_self && c->others) || (!is_self && !url_of(all[i]).n) ||
            (c->others && self && str_eq(url_of(self), url_of(all[i]))) ||
            is_taken(candidates, n, all[i]))
            continue;
        candidates[n++] = (struct candidate){
            .node = map_get(&nodes->map, all[i]->id),
            .full = all[i]->connections + all[i]->named >= all[i]->connections_max,
            .far = !self || !str_eq(str_of(self->region), str_of(all[i]->region)),
        };
    }
    for (size_t i = 0; i < n; i++)
        candidates[i].order = order_of(c, candidates[i].node, i, n);
    return n;
}

static int better(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->full != y->full)
        return x->full - y->full;
    if (x->far != y->far)
        return x->far - y->far;
    if (x->order != y->order)
        return (x->order > y->order) - (x->order < y->order);
    return (x->node->id > y->node->id) - (x->node->id < y->node->id);
}

/* This one, where it serves sockets and is not ready, behind the `named`. */
static size_t name_self(const struct node *self, const struct node *out[CHOICE_MAX], size_t named)
{
    if (!self || self->state != NODE_JOINING || !(self->roles & NODE_CHAT))
        return named;
    for (size_t i = 0; i < named; i++)
        if (str_eq(url_of(out[i]), url_of(self)))
            return named;
    named = MIN(named, (size_t)CHOICE_MAX - 1);
    out[named] = self;
    return named + 1;
}

size_t choose_nodes(struct nodes *nodes, const struct choice *c, const struct node *out[CHOICE_MAX])
{
    struct candidate candidates[NODES_MAX];
    size_t n = gather(nodes, c, candidates), named = 0;
    if (n)
        qsort(candidates, n, sizeof(candidates[0]), better);
    for (; named < MIN(n, (size_t)CHOICE_MAX); named++) {
        if (candidates[named].full != candidates[0].full ||
            (c->others && candidates[named].far != candidates[0].far))
            break;
        out[named] = candidates[named].node;
    }
    if (n)
        candidates[0].node->named++;
    return c->others ? named : name_self(nodes_self(nodes), out, named);
}

/* The nodes of this one's region together, and the one that has least of its share. */
struct region {
    uint64_t connections, room;
    const struct node *emptiest;
};

static double fullness(const struct node *node)
{
    return (double)node->connections / (double)MAX(node->connections_max, UINT64_C(1));
}

static struct region region_of(const struct nodes *nodes, const struct node *self)
{
    const struct node *all[NODES_MAX];
    size_t n = nodes_list(nodes, all);
    struct region region = {.emptiest = self};
    for (size_t i = 0; i < n; i++) {
        if (!serves_sockets(all[i]) || (all[i] != self && !url_of(all[i]).n) ||
            !str_eq(str_of(self->region), str_of(all[i]->region)))
            continue;
        region.connections += MIN(all[i]->connections, all[i]->connections_max);
        region.room += all[i]->connections_max;
        if (fullness(all[i]) < fullness(region.emptiest))
            region.emptiest = all[i];
    }
    return region;
}

static uint64_t share_of(const struct region *region, const struct node *node)
{
    return (uint64_t)((double)region->connections / (double)region->room *
                      (double)node->connections_max);
}

uint64_t hand_over_now(const struct nodes *nodes)
{
    const struct node *self = nodes_self(nodes);
    if (!self || !serves_sockets(self))
        return 0;
    struct region region = region_of(nodes, self);
    if (!region.room)
        return 0;
    uint64_t share = share_of(&region, self), theirs = share_of(&region, region.emptiest);
    bool many = self->connections >= share + HAND_OVER_MIN && self->connections * 5 >= share * 6;
    bool few = theirs >= region.emptiest->connections + HAND_OVER_MIN &&
               region.emptiest->connections * 5 <= theirs * 4;
    if (self->connections <= share || (!many && !few))
        return 0;
    uint64_t some = MAX(self->connections / 100, UINT64_C(1));
    return MIN(MIN(some, self->connections - share), (uint64_t)HAND_OVER_PER_S_MAX);
}
