/*
 * Few, and looked at once a second: whatever is sought is found by walking over all of them.
 *
 * Refused: taking a node for down as soon as it is silent here. Half of a cluster that lost the
 * other half's messages would send everybody to itself. Refused too: a vote of all. Two witnesses
 * cost the same in a cluster of five and of fifty, and the store, not this table, keeps what must
 * not go wrong.
 */
#include "discovery/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "util/macros.h"
#include "util/mem.h"

void nodes_init(struct nodes *nodes, uint64_t self)
{
    must(self);
    *nodes = (struct nodes){.self = self};
}

void nodes_deinit(struct nodes *nodes)
{
    size_t at = 0;
    uint64_t id;
    for (struct node *node; (node = map_next(&nodes->map, &at, &id));)
        free(node);
    map_deinit(&nodes->map);
}

static bool is_over(const struct node *node)
{
    return node->state == NODE_DOWN || node->state == NODE_REMOVED;
}

static void set_state(struct node *node, enum node_state state, uint64_t now_ms)
{
    if (node->state == state)
        return;
    node->state = state;
    node->since_ms = now_ms;
}

/* Who was at this address and is no more. */
static struct node *predecessor(const struct nodes *nodes, const struct gossip *g)
{
    size_t at = 0;
    uint64_t id;
    for (struct node *node; (node = map_next(&nodes->map, &at, &id));)
        if (g->url.n && is_over(node) && str_eq(str_of(node->url), g->url))
            return node;
    return NULL;
}

/* Whether another one has come up at its address since it was heard last. */
static bool is_succeeded(const struct nodes *nodes, const struct node *node)
{
    struct str url = str_of(node->url);
    size_t at = 0;
    uint64_t id;
    for (const struct node *other; (other = map_next(&nodes->map, &at, &id));)
        if (url.n && !is_over(other) && other->joined_ms > node->heard_ms &&
            str_eq(str_of(other->url), url))
            return true;
    return false;
}

static struct node *longest_over(const struct nodes *nodes)
{
    struct node *longest = NULL;
    size_t at = 0;
    uint64_t id;
    for (struct node *node; (node = map_next(&nodes->map, &at, &id));)
        if (is_over(node) && (!longest || node->since_ms < longest->since_ms))
            longest = node;
    return longest;
}

static struct node *node_add(struct nodes *nodes, const struct gossip *g, uint64_t now_ms)
{
    struct node *before = predecessor(nodes, g);
    if (!before && nodes->map.n == NODES_MAX)
        before = longest_over(nodes);
    if (before)
        free(map_remove(&nodes->map, before->id));
    if (nodes->map.n == NODES_MAX)
        return NULL;
    struct node *node = mem_new(sizeof(*node));
    node->id = g->id;
    node->since_ms = node->joined_ms = now_ms;
    map_put(&nodes->map, g->id, node);
    return node;
}

static void copy_text(char *out, struct str text)
{
    if (text.n)
        memcpy(out, text.p, text.n);
    out[text.n] = 0;
}

bool nodes_heard(struct nodes *nodes, const struct gossip *g, uint64_t now_ms)
{
    struct node *node = map_get(&nodes->map, g->id);
    if (node && g->number <= node->number)
        return true;
    if (!node && !(node = node_add(nodes, g, now_ms)))
        return false;
    set_state(node, g->state, now_ms);
    node->number = g->number;
    node->heard_ms = now_ms;
    node->awaited = node->named = 0;
    node->undecided = false;
    node->roles = g->roles;
    node->connections = g->connections;
    node->connections_max = g->connections_max;
    node->cpu_permille = g->cpu_permille;
    must(g->url.n < sizeof(node->url) && g->region.n < sizeof(node->region) &&
         g->version.n < sizeof(node->version));
    copy_text(node->url, g->url);
    copy_text(node->region, g->region);
    copy_text(node->version, g->version);
    return true;
}

