/*
 * A batch is a list of tasks that is itself a task. The open batch belongs to the sending thread;
 * from the post on it belongs to the receiving one, which frees it. So the two threads share
 * nothing but the receiving loop's queue, and that is touched once a turn: under load a batch
 * carries hundreds of frames for the price of one compare-and-swap and at most one wake-up.
 *
 * Refused: a fixed ring between each pair of threads. It would need a bound of its own, and what
 * travels here is bounded already, by the calls a connection may have under way (client.h) and by
 * what its write queue takes.
 */
#include "gateway/courier.h"

#include <stdlib.h>

#include "util/mem.h"

struct batch {
    struct task task;
    struct list tasks;
};

static void batch_run(struct task *task)
{
    struct batch *batch = container_of(task, struct batch, task);
    for (struct list *node; (node = list_pop_front(&batch->tasks));) {
        struct task *sent = list_entry(node, struct task, node);
        sent->run(sent);
    }
    free(batch);
}

static void courier_flush(struct loop_hook *hook)
{
    struct courier *c = container_of(hook, struct courier, hook);
    struct batch *batch = c->batch;
    c->batch = NULL;
    post(c->to, &batch->task);
}

void courier_init(struct courier *c, struct loop *from, struct poster *to)
{
    *c = (struct courier){.from = from, .to = to};
    loop_hook_init(&c->hook, courier_flush);
}

void courier_deinit(struct courier *c)
{
    must(!c->batch);
}

void courier_send(struct courier *c, struct task *task)
{
    if (!c->batch) {
        c->batch = mem_new(sizeof(*c->batch));
        list_init(&c->batch->task.node);
        list_init(&c->batch->tasks);
        c->batch->task.run = batch_run;
        loop_hook_set(c->from, &c->hook);
    }
    list_init(&task->node);
    list_push_back(&c->batch->tasks, &task->node);
}
