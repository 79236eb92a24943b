/*
 * The library under the server (LD_PRELOAD): see disk.h. Every operation on the watched directory
 * and its line in the journal happen under one lock, so the journal's order is the order of things.
 * Only a sync gives the lock up in its middle: what is written meanwhile is not what it made last.
 *
 * No sync is passed on: kill -9 keeps the page cache, and only the journal decides what was synced.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"

enum { FDS_MAX = 1 << 16, DIRS_MAX = 64 };

/* Descriptors of ours: of the files open for writing, and of directories. 0: not ours. */
static uint64_t fds[FDS_MAX];
static uint64_t dirs[DIRS_MAX];
static size_t n_dirs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static uint64_t n_records;
static _Atomic uint64_t *control;
static char state[PATH_MAX - 64];

/* The C library's own. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    if (!p)
        abort();
    return p;
}

static void die(const char *what, const char *path)
{
    fprintf(stderr, "crash shim: %s is not modelled: %s\n", what, path);
    abort();
}

/* --- the journal --- */

static void record(enum disk_op op, struct disk_record r, const char *name, const char *to)
{
    char bytes[sizeof(r) + 2 * (NAME_MAX + 1)];
    size_t n = sizeof(r);
    for (int i = 0; i < 2; i++) {
        const char *text = i ? to : name;
        size_t size = strlen(text) + 1;
        if (size > NAME_MAX + 1)
            die("a long name", text);
        memcpy(bytes + n, text, size);
        n += size;
    }
    r.op = op;
    r.bytes = (uint32_t)n;
    memcpy(bytes, &r, sizeof(r));
    if (REAL(write)(journal, bytes, n) != (ssize_t)n)
        die("a journal that cannot be written", strerror(errno));
    n_records++;
}

/* Keeps a file for after its last name went. */
static void keep(const char *path, uint64_t file)
{
    char node[PATH_MAX];
    snprintf(node, sizeof(node), "%s/nodes/%llu", state, (unsigned long long)file);
    if (REAL(link)(path, node) && errno != EEXIST)
        die("a file that cannot be linked", path);
}

static void watch(uint64_t dir)
{
    if (n_dirs == DIRS_MAX)
        die("so many directories", "");
    dirs[n_dirs++] = dir;
}

static void find(const char *path, const char *name, uint64_t parent)
{
    struct stat st;
    if (lstat(path, &st))
        die("a file that cannot be looked at", path);
    if (S_ISSOCK(st.st_mode))
        return; /* whoever binds it removes what is there */
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        die("a file of this kind", path);
    struct disk_record r = {.file = st.st_ino, .dir = parent, .a = (uint64_t)st.st_size};
    if (S_ISREG(st.st_mode)) {
        keep(path, st.st_ino);
        record(DISK_FOUND, r, name, "");
        return;
    }
    record(DISK_FOUND_DIR, r, name, "");
    watch(st.st_ino);
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        char inner[PATH_MAX];
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        find(inner, entry->d_name, st.st_ino);
    }
    closedir(dir);
}

__attribute__((constructor)) static void begin(void)
{
    const char *root = getenv(DISK_ROOT_ENV), *where = getenv(DISK_STATE_ENV);
    if (!root || !where)
        return;
    char path[PATH_MAX];
    snprintf(state, sizeof(state), "%s", where);
    snprintf(path, sizeof(path), "%s/control", state);
    int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        die("a state directory without orders", path);
    void *orders =
        mmap(NULL, DISK_ORDERS * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (orders == MAP_FAILED)
        die("a state directory without orders", path);
    control = orders;
    REAL(close)(fd);
    snprintf(path, sizeof(path), "%s/journal", state);
    journal = REAL(open)(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0)
        die("a state directory that was used", path);
    find(root, "", 0);
    record(DISK_BEGUN, (struct disk_record){0}, "", "");
}

/* --- whose it is --- */

static bool watched(uint64_t dir)
{
    for (size_t i = 0; i < n_dirs; i++)
        if (dirs[i] == dir)
            return true;
    return false;
}

/* The watched directory that a path lies in (0: none) and its name there. */
static uint64_t place(const char *path, const char **name)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat st;
    if (journal < 0)
        return 0;
    *name = slash ? slash + 1 : path;
    if (!slash)
        snprintf(dir, sizeof(dir), ".");
    else
        snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
    return stat(dir, &st) == 0 && watched(st.st_ino) ? st.st_ino : 0;
}

/* The inode number of a descriptor of ours, or 0. */
static uint64_t ours(int fd, struct stat *st)
{
    if (journal < 0 || fd < 0 || fd >= FDS_MAX || !fds[fd] || fstat(fd, st))
        return 0;
    /* Closed behind our back, and used again for something else? */
    return st->st_ino == fds[fd] ? st->st_ino : 0;
}

static void refuse(const char *what, const char *path)
{
    const char *name;
    if (place(path, &name))
        die(what, path);
}

/* --- names --- */

