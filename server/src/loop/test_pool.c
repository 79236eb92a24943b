#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <semaphore.h>

#include "loop/loop.h"
#include "loop/pool.h"
#include "util/macros.h"

enum { JOBS = 500 };

struct sum {
    struct loop loop;
    pthread_t asker;
    uint32_t done, want;
};

struct square {
    struct job job;
    struct sum *sum;
    sem_t *begun, *gate; /* NULL: does not wait */
    uint32_t in, out, runs, dones;
};

static void run_square(struct job *job)
{
    struct square *s = container_of(job, struct square, job);
    if (s->gate) {
        sem_post(s->begun);
        while (sem_wait(s->gate) != 0)
            ;
    }
    s->out = s->in * s->in;
    s->runs++;
}

static void square_done(struct job *job)
{
    struct square *s = container_of(job, struct square, job);
    must(pthread_equal(pthread_self(), s->sum->asker));
    s->dones++;
    if (++s->sum->done == s->sum->want)
        loop_stop(&s->sum->loop);
}

static struct square square_of(struct sum *sum, uint32_t in)
{
    return (struct square){.job = {.run = run_square, .done = square_done}, .sum = sum, .in = in};
}

static void check_square(const struct square *s)
{
    assert_int_equal(s->runs, 1);
    assert_int_equal(s->dones, 1);
    assert_int_equal(s->out, s->in * s->in);
}

static void sum_init(struct sum *sum, uint32_t want)
{
    *sum = (struct sum){.asker = pthread_self(), .want = want};
    assert_int_equal(loop_init(&sum->loop), 0);
}

static void test_each_job_runs_once_and_completes_on_the_asker(void **state)
{
    (void)state;
    static struct square squares[JOBS];
    struct sum sum;
    struct pool pool;
    sum_init(&sum, JOBS);
    assert_int_equal(pool_init(&pool, 3, JOBS), 0);
    for (uint32_t i = 0; i < JOBS; i++) {
        squares[i] = square_of(&sum, i);
        assert_int_equal(pool_submit(&pool, &squares[i].job, &sum.loop.poster), 0);
        assert_int_equal(squares[i].dones, 0);
    }
    loop_run(&sum.loop);
    for (uint32_t i = 0; i < JOBS; i++)
        check_square(&squares[i]);
    pool_deinit(&pool);
    loop_deinit(&sum.loop);
}

/* One worker held at a gate: exactly jobs_max more are taken, the refused one never completes. */
static void test_full_pool_refuses(void **state)
{
    (void)state;
    enum { WAITING = 4 };
    struct sum sum;
    struct pool pool;
    sem_t begun, gate;
    sem_init(&begun, 0, 0);
    sem_init(&gate, 0, 0);
    sum_init(&sum, WAITING + 1);
    assert_int_equal(pool_init(&pool, 1, WAITING), 0);

    struct square held = square_of(&sum, 7), waiting[WAITING], refused = square_of(&sum, 9);
    held.begun = &begun;
    held.gate = &gate;
    assert_int_equal(pool_submit(&pool, &held.job, &sum.loop.poster), 0);
    sem_wait(&begun);
    for (uint32_t i = 0; i < WAITING; i++) {
        waiting[i] = square_of(&sum, i);
        assert_int_equal(pool_submit(&pool, &waiting[i].job, &sum.loop.poster), 0);
    }
    assert_int_equal(pool_submit(&pool, &refused.job, &sum.loop.poster), POOL_FULL);
    sem_post(&gate);
    loop_run(&sum.loop);
    check_square(&held);
    for (uint32_t i = 0; i < WAITING; i++)
        check_square(&waiting[i]);
    assert_int_equal(refused.runs + refused.dones, 0);

    sum.want++;
    assert_int_equal(pool_submit(&pool, &refused.job, &sum.loop.poster), 0);
    loop_run(&sum.loop);
    check_square(&refused);
    pool_deinit(&pool);
    loop_deinit(&sum.loop);
    sem_destroy(&begun);
    sem_destroy(&gate);
}

static void test_deinit_runs_and_posts_what_waits(void **state)
{
    (void)state;
    static struct square squares[JOBS];
    struct sum sum;
    struct pool pool;
    sum_init(&sum, JOBS);
    assert_int_equal(pool_init(&pool, 2, JOBS), 0);
    for (uint32_t i = 0; i < JOBS; i++) {
        squares[i] = square_of(&sum, i);
        assert_int_equal(pool_submit(&pool, &squares[i].job, &sum.loop.poster), 0);
    }
    pool_deinit(&pool);
    assert_int_equal(sum.done, 0);
    loop_drain(&sum.loop);
    for (uint32_t i = 0; i < JOBS; i++)
        check_square(&squares[i]);
    loop_deinit(&sum.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_job_runs_once_and_completes_on_the_asker),
        cmocka_unit_test(test_full_pool_refuses),
        cmocka_unit_test(test_deinit_runs_and_posts_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
