/*
 * A disk that forgets: what shim.c (under the server) writes down and cut.c (after its end) reads.
 *
 * The shim watches one directory. It puts every operation on it into the file `journal` of a state
 * directory, keeps a hard link to each file that was ever there in `nodes/`, named by inode number,
 * and takes orders from the file `control`. From these cut.c makes the directory that a power cut
 * at the journal's end may leave, under rules that are kinder than POSIX in one thing only: bytes
 * last once their file was synced, an entry once its directory was; the rest may or may not, each
 * for itself, but that a renaming never lasts without what was done in its directory before it. No
 * file system that writes its directories by a log or in transactions (ext4, XFS, Btrfs) lets it,
 * and RocksDB counts on that: it names a new manifest in CURRENT, by renaming, before it syncs the
 * directory that both are in (SetCurrentFile() in 7.8).
 *
 * Files are only appended to, as RocksDB does it, or cut off, which is the one thing that lasts at
 * once. Whatever the model lacks (overwriting, a shared writable mapping) ends the server with a
 * word on it, so that no test passes for not looking.
 */
#ifndef PARLEY_CRASH_DISK_H
#define PARLEY_CRASH_DISK_H

#include <stdint.h>

/* Environment of the server: the watched directory and the state directory, both absolute and on
 * the same file system. Without them the shim does nothing. */
#define DISK_ROOT_ENV  "CRASH_DISK_ROOT"
#define DISK_STATE_ENV "CRASH_DISK_STATE"

/* What the journal tells. `file` and `dir` are inode numbers. */
enum disk_op {
    DISK_FOUND = 1,   /* at the start: file (a bytes) has `name` in dir; of the root dir is 0 */
    DISK_FOUND_DIR,   /* the same of a directory */
    DISK_CREATE,      /* file got `name` in dir; b: the file it replaced by O_TRUNC, or 0 */
    DISK_MKDIR,       /* the same of a directory */
    DISK_LINK,        /* the same of a file that has another name too */
    DISK_RENAME,      /* `name` in dir became `to` in directory a */
    DISK_UNLINK,      /* `name` in dir went */
    DISK_WRITE,       /* b bytes at a */
    DISK_TRUNCATE,    /* a bytes are left of it, at once */
    DISK_SYNC,        /* of file or directory: everything of it among the first a records lasts */
    DISK_SYNC_FAILED, /* the same is lost for ever, whatever a later sync says */
    DISK_BEGUN,       /* all that was found has been told */
};

/* `bytes` with the texts that follow it: name and to, each with its NUL. */
struct disk_record {
    uint32_t bytes;
    uint32_t op;
    uint64_t file, dir, a, b;
};

#define DISK_NONE UINT64_MAX

/* The file `control`, one number each, written by whoever runs the test while the server runs. */
enum disk_order {
    DISK_PRETEND, /* 1: a sync says that it was done, and nothing was */
    DISK_ROOM,    /* bytes that can be written before the disk is full, or DISK_NONE */
    DISK_SYNCS,   /* syncs before one fails, or DISK_NONE */
    DISK_ERRNO,   /* what the failing sync says */
    DISK_ONCE,    /* 1: only one sync fails */
    DISK_SYNC_US, /* a sync takes up to so long */
    DISK_FAILED,  /* told by the shim: operations that failed by order */
    DISK_SYNCED,  /* told by the shim: syncs that were done */
    DISK_ORDERS,
};

#endif
