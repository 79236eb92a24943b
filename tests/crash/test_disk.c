/*
 * The disk that forgets, before anybody trusts it: a child of this program writes with the shim
 * under it, then the power is cut, and what is left is looked at.
 *
 *     test_crash_disk SHIM CUT
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "disk.h"

enum { LONG_BYTES = 5 * 4096, SEEDS = 30, PATH_BYTES = 256 };

static const char *shim, *cut, *self;
static char top[] = "/tmp/parley-disk-XXXXXX";

/* --- in the child: the working directory is the watched one --- */

static int create(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        _exit(10);
    return fd;
}

static void sync_fd(int fd)
{
    if (fsync(fd))
        _exit(11);
}

static void sync_here(void)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    sync_fd(fd);
    close(fd);
}

static void add(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        _exit(12);
}

static void do_bytes(void)
{
    int fd = create("a", "synced ");
    sync_fd(fd);
    add(fd, "not synced");
    sync_here();
}

static void do_names(void)
{
    sync_fd(create("a", "a"));
    sync_fd(create("b", "b"));
    sync_here();
    sync_fd(create("c", "c"));
    if (rename("a", "d") || unlink("b") || mkdir("e", 0700) || rename("c", "e/c"))
        _exit(13);
}

static void do_names_synced(void)
{
    do_names();
    sync_here();
    int fd = open("e", O_RDONLY | O_DIRECTORY);
    sync_fd(fd);
}

