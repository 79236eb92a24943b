/* What truly arrives at the other end of stderr. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/log.h"
#include "util/macros.h"

static int saved_stderr, ends[2];

static void capture(void)
{
    assert_int_equal(pipe(ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
}

/* All that was written since capture(), ended by a 0 byte. */
static struct str captured(char *out, size_t size)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], out + n, size - 1 - n)) > 0;)
        n += (size_t)got;
    close(ends[0]);
    out[n] = 0;
    return str_n(out, n);
}

/* What follows the time, which has a fixed form. */
static const char *after_time(const char *line)
{
    int year, month, day, hour, minute, second, ms, end = 0;
    sscanf(line, "time=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %n", &year, &month, &day, &hour, &minute,
           &second, &ms, &end);
    assert_int_equal(end, strlen("time=2026-01-02T03:04:05.678Z "));
    assert_true(year >= 2024);
    return line + end;
}

static void test_one_line_of_fields(void **state)
{
    (void)state;
    char out[8192];
    capture();
    errno = EBADF;
    log_info("conn_closed", log_u64("conn", UINT64_MAX), log_i64("code", INT64_MIN),
             log_str("why", "time-out"), log_strn("to", STR("a@b:1/x")));
    assert_int_equal(errno, EBADF);
    captured(out, sizeof(out));
    assert_string_equal(after_time(out), "level=info event=conn_closed conn=18446744073709551615 "
                                         "code=-9223372036854775808 why=time-out to=a@b:1/x\n");
}

static void test_no_fields_and_absent_ones(void **state)
{
    (void)state;
    char out[8192];
    capture();
    log_error("stop");
    captured(out, sizeof(out));
    assert_string_equal(after_time(out), "level=error event=stop\n");
    capture();
    log_warn("stop", log_str("a", NULL), log_str("b", ""), log_u64("c", 0));
    captured(out, sizeof(out));
    assert_string_equal(after_time(out), "level=warn event=stop b=\"\" c=0\n");
}

static void test_level(void **state)
{
    (void)state;
    char out[8192];
    capture();
    log_debug("no");
    log_set_level(LOG_ERROR);
    log_warn("no");
    log_set_level(LOG_OFF);
    log_error("no");
    log_set_level(LOG_DEBUG);
    log_debug("yes");
    log_set_level(LOG_INFO);
    captured(out, sizeof(out));
    assert_string_equal(after_time(out), "level=debug event=yes\n");
}

static void expect_written(struct str value, const char *written)
{
    char out[8192], line[8192];
    capture();
    log_info("e", log_strn("v", value));
    captured(out, sizeof(out));
    snprintf(line, sizeof(line), "level=info event=e v=%s\n", written);
    assert_string_equal(after_time(out), line);
}

static void test_values_cannot_forge(void **state)
{
    (void)state;
    expect_written(STR("x\nlevel=error event=owned"), "\"x\\nlevel=error event=owned\"");
    expect_written(STR("x level=error"), "\"x level=error\"");
    expect_written(STR("x=y"), "\"x=y\"");
    expect_written(STR("\" admin=true \""), "\"\\\" admin=true \\\"\"");
    expect_written(STR("\\\" a=b"), "\"\\\\\\\" a=b\"");
    expect_written(STR("\\"), "\"\\\\\"");
    expect_written(STR("\r\t\x1b[2J\x7f"), "\"\\r\\t\\x1b[2J\\x7f\"");
    expect_written(str_n("a\0b", 3), "\"a\\x00b\"");
    expect_written(STR("\xc2\x85"), "\"\\xc2\\x85\"");
    expect_written(STR("\xff"), "\"\\xff\"");
}

