/*
 * The epoll loop that a thread runs. One turn is: wait; run what other threads posted; what is
 * ready on file descriptors; the timers that are due; then the end-of-turn hooks, where
 * connections write in one call all that the turn produced for them.
 *
 * Errors: loop_init() and loop_watch() answer 0 or -errno, the rest cannot fail.
 * Threads: loop->poster (util/task.h) and loop_stop() from any thread, all else from the loop's
 * own thread, or from any one thread while the loop does not run. Callbacks run on the loop's
 * thread and may call anything here but loop_run(), loop_drain() and loop_deinit().
 */
#ifndef PARLEY_LOOP_LOOP_H
#define PARLEY_LOOP_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "util/list.h"
#include "util/task.h"
#include "util/wheel.h"

enum {
    /* File descriptors served in a turn: what more is ready comes in the next one. */
    LOOP_EVENTS_MAX = 256,
    /* Posted tasks run in a turn, so that a flood of posts cannot starve the sockets. */
    LOOP_TASKS_MAX = 1024,
    /* loop_scratch(): enough to empty a socket's usual receive buffer in one read, and for a whole
     * HTTP request with the longest head and body we take. */
    LOOP_SCRATCH_BYTES = 128 * 1024,
    /* How long loop_hook_set_late() may take: nobody sees it, and under load most of what waits
     * finds company. */
    LOOP_LATE_MS = 50,
    /* Of those that waited so, run in a turn: all at once they would hold up who is in a hurry,
     * with a write each for milliseconds. */
    LOOP_LATE_MAX = 64,
};

/* Embedded in the caller's struct, which outlives loop_unwatch(). */
struct watch {
    int fd;          /* borrowed: the caller closes it, after loop_unwatch() */
    uint32_t events; /* EPOLLIN, EPOLLOUT; level-triggered */
    void (*ready)(struct watch *, uint32_t events);
};

/* Work for the end of the turn, embedded in the caller's struct. */
struct loop_hook {
    struct list node;
    void (*run)(struct loop_hook *);
};

struct loop {
    struct poster poster;
    /* All below is the loop's own. */
    int epoll_fd;
    int wake_fd;
    struct watch wake;
    _Atomic(struct list *) posted; /* newest first, linked by next */
    _Atomic bool asleep;
    _Atomic bool stopping;
    struct list tasks;
    struct list hooks, late, due;
    struct timer late_timer; /* while there are late ones */
    struct wheel wheel;
    uint64_t now_ms;
    unsigned char *scratch;
    int events_next, events_n;
    struct epoll_event events[LOOP_EVENTS_MAX];
};

/* 0 or -errno; after an error nothing is held. */
int loop_init(struct loop *);
/* The loop has returned from loop_run(), nothing is posted or hooked, and no thread is inside a
 * post to it. Watches and timers left are forgotten. */
void loop_deinit(struct loop *);

/* Turns until loop_stop(). What was posted before loop_stop() has run when this returns. May be
 * called again. */
void loop_run(struct loop *);
/* Any thread. If the loop does not run, its next loop_run() makes one turn. */
void loop_stop(struct loop *);
/* Runs what is posted and hooked, until nothing is, without waiting or looking at descriptors:
 * the end of a shutdown, when the loop's thread has been joined and others still answered it. */
void loop_drain(struct loop *);

/* Milliseconds of the monotonic clock, read once a turn. */
uint64_t loop_now_ms(const struct loop *);

/* Starts watching watch->fd for watch->events. 0 or -errno. */
int loop_watch(struct loop *, struct watch *);
/* Changes the events of a watch that stands. 0 or -errno. */
int loop_rewatch(struct loop *, struct watch *, uint32_t events);
/* From here on ready() is not called, even if its event was already fetched. */
void loop_unwatch(struct loop *, struct watch *);

/* (Re)arms: fires once, `delay_ms` after loop_now_ms() or up to a turn later. */
void loop_timer_set(struct loop *, struct timer *, uint64_t delay_ms);
/* Harmless when not armed. */
static inline void loop_timer_cancel(struct loop *l, struct timer *t)
{
    timer_cancel(&l->wheel, t);
}

void loop_hook_init(struct loop_hook *, void (*run)(struct loop_hook *));
/* Runs the hook once at the end of this turn; asked for while end-of-turn hooks run, at the end of
 * the next turn, which then does not wait. Asking again before it ran changes nothing. */
void loop_hook_set(struct loop *, struct loop_hook *);
/* Runs the hook at the end of a turn within LOOP_LATE_MS, or of one soon after where more than
 * LOOP_LATE_MAX wait, unless it is set already. To have it run sooner after all, cancel and set it.
 */
void loop_hook_set_late(struct loop *, struct loop_hook *);
/* Harmless when not set. */
void loop_hook_cancel(struct loop_hook *);

/* LOOP_SCRATCH_BYTES shared by all on this loop; its content is lost when the callback that uses
 * it returns. */
static inline unsigned char *loop_scratch(struct loop *l)
{
    return l->scratch;
}

#endif
