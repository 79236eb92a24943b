/*
 * Two questions to one node: system.local, what it is itself, and system.peers, what the others
 * are. A node that is listed no more is let go of once none of its links is open: as long as it
 * answers, whoever left it out may be wrong.
 *
 * Refused: asking every node and comparing (they learn of each other by gossip, and the next look
 * asks another one anyway); knowing the keyspaces' replication (see request.c).
 */
#include "store/cql/topology.h"

#include <stdlib.h>

#include "store/cql/cluster.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

static void on_answer(struct exchange *, struct wire_answer *);

static struct cql *cql_of(struct topology *t)
{
    return container_of(t, struct cql, topology);
}

static bool ask(struct cql *cql, struct node *node, struct str text)
{
    struct builder body = {0};
    bool full = false;
    struct link *link = node_link(node, &full);
    if (!link)
        return false;
    wire_put_query(&body, text,
                   &(struct wire_terms){.consistency = CQL_ONE, .page_rows = 2 * CQL_NODES_MAX});
    struct buf *bytes = builder_finish(&body);
    int r = link_send(link, &cql->topology.exchange, WIRE_OP_QUERY, bytes);
    buf_unref(bytes);
    cql->topology.asked = r == 0 ? node : NULL;
    return r == 0;
}

static void begin(struct cql *cql)
{
    struct topology *t = &cql->topology;
    link_forget(&t->exchange);
    t->peers = false;
    topology_look(cql, TOPOLOGY_LOOK_MS);
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        struct node *node = cql->nodes[cql->next++ % CQL_NODES_MAX];
        if (node &&
            ask(cql, node, STR("SELECT data_center, tokens FROM system.local WHERE key = 'local'")))
            return;
    }
}

static void on_timer(struct timer *timer)
{
    begin(cql_of(container_of(timer, struct topology, timer)));
}

static void take_tokens(struct node *node, struct str cell)
{
    struct cql_list list = cql_list_of(cell);
    struct str text;
    node->tokens_n = 0;
    while (node->tokens_n < RING_TOKENS_MAX && cql_list_next(&list, &text))
        node->tokens_n += ring_parse_token(text, &node->tokens[node->tokens_n]);
}

static bool take_address(struct address *out, struct str cell, uint16_t port)
{
    if (cell.n != 4 && cell.n != sizeof(out->ip))
        return false;
    *out = (struct address){.port = port};
    if (cell.n == 4)
        out->ip[10] = out->ip[11] = 0xff;
    memcpy(out->ip + sizeof(out->ip) - cell.n, cell.p, cell.n);
    return !address_is_any(out) && !(cell.n == 4 && memcmp(cell.p, "\0\0\0\0", 4) == 0);
}

/* data_center, tokens of the node that was asked. */
static void take_local(struct cql *cql, struct node *node, struct cql_rows *rows)
{
    if (!cql_rows_next(rows) || rows->columns_n != 2)
        return;
    if (!cql->datacenter.p)
        cql->datacenter = str_n(mem_copy(rows->cells[0].p, rows->cells[0].n), rows->cells[0].n);
    if (str_eq(rows->cells[0], cql->datacenter))
        take_tokens(node, rows->cells[1]);
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        if (cql->nodes[i])
            cql->nodes[i]->listed = cql->nodes[i] == node;
    }
}

/* peer, rpc_address, data_center, tokens of another. */
static void take_peer(struct cql *cql, const struct str *cells)
{
    struct address address;
    if (!str_eq(cells[2], cql->datacenter) || (!take_address(&address, cells[1], cql->port) &&
                                               !take_address(&address, cells[0], cql->port)))
        return;
    struct node *node = cluster_find(cql, &address);
    if (!node)
        node = cluster_add(cql, &address);
    if (!node)
        return;
    node->listed = true;
    take_tokens(node, cells[3]);
}

static void take_peers(struct cql *cql, struct cql_rows *rows)
{
    while (rows->columns_n == 4 && cql_rows_next(rows))
        take_peer(cql, rows->cells);
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++) {
        if (cql->nodes[i] && !cql->nodes[i]->listed)
            cluster_remove(cql->nodes[i]);
    }
    cluster_rebuild_ring(cql);
    cluster_wake(cql);
}

static void on_answer(struct exchange *e, struct wire_answer *answer)
{
    struct topology *t = container_of(e, struct topology, exchange);
    struct cql *cql = cql_of(t);
    struct node *node = t->asked;
    t->asked = NULL;
    if (!answer || answer->kind != WIRE_ROWS) {
        if (answer && answer->kind == WIRE_ERROR)
            log_warn("cql_nodes_unknown", log_strn("why", answer->message));
        topology_look(cql, TOPOLOGY_SOON_MS);
    } else if (t->peers) {
        take_peers(cql, &answer->rows);
    } else {
        take_local(cql, node, &answer->rows);
        t->peers = true;
        if (!ask(cql, node, STR("SELECT peer, rpc_address, data_center, tokens FROM system.peers")))
            topology_look(cql, TOPOLOGY_SOON_MS);
    }
}

void topology_init(struct topology *t)
{
    *t = (struct topology){.exchange.answered = on_answer};
    timer_init(&t->timer, on_timer);
}

void topology_look(struct cql *cql, uint64_t in_ms)
{
    struct timer *timer = &cql->topology.timer;
    uint32_t random;
    if (timer_armed(timer) && timer->due_ms <= loop_now_ms(cql->loop) + in_ms)
        return;
    crypto_random(&random, sizeof(random));
    /* Spread, so that many servers do not ask in step. */
    loop_timer_set(cql->loop, timer, in_ms ? in_ms + random % (in_ms / 2) : 0);
}

void topology_end(struct cql *cql)
{
    link_forget(&cql->topology.exchange);
    loop_timer_cancel(cql->loop, &cql->topology.timer);
}
