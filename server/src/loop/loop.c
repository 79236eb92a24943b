/*
 * Owns an epoll instance, an eventfd, a timer wheel and five queues: `posted` (filled by any
 * thread), `tasks` (what was taken from it, oldest first), `hooks`, `late`, and `due`, into which
 * one timer turns all that is late: it waits half of its time on average, and costs no timer each.
 * What is due becomes hooks turn by turn, LOOP_LATE_MAX at a time; what is late meanwhile does not
 * join it, or it would find no company.
 *
 * Posting is a lock-free stack, newest first, that the loop takes whole with one exchange and turns
 * round; taking all at once is what makes it free of the ABA problem. A post writes to the eventfd
 * only if the loop sleeps: the loop says `asleep` and then looks at `posted`, a poster fills
 * `posted` and then looks at `asleep`. All four are sequentially consistent, so at least one of the
 * two sees the other; and since the poster that clears `asleep` is the one that writes, a sleep is
 * ended by one write, however many post. The eventfd is watched edge-triggered and never read: each
 * write is a new edge.
 *
 * A callback may unwatch (and free) any watch, also one whose event waits in the same batch:
 * loop_unwatch() blanks those events.
 *
 * Refused: a mutex around a list (each of many net threads would contend for it with the chat
 * thread, for every message), and running posts until none is left (two loops that answer each
 * other would never look at their sockets).
 */
#include "loop/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/macros.h"
#include "util/mem.h"

static void wake_up(struct loop *l)
{
    if (!atomic_load(&l->asleep) || !atomic_exchange(&l->asleep, false))
        return;
    uint64_t one = 1;
    ssize_t n = write(l->wake_fd, &one, sizeof(one));
    must(n == sizeof(one));
}

static void loop_post(struct poster *poster, struct task *task)
{
    struct loop *l = container_of(poster, struct loop, poster);
    struct list *newest = atomic_load_explicit(&l->posted, memory_order_relaxed);
    do {
        task->node.next = newest;
    } while (!atomic_compare_exchange_weak(&l->posted, &newest, &task->node));
    wake_up(l);
}

static void on_wake(struct watch *w, uint32_t events)
{
    (void)w, (void)events;
}

static void late_is_due(struct timer *timer)
{
    struct loop *l = container_of(timer, struct loop, late_timer);
    list_splice_back(&l->due, &l->late);
}

static void take_due(struct loop *l)
{
    struct list *node;
    for (int n = 0; n < LOOP_LATE_MAX && (node = list_pop_front(&l->due)); n++)
        list_push_back(&l->hooks, node);
}

int loop_init(struct loop *l)
{
    *l = (struct loop){.poster.post = loop_post, .epoll_fd = -1, .wake_fd = -1};
    list_init(&l->tasks);
    list_init(&l->hooks);
    list_init(&l->late);
    list_init(&l->due);
    timer_init(&l->late_timer, late_is_due);
    l->now_ms = clock_mono_ms();
    wheel_init(&l->wheel, l->now_ms);
    l->scratch = mem_new(LOOP_SCRATCH_BYTES);

    int r = 0;
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->epoll_fd < 0 || l->wake_fd < 0)
        r = -errno;
    l->wake = (struct watch){.fd = l->wake_fd, .events = EPOLLIN | EPOLLET, .ready = on_wake};
    if (r == 0)
        r = loop_watch(l, &l->wake);
    if (r)
        loop_deinit(l);
    return r;
}

void loop_deinit(struct loop *l)
{
    must(!atomic_load(&l->posted) && list_empty(&l->tasks) && list_empty(&l->hooks) &&
         list_empty(&l->late) && list_empty(&l->due));
    if (l->wake_fd >= 0)
        close(l->wake_fd);
    if (l->epoll_fd >= 0)
        close(l->epoll_fd);
    free(l->scratch);
}

/* Moves what was posted to `tasks`, oldest first. */
static void take_posted(struct loop *l)
{
    struct list oldest_first = LIST_INIT(oldest_first);
    struct list *node = atomic_exchange(&l->posted, NULL);
    while (node) {
        struct list *older = node->next;
        list_push_front(&oldest_first, node);
        node = older;
    }
    list_splice_back(&l->tasks, &oldest_first);
}

static void run_tasks(struct loop *l, size_t n_max)
{
    struct list *node;
    while (n_max-- && (node = list_pop_front(&l->tasks))) {
        struct task *task = list_entry(node, struct task, node);
        task->run(task);
    }
}