static void do_replace(void)
{
    sync_fd(create("a", "old"));
    sync_fd(create("b", "old"));
    sync_here();
    int fd = open("a", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    add(fd, "new");
    fd = open("b", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    add(fd, "new");
    sync_fd(fd);
}

static void do_publish(void)
{
    sync_fd(create("a", "old"));
    sync_here();
    sync_fd(create("b", "b"));
    sync_fd(create("c", "new"));
    if (rename("c", "a"))
        _exit(21);
}

static void do_publish_after_a_failing_sync(void)
{
    sync_fd(create("a", "old"));
    sync_here();
    sync_fd(create("b", "b"));
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    if (fsync(fd) == 0 || errno != EIO)
        _exit(22);
    sync_fd(create("c", "new"));
    if (rename("c", "a"))
        _exit(23);
    sync_fd(fd);
}

static void do_failing_sync(void)
{
    int fd = create("a", "synced ");
    sync_fd(fd);
    sync_here();
    add(fd, "lost ");
    if (fdatasync(fd) == 0 || errno != EIO)
        _exit(14);
    add(fd, "later");
    sync_fd(fd);
}

static void do_full(void)
{
    int fd = create("a", "0123456");
    if (write(fd, "789abc", 6) != 3 || write(fd, "abc", 3) != -1 || errno != ENOSPC)
        _exit(15);
    sync_fd(fd);
    sync_here();
}

static void do_cut_off(void)
{
    int fd = create("a", "kept, cut off");
    sync_fd(fd);
    if (ftruncate(fd, 4))
        _exit(16);
    add(fd, " on");
    sync_fd(fd);
    sync_here();
}

static void do_long(void)
{
    static char text[LONG_BYTES + 1];
    memset(text, 'x', LONG_BYTES);
    int fd = create("a", "synced");
    sync_fd(fd);
    sync_here();
    add(fd, text);
}

static void do_overwrite(void)
{
    int fd = create("a", "synced");
    if (pwrite(fd, "S", 1, 0) != 1)
        _exit(17);
}

/* The next file often gets the number of the inode that has just gone. */
static void do_socket(void)
{
    if (unlink("socket"))
        _exit(20);
    sync_fd(create("a", "a"));
    sync_here();
}

static const struct {
    const char *name;
    void (*run)(void);
} scenes[] = {
    {"bytes", do_bytes},          {"names", do_names},
    {"synced", do_names_synced},  {"replace", do_replace},
    {"failing", do_failing_sync}, {"full", do_full},
    {"cut off", do_cut_off},      {"long", do_long},
    {"overwrite", do_overwrite},  {"socket", do_socket},
    {"publish", do_publish},      {"publish lost", do_publish_after_a_failing_sync},
};

static int play(const char *name)
{
    for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
        if (!strcmp(scenes[i].name, name))
            return scenes[i].run(), 0;
    return 18;
}

/* --- in the parent --- */

static void in_top(char path[PATH_BYTES], const char *name)
{
    snprintf(path, PATH_BYTES, "%s/%s", top, name);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static void remove_all(const char *name)
{
    char path[PATH_BYTES];
    in_top(path, name);
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int run(char *const argv[])
{
    pid_t pid = fork();
    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        execv(argv[0], argv);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Plays a scene on a new disk; answers how its process ended. */
static int scene(const char *name, enum disk_order order, uint64_t value)
{
    char disk[PATH_BYTES], state[PATH_BYTES], path[PATH_BYTES];
    uint64_t orders[DISK_ORDERS] = {
        [DISK_ROOM] = DISK_NONE, [DISK_SYNCS] = DISK_NONE, [DISK_ERRNO] = EIO, [DISK_ONCE] = 1};
    orders[order] = value;
    remove_all("disk");
    remove_all("state");
    in_top(disk, "disk");
    in_top(state, "state");
    in_top(path, "state/nodes");
    assert_int_equal(mkdir(disk, 0700) || mkdir(state, 0700) || mkdir(path, 0700), 0);
    in_top(path, "disk/socket");
    assert_int_equal(mknod(path, S_IFSOCK | 0600, 0), 0);
    in_top(path, "state/control");
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, orders, sizeof(orders)), sizeof(orders));
    close(fd);
    setenv(DISK_ROOT_ENV, disk, 1);
    setenv(DISK_STATE_ENV, state, 1);
    setenv("LD_PRELOAD", shim, 1);
    int status = run((char *[]){(char *)self, (char *)"play", (char *)name, NULL});
    unsetenv("LD_PRELOAD");
    return status;
}

static void lose_power(const char *how, int seed)
{
    char state[PATH_BYTES], left[PATH_BYTES], number[16];
    remove_all("left");
    in_top(state, "state");
    in_top(left, "left");
    snprintf(number, sizeof(number), "%d", seed);
    assert_int_equal(run((char *[]){(char *)cut, state, left, number, (char *)how, NULL}), 0);
}

/* What is left of a file, with zeros after it; NULL if nothing. Stands until the next call. */
static const char *left(const char *name)
{
    static char bytes[LONG_BYTES + 64];
    char path[PATH_BYTES], inner[64];
    snprintf(inner, sizeof(inner), "left/%s", name);
    in_top(path, inner);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return NULL;
    memset(bytes, 0, sizeof(bytes));
    ssize_t n = read(fd, bytes, sizeof(bytes) - 1);
    close(fd);
    assert_true(n >= 0);
    return bytes;
}

static void after(const char *name)
{
    assert_int_equal(scene(name, DISK_PRETEND, 0), 0);
    lose_power("drop", 1);
}

static void test_bytes_last_once_synced(void **state)
{
    (void)state;
    after("bytes");
    assert_string_equal(left("a"), "synced ");
}

static void test_names_last_once_their_directory_is_synced(void **state)
{
    (void)state;
    after("names");
    assert_string_equal(left("a"), "a");
    assert_string_equal(left("b"), "b");
    assert_null(left("c"));
    assert_null(left("d"));
    assert_null(left("e/c"));
    after("synced");
    assert_null(left("a"));
    assert_null(left("b"));
    assert_null(left("c"));
    assert_string_equal(left("d"), "a");
    assert_string_equal(left("e/c"), "c");
}

static void test_what_was_replaced_may_come_back(void **state)
{
    (void)state;
    after("replace");
    assert_string_equal(left("a"), "old");
    assert_string_equal(left("b"), "new");
}

static void test_a_sync_that_fails_loses_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(scene("failing", DISK_SYNCS, 2), 0);
    lose_power("drop", 1);
    const char *a = left("a");
    assert_string_equal(a, "synced ");
    assert_memory_equal(a + 7, "\0\0\0\0\0later", 10);
}

static void test_a_sync_that_pretends_keeps_nothing(void **state)
{
    (void)state;
    assert_int_equal(scene("bytes", DISK_PRETEND, 1), 0);
    lose_power("drop", 1);
    assert_null(left("a"));
}

static void test_a_full_disk_takes_what_fits(void **state)
{
    (void)state;
    assert_int_equal(scene("full", DISK_ROOM, 10), 0);
    lose_power("drop", 1);
    assert_string_equal(left("a"), "0123456789");
}

static void test_what_is_cut_off_is_gone(void **state)
{
    (void)state;
    after("cut off");
    assert_string_equal(left("a"), "kept on");
}

/* Of what was not synced any page may survive; what was synced always does. */
static void test_some_of_the_rest_survives(void **state)
{
    (void)state;
    int all = 0, none = 0, between = 0;
    assert_int_equal(scene("long", DISK_PRETEND, 0), 0);
    for (int seed = 0; seed < SEEDS; seed++) {
        lose_power("some", seed);
        const char *a = left("a");
        assert_memory_equal(a, "synced", 6);
        size_t kept = 0;
        for (int i = 6; i < LONG_BYTES + 6; i++)
            kept += a[i] == 'x';
        all += kept == LONG_BYTES;
        none += kept == 0;
        between += kept && kept < LONG_BYTES;
    }
    assert_true(none > 0 && between > 0 && all < SEEDS);
}

static void test_a_renaming_comes_with_what_was_before_it(void **state)
{
    (void)state;
    int renamed = 0, made_only = 0;
    assert_int_equal(scene("publish", DISK_PRETEND, 0), 0);
    for (int seed = 0; seed < SEEDS; seed++) {
        lose_power("some", seed);
        bool is_renamed = !strcmp(left("a"), "new"), is_made = left("b") != NULL;
        assert_true(is_made || !is_renamed);
        renamed += is_renamed;
        made_only += is_made && !is_renamed;
    }
    assert_true(renamed > 0 && made_only > 0);
}

static void test_what_a_failing_sync_lost_does_not_come_with_a_renaming(void **state)
{
    (void)state;
    assert_int_equal(scene("publish lost", DISK_SYNCS, 3), 0);
    lose_power("drop", 1);
    assert_string_equal(left("a"), "new");
    assert_null(left("b"));
}

static void test_a_socket_is_no_part_of_the_disk(void **state)
{
    (void)state;
    after("socket");
    assert_string_equal(left("a"), "a");
    after("bytes");
    assert_null(left("socket"));
}

static void test_what_is_not_modelled_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(scene("overwrite", DISK_PRETEND, 0), -SIGABRT);
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "play"))
        return chdir(getenv(DISK_ROOT_ENV)) ? 19 : play(argv[2]);
    if (argc != 3 || !mkdtemp(top))
        return 2;
    self = argv[0];
    shim = argv[1];
    cut = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_last_once_synced),
        cmocka_unit_test(test_names_last_once_their_directory_is_synced),
        cmocka_unit_test(test_what_was_replaced_may_come_back),
        cmocka_unit_test(test_a_sync_that_fails_loses_its_bytes),
        cmocka_unit_test(test_a_sync_that_pretends_keeps_nothing),
        cmocka_unit_test(test_a_full_disk_takes_what_fits),
        cmocka_unit_test(test_what_is_cut_off_is_gone),
        cmocka_unit_test(test_some_of_the_rest_survives),
        cmocka_unit_test(test_a_renaming_comes_with_what_was_before_it),
        cmocka_unit_test(test_what_a_failing_sync_lost_does_not_come_with_a_renaming),
        cmocka_unit_test(test_a_socket_is_no_part_of_the_disk),
        cmocka_unit_test(test_what_is_not_modelled_ends_the_program),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}
