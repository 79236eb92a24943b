#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/loop_thread.h"
#include "util/macros.h"
#include "util/mem.h"

static int setup(void **state)
{
    struct loop *loop = mem_new(sizeof(*loop));
    *state = loop;
    return loop_init(loop);
}

static int teardown(void **state)
{
    loop_deinit(*state);
    free(*state);
    return 0;
}

/* Posting. */

enum { POSTERS = 4, POSTS = 20000 };

struct tally {
    struct loop *loop;
    uint32_t next[POSTERS]; /* the number that each poster's next task must have */
    uint32_t done;
};

struct numbered {
    struct task task;
    struct tally *tally;
    uint32_t poster, number;
};

struct posting_thread {
    pthread_t thread;
    struct numbered *tasks;
};

static void count_task(struct task *task)
{
    struct numbered *n = container_of(task, struct numbered, task);
    must(n->number == n->tally->next[n->poster]);
    n->tally->next[n->poster]++;
    if (++n->tally->done == POSTERS * POSTS)
        loop_stop(n->tally->loop);
}

static void *post_all(void *arg)
{
    struct posting_thread *p = arg;
    for (uint32_t i = 0; i < POSTS; i++)
        post(&p->tasks[i].tally->loop->poster, &p->tasks[i].task);
    return NULL;
}

static void test_posts_of_many_threads_run_once_in_each_ones_order(void **state)
{
    struct tally tally = {.loop = *state};
    struct posting_thread posters[POSTERS];
    for (uint32_t p = 0; p < POSTERS; p++) {
        posters[p].tasks = mem_new_array(POSTS, sizeof(struct numbered));
        for (uint32_t i = 0; i < POSTS; i++)
            posters[p].tasks[i] = (struct numbered){{.run = count_task}, &tally, p, i};
        assert_int_equal(thread_start(&posters[p].thread, "poster", post_all, &posters[p]), 0);
    }
    loop_run(tally.loop);
    for (uint32_t p = 0; p < POSTERS; p++) {
        pthread_join(posters[p].thread, NULL);
        assert_int_equal(tally.next[p], POSTS);
        free(posters[p].tasks);
    }
    assert_int_equal(tally.done, POSTERS * POSTS);
}

struct player {
    struct loop loop;
    struct task task;
    struct player *other;
    uint32_t left;
};

static void hit(struct task *task)
{
    struct player *p = container_of(task, struct player, task);
    struct player *other = p->other;
    if (p->left == 0) {
        loop_stop(&p->loop);
        loop_stop(&other->loop);
        return;
    }
    other->left = p->left - 1;
    post(&other->loop.poster, &other->task);
}

/* Each post finds the other loop asleep or about to fall asleep: a lost wake-up hangs here. */
static void test_no_wake_up_is_lost(void **state)
{
    (void)state;
    struct player *a = mem_new(sizeof(*a)), *b = mem_new(sizeof(*b));
    assert_int_equal(loop_init(&a->loop), 0);
    assert_int_equal(loop_init(&b->loop), 0);
    a->task.run = b->task.run = hit;
    a->other = b;
    b->other = a;
    a->left = 20000;

    struct loop_thread thread;
    assert_int_equal(loop_thread_start(&thread, &b->loop, "a name longer than 15 bytes"), 0);
    post(&a->loop.poster, &a->task);
    loop_run(&a->loop);
    loop_thread_join(&thread);
    loop_deinit(&a->loop);
    loop_deinit(&b->loop);
    free(a);
    free(b);
}

struct script {
    struct loop *loop;
    struct task task, second;
    struct watch watch;
    struct timer timer;
    struct loop_hook hook;
    char log[32];
    uint32_t n;
    uint32_t rounds;
};

static void note(struct script *s, char what)
{
    if (s->n < sizeof(s->log) - 1)
        s->log[s->n++] = what;
}

static void stop_task(struct task *task)
{
    struct script *s = container_of(task, struct script, second);
    note(s, '2');
    loop_stop(s->loop);
}