void nodes_were_unheard(struct nodes *nodes, uint64_t now_ms)
{
    size_t at = 0;
    uint64_t id;
    for (struct node *node; (node = map_next(&nodes->map, &at, &id));) {
        node->awaited = 0;
        node->undecided = false;
        node->doubted_ms = now_ms;
    }
}

void nodes_forget(struct nodes *nodes, uint64_t now_ms)
{
    uint64_t id, over[16]; /* the rest the next time */
    size_t at = 0, n = 0;
    for (const struct node *node; n < ARRAY_SIZE(over) && (node = map_next(&nodes->map, &at, &id));)
        if (is_over(node) && now_ms - node->since_ms > NODES_KEEP_MS)
            over[n++] = id;
    while (n)
        free(map_remove(&nodes->map, over[--n]));
}

/* --- who is down --- */

struct node *nodes_doubt(struct nodes *nodes, uint64_t now_ms)
{
    size_t at = 0;
    uint64_t id, others[NODES_WITNESSES];
    for (struct node *node; (node = map_next(&nodes->map, &at, &id));) {
        uint64_t known_ms = MAX(node->heard_ms, node->doubted_ms);
        if (id == nodes->self || is_over(node) || node->awaited ||
            now_ms - known_ms <= NODES_SILENT_MS)
            continue;
        size_t n = nodes_witnesses(nodes, node, others);
        node->doubted_ms = now_ms;
        node->awaited = 1 + (uint32_t)n;
        node->spoken_of = n == 0;
        return node;
    }
    return NULL;
}

size_t nodes_witnesses(const struct nodes *nodes, const struct node *about,
                       uint64_t ids[NODES_WITNESSES])
{
    uint64_t heard_ms[NODES_WITNESSES], id;
    size_t at = 0, n = 0;
    for (const struct node *node; (node = map_next(&nodes->map, &at, &id));) {
        if (node == about || id == nodes->self || is_over(node))
            continue;
        size_t place = n;
        while (place && heard_ms[place - 1] < node->heard_ms)
            place--;
        if (place == NODES_WITNESSES)
            continue;
        n = MIN(n + 1, (size_t)NODES_WITNESSES);
        for (size_t i = n - 1; i > place; i--) {
            ids[i] = ids[i - 1];
            heard_ms[i] = heard_ms[i - 1];
        }
        ids[place] = id;
        heard_ms[place] = node->heard_ms;
    }
    return n;
}

void nodes_answered(struct nodes *nodes, uint64_t about, enum nodes_answer answer, uint64_t now_ms)
{
    struct node *node = map_get(&nodes->map, about);
    if (!node || !node->awaited) /* decided, or it was heard meanwhile */
        return;
    if (answer == NODES_SAID_ALIVE) {
        node->awaited = 0;
        node->undecided = false;
        node->doubted_ms = now_ms;
        return;
    }
    node->spoken_of = node->spoken_of || answer == NODES_SAID_SILENT;
    if (--node->awaited)
        return;
    if (!node->spoken_of && !node->undecided)
        node->undecided = true;
    else if (is_succeeded(nodes, node))
        free(map_remove(&nodes->map, about));
    else
        set_state(node, NODE_DOWN, now_ms);
}

/* --- looking --- */

int64_t nodes_silent_ms(const struct nodes *nodes, uint64_t id, uint64_t now_ms)
{
    const struct node *node = map_get(&nodes->map, id);
    if (!node || is_over(node))
        return NODES_NEVER;
    return (int64_t)(now_ms - node->heard_ms);
}

const struct node *nodes_self(const struct nodes *nodes)
{
    return map_get(&nodes->map, nodes->self);
}

static int by_id(const void *a, const void *b)
{
    const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
    return (x->id > y->id) - (x->id < y->id);
}

size_t nodes_list(const struct nodes *nodes, const struct node *out[NODES_MAX])
{
    size_t at = 0, n = 0;
    uint64_t id;
    for (const struct node *node; (node = map_next(&nodes->map, &at, &id));)
        out[n++] = node;
    if (n)
        qsort(out, n, sizeof(out[0]), by_id);
    return n;
}
