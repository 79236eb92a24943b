/*
 * Owns the nodes and what all calls share. Everything that a call by the owner leads to is left to
 * the hook at the end of the turn, so that no completion runs inside one, and all that a turn asks
 * is sent together.
 *
 * A node that is let go of, and the whole at its end, is freed when its links have stopped; from
 * then on nothing points to it, since a link that is lost has answered all that was on it.
 */
#include "store/cql/cluster.h"

#include <stdlib.h>

#include "store/cql/prepared.h"
#include "store/cql/request.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

static struct str keep(struct str s)
{
    return s.p ? str_n(mem_copy(s.p, s.n), s.n) : s;
}

static void let_go(struct str s)
{
    free((char *)s.p);
}

/* --- nodes --- */

struct node *cluster_find(const struct cql *cql, const struct address *address)
{
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        if (cql->nodes[i] && memcmp(&cql->nodes[i]->address, address, sizeof(*address)) == 0)
            return cql->nodes[i];
    }
    return NULL;
}

static void set_name(struct cql *cql, uint32_t number, const struct address *address)
{
    pthread_mutex_lock(&cql->names_lock);
    cql->names[number] = *address;
    pthread_mutex_unlock(&cql->names_lock);
}

struct node *cluster_add(struct cql *cql, const struct address *address)
{
    char text[ADDRESS_TEXT_MAX];
    if (cql->present == UINT64_MAX) {
        log_warn("cql_node_left_out", log_str("node", address_format(address, text)));
        return NULL;
    }
    struct node *node = mem_new(sizeof(*node));
    node->cql = cql;
    node->address = *address;
    node->number = (uint32_t)__builtin_ctzll(~cql->present);
    cql->nodes[node->number] = node;
    cql->present |= UINT64_C(1) << node->number;
    cql->counts.nodes++;
    cql->nodes_running++;
    set_name(cql, node->number, address);
    for (uint32_t i = 0; i < CQL_LINKS; i++) {
        link_init(&node->links[i], &cql->links, address, node);
        link_start(&node->links[i]);
        node->links_running++;
    }
    log_info("cql_node_added", log_str("node", address_format(address, text)));
    return node;
}

static void stop_node(struct node *node)
{
    struct cql *cql = node->cql;
    cql->nodes[node->number] = NULL;
    cql->present &= ~(UINT64_C(1) << node->number);
    cql->counts.nodes--;
    set_name(cql, node->number, &(struct address){0});
    for (uint32_t i = 0; i < CQL_LINKS; i++)
        link_stop(&node->links[i]);
}

bool cluster_remove(struct node *node)
{
    char text[ADDRESS_TEXT_MAX];
    for (uint32_t i = 0; i < CQL_LINKS; i++) {
        if (link_is_open(&node->links[i]))
            return false;
    }
    log_info("cql_node_removed", log_str("node", address_format(&node->address, text)));
    stop_node(node);
    return true;
}

void cluster_rebuild_ring(struct cql *cql)
{
    ring_clear(&cql->ring);
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        if (cql->nodes[i])
            ring_add(&cql->ring, i, cql->nodes[i]->tokens, cql->nodes[i]->tokens_n);
    }
    ring_sort(&cql->ring);
}

bool cluster_is_starting(const struct cql *cql)
{
    for (uint32_t i = 0; i < CQL_NODES_MAX && !cql->opened; i++) {
        if (cql->nodes[i] && !cql->nodes[i]->links[0].why[0])
            return true;
    }
    return false;
}

struct str cluster_why(const struct cql *cql)
{
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        const struct node *node = cql->nodes[i];
        if (node && node->links[0].why[0])
            return str_of(node->links[0].why);
    }
    return STR("no node has answered yet");
}

struct link *node_link(struct node *node, bool *full)
{
    struct link *best = NULL;
    for (uint32_t i = 0; i < CQL_LINKS; i++) {
        struct link *l = &node->links[i];
        if (link_has_room(l)) {
            if (!best || (best->quiet && !l->quiet) ||
                (best->quiet == l->quiet && l->free_n > best->free_n))
                best = l;
        } else if (link_is_open(l)) {
            *full = true;
        }
    }
    return best;
}

/* --- links --- */

static struct cql *cql_of_link(const struct link *l)
{
    return ((const struct node *)l->owner)->cql;
}

static void count_links(struct node *node)
{
    uint32_t open_n = 0;
    for (uint32_t i = 0; i < CQL_LINKS; i++)
        open_n += link_is_open(&node->links[i]);
    metric_add_at(METRIC_DATABASE_LINKS, node->number, (uint64_t)open_n - node->links_counted);
    node->links_counted = open_n;
}

