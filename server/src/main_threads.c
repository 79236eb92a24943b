/*
 * Loops lie on the heap, each in its own block, so that two threads never share a cache line of
 * theirs. Between threads_init() and threads_start() all of them are the caller's, which is when
 * listeners are made.
 */
#include "main_threads.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/macros.h"
#include "util/mem.h"

static uint32_t cores_but_one(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set))
        return 1;
    return (uint32_t)MAX(CPU_COUNT(&set) - 1, 1);
}

static int loop_new(struct loop **out)
{
    struct loop *loop = mem_new(sizeof(*loop));
    int r = loop_init(loop);

    if (r)
        free(loop);
    else
        *out = loop;
    return r;
}

static void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    loop_deinit(loop);
    free(loop);
}

static void free_loops(struct threads *t)
{
    while (t->net_n)
        loop_free(t->net[--t->net_n]);
    loop_free(t->chat);
    t->chat = NULL;
}

int threads_init(struct threads *t, uint32_t net_n, uint32_t pool_n, uint32_t pool_queue_max)
{
    int r;

    *t = (struct threads){0};
    net_n = MIN(net_n ? net_n : cores_but_one(), (uint32_t)NET_THREADS_MAX);
    r = loop_new(&t->chat);
    for (; !r && t->net_n < net_n; t->net_n += r ? 0 : 1)
        r = loop_new(&t->net[t->net_n]);
    if (!r)
        r = pool_init(&t->passwords, pool_n, pool_queue_max);
    if (r)
        free_loops(t);
    return r;
}

int threads_start(struct threads *t)
{
    for (; t->running_n < t->net_n; t->running_n++) {
        char name[sizeof("net-18446744073709551615")];
        snprintf(name, sizeof(name), "net-%zu", t->running_n);
        int r = loop_thread_start(&t->running[t->running_n], t->net[t->running_n], name);
        if (r)
            return r;
    }
    return 0;
}

void threads_stop(struct threads *t)
{
    for (size_t i = 0; i < t->running_n; i++)
        loop_stop(t->net[i]);
    while (t->running_n)
        loop_thread_join(&t->running[--t->running_n]);
    pool_deinit(&t->passwords);
    /* One loop's last tasks may post to another: twice around reaches an answer's answer. */
    for (int round = 0; round < 2; round++) {
        loop_drain(t->chat);
        for (size_t i = 0; i < t->net_n; i++)
            loop_drain(t->net[i]);
    }
    loop_drain(t->chat);
}

void threads_deinit(struct threads *t)
{
    free_loops(t);
}