static void first_task(struct task *task)
{
    struct script *s = container_of(task, struct script, task);
    note(s, '(');
    post(&s->loop->poster, &s->second);
    note(s, ')');
}

/* The loop runs or has not begun: no post by its own thread or before its start writes. */
static void test_post_never_runs_inside_post_and_wakes_only_a_sleeper(void **state)
{
    struct script s = {.loop = *state, .task.run = first_task, .second.run = stop_task};
    post(&s.loop->poster, &s.task);
    assert_int_equal(s.n, 0);
    loop_run(s.loop);
    assert_string_equal(s.log, "()2");
    uint64_t writes;
    assert_int_equal(read(s.loop->wake_fd, &writes, sizeof(writes)), -1);
    assert_int_equal(errno, EAGAIN);
}

static void post_again(struct task *task)
{
    struct script *s = container_of(task, struct script, task);
    s->rounds++;
    post(&s->loop->poster, &s->task);
}

static void end_posting(struct task *task)
{
    (void)task;
}

static void stop_watch(struct watch *watch, uint32_t events)
{
    (void)events;
    struct script *s = container_of(watch, struct script, watch);
    s->task.run = end_posting;
    loop_stop(s->loop);
}

static void test_posts_without_end_do_not_starve_descriptors(void **state)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    struct script s = {.loop = *state, .task.run = post_again};
    s.watch = (struct watch){.fd = fds[0], .events = EPOLLIN, .ready = stop_watch};
    assert_int_equal(loop_watch(s.loop, &s.watch), 0);
    post(&s.loop->poster, &s.task);
    loop_run(s.loop);
    assert_in_range(s.rounds, 1, 2);
    loop_unwatch(s.loop, &s.watch);
    close(fds[0]);
    close(fds[1]);
}

struct flood {
    struct tally tally;
    struct watch watch;
    uint32_t done_at_event;
};

static void count_flood(struct task *task)
{
    container_of(task, struct numbered, task)->tally->done++;
}

static void stop_flood(struct watch *watch, uint32_t events)
{
    (void)events;
    struct flood *f = container_of(watch, struct flood, watch);
    f->done_at_event = f->tally.done;
    loop_unwatch(f->tally.loop, watch);
    loop_stop(f->tally.loop);
}

/* The socket's turn comes after a batch; what was posted before the stop runs all the same. */
static void test_flood_of_posts_is_run_in_bounded_batches(void **state)
{
    enum { FLOOD = LOOP_TASKS_MAX * 3 };
    struct flood f = {.tally.loop = *state};
    struct numbered *tasks = mem_new_array(FLOOD, sizeof(*tasks));
    for (uint32_t i = 0; i < FLOOD; i++) {
        tasks[i] = (struct numbered){{.run = count_flood}, &f.tally, 0, i};
        post(&f.tally.loop->poster, &tasks[i].task);
    }
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    f.watch = (struct watch){.fd = fds[0], .events = EPOLLIN, .ready = stop_flood};
    assert_int_equal(loop_watch(f.tally.loop, &f.watch), 0);
    loop_run(f.tally.loop);
    assert_int_equal(f.done_at_event, LOOP_TASKS_MAX);
    assert_int_equal(f.tally.done, FLOOD);
    close(fds[0]);
    close(fds[1]);
    free(tasks);
}

/* The order of a turn. */

static void task_noted(struct task *task)
{
    note(container_of(task, struct script, task), 't');
}

static void watch_noted(struct watch *watch, uint32_t events)
{
    struct script *s = container_of(watch, struct script, watch);
    note(s, events & EPOLLIN ? 'w' : '?');
    loop_unwatch(s->loop, watch);
}

static void timer_noted(struct timer *timer)
{
    note(container_of(timer, struct script, timer), 'm');
}

