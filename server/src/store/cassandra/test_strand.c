/* Strands, with nobody to answer: a port that refuses. What they ask fails, and that is enough to
 * switch, wait and end by. */
#include "store/cassandra/strand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "loop/loop.h"
#include "net/address.h"
#include "util/log.h"
#include "util/macros.h"

enum { NODE_TIMEOUT_MS = 2000, GUARD_MS = 30 * 1000 };

struct rig {
    struct loop loop;
    struct strands strands;
    struct store_info info;
    struct timer guard;
    uint32_t awaited;
};

struct job {
    struct store_request request;
    struct rig *rig;
    int result;
    uint32_t dones;
    uint32_t seen; /* a number that its stack kept */
};

static void on_done(struct task *task)
{
    struct store_request *r = container_of(task, struct store_request, task);
    struct job *job = container_of(r, struct job, request);
    job->dones++;
    if (--job->rig->awaited == 0)
        loop_stop(&job->rig->loop);
}

static void start(struct rig *rig, struct job *job)
{
    memset(job, 0, sizeof(*job));
    job->rig = rig;
    job->request.task.run = on_done;
    list_init(&job->request.task.node);
    list_init(&job->request.link);
    rig->awaited++;
    strands_start(&rig->strands, &job->request);
    assert_int_equal(job->dones, 0); /* never inside the call */
}

static void on_guard(struct timer *timer)
{
    (void)timer;
    fail_msg("no answer in time");
}

static void wait_for_all(struct rig *rig)
{
    loop_timer_set(&rig->loop, &rig->guard, GUARD_MS);
    while (rig->awaited)
        loop_run(&rig->loop);
    loop_timer_cancel(&rig->loop, &rig->guard);
}

static struct job *job_of(struct store_request *r)
{
    return container_of(r, struct job, request);
}

static int begin(void **state)
{
    static struct rig rig;
    struct address nowhere;
    memset(&rig, 0, sizeof(rig));
    log_set_level(LOG_OFF);
    assert_int_equal(loop_init(&rig.loop), 0);
    assert_int_equal(address_parse(&nowhere, STR("127.0.0.1:1")), 0);
    struct cql_options options = {
        .loop = &rig.loop, .contacts = &nowhere, .contacts_n = 1, .timeout_ms = NODE_TIMEOUT_MS};
    rig.strands.loop = &rig.loop;
    rig.strands.cql = cql_new(&options);
    rig.strands.info = &rig.info;
    rig.strands.to = &rig.loop.poster;
    strands_init(&rig.strands);
    timer_init(&rig.guard, on_guard);
    *state = &rig;
    return 0;
}

static void on_stopped(void *loop)
{
    loop_stop(loop);
}

static int end(void **state)
{
    struct rig *rig = *state;
    strands_close(&rig->strands);
    cql_stop(rig->strands.cql, on_stopped, &rig->loop);
    loop_run(&rig->loop);
    strands_deinit(&rig->strands);
    loop_deinit(&rig->loop);
    return 0;
}

/* --- cases --- */

/* Keeps a number for each level on the stack, and asks at the deepest. */
static uint32_t deep(struct strand *s, uint32_t levels, int *err)
{
    volatile uint32_t mine = levels;
    struct ask a = ASK(S_META_GET, cql_bytes(STR("schema")));
    uint32_t below = 0;
    if (levels > 1)
        below = deep(s, levels - 1, err);
    else
        *err = strand_ask(s, &a);
    return mine + below;
}

static void run_deep(struct strand *s, struct store_request *r)
{
    job_of(r)->seen = deep(s, 20, &job_of(r)->result);
}

static void test_a_strand_keeps_its_stack_while_it_waits(void **state)
{
    struct rig *rig = *state;
    struct job jobs[3];
    rig->strands.run = run_deep;
    for (int i = 0; i < 3; i++)
        start(rig, &jobs[i]);
    assert_int_equal(rig->strands.running_n, 3);
    wait_for_all(rig);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(jobs[i].dones, 1);
        assert_int_equal(jobs[i].result, -EAGAIN);
        assert_int_equal(jobs[i].seen, 20 * 21 / 2);
    }
    assert_int_equal(rig->strands.running_n, 0);
    assert_int_equal(rig->strands.asked[S_META_GET], 3);
}

static void run_several(struct strand *s, struct store_request *r)
{
    struct ask asks[5];
    for (int i = 0; i < 5; i++)
        asks[i] = ASK(S_META_GET, cql_bytes(STR("schema")));
    int nothing = strand_ask_all(s, asks, 0);
    job_of(r)->result = strand_ask_all(s, asks, 5);
    job_of(r)->seen = nothing != 0 || strand_wrote(s);
}

static void test_more_than_there_is_room_for_wait_in_order(void **state)
{
    enum { MORE = STRANDS_MAX + 100 };
    static struct job jobs[MORE];
    struct rig *rig = *state;
    rig->strands.run = run_several;
    for (int i = 0; i < MORE; i++)
        start(rig, &jobs[i]);
    assert_int_equal(rig->strands.running_n, STRANDS_MAX);
    assert_int_equal(rig->strands.waiting_n, MORE - STRANDS_MAX);
    wait_for_all(rig);
    for (int i = 0; i < MORE; i++) {
        assert_int_equal(jobs[i].dones, 1);
        assert_int_equal(jobs[i].result, -EAGAIN);
        assert_false(jobs[i].seen); /* what was only read, or never sent, is not in doubt */
    }
}

static void run_pause(struct strand *s, struct store_request *r)
{
    uint64_t from_ms = strand_now_ms(s);
    strand_pause(s, 20);
    job_of(r)->seen = (uint32_t)(strand_now_ms(s) - from_ms);
}

static void test_a_pause_lasts(void **state)
{
    struct rig *rig = *state;
    struct job job;
    rig->strands.run = run_pause;
    start(rig, &job);
    wait_for_all(rig);
    assert_in_range(job.seen, 20, GUARD_MS);
}

static void run_long_pause(struct strand *s, struct store_request *r)
{
    struct ask a = ASK(S_META_GET, cql_bytes(STR("schema")));
    strand_pause(s, GUARD_MS);
    job_of(r)->result = strand_ask(s, &a);
}

static void test_closing_ends_what_waits_and_what_pauses(void **state)
{
    enum { MORE = STRANDS_MAX + 10 };
    static struct job jobs[MORE];
    struct rig *rig = *state;
    struct job late;
    rig->strands.run = run_long_pause;
    for (int i = 0; i < MORE; i++)
        start(rig, &jobs[i]);
    strands_close(&rig->strands);
    start(rig, &late);
    wait_for_all(rig);
    assert_int_equal(late.request.status, STORE_FAILED);
    for (int i = 0; i < MORE; i++) {
        assert_int_equal(jobs[i].dones, 1);
        if (i < STRANDS_MAX)
            assert_int_equal(jobs[i].result, -ECANCELED);
        else
            assert_int_equal(jobs[i].request.status, STORE_FAILED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_strand_keeps_its_stack_while_it_waits, begin, end),
        cmocka_unit_test_setup_teardown(test_more_than_there_is_room_for_wait_in_order, begin, end),
        cmocka_unit_test_setup_teardown(test_a_pause_lasts, begin, end),
        cmocka_unit_test_setup_teardown(test_closing_ends_what_waits_and_what_pauses, begin, end),
    };
    return cmocka_run_group_tests_name("store/strand", tests, NULL, NULL);
}
