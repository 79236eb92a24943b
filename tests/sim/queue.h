/* struct queue: posted tasks, run one at a time in their order, as a thread runs them. */
#ifndef PARLEY_SIM_QUEUE_H
#define PARLEY_SIM_QUEUE_H

#include <stdbool.h>

#include "util/list.h"
#include "util/task.h"

struct queue {
    struct poster poster;
    struct list tasks;
};

void queue_init(struct queue *);
/* False: there was none. */
bool queue_run(struct queue *);
/* Its thread is killed: what waited is never run. */
void queue_drop(struct queue *);

#endif
