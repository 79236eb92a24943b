/*
 * Backups: a directory with a copy of the store's rows (data/) and a manifest, which is written
 * last, so that a directory without one is no backup. What was acknowledged before the backup was
 * asked for is in it; of what came later any beginning may be.
 */
#ifndef PARLEY_STORE_BACKUP_H
#define PARLEY_STORE_BACKUP_H

#include "store/directory.h"
#include "store/store.h"

enum { BACKUP_VERSION_MAX = 32, BACKUP_WHY_MAX = 512 };

#define BACKUP_DATA "data"

/* Writes a backup into `directory`, which is made, or is there and empty. Runs beside writes. DONE;
 * FAILED with the reason, for people, in `why`. */
struct store_backup {
    struct store_request base;
    const char *directory;
    const char *version; /* the program's, to be told by the manifest */
    uint64_t time_ms;
    uint64_t files, bytes; /* out; what is linked counts as what is copied */
    char why[BACKUP_WHY_MAX];
};
void store_backup(struct store *, struct store_backup *);

/* What a manifest says. */
struct backup_manifest {
    char version[BACKUP_VERSION_MAX];
    uint64_t schema, incarnation, time_ms;
};

/* 0; -ENOENT: no backup, or one that was not finished; -EBADMSG: not such a file; -EPROTO: of a
 * newer schema; other negative errnos. */
int backup_read_manifest(const char *directory, struct backup_manifest *);

#endif
