/*
 * Threads for slow pure work, such as hashing a password. A job runs in one of them and is then
 * posted to the asker, exactly once.
 *
 * Errors: pool_init() answers 0 or -errno; pool_submit() answers 0 or POOL_FULL, which the asker
 * turns into "try later".
 */
#ifndef PARLEY_LOOP_POOL_H
#define PARLEY_LOOP_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/list.h"
#include "util/task.h"

enum { POOL_FULL = 1 };
enum { POOL_THREADS_MAX = 64 };

/* Embedded in the caller's struct, which stays until done(). */
struct job {
    void (*run)(struct job *);  /* in a worker; touches nothing but the job's own struct */
    void (*done)(struct job *); /* on the asker's thread, never inside pool_submit() */
    /* The pool's own. */
    struct poster *asker;
    struct task task;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct list jobs; /* tasks of the jobs that wait */
    uint32_t jobs_n, jobs_max;
    uint32_t threads_n;
    bool stopping;
    pthread_t threads[POOL_THREADS_MAX];
};

/* `threads_n` threads (1 to POOL_THREADS_MAX); at most `jobs_max` jobs wait, besides those that
 * run. 0 or -errno; after an error nothing is held. */
int pool_init(struct pool *, uint32_t threads_n, uint32_t jobs_max);
/* Runs what waits, posts it, and ends the threads: blocks as long as that takes. The askers still
 * stand. No pool_submit() may run at the same time. */
void pool_deinit(struct pool *);

/* Any thread. 0, or POOL_FULL: then done() is not called. `asker` is borrowed until it was posted
 * to. */
int pool_submit(struct pool *, struct job *, struct poster *asker);

#endif
