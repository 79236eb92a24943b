/*
 * A named thread that runs a loop. All signals are blocked in it, so that they arrive only where
 * loop/signals.h waits for them. Errors: 0 or -errno.
 */
#ifndef PARLEY_LOOP_LOOP_THREAD_H
#define PARLEY_LOOP_LOOP_THREAD_H

#include <pthread.h>

struct loop;

struct loop_thread {
    pthread_t thread;
    struct loop *loop;
};

/* The kernel shows the first 15 bytes of `name`. `loop` is borrowed until loop_thread_join()
 * returns. */
int loop_thread_start(struct loop_thread *, struct loop *, const char *name);
/* Waits until the loop has stopped; does not stop it. */
void loop_thread_join(struct loop_thread *);

/* pthread_create() with all signals blocked in the new thread and a name: for threads that run no
 * loop. 0 or -errno. */
int thread_start(pthread_t *, const char *name, void *(*run)(void *), void *arg);

#endif
