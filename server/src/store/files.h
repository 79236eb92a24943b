/*
 * Directories and files that must still be there after the power was cut. Errors are negative
 * errnos. Any thread; all of it blocks on the disk.
 */
#ifndef PARLEY_STORE_FILES_H
#define PARLEY_STORE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* "directory/name" into out[PATH_MAX]. 0, -ENAMETOOLONG. */
int files_join(char *out, const char *directory, const char *name);
/* A new entry of a directory is durable when the directory is. */
int files_sync_directory(const char *path);
/* Makes it, for its owner alone, unless it is there; either way its entry is durable. */
int files_make_directory(const char *path);
/* Whether nothing is in it but, perhaps, names of `but` (ends with NULL). 1, 0, negative. */
int files_is_empty(const char *path, const char *const *but);

/* What a directory of plain files holds. */
struct files_sum {
    uint64_t files, bytes;
};
/* Makes every file of `path`, and the directory, durable. */
int files_sync_all(const char *path, struct files_sum *);
/* Makes `to`, which must not be there, with a durable copy of every file of `from`. */
int files_copy_all(const char *from, const char *to, struct files_sum *);
/* Removes a directory of plain files. Harmless when it is not there. */
int files_remove_all(const char *path);

/* A new file with these bytes; under its name only once it is durable. */
int files_write(const char *directory, const char *name, struct str bytes);
/* The first size - 1 bytes of a file, followed by a 0 byte. */
int files_read(const char *directory, const char *name, char *out, size_t size);

#endif
