/* Plain calls of the system, each error passed on. A directory of the store holds plain files only,
 * so that nothing here walks deeper than one level. */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 20 };

int files_join(char *out, const char *directory, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", directory, name);
    return n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int sync_and_close(int fd)
{
    int err = fsync(fd) ? -errno : 0;
    if (close(fd) && !err)
        err = -errno;
    return err;
}

int files_sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : sync_and_close(fd);
}

/* Whoever made it may have been killed before the sync. Only a parent that may not be opened is
 * left to whoever prepared it. */
int files_make_directory(const char *path)
{
    char parent[PATH_MAX];
    bool made = mkdir(path, 0700) == 0;
    if (!made && errno != EEXIST)
        return -errno;
    int err = files_join(parent, path, "..");
    if (!err)
        err = files_sync_directory(parent);
    return !made && err == -EACCES ? 0 : err;
}

/* The next entry's name; NULL at the end, with *err set if that is no end. */
static const char *next_name(DIR *dir, int *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry) {
            *err = *err ? *err : -errno;
            return NULL;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return entry->d_name;
    }
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

int files_is_empty(const char *path, const char *const *but)
{
    DIR *dir = opendir(path);
    if (!dir)
        return -errno;
    int err = 0;
    bool empty = true;
    for (const char *name; empty && (name = next_name(dir, &err));)
        empty = is_one_of(name, but);
    closedir(dir);
    return err ? err : empty;
}

/* Does `each` with every file of `path` until one fails. */
static int for_each_file(const char *path, int (*each)(int dir_fd, const char *name, void *arg),
                         void *arg)
{
    DIR *dir = opendir(path);
    if (!dir)
        return -errno;
    int err = 0;
    for (const char *name; !err && (name = next_name(dir, &err));)
        err = each(dirfd(dir), name, arg);
    closedir(dir);
    return err;
}

static int sync_one(int dir_fd, const char *name, void *arg)
{
    struct files_sum *sum = arg;
    struct stat stat;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &stat) == 0) {
        sum->files++;
        sum->bytes += (uint64_t)stat.st_size;
    }
    return sync_and_close(fd);
}

int files_sync_all(const char *path, struct files_sum *sum)
{
    *sum = (struct files_sum){0};
    int err = for_each_file(path, sync_one, sum);
    return err ? err : files_sync_directory(path);
}

static int copy_bytes(int from, int to)
{
    for (;;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
    }
}

/* Where the kernel cannot copy between the two file systems. */
static int copy_by_hand(int from, int to)
{
    char bytes[64 * 1024];
    for (;;) {
        ssize_t n = read(from, bytes, sizeof(bytes));
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        for (ssize_t at = 0; at < n;) {
            ssize_t put = write(to, bytes + at, (size_t)(n - at));
            if (put < 0 && errno != EINTR)
                return -errno;
            at += put > 0 ? put : 0;
        }
    }
}

static int copy_file(int from, int to)
{
    int err = copy_bytes(from, to);
    if (err != -EXDEV && err != -ENOSYS && err != -EOPNOTSUPP && err != -EINVAL)
        return err;
    return lseek(from, 0, SEEK_SET) || lseek(to, 0, SEEK_SET) ? -errno : copy_by_hand(from, to);
}

struct copying {
    int to_fd;
    struct files_sum *sum;
};

static int copy_one(int dir_fd, const char *name, void *arg)
{
    const struct copying *c = arg;
    struct stat stat;
    int from = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0)
        return -errno;
    int to = openat(c->to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int err = to < 0 ? -errno : copy_file(from, to);
    if (!err && fstat(from, &stat) == 0) {
        c->sum->files++;
        c->sum->bytes += (uint64_t)stat.st_size;
    }
    close(from);
    if (to < 0)
        return err;
    int failed = sync_and_close(to);
    return err ? err : failed;
}

int files_copy_all(const char *from, const char *to, struct files_sum *sum)
{
    *sum = (struct files_sum){0};
    if (mkdir(to, 0700))
        return -errno;
    int fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct copying c = {.to_fd = fd, .sum = sum};
    int err = for_each_file(from, copy_one, &c);
    int failed = sync_and_close(fd);
    return err ? err : failed;
}

static int remove_one(int dir_fd, const char *name, void *arg)
{
    (void)arg;
    return unlinkat(dir_fd, name, 0) ? -errno : 0;
}

int files_remove_all(const char *path)
{
    int err = for_each_file(path, remove_one, NULL);
    if (err == -ENOENT)
        return 0;
    return err ? err : rmdir(path) ? -errno : 0;
}

int files_write(const char *directory, const char *name, struct str bytes)
{
    char path[PATH_MAX], unfinished[PATH_MAX];
    int err = files_join(path, directory, name);
    if (err || snprintf(unfinished, PATH_MAX, "%s/%s.new", directory, name) >= PATH_MAX)
        return -ENAMETOOLONG;
    int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    ssize_t n = write(fd, bytes.p, bytes.n);
    err = n < 0 ? -errno : n != (ssize_t)bytes.n ? -ENOSPC : 0;
    int failed = sync_and_close(fd);
    err = err ? err : failed;
    if (!err && rename(unfinished, path))
        err = -errno;
    return err ? err : files_sync_directory(directory);
}

int files_read(const char *directory, const char *name, char *out, size_t size)
{
    char path[PATH_MAX];
    int err = files_join(path, directory, name);
    int fd = err ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (err || fd < 0)
        return err ? err : -errno;
    ssize_t n = read(fd, out, size - 1);
    err = n < 0 ? -errno : 0;
    out[n < 0 ? 0 : n] = 0;
    close(fd);
    return err;
}