static void on_link_changed(struct link *l)
{
    struct cql *cql = cql_of_link(l);
    count_links(l->owner);
    bool first = !cql->opened && link_is_open(l);
    cql->opened |= link_is_open(l);
    cluster_wake(cql);
    if (!cql->stopping)
        topology_look(cql, first ? 0 : TOPOLOGY_SOON_MS);
}

static void free_all(struct cql *cql)
{
    void (*stopped)(void *) = cql->stopped;
    void *arg = cql->stopped_arg;
    loop_hook_cancel(&cql->hook);
    pthread_mutex_destroy(&cql->names_lock);
    ring_deinit(&cql->ring);
    for (uint32_t i = 0; i < cql->statements_n; i++) {
        let_go(cql->statements[i]->text);
        free(cql->statements[i]);
    }
    let_go(cql->links.user);
    let_go(cql->links.password);
    let_go(cql->links.keyspace);
    let_go(cql->datacenter);
    free(cql->tls_name);
    free(cql);
    stopped(arg);
}

static void on_link_stopped(struct link *l)
{
    struct node *node = l->owner;
    struct cql *cql = node->cql;
    count_links(node);
    if (--node->links_running > 0)
        return;
    prepared_free(node);
    free(node);
    if (--cql->nodes_running == 0 && cql->stopping)
        free_all(cql);
}

/* --- the whole --- */

void cluster_wake(struct cql *cql)
{
    loop_hook_set(cql->loop, &cql->hook);
}

static void on_turn_end(struct loop_hook *hook)
{
    struct cql *cql = container_of(hook, struct cql, hook);
    if (!cql->stopping) {
        requests_go(cql);
        return;
    }
    requests_end(cql);
    topology_end(cql);
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        if (cql->nodes[i])
            stop_node(cql->nodes[i]);
    }
}

struct cql *cql_new(const struct cql_options *o)
{
    must(o->contacts_n >= 1 && o->contacts_n <= CQL_NODES_MAX && o->timeout_ms > 0);
    struct cql *cql = mem_new(sizeof(*cql));
    pthread_mutex_init(&cql->names_lock, NULL);
    cql->loop = o->loop;
    cql->datacenter = keep(o->datacenter);
    cql->timeout_ms = o->timeout_ms;
    cql->port = o->contacts[0].port;
    cql->tls_name = o->tls_name ? mem_copy(o->tls_name, strlen(o->tls_name) + 1) : NULL;
    cql->links = (struct link_settings){
        .loop = o->loop,
        .user = keep(o->user),
        .password = keep(o->password),
        .keyspace = keep(o->keyspace),
        .tls = o->tls,
        .tls_name = cql->tls_name,
        .changed = on_link_changed,
        .stopped = on_link_stopped,
    };
    list_init(&cql->requests);
    list_init(&cql->waiting);
    loop_hook_init(&cql->hook, on_turn_end);
    topology_init(&cql->topology);
    for (size_t i = 0; i < o->contacts_n; i++) {
        if (!cluster_find(cql, &o->contacts[i]))
            cluster_add(cql, &o->contacts[i]);
    }
    return cql;
}

void cql_stop(struct cql *cql, void (*stopped)(void *), void *arg)
{
    must(!cql->stopping);
    cql->stopping = true;
    cql->stopped = stopped;
    cql->stopped_arg = arg;
    cluster_wake(cql);
}

struct cql_statement *cql_statement(struct cql *cql, const char *text, enum cql_repeat repeat)
{
    must(cql->statements_n < CQL_STATEMENTS_MAX);
    struct cql_statement *s = mem_new(sizeof(*s));
    s->number = cql->statements_n;
    s->repeat = repeat;
    s->text = keep(str_of(text));
    cql->statements[cql->statements_n++] = s;
    return s;
}

struct cql_counts cql_counts(const struct cql *cql)
{
    struct cql_counts counts = cql->counts;
    for (uint32_t i = 0; i < CQL_NODES_MAX * CQL_LINKS; i++) {
        const struct node *node = cql->nodes[i / CQL_LINKS];
        counts.links_open += node && link_is_open(&node->links[i % CQL_LINKS]);
    }
    return counts;
}

bool cql_node_address(struct cql *cql, uint32_t number, struct address *out)
{
    static const struct address none;
    pthread_mutex_lock(&cql->names_lock);
    *out = cql->names[number];
    pthread_mutex_unlock(&cql->names_lock);
    return memcmp(out, &none, sizeof(none)) != 0;
}