/* A file of ours that is cut to nothing becomes another one: the old one may come back. */
static uint64_t replace(const char *path, const struct stat *old)
{
    if (old->st_size == 0)
        return 0;
    if (REAL(unlink)(path))
        die("a file that cannot be replaced", path);
    return old->st_ino;
}

static int open_ours(const char *path, int flags, mode_t mode, uint64_t dir, const char *name)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    bool regular = there && S_ISREG(st.st_mode);
    if (there && (flags & O_EXCL) && (flags & O_CREAT))
        return errno = EEXIST, -1;
    uint64_t replaced = regular && (flags & O_TRUNC) ? replace(path, &st) : 0;
    int fd = REAL(open)(path, replaced ? flags | O_CREAT : flags, replaced ? st.st_mode : mode);
    if (fd < 0 || fstat(fd, &st))
        return fd;
    if (S_ISREG(st.st_mode) && (!there || replaced)) {
        record(DISK_CREATE, (struct disk_record){.file = st.st_ino, .dir = dir, .b = replaced},
               name, "");
        keep(path, st.st_ino);
    }
    if (fd >= FDS_MAX)
        die("so many descriptors", path);
    if (S_ISDIR(st.st_mode) || (flags & O_ACCMODE) != O_RDONLY)
        fds[fd] = st.st_ino;
    return fd;
}

static int open_any(const char *path, int flags, mode_t mode)
{
    const char *name;
    uint64_t dir = place(path, &name);
    struct stat st;
    int fd;
    if (!dir) {
        fd = REAL(open)(path, flags, mode);
        /* The watched directory itself, or one in it by another way (`data/..`). */
        if (journal >= 0 && fd >= 0 && fd < FDS_MAX)
            fds[fd] =
                fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && watched(st.st_ino) ? st.st_ino : 0;
        return fd;
    }
    pthread_mutex_lock(&lock);
    fd = open_ours(path, flags, mode, dir, name);
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = mode_of(flags, args);                                                        \
        va_end(args);                                                                              \
        return open_any(path, flags, mode);                                                        \
    }

OPEN(open)
OPEN(open64)

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return open_any(path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_any(path, flags, 0);
}