/* Those set now; what they set in turn waits for the next time. */
static void run_hooks(struct loop *l)
{
    struct list now = LIST_INIT(now), *node;
    list_splice_back(&now, &l->hooks);
    while ((node = list_pop_front(&now))) {
        struct loop_hook *hook = list_entry(node, struct loop_hook, node);
        hook->run(hook);
    }
}

static void run_ready(struct loop *l)
{
    while (l->events_next < l->events_n) {
        struct epoll_event *event = &l->events[l->events_next++];
        struct watch *w = event->data.ptr;
        if (w)
            w->ready(w, event->events);
    }
}

/* How long the loop may sleep, in the form epoll_wait() takes. */
static int sleep_ms(const struct loop *l)
{
    if (atomic_load(&l->posted) || atomic_load(&l->stopping))
        return 0;
    if (!list_empty(&l->tasks) || !list_empty(&l->hooks) || !list_empty(&l->due))
        return 0;
    uint64_t next_ms = wheel_next_ms(&l->wheel);
    if (next_ms == UINT64_MAX)
        return -1;
    uint64_t due_ms = l->wheel.now_ms + next_ms;
    uint64_t now_ms = clock_mono_ms();
    return due_ms <= now_ms ? 0 : (int)MIN(due_ms - now_ms, (uint64_t)INT_MAX);
}

static void turn(struct loop *l)
{
    atomic_store(&l->asleep, true);
    int n = epoll_wait(l->epoll_fd, l->events, LOOP_EVENTS_MAX, sleep_ms(l));
    atomic_store(&l->asleep, false);
    must(n >= 0 || errno == EINTR);
    l->events_next = 0;
    l->events_n = MAX(n, 0);
    l->now_ms = clock_mono_ms();

    take_posted(l);
    run_tasks(l, LOOP_TASKS_MAX);
    run_ready(l);
    wheel_advance(&l->wheel, l->now_ms);
    take_due(l);
    run_hooks(l);
}

void loop_run(struct loop *l)
{
    l->now_ms = clock_mono_ms();
    do {
        turn(l);
    } while (!atomic_load(&l->stopping));
    atomic_store(&l->stopping, false);

    take_posted(l);
    run_tasks(l, SIZE_MAX);
    run_hooks(l);
}

void loop_stop(struct loop *l)
{
    atomic_store(&l->stopping, true);
    wake_up(l);
}

void loop_drain(struct loop *l)
{
    for (;;) {
        take_posted(l);
        list_splice_back(&l->hooks, &l->due);
        list_splice_back(&l->hooks, &l->late);
        if (list_empty(&l->tasks) && list_empty(&l->hooks))
            return;
        run_tasks(l, SIZE_MAX);
        run_hooks(l);
    }
}

uint64_t loop_now_ms(const struct loop *l)
{
    return l->now_ms;
}

int loop_watch(struct loop *l, struct watch *w)
{
    struct epoll_event event = {.events = w->events, .data.ptr = w};
    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, w->fd, &event) < 0 ? -errno : 0;
}

int loop_rewatch(struct loop *l, struct watch *w, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = w};
    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, w->fd, &event) < 0)
        return -errno;
    w->events = events;
    return 0;
}

void loop_unwatch(struct loop *l, struct watch *w)
{
    int r = epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
    must(r == 0);
    for (int i = l->events_next; i < l->events_n; i++) {
        if (l->events[i].data.ptr == w)
            l->events[i].data.ptr = NULL;
    }
}

void loop_timer_set(struct loop *l, struct timer *t, uint64_t delay_ms)
{
    timer_set(&l->wheel, t, l->now_ms + MIN(delay_ms, UINT64_MAX - l->now_ms));
}

void loop_hook_init(struct loop_hook *hook, void (*run)(struct loop_hook *))
{
    list_init(&hook->node);
    hook->run = run;
}

void loop_hook_set(struct loop *l, struct loop_hook *hook)
{
    if (list_empty(&hook->node))
        list_push_back(&l->hooks, &hook->node);
}

void loop_hook_set_late(struct loop *l, struct loop_hook *hook)
{
    if (!list_empty(&hook->node))
        return;
    list_push_back(&l->late, &hook->node);
    if (!timer_armed(&l->late_timer))
        loop_timer_set(l, &l->late_timer, LOOP_LATE_MS);
}

void loop_hook_cancel(struct loop_hook *hook)
{
    list_remove(&hook->node);
}