static void hook_noted(struct loop_hook *hook)
{
    struct script *s = container_of(hook, struct script, hook);
    note(s, 'h');
    if (++s->rounds < 3)
        loop_hook_set(s->loop, hook);
    else
        loop_stop(s->loop);
}

static void test_turn_runs_tasks_watches_timers_hooks(void **state)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    struct script s = {.loop = *state, .task.run = task_noted};
    s.watch = (struct watch){.fd = fds[0], .events = EPOLLIN, .ready = watch_noted};
    loop_hook_init(&s.hook, hook_noted);
    timer_init(&s.timer, timer_noted);

    loop_hook_set(s.loop, &s.hook);
    loop_hook_set(s.loop, &s.hook);
    loop_timer_set(s.loop, &s.timer, 0);
    assert_int_equal(loop_watch(s.loop, &s.watch), 0);
    post(&s.loop->poster, &s.task);
    loop_run(s.loop);
    assert_string_equal(s.log, "twmhhh");
    close(fds[0]);
    close(fds[1]);
}

static void test_cancelled_hook_does_not_run(void **state)
{
    struct script s = {.loop = *state};
    loop_hook_init(&s.hook, hook_noted);
    loop_hook_cancel(&s.hook);
    loop_hook_set(s.loop, &s.hook);
    loop_hook_cancel(&s.hook);
    loop_stop(s.loop);
    loop_run(s.loop);
    assert_int_equal(s.n, 0);
}

/* Late ones come together, once, in the order set, when the time of the first is over. */
static void test_late_hooks_run_in_time_and_not_early(void **state)
{
    struct loop *loop = *state;
    struct script one = {.loop = loop, .rounds = 9}, two = one, cancelled = one, sooner = one;
    struct script *all[] = {&one, &two, &cancelled, &sooner};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        loop_hook_init(&all[i]->hook, hook_noted); /* which stops the loop */
        loop_hook_set_late(loop, &all[i]->hook);
    }
    uint64_t start_ms = loop_now_ms(loop);
    loop_hook_cancel(&cancelled.hook);
    loop_hook_cancel(&sooner.hook);
    loop_hook_set(loop, &sooner.hook);
    loop_hook_set_late(loop, &sooner.hook);
    loop_run(loop);
    assert_string_equal(sooner.log, "h");
    assert_int_equal(one.n + two.n, 0);

    loop_hook_set_late(loop, &one.hook);
    loop_run(loop);
    assert_true(loop_now_ms(loop) >= start_ms + LOOP_LATE_MS);
    assert_string_equal(one.log, "h");
    assert_string_equal(two.log, "h");
    assert_string_equal(sooner.log, "h");
    assert_int_equal(cancelled.n, 0);

    loop_hook_set_late(loop, &one.hook);
    loop_drain(loop);
    assert_string_equal(one.log, "hh");
    loop_stop(loop);
    loop_run(loop);
    assert_string_equal(one.log, "hh");
}

enum { LATE_N = 3 * LOOP_LATE_MAX };

struct crowd {
    struct loop *loop;
    struct loop_hook between;
    struct timer guard;
    int run, at_between;
    struct late_one {
        struct loop_hook hook;
        struct crowd *crowd;
        int number;
    } late[LATE_N];
};

static void between_run(struct loop_hook *hook)
{
    struct crowd *c = container_of(hook, struct crowd, between);
    c->at_between = c->run;
    loop_stop(c->loop);
}

static void late_one_run(struct loop_hook *hook)
{
    struct late_one *one = container_of(hook, struct late_one, hook);
    struct crowd *c = one->crowd;
    assert_int_equal(one->number, c->run % LATE_N);
    if (c->run++ == 0)
        loop_hook_set(c->loop, &c->between);
    if (c->run == 2 * LATE_N)
        loop_stop(c->loop);
}

static void guard_fired(struct timer *timer)
{
    loop_stop(container_of(timer, struct crowd, guard)->loop);
}