/* Every byte alone and within others: one line, and nothing but printable ASCII. */
static void test_every_byte_is_tamed(void **state)
{
    (void)state;
    char value[256], out[8192];
    for (unsigned i = 0; i < 256; i++)
        value[i] = (char)i;
    for (unsigned i = 0; i <= 256; i++) {
        capture();
        log_info("e", log_strn("v", i < 256 ? str_n(&value[i], 1) : str_n(value, 256)));
        struct str all = captured(out, sizeof(out));
        for (size_t j = 0; j + 1 < all.n; j++)
            assert_in_range(all.p[j], 0x20, 0x7e);
        assert_int_equal(all.p[all.n - 1], '\n');
    }
}

static void test_long_value_is_cut_within_its_quotes(void **state)
{
    (void)state;
    static const char bytes[] = {'a', '\n', '\x01', '"'};
    for (size_t kind = 0; kind < sizeof(bytes); kind++) {
        for (size_t n = 100; n < 600; n++) {
            char value[600], out[8192];
            memset(value, bytes[kind], n);
            capture();
            log_info("e", log_strn("v", str_n(value, n)), log_u64("next", 1));
            struct str all = captured(out, sizeof(out));
            assert_true(all.n < 600);
            assert_string_equal(out + all.n - 8, " next=1\n");
            if (kind > 0 || n > 512)
                assert_int_equal(out[all.n - 9], '"');
            if (n > 512)
                assert_string_equal(out + all.n - 12, "...\" next=1\n");
        }
    }
}

/* Eight long fields, and one of `n` bytes. */
static void write_long_line(const char value[512], size_t n)
{
    struct log_field fields[9];
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        fields[i] = log_strn("field", str_n(value, 480));
    fields[8].str.n = n;
    log_write(LOG_INFO, "e", fields, ARRAY_SIZE(fields));
}

static void test_long_line_is_cut_between_fields(void **state)
{
    (void)state;
    char value[512], out[16384];
    memset(value, 'v', sizeof(value));
    /* Up to and over the end of the line, by one byte at a time. */
    for (size_t n = 0; n < 512; n++) {
        capture();
        write_long_line(value, n + 1);
        struct str all = captured(out, sizeof(out));
        assert_true(all.n <= PIPE_BUF);
        size_t whole = strlen("time=2026-01-02T03:04:05.678Z level=info event=e\n") +
                       8 * (strlen(" field=") + 480) + strlen(" field=") + n + 1;
        if (whole + strlen(" cut=true") <= PIPE_BUF)
            assert_int_equal(all.n, whole);
        else
            assert_string_equal(out + all.n - 15, "vvvvv cut=true\n");
    }
}

static void *write_lines(void *letter)
{
    char value[300];
    memset(value, *(char *)letter, sizeof(value));
    for (unsigned i = 0; i < 40; i++)
        log_info("e", log_strn("v", str_n(value, sizeof(value))));
    return NULL;
}

static void test_threads_do_not_mix_lines(void **state)
{
    (void)state;
    static char out[1 << 16], letters[] = "abcd";
    pthread_t threads[4];
    capture();
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &letters[i]), 0);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    captured(out, sizeof(out));
    unsigned lines = 0;
    char *rest = out;
    for (char *line; (line = strsep(&rest, "\n")) && *line; lines++) {
        const char *value = strstr(line, " v=") + 3;
        assert_int_equal(strlen(value), 300);
        assert_int_equal(strspn(value, (char[]){value[0], 0}), 300);
    }
    assert_int_equal(lines, 160);
}

/* As JSON, without the time. */
static void expect_json(struct str value, const char *written)
{
    char out[8192], line[8192];
    capture();
    log_set_format(LOG_JSON);
    log_info("e", log_strn("v", value), log_u64("n", 7), log_u64("id", UINT64_MAX),
             log_i64("i", -1), log_str("none", NULL));
    log_set_format(LOG_TEXT);
    captured(out, sizeof(out));
    snprintf(line, sizeof(line),
             "\",\"level\":\"info\",\"event\":\"e\",\"v\":%s,\"n\":7,"
             "\"id\":\"18446744073709551615\",\"i\":-1}\n",
             written);
    assert_memory_equal(out, "{\"time\":\"20", 11);
    assert_string_equal(out + strlen("{\"time\":\"2026-01-02T03:04:05.678Z"), line);
}

