/* Directories that a run makes; all are removed when it ends, however it ends but by SIGKILL. */
#ifndef PARLEY_BENCH_SCRATCH_DIR_H
#define PARLEY_BENCH_SCRATCH_DIR_H

#include <stddef.h>

/* Makes one below `parent` and writes its path. Dies where it cannot. */
void scratch_dir_make(char *out, size_t size, const char *parent);
void scratch_dir_remove(const char *path);

#endif
