/* See hold.h. */
#include "hold.h"

#include "store/cql/cluster.h"
#include "util/macros.h"

static struct held *wanted; /* NULL: none */
uint32_t held_pending;

void hold_run(struct cql *, struct cql_call *, const struct cql_order *);

/* The store has its statements prepared in the table's order. */
void hold_run(struct cql *cql, struct cql_call *call, const struct cql_order *order)
{
    struct held *h = wanted;
    if (!h || order->parts[0].statement->number != (uint32_t)h->statement) {
        cql_run(cql, call, order);
        return;
    }
    wanted = NULL;
    h->there = true;
    h->cql = cql;
    h->asker = call;
    h->order = *order;
}

void hold(struct held *h, enum statement statement)
{
    assert_null(wanted);
    *h = (struct held){.statement = statement};
    wanted = h;
}

void held_await(struct held *h, struct rig *rig)
{
    while (!h->there) {
        assert_true(held_pending > 0); /* else it never comes */
        rig_run_one(rig);
    }
}

void held_let_go(struct held *h)
{
    cql_run(h->cql, h->asker, &h->order);
}

void held_doubt(struct held *h)
{
    const struct cql_result lost = {.code = CQL_UNKNOWN, .message = STR("the link was cut")};
    h->asker->done(h->asker, &lost);
}

static void on_landed(struct cql_call *call, const struct cql_result *result)
{
    struct held *h = container_of(call, struct held, own);
    assert_int_equal(result->code, 0);
    assert_true(!result->conditional || result->applied);
    h->landed = true;
}

void held_land(struct held *h, struct rig *rig)
{
    h->own.done = on_landed;
    cql_run(h->cql, &h->own, &h->order);
    while (!h->landed)
        rig_run_one(rig);
}

void held_answered(struct store_request *r)
{
    (void)r;
    held_pending--;
}

void await_answer(struct rig *rig)
{
    while (held_pending)
        rig_run_one(rig);
}