/* However many waited, a turn runs so many of them; the rest follows without waiting. */
static void test_many_late_hooks_run_in_bounded_turns(void **state)
{
    struct crowd c = {.loop = *state};
    loop_hook_init(&c.between, between_run);
    timer_init(&c.guard, guard_fired);
    for (int i = 0; i < LATE_N; i++) {
        c.late[i] = (struct late_one){.crowd = &c, .number = i};
        loop_hook_init(&c.late[i].hook, late_one_run);
        loop_hook_set_late(c.loop, &c.late[i].hook);
    }
    loop_run(c.loop);
    assert_int_equal(c.at_between, LOOP_LATE_MAX);
    assert_int_equal(c.run, 2 * LOOP_LATE_MAX);
    loop_drain(c.loop);
    assert_int_equal(c.run, LATE_N);

    for (int i = 0; i < LATE_N; i++)
        loop_hook_set_late(c.loop, &c.late[i].hook);
    loop_timer_set(c.loop, &c.guard, 400 * LOOP_LATE_MS);
    loop_run(c.loop);
    assert_int_equal(c.run, 2 * LATE_N);
    assert_true(timer_armed(&c.guard)); /* it had not to wait for that */
    loop_timer_cancel(c.loop, &c.guard);
}

/* Watches. */

struct pair {
    struct loop *loop;
    struct watch *watches[8];
    int fds[8][2];
    uint32_t calls;
};

struct pair_watch {
    struct watch watch;
    struct pair *pair;
};

static void unwatch_all(struct watch *watch, uint32_t events)
{
    (void)events;
    struct pair *p = container_of(watch, struct pair_watch, watch)->pair;
    p->calls++;
    for (size_t i = 0; i < ARRAY_SIZE(p->watches); i++) {
        loop_unwatch(p->loop, p->watches[i]);
        free(container_of(p->watches[i], struct pair_watch, watch));
    }
    loop_stop(p->loop);
}

/* All are ready in one batch; the first called frees them all. */
static void test_unwatched_is_not_called_though_its_event_was_fetched(void **state)
{
    struct pair p = {.loop = *state};
    for (size_t i = 0; i < ARRAY_SIZE(p.watches); i++) {
        assert_int_equal(pipe(p.fds[i]), 0);
        assert_int_equal(write(p.fds[i][1], "x", 1), 1);
        struct pair_watch *w = mem_new(sizeof(*w));
        *w = (struct pair_watch){{p.fds[i][0], EPOLLIN, unwatch_all}, &p};
        p.watches[i] = &w->watch;
        assert_int_equal(loop_watch(p.loop, p.watches[i]), 0);
    }
    loop_run(p.loop);
    assert_int_equal(p.calls, 1);
    for (size_t i = 0; i < ARRAY_SIZE(p.watches); i++) {
        close(p.fds[i][0]);
        close(p.fds[i][1]);
    }
}

static void test_watch_of_a_bad_descriptor_is_an_error(void **state)
{
    struct watch w = {.fd = 1 << 20, .events = EPOLLIN};
    assert_int_equal(loop_watch(*state, &w), -EBADF);
    assert_int_equal(loop_rewatch(*state, &w, EPOLLOUT), -EBADF);
    assert_int_equal(w.events, EPOLLIN);
}

/* Timers. */

struct alarm {
    struct timer timer;
    struct loop *loop;
    uint64_t due_ms, fired_ms;
    bool last;
};

static void ring(struct timer *timer)
{
    struct alarm *a = container_of(timer, struct alarm, timer);
    must(a->fired_ms == 0);
    a->fired_ms = loop_now_ms(a->loop);
    if (a->last)
        loop_stop(a->loop);
}

