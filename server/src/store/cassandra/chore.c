/* See chore.h. Each time is a strand of its own, so that what it took of memory ends with it. */
#include "store/cassandra/chore.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loop/loop.h"
#include "store/cassandra/cassandra.h"
#include "util/macros.h"

static void run_chore(struct strand *s, struct store_request *r)
{
    struct chore *c = container_of(r, struct chore, request);
    c->result = c->run(s, c);
}

static void chore_done(struct task *task)
{
    struct store_request *r = container_of(task, struct store_request, task);
    loop_stop(container_of(r, struct chore, request)->loop);
}

void chores_start(struct strands *strands, const struct cql_options *options)
{
    struct cql_options o = *options;
    if (!o.timeout_ms)
        o.timeout_ms = CASSANDRA_TIMEOUT_MS;
    strands->loop = o.loop;
    strands->cql = cql_new(&o);
    strands_init(strands);
}

int chore_run(struct strands *strands, struct chore *c)
{
    c->loop = strands->loop;
    c->request.task.run = chore_done;
    list_init(&c->request.task.node);
    list_init(&c->request.link);
    strands->run = run_chore;
    strands->to = &strands->loop->poster;
    strands_start(strands, &c->request);
    loop_run(strands->loop);
    if (c->result && !c->why[0])
        snprintf(c->why, c->why_n, "Cassandra does not answer, or not as it should: %s",
                 strerror(-c->result));
    store_request_deinit(&c->request);
    return c->result;
}

static void on_stopped(void *loop)
{
    loop_stop(loop);
}

void chores_stop(struct strands *strands)
{
    strands_close(strands);
    cql_stop(strands->cql, on_stopped, strands->loop);
    loop_run(strands->loop);
    strands_deinit(strands);
}
