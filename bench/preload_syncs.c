/*
 * Loaded before the server's libraries: takes the place of fsync() and fdatasync(), counts, and
 * calls the real ones. A failed sync is not counted as ended. See syncs.h.
 *
 * Refused: counting from outside. /proc says how many calls wrote, not which ones synced, and a
 * tracer would slow down what is measured.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "syncs.h"

typedef int sync_fn(int fd);

static struct syncs nowhere; /* what is counted into when nobody asked */
static struct syncs *syncs = &nowhere;
static sync_fn *real_fsync, *real_fdatasync;
static int drops; /* makes the server one that answers without syncing: for the bench's own test */

static sync_fn *next_of(const char *name)
{
    sync_fn *f;
    void *p = dlsym(RTLD_NEXT, name);
    memcpy(&f, &p, sizeof(f));
    if (!f)
        abort();
    return f;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(SYNCS_VARIABLE);
    drops = getenv(SYNCS_DROP_VARIABLE) != NULL;
    real_fsync = next_of("fsync");
    real_fdatasync = next_of("fdatasync");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *page =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*syncs), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED)
        syncs = page;
    if (fd >= 0)
        close(fd);
}

static int is_log(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path));
    return n > 4 && n < (ssize_t)sizeof(path) && memcmp(path + n - 4, ".log", 4) == 0;
}

static int count(sync_fn *real, int fd)
{
    int log = is_log(fd);
    if (log && drops)
        return 0;
    if (log)
        atomic_fetch_add(&syncs->begun, 1);
    int r = real(fd);
    if (log && r == 0)
        atomic_fetch_add(&syncs->ended, 1);
    else if (!log)
        atomic_fetch_add(&syncs->others, 1);
    return r;
}

int fsync(int fd)
{
    return count(real_fsync, fd);
}

int fdatasync(int fd)
{
    return count(real_fdatasync, fd);
}