static void test_timers_fire_on_time_and_not_early(void **state)
{
    static const uint64_t delays_ms[] = {80, 0, 30, 1, 150, 64};
    struct alarm alarms[ARRAY_SIZE(delays_ms)] = {0}, cancelled = {.loop = *state};
    uint64_t start_ms = loop_now_ms(*state);
    for (size_t i = 0; i < ARRAY_SIZE(alarms); i++) {
        alarms[i] = (struct alarm){.loop = *state, .due_ms = start_ms + delays_ms[i]};
        alarms[i].last = delays_ms[i] == 150;
        timer_init(&alarms[i].timer, ring);
        loop_timer_set(*state, &alarms[i].timer, delays_ms[i]);
    }
    timer_init(&cancelled.timer, ring);
    loop_timer_set(*state, &cancelled.timer, 20);
    loop_timer_cancel(*state, &cancelled.timer);

    loop_run(*state);
    assert_int_equal(cancelled.fired_ms, 0);
    for (size_t i = 0; i < ARRAY_SIZE(alarms); i++) {
        assert_true(alarms[i].fired_ms >= alarms[i].due_ms);
        assert_true(alarms[i].fired_ms <= alarms[i].due_ms + 5000);
    }
}

/* A loop that has nothing to do sleeps: it uses no processor time while a timer is far. */
static void test_idle_loop_sleeps(void **state)
{
    struct alarm a = {.loop = *state, .last = true};
    timer_init(&a.timer, ring);
    loop_timer_set(*state, &a.timer, 200);
    struct timespec before, after;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    loop_run(*state);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    int64_t used_us =
        (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
    assert_in_range(used_us, 0, 50000);
}

/* Stopping. */

static void test_stop_before_run_makes_one_turn(void **state)
{
    struct script s = {.loop = *state, .task.run = task_noted};
    post(&s.loop->poster, &s.task);
    loop_stop(s.loop);
    loop_run(s.loop);
    assert_string_equal(s.log, "t");
    post(&s.loop->poster, &s.task);
    loop_stop(s.loop);
    loop_run(s.loop);
    assert_string_equal(s.log, "tt");
}

static void *stop_it(void *loop)
{
    loop_stop(loop);
    return NULL;
}

static void test_stop_from_another_thread(void **state)
{
    for (int i = 0; i < 100; i++) {
        pthread_t thread;
        assert_int_equal(thread_start(&thread, "stopper", stop_it, *state), 0);
        loop_run(*state);
        pthread_join(thread, NULL);
    }
}

static void set_hook(struct task *task)
{
    struct script *s = container_of(task, struct script, second);
    note(s, 't');
    loop_hook_set(s->loop, &s->hook);
}

static void hook_posts(struct loop_hook *hook)
{
    struct script *s = container_of(hook, struct script, hook);
    note(s, 'h');
    if (++s->rounds < 2)
        post(&s->loop->poster, &s->second);
}

static void test_drain_runs_to_the_end(void **state)
{
    struct script s = {.loop = *state, .second.run = set_hook};
    loop_hook_init(&s.hook, hook_posts);
    post(&s.loop->poster, &s.second);
    loop_drain(s.loop);
    assert_string_equal(s.log, "thth");
}

#define loop_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        loop_test(test_posts_of_many_threads_run_once_in_each_ones_order),
        cmocka_unit_test(test_no_wake_up_is_lost),
        loop_test(test_post_never_runs_inside_post_and_wakes_only_a_sleeper),
        loop_test(test_posts_without_end_do_not_starve_descriptors),
        loop_test(test_flood_of_posts_is_run_in_bounded_batches),
        loop_test(test_turn_runs_tasks_watches_timers_hooks),
        loop_test(test_cancelled_hook_does_not_run),
        loop_test(test_late_hooks_run_in_time_and_not_early),
        loop_test(test_many_late_hooks_run_in_bounded_turns),
        loop_test(test_unwatched_is_not_called_though_its_event_was_fetched),
        loop_test(test_watch_of_a_bad_descriptor_is_an_error),
        loop_test(test_timers_fire_on_time_and_not_early),
        loop_test(test_idle_loop_sleeps),
        loop_test(test_stop_before_run_makes_one_turn),
        loop_test(test_stop_from_another_thread),
        loop_test(test_drain_runs_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
