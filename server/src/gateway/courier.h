/*
 * struct courier: the way from one loop's thread to another's, in batches. What a turn of the
 * first loop sends travels as one post at the end of that turn, and runs there in the order sent.
 *
 * Thread: the sending loop's. Nothing can fail.
 */
#ifndef PARLEY_GATEWAY_COURIER_H
#define PARLEY_GATEWAY_COURIER_H

#include "loop/loop.h"
#include "util/task.h"

struct batch;

struct courier {
    struct loop *from;
    struct poster *to;
    struct loop_hook hook;
    struct batch *batch; /* what this turn has sent so far; NULL: nothing */
};

/* Both are borrowed. */
void courier_init(struct courier *, struct loop *from, struct poster *to);
/* Nothing is on its way: the sending loop was drained. */
void courier_deinit(struct courier *);
/* The task's run() is called on the other thread; it stays alive until then. */
void courier_send(struct courier *, struct task *);

#endif
