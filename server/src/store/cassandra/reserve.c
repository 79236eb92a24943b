/* Snowflake workers: a row a number, in one partition, changed on the condition that it is what was
 * seen (store/workers.h says what is chosen, and why that is safe). */
#include <errno.h>

#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "store/workers.h"
#include "util/macros.h"
#include "util/snowflake.h"

static int see_rows(struct strand *s, struct worker_seen *seen)
{
    struct worker_row *rows = arena_alloc(strand_scratch(s), SNOWFLAKE_WORKERS * sizeof(*rows));
    struct ask ask = ASK(S_WORKERS_LOOK, cql_tinyint(0));
    uint64_t asked_ms = strand_now_ms(s);
    int err;
    do {
        err = strand_ask(s, &ask);
        for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
            uint64_t worker = answer_u64(&ask.answer, i, 0);
            if (worker >= SNOWFLAKE_WORKERS)
                return strand_bad_row("workers", worker);
            rows[worker] =
                (struct worker_row){answer_u64(&ask.answer, i, 1), answer_u64(&ask.answer, i, 2)};
        }
    } while (!err && ask_next_page(&ask));
    for (uint32_t i = 0; !err && i < SNOWFLAKE_WORKERS; i++)
        worker_saw(&seen[i], rows[i], asked_ms, strand_now_ms(s));
    return err;
}

/* A row that is nobody's, from the start, may be absent. */
static int change_row(struct strand *s, const struct worker_change *c, bool *made)
{
    const struct worker_row *before = &c->before;
    bool absent = !before->owner && !before->up_to_ms;
    struct ask ask = ASK(S_WORKER_CHANGE, cql_u64(c->after.owner), cql_u64(c->after.up_to_ms),
                         cql_int((int32_t)c->worker), absent ? cql_null() : cql_u64(before->owner),
                         absent ? cql_null() : cql_u64(before->up_to_ms));
    int err = strand_ask(s, &ask);
    *made = !err && ask.answer.applied;
    return err;
}

int cassandra_reserve(struct strand *s, struct store_reserve *r)
{
    struct worker_seen *seen = strand_workers(s);
    for (int i = 0; decide(s, i); i++) {
        struct worker_change change;
        bool made;
        int err = see_rows(s, seen);
        if (err)
            return err;
        strand_harmless(s); /* what was not made so far never is: the rows are others */
        if (!worker_choose(seen, SNOWFLAKE_WORKERS, r->owner, r->worker, r->up_to_ms, &change))
            return -EAGAIN;
        err = change_row(s, &change, &made);
        if (err)
            return err;
        if (!made)
            continue;
        r->worker = change.worker;
        r->used_up_to_ms = change.before.up_to_ms;
        r->another = change.before.owner != r->owner;
        r->up_to_ms = change.after.up_to_ms;
        return STORE_DONE;
    }
    return -EAGAIN;
}
