/* Counting, on one thread and on many; the text of a scrape, held against the rules of the format;
 * the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/metric.h"
#include "util/metric_table.h"

static struct metric_values before, after;

static uint64_t grew(enum metric m, uint32_t which)
{
    metric_collect(&after);
    return after.at[m][which] - before.at[m][which];
}

static int look(void **state)
{
    (void)state;
    metric_collect(&before);
    return 0;
}

enum { THREADS = 4, TIMES = 10000 };

static void *count(void *arg)
{
    for (int i = 0; i < TIMES; i++) {
        metric_add(METRIC_EVENTS, 2);
        metric_add_at(METRIC_COMMANDS, 5, 1);
        metric_observe(METRIC_STORE_BATCH_REQUESTS, 7);
    }
    return arg;
}

/* Read while they count: a sum never goes back. In the end nothing is lost, though the threads are
 * gone. */
static void test_what_many_threads_count_adds_up(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t now = grew(METRIC_EVENTS, 0);
        assert_true(now >= last && now % 2 == 0);
        last = now;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(grew(METRIC_EVENTS, 0), 2 * THREADS * TIMES);
    assert_int_equal(grew(METRIC_COMMANDS, 5), THREADS * TIMES);
    assert_int_equal(grew(METRIC_COMMANDS, 4), 0);
    assert_int_equal(grew(METRIC_STORE_BATCH_REQUESTS, METRIC_SUM), 7 * THREADS * TIMES);
}

static void *take_two(void *arg)
{
    metric_drop_at(METRIC_STORE_QUEUE, 1);
    metric_drop_at(METRIC_STORE_QUEUE, 1);
    return arg;
}

static void test_a_gauge_is_counted_down_by_another_thread(void **state)
{
    (void)state;
    pthread_t thread;
    metric_add_at(METRIC_STORE_QUEUE, 1, 3);
    assert_int_equal(pthread_create(&thread, NULL, take_two, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(grew(METRIC_STORE_QUEUE, 1), 1);
    metric_drop_at(METRIC_STORE_QUEUE, 1);
}

static void test_each_value_falls_into_its_bucket(void **state)
{
    (void)state;
    const uint64_t *bounds = metric_bounds(METRIC_STORE_READ_SECONDS);
    for (int i = 0; i < METRIC_BUCKETS - 1; i++) {
        assert_true(i == 0 || bounds[i - 1] < bounds[i]);
        metric_observe(METRIC_STORE_READ_SECONDS, bounds[i]);
        assert_int_equal(grew(METRIC_STORE_READ_SECONDS, (uint32_t)i), i ? 2 : 1);
        metric_observe(METRIC_STORE_READ_SECONDS, bounds[i] + 1);
    }
    assert_int_equal(grew(METRIC_STORE_READ_SECONDS, METRIC_BUCKETS - 1), 1);
}

/* --- the text --- */

static const char *label(void *arg, enum metric m, uint32_t which)
{
    (void)arg;
    static const char *const names[] = {"a", "b"};
    return m == METRIC_COMMANDS && which < 2 ? names[which] : NULL;
}

static char *scrape(const struct metric_values *values)
{
    struct builder out = {0};
    metric_print(&out, values, label, NULL);
    struct str s = builder_str(&out);
    char *text = calloc(1, s.n + 1);
    memcpy(text, s.p, s.n);
    builder_deinit(&out);
    return text;
}

static void says(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("\"%s\" does not stand in\n%s", line, text);
}

static void test_values_stand_under_their_names_and_units(void **state)
{
    (void)state;
    static struct metric_values values;
    values.at[METRIC_COMMANDS][1] = 12;
    values.at[METRIC_PROCESS_MEMORY][0] = 1 << 20;
    values.at[METRIC_PROCESS_CPU][0] = 1000000001;
    values.at[METRIC_STORE_COMMIT_SECONDS][0] = 3;
    values.at[METRIC_STORE_COMMIT_SECONDS][2] = 4;
    values.at[METRIC_STORE_COMMIT_SECONDS][METRIC_BUCKETS - 1] = 1;
    values.at[METRIC_STORE_COMMIT_SECONDS][METRIC_SUM] = UINT64_C(7500000000);
    char *text = scrape(&values);
    says(text, "# TYPE parley_commands_total counter\nparley_commands_total{command=\"a\"} 0\n"
               "parley_commands_total{command=\"b\"} 12\n# HELP ");
    says(text, "\nprocess_resident_memory_bytes 1048576\n");
    says(text, "\nprocess_cpu_seconds_total 1.000000001\n");
    says(text, "# TYPE parley_store_commit_seconds histogram\n"
               "parley_store_commit_seconds_bucket{le=\"0.000050000\"} 3\n"
               "parley_store_commit_seconds_bucket{le=\"0.000100000\"} 3\n"
               "parley_store_commit_seconds_bucket{le=\"0.000250000\"} 7\n");
    says(text, "parley_store_commit_seconds_bucket{le=\"5.000000000\"} 7\n"
               "parley_store_commit_seconds_bucket{le=\"+Inf\"} 8\n"
               "parley_store_commit_seconds_sum 7.500000000\n"
               "parley_store_commit_seconds_count 8\n");
    free(text);
}

/* Names as the format allows them, none twice; a sentence each, on one line. */
static void test_the_table_is_whole(void **state)
{
    (void)state;
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz_";
    for (int i = 0; i < METRICS; i++) {
        const struct metric_row *row = &metric_rows[i];
        assert_non_null(row->name);
        assert_int_equal(strspn(row->name, allowed), strlen(row->name));
        assert_true(!strncmp(row->name, "parley_", 7) || !strncmp(row->name, "process_", 8));
        assert_false(strpbrk(row->help, "\n\\\""));
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        assert_false(row->kind == METRIC_HISTOGRAM && row->label);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(row->name, metric_rows[j].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_many_threads_count_adds_up, look),
        cmocka_unit_test_setup(test_a_gauge_is_counted_down_by_another_thread, look),
        cmocka_unit_test_setup(test_each_value_falls_into_its_bucket, look),
        cmocka_unit_test(test_values_stand_under_their_names_and_units),
        cmocka_unit_test(test_the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
