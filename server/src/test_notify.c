#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "main_notify.h"

static char dir[] = "/tmp/parley-notify-XXXXXX";

/* A socket that receives at `name`; the first byte of an abstract one is '@'. */
static int listen_at(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t n = strlen(name);
    memcpy(at.sun_path, name, n);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, bytes), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

static void expect(int fd, const char *state)
{
    char got[64];
    ssize_t n = recv(fd, got, sizeof(got), 0);
    assert_int_equal(n, strlen(state));
    assert_memory_equal(got, state, (size_t)n);
}

static void tell(const char *name)
{
    int fd = listen_at(name);
    assert_int_equal(notify_manager("READY=1"), 0);
    assert_int_equal(notify_manager("STOPPING=1"), 0);
    expect(fd, "READY=1");
    expect(fd, "STOPPING=1");
    assert_int_equal(recv(fd, (char[1]){0}, 1, 0), -1);
    close(fd);
}

static void test_a_path(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof(name), "%s/socket", dir);
    tell(name);
    /* Whoever listened is gone. */
    assert_int_equal(notify_manager("READY=1"), -ECONNREFUSED);
    unlink(name);
    assert_int_equal(notify_manager("READY=1"), -ENOENT);
}

static void test_an_abstract_name(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof(name), "@parley-notify-%d", getpid());
    tell(name);
}

static void test_the_longest_name_and_one_too_long(void **state)
{
    struct sockaddr_un at;
    char name[sizeof(at.sun_path) + 1];
    (void)state;
    memset(name, 'x', sizeof(name));
    snprintf(name, sizeof(name), "@parley-%d-", getpid());
    name[strlen(name)] = 'x';
    name[sizeof(at.sun_path) - 1] = '\0';
    tell(name);
    name[sizeof(at.sun_path) - 1] = 'x';
    name[sizeof(at.sun_path)] = '\0';
    setenv("NOTIFY_SOCKET", name, 1);
    assert_int_equal(notify_manager("READY=1"), -EINVAL);
}

static void test_nobody_to_tell(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(notify_manager("READY=1"), -ENOENT);
    setenv("NOTIFY_SOCKET", "", 1);
    assert_int_equal(notify_manager("READY=1"), -ENOENT);
    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_int_equal(notify_manager("READY=1"), -EINVAL);
}

static void test_a_socket_that_takes_no_more_is_not_waited_for(void **state)
{
    char name[64];
    int fd, err = 0;
    (void)state;
    snprintf(name, sizeof(name), "@parley-notify-%d", getpid());
    fd = listen_at(name);
    for (int i = 0; i < 100000 && !err; i++)
        err = notify_manager("STATUS=x");
    assert_int_equal(err, -EAGAIN);
    close(fd);
}

static void assert_watchdog_ms(const char *us, const char *pid, uint64_t ms)
{
    if (us)
        setenv("WATCHDOG_USEC", us, 1);
    else
        unsetenv("WATCHDOG_USEC");
    if (pid)
        setenv("WATCHDOG_PID", pid, 1);
    else
        unsetenv("WATCHDOG_PID");
    assert_int_equal(notify_watchdog_ms(), ms);
}

static void test_a_watchdog_hears_twice_in_its_time(void **state)
{
    char own[24], other[24];
    (void)state;
    snprintf(own, sizeof(own), "%d", getpid());
    snprintf(other, sizeof(other), "%d", getppid());
    assert_watchdog_ms(NULL, NULL, 0);
    assert_watchdog_ms("30000000", NULL, 15000);
    assert_watchdog_ms("30000000", own, 15000);
    assert_watchdog_ms("30000000", other, 0);
    assert_watchdog_ms("30000000", "", 0);
    assert_watchdog_ms("", own, 0);
    assert_watchdog_ms("soon", own, 0);
    assert_watchdog_ms("18446744073709551616", own, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path),
        cmocka_unit_test(test_an_abstract_name),
        cmocka_unit_test(test_the_longest_name_and_one_too_long),
        cmocka_unit_test(test_nobody_to_tell),
        cmocka_unit_test(test_a_watchdog_hears_twice_in_its_time),
        cmocka_unit_test(test_a_socket_that_takes_no_more_is_not_waited_for),
    };
    if (!mkdtemp(dir))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(dir);
    return failed;
}