static void test_json_is_one_object_that_values_cannot_leave(void **state)
{
    (void)state;
    expect_json(STR("time-out"), "\"time-out\"");
    expect_json(STR(""), "\"\"");
    expect_json(STR("\",\"admin\":\"yes"), "\"\\\",\\\"admin\\\":\\\"yes\"");
    expect_json(STR("\\"), "\"\\\\\"");
    expect_json(STR("a\nb\t\x1b\xff"), "\"a\\nb\\t\\\\x1b\\\\xff\"");
}

static void test_json_that_is_cut_is_still_an_object(void **state)
{
    (void)state;
    char value[512], out[16384];
    memset(value, 'v', sizeof(value));
    for (size_t n = 0; n < 512; n++) {
        capture();
        log_set_format(LOG_JSON);
        write_long_line(value, n + 1);
        log_set_format(LOG_TEXT);
        struct str all = captured(out, sizeof(out));
        assert_true(all.n <= PIPE_BUF);
        assert_true(!strcmp(out + all.n - 4, "v\"}\n") || strstr(out, "vv\",\"cut\":true}\n"));
    }
}

static void test_levels_have_names(void **state)
{
    (void)state;
    for (int level = LOG_DEBUG; level <= LOG_OFF; level++)
        assert_int_equal(log_level_named(str_of(log_level_name((enum log_level)level))), level);
    assert_int_equal(log_level_named(STR("loud")), -1);
    assert_int_equal(log_level_named(STR("")), -1);
    log_set_level(LOG_WARN);
    assert_int_equal(log_get_level(), LOG_WARN);
    log_set_level(LOG_INFO);
}

/* Whoever reads the log has stopped: nobody waits for them, and they learn what they missed. */
static void test_a_full_pipe_holds_nobody_up(void **state)
{
    (void)state;
    static char out[1 << 20];
    char value[300], line[64];
    memset(value, 'v', sizeof(value));
    capture();
    int size = fcntl(ends[1], F_GETPIPE_SZ), n = 0;
    for (int tries = 0; tries * (int)sizeof(value) < 2 * size; tries++)
        log_info("e", log_strn("v", str_n(value, sizeof(value))));
    int written = 0, full;
    assert_int_equal(ioctl(ends[0], FIONREAD, &full), 0);
    while (n < full) {
        ssize_t got = read(ends[0], out + n, (size_t)(full - n));
        assert_true(got > 0);
        n += (int)got;
    }
    for (int i = 0; i < n; i++)
        written += out[i] == '\n';
    assert_int_equal(out[n - 1], '\n');
    assert_true(written > 0);

    int lost = (2 * size + (int)sizeof(value) - 1) / (int)sizeof(value) - written;
    assert_true(lost > 0);
    log_info("on");
    log_info("again");
    captured(out, sizeof(out));
    snprintf(line, sizeof(line), "level=warn event=log_lost lines=%d\n", lost);
    const char *at = out;
    const char *expected[] = {line, "level=info event=on\n", "level=info event=again\n"};
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        at = after_time(at);
        assert_memory_equal(at, expected[i], strlen(expected[i]));
        at += strlen(expected[i]);
    }
    assert_int_equal(*at, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line_of_fields),
        cmocka_unit_test(test_no_fields_and_absent_ones),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_values_cannot_forge),
        cmocka_unit_test(test_every_byte_is_tamed),
        cmocka_unit_test(test_long_value_is_cut_within_its_quotes),
        cmocka_unit_test(test_long_line_is_cut_between_fields),
        cmocka_unit_test(test_threads_do_not_mix_lines),
        cmocka_unit_test(test_json_is_one_object_that_values_cannot_leave),
        cmocka_unit_test(test_json_that_is_cut_is_still_an_object),
        cmocka_unit_test(test_levels_have_names),
        cmocka_unit_test(test_a_full_pipe_holds_nobody_up),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
