/*
 * An id belongs to a node: it is the same on all of them as long as they are of one version, and a
 * cluster that is being upgraded is no time for surprises.
 */
#include "store/cql/prepared.h"

#include <stdlib.h>

#include "store/cql/request.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

struct prepared {
    struct cql *cql;
    struct cql_statement *statement;
    struct exchange exchange;
    struct list waiting;
    uint8_t id[WIRE_ID_MAX];
    uint8_t id_n; /* 0: not known */
};

struct str prepared_id(const struct node *node, const struct cql_statement *s)
{
    const struct prepared *p = node->prepared[s->number];
    return p && p->id_n ? str_n(p->id, p->id_n) : (struct str){0};
}

static void tell(struct prepared *p, int code, struct str message)
{
    struct list waiting = LIST_INIT(waiting), *node;
    list_splice_back(&waiting, &p->waiting);
    while ((node = list_pop_front(&waiting))) {
        struct prepared_wait *w = list_entry(node, struct prepared_wait, node);
        w->ready(w, code, message);
    }
}

static void on_prepared(struct exchange *e, struct wire_answer *answer)
{
    struct prepared *p = container_of(e, struct prepared, exchange);
    if (!answer) {
        tell(p, CQL_UNAVAILABLE, STR("the node was lost"));
    } else if (answer->kind == WIRE_PREPARED) {
        memcpy(p->id, answer->id.p, answer->id.n);
        p->id_n = (uint8_t)answer->id.n;
        p->statement->keys = answer->keys;
        p->cql->counts.prepared++;
        metric_add(METRIC_DATABASE_PREPARED, 1);
        tell(p, 0, (struct str){0});
    } else if (answer->kind == WIRE_ERROR) {
        int code = request_code_of(answer->error);
        /* Preparing changes nothing, so there is nothing to be unsure of. */
        tell(p, code == CQL_UNKNOWN ? CQL_UNAVAILABLE : code, answer->message);
    } else {
        tell(p, CQL_UNAVAILABLE, STR("an odd answer to PREPARE"));
    }
}

int prepared_ask(struct node *node, struct link *link, const struct cql_statement *s,
                 struct prepared_wait *wait)
{
    struct prepared *p = node->prepared[s->number];
    if (!p) {
        p = node->prepared[s->number] = mem_new(sizeof(*p));
        p->cql = node->cql;
        p->statement = node->cql->statements[s->number];
        p->exchange.answered = on_prepared;
        list_init(&p->waiting);
    }
    uint64_t now_ms = loop_now_ms(node->cql->loop);
    if (p->exchange.link && now_ms - p->exchange.sent_ms >= LINK_OPEN_MS)
        link_forget(&p->exchange);
    int r = 0;
    if (!p->exchange.link) {
        struct builder body = {0};
        wire_put_prepare(&body, s->text);
        struct buf *bytes = builder_finish(&body);
        r = link_send(link, &p->exchange, WIRE_OP_PREPARE, bytes);
        buf_unref(bytes);
    }
    if (r == 0)
        list_push_back(&p->waiting, &wait->node);
    return r;
}

void prepared_leave(struct prepared_wait *wait)
{
    list_remove(&wait->node);
}

void prepared_forget(struct node *node, const struct cql_statement *s)
{
    if (node->prepared[s->number])
        node->prepared[s->number]->id_n = 0;
}

void prepared_free(struct node *node)
{
    for (uint32_t i = 0; i < CQL_STATEMENTS_MAX; i++) {
        struct prepared *p = node->prepared[i];
        if (!p)
            continue;
        must(list_empty(&p->waiting) && !p->exchange.link);
        free(p);
    }
}
