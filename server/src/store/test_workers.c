/* Which row a process takes; tests/sim has them race for rows, with clocks that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/workers.h"
#include "util/macros.h"

enum { ROWS = 3, ME = 7, OTHER = 8 };

static void see(struct worker_seen seen[ROWS], const struct worker_row rows[ROWS], uint64_t ms)
{
    for (int i = 0; i < ROWS; i++)
        worker_saw(&seen[i], rows[i], ms, ms + 5);
}

static void test_a_free_row_is_taken_from_above_what_was_used(void **state)
{
    (void)state;
    struct worker_seen seen[ROWS] = {0};
    struct worker_row rows[ROWS] = {{OTHER, 100}, {0, 500000}, {0, 0}};
    struct worker_change change;
    see(seen, rows, 1000);
    assert_true(worker_choose(seen, ROWS, ME, 0, 200, &change));
    assert_int_equal(change.worker, 1);
    assert_int_equal(change.before.up_to_ms, 500000);
    assert_int_equal(change.after.owner, ME);
    assert_int_equal(change.after.up_to_ms, 500000 + WORKER_AHEAD_MS); /* a clock was ahead */
    assert_true(worker_choose(seen, ROWS, ME, 2, 200000, &change));
    assert_int_equal(change.worker, 2); /* the one it would like */
    assert_int_equal(change.after.up_to_ms, 200000);
}

static void test_ones_own_row_comes_first(void **state)
{
    (void)state;
    struct worker_seen seen[ROWS] = {0};
    struct worker_row rows[ROWS] = {{0, 0}, {0, 0}, {ME, 1000}};
    struct worker_change change;
    see(seen, rows, 1000);
    assert_true(worker_choose(seen, ROWS, ME, 0, 90000, &change));
    assert_int_equal(change.worker, 2);
    assert_int_equal(change.before.owner, ME);
    assert_int_equal(change.after.up_to_ms, 90000);
}

static void test_a_row_of_another_is_taken_only_when_it_did_not_change_for_long(void **state)
{
    (void)state;
    struct worker_seen seen[ROWS] = {0};
    struct worker_row rows[ROWS] = {{OTHER, 100}, {OTHER + 1, 100}, {OTHER + 2, 100}};
    struct worker_change change;
    see(seen, rows, 1000);
    assert_false(worker_choose(seen, ROWS, ME, 0, 500, &change));
    see(seen, rows, 1000 + WORKER_IDLE_MS); /* from the first answer to the last question: less */
    assert_false(worker_choose(seen, ROWS, ME, 0, 500, &change));
    rows[0].up_to_ms++;
    see(seen, rows, 1005 + WORKER_IDLE_MS);
    assert_true(worker_choose(seen, ROWS, ME, 0, 500, &change));
    assert_int_equal(change.worker, 1); /* the first is in use */
    assert_int_equal(change.before.owner, OTHER + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_free_row_is_taken_from_above_what_was_used),
        cmocka_unit_test(test_ones_own_row_comes_first),
        cmocka_unit_test(test_a_row_of_another_is_taken_only_when_it_did_not_change_for_long),
    };
    return cmocka_run_group_tests_name("store/workers", tests, NULL, NULL);
}
