/*
 * A piece of work for another thread, and the way there. A loop is a poster; so is a test's
 * scheduler. Posted tasks run in the order posted, on the poster's thread, never inside post().
 */
#ifndef PARLEY_UTIL_TASK_H
#define PARLEY_UTIL_TASK_H

#include "util/list.h"

/* Embedded in the caller's own struct; the caller keeps it alive until run() is called. */
struct task {
    struct list node;
    void (*run)(struct task *);
};

struct poster {
    /* Any thread. Never fails, never runs the task before it returns. */
    void (*post)(struct poster *, struct task *);
};

static inline void post(struct poster *to, struct task *task)
{
    to->post(to, task);
}

#endif