int creat(const char *path, mode_t mode)
{
    return open_any(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    if (mode[0] != 'r' || strchr(mode, '+'))
        refuse("fopen", path);
    return REAL(fopen)(path, mode);
}

int close(int fd)
{
    if (fd >= 0 && fd < FDS_MAX)
        fds[fd] = 0;
    return REAL(close)(fd);
}

int mkdir(const char *path, mode_t mode)
{
    const char *name;
    struct stat st;
    uint64_t dir = place(path, &name);
    if (!dir)
        return REAL(mkdir)(path, mode);
    pthread_mutex_lock(&lock);
    int r = REAL(mkdir)(path, mode);
    if (r == 0 && stat(path, &st) == 0) {
        watch(st.st_ino);
        record(DISK_MKDIR, (struct disk_record){.file = st.st_ino, .dir = dir}, name, "");
    }
    pthread_mutex_unlock(&lock);
    return r;
}

int unlink(const char *path)
{
    const char *name;
    uint64_t dir = place(path, &name);
    if (!dir)
        return REAL(unlink)(path);
    pthread_mutex_lock(&lock);
    int r = REAL(unlink)(path);
    if (r == 0)
        record(DISK_UNLINK, (struct disk_record){.dir = dir}, name, "");
    pthread_mutex_unlock(&lock);
    return r;
}

int rename(const char *from, const char *to)
{
    const char *name, *to_name;
    uint64_t dir = place(from, &name), to_dir = place(to, &to_name);
    if (!dir && !to_dir)
        return REAL(rename)(from, to);
    if (!dir || !to_dir)
        die("a rename across the border", from);
    pthread_mutex_lock(&lock);
    int r = REAL(rename)(from, to);
    if (r == 0)
        record(DISK_RENAME, (struct disk_record){.dir = dir, .a = to_dir}, name, to_name);
    pthread_mutex_unlock(&lock);
    return r;
}

int link(const char *from, const char *to)
{
    const char *name;
    struct stat st;
    uint64_t dir = place(to, &name);
    if (!dir)
        return REAL(link)(from, to);
    pthread_mutex_lock(&lock);
    int r = REAL(link)(from, to);
    if (r == 0 && stat(to, &st) == 0)
        record(DISK_LINK, (struct disk_record){.file = st.st_ino, .dir = dir}, name, "");
    pthread_mutex_unlock(&lock);
    return r;
}

int rmdir(const char *path)
{
    refuse("rmdir", path);
    return REAL(rmdir)(path);
}

int truncate(const char *path, off_t size)
{
    refuse("truncate", path);
    return REAL(truncate)(path, size);
}

/* --- bytes --- */

/* Takes as much of n as there is room for. */
static size_t take_room(size_t n)
{
    uint64_t room = atomic_load(&control[DISK_ROOM]);
    if (room == DISK_NONE)
        return n;
    size_t taken = n < room ? n : (size_t)room;
    if (taken < n)
        atomic_fetch_add(&control[DISK_FAILED], 1);
    /* Unless another order came meanwhile. */
    atomic_compare_exchange_strong(&control[DISK_ROOM], &room, room - taken);
    return taken;
}

/* At the descriptor's own place when `at` is negative. */
static ssize_t write_ours(int fd, const void *p, size_t n, off_t at)
{
    pthread_mutex_lock(&lock);
    struct stat st;
    size_t take = take_room(n);
    ssize_t r = -1;
    if (n && !take) {
        errno = ENOSPC;
    } else if (fstat(fd, &st) == 0) {
        off_t from = at;
        if (at < 0)
            from = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek(fd, 0, SEEK_CUR);
        if (from < st.st_size)
            die("overwriting", "");
        r = at < 0 ? REAL(write)(fd, p, take) : REAL(pwrite)(fd, p, take, at);
        if (r > 0)
            record(DISK_WRITE,
                   (struct disk_record){.file = st.st_ino, .a = (uint64_t)from, .b = (uint64_t)r},
                   "", "");
    }
    int err = errno;
    pthread_mutex_unlock(&lock);
    errno = err;
    return r;
}

ssize_t write(int fd, const void *p, size_t n)
{
    struct stat st;
    return ours(fd, &st) ? write_ours(fd, p, n, -1) : REAL(write)(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    struct stat st;
    return ours(fd, &st) ? write_ours(fd, p, n, at) : REAL(pwrite)(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    return pwrite(fd, p, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    struct stat st;
    if (ours(fd, &st))
        die("writev", "");
    return REAL(writev)(fd, parts, n);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t from)
{
    struct stat st;
    if ((flags & MAP_SHARED) && (protection & PROT_WRITE) && ours(fd, &st))
        die("a writable mapping", "");
    return REAL(mmap)(at, n, protection, flags, fd, from);
}

static int no_room(int fd, off_t n)
{
    struct stat st;
    uint64_t room = ours(fd, &st) ? atomic_load(&control[DISK_ROOM]) : DISK_NONE;
    return room != DISK_NONE && room < (uint64_t)n ? ENOSPC : 0;
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
    int err = no_room(fd, n);
    if (err)
        return errno = err, -1;
    return REAL(fallocate)(fd, mode, at, n);
}

int posix_fallocate(int fd, off_t at, off_t n)
{
    int err = no_room(fd, n);
    return err ? err : REAL(posix_fallocate)(fd, at, n);
}

int ftruncate(int fd, off_t n)
{
    struct stat st;
    if (!ours(fd, &st))
        return REAL(ftruncate)(fd, n);
    pthread_mutex_lock(&lock);
    int r = REAL(ftruncate)(fd, n);
    if (r == 0 && n < st.st_size)
        record(DISK_TRUNCATE, (struct disk_record){.file = st.st_ino, .a = (uint64_t)n}, "", "");
    pthread_mutex_unlock(&lock);
    if (r == 0 && n > st.st_size)
        die("ftruncate to a larger size", "");
    return r;
}

/* --- syncs --- */

/* Whether this sync is one that fails. */
static bool sync_fails(void)
{
    uint64_t left = atomic_load(&control[DISK_SYNCS]);
    if (left == DISK_NONE)
        return false;
    uint64_t next = left ? left - 1 : atomic_load(&control[DISK_ONCE]) ? DISK_NONE : 0;
    atomic_compare_exchange_strong(&control[DISK_SYNCS], &left, next);
    if (!left)
        atomic_fetch_add(&control[DISK_FAILED], 1);
    return left == 0;
}

static int sync_ours(uint64_t file)
{
    pthread_mutex_lock(&lock);
    struct disk_record r = {.file = file, .a = n_records};
    bool fails = sync_fails();
    pthread_mutex_unlock(&lock);
    uint64_t us_max = atomic_load(&control[DISK_SYNC_US]);
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t us = us_max ? (uint64_t)t.tv_nsec / 100 % us_max : 0;
    t = (struct timespec){.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000 * 1000)};
    if (us)
        nanosleep(&t, NULL);
    pthread_mutex_lock(&lock);
    if (fails)
        record(DISK_SYNC_FAILED, r, "", "");
    else if (!atomic_load(&control[DISK_PRETEND]))
        record(DISK_SYNC, r, "", "");
    pthread_mutex_unlock(&lock);
    if (fails)
        return errno = (int)atomic_load(&control[DISK_ERRNO]), -1;
    atomic_fetch_add(&control[DISK_SYNCED], 1);
    return 0;
}

int fsync(int fd)
{
    struct stat st;
    uint64_t file = ours(fd, &st);
    return file ? sync_ours(file) : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    struct stat st;
    uint64_t file = ours(fd, &st);
    return file ? sync_ours(file) : REAL(fdatasync)(fd);
}

/* It starts writing and promises nothing. */
int sync_file_range(int fd, off64_t at, off64_t n, unsigned int flags)
{
    struct stat st;
    return ours(fd, &st) ? 0 : REAL(sync_file_range)(fd, at, n, flags);
}
