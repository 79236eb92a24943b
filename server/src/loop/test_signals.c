#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "loop/loop_thread.h"
#include "loop/signals.h"
#include "util/macros.h"

struct heard {
    struct loop loop;
    struct signals signals;
    pthread_t on;
    int signos[8];
    uint32_t n, want;
};

static void hear(struct signals *signals, int signo)
{
    struct heard *h = container_of(signals, struct heard, signals);
    must(h->n < ARRAY_SIZE(h->signos));
    h->signos[h->n++] = signo;
    h->on = pthread_self();
    if (h->n == h->want)
        loop_stop(&h->loop);
}

/* To the process, while a thread with a loop of its own runs: it neither ends nor disturbs it. */
static void test_signals_come_as_events_of_the_one_loop(void **state)
{
    (void)state;
    static const int sent[] = {SIGTERM, SIGINT, SIGHUP};
    struct loop other;
    struct loop_thread thread;
    assert_int_equal(loop_init(&other), 0);
    assert_int_equal(loop_thread_start(&thread, &other, "other"), 0);

    struct heard h = {.want = ARRAY_SIZE(sent)};
    assert_int_equal(loop_init(&h.loop), 0);
    assert_int_equal(signals_init(&h.signals, &h.loop, hear), 0);
    for (size_t i = 0; i < ARRAY_SIZE(sent); i++)
        assert_int_equal(kill(getpid(), sent[i]), 0);
    loop_run(&h.loop);
    for (size_t i = 0; i < ARRAY_SIZE(sent); i++) {
        int times = 0;
        for (uint32_t j = 0; j < h.n; j++)
            times += h.signos[j] == sent[i];
        assert_int_equal(times, 1);
    }
    assert_true(pthread_equal(h.on, pthread_self()));

    signals_deinit(&h.signals);
    loop_stop(&other);
    loop_thread_join(&thread);
    loop_deinit(&other);
    loop_deinit(&h.loop);
}

static void test_writing_to_a_closed_pipe_is_an_error_not_the_end(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    assert_int_equal(write(fds[1], "x", 1), -1);
    close(fds[1]);
}

int main(void)
{
    if (signals_block() != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_come_as_events_of_the_one_loop),
        cmocka_unit_test(test_writing_to_a_closed_pipe_is_an_error_not_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
