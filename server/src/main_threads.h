/*
 * struct threads: the loops and threads of a server. The chat loop is run by the caller's own
 * thread; each net loop has a thread, passwords have a pool.
 *
 * Errors: 0 or -errno. Thread: the caller's.
 */
#ifndef PARLEY_MAIN_THREADS_H
#define PARLEY_MAIN_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"
#include "loop/loop_thread.h"
#include "loop/pool.h"

enum { NET_THREADS_MAX = 256 };

struct threads {
    struct loop *chat;
    struct loop *net[NET_THREADS_MAX];
    size_t net_n;
    struct loop_thread running[NET_THREADS_MAX];
    size_t running_n;
    struct pool passwords;
};

/* Makes the loops and starts the pool. `net_n` 0: one for each core but one, at least one. After an
 * error nothing is held. */
int threads_init(struct threads *, uint32_t net_n, uint32_t pool_n, uint32_t pool_queue_max);
/* Starts the net threads. After an error those that run go on until threads_stop(). */
int threads_start(struct threads *);
/* Ends the net threads and the pool, then runs here what was still posted to any loop. */
void threads_stop(struct threads *);
/* After threads_stop(), when nothing posts to the loops any more. */
void threads_deinit(struct threads *);

#endif
