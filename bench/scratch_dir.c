#include "scratch_dir.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "die.h"

enum { PATHS_MAX = 16 };

static char *dirs[PATHS_MAX];
/* Those of a forked child are its parent's. */
static pid_t owner;

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

static void remove_dirs(void)
{
    for (int i = 0; i < PATHS_MAX && owner == getpid(); i++)
        if (dirs[i])
            nftw(dirs[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void note(const char *dir)
{
    int i = 0;
    while (i < PATHS_MAX && dirs[i])
        i++;
    if (i == PATHS_MAX)
        die("too many directories at once");
    if (!(dirs[i] = strdup(dir)))
        die("no memory");
    if (!owner)
        atexit(remove_dirs);
    owner = getpid();
}

void scratch_dir_remove(const char *dir)
{
    for (int i = 0; i < PATHS_MAX; i++) {
        if (!dirs[i] || strcmp(dirs[i], dir))
            continue;
        nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(dirs[i]);
        dirs[i] = NULL;
    }
}

void scratch_dir_make(char *out, size_t size, const char *parent)
{
    snprintf(out, size, "%s/parley-bench-XXXXXX", parent);
    if (!mkdtemp(out))
        die("%s: %s", out, strerror(errno));
    note(out);
}
