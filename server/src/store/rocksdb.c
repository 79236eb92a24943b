/*
 * Opening: the directory, its lock, the database, the threads, in this order; each failure has its
 * sentence. The lock is flock(2) on a file of ours: it goes with the process, however that ends.
 */
#include "store/rocksdb.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/kv_rocksdb.h"
#include "store/ops.h"
#include "store/threaded.h"
#include "util/crypto.h"
#include "util/macros.h"
#include "util/mem.h"

enum { CACHE_BYTES_DEFAULT = 64 * 1024 * 1024, READERS_DEFAULT = 2 };

/* Wraps the threaded store, to let go of the lock last. */
struct store_rocksdb {
    struct store store;
    struct store *threaded;
    int lock_fd;
};

static struct store_rocksdb *rocksdb(const struct store *s)
{
    return container_of(s, struct store_rocksdb, store);
}

static void rocksdb_submit(struct store *s, struct store_request *r)
{
    struct store *inner = rocksdb(s)->threaded;
    inner->ops->submit(inner, r);
}

static const struct store_info *rocksdb_info(const struct store *s)
{
    return store_info(rocksdb(s)->threaded);
}

static void rocksdb_free_store(struct store *s)
{
    struct store_rocksdb *r = rocksdb(s);
    store_free(r->threaded);
    close(r->lock_fd);
    free(r);
}

static const struct store_ops rocksdb_ops = {
    .submit = rocksdb_submit,
    .info = rocksdb_info,
    .free = rocksdb_free_store,
};

/* A new entry of a directory is durable when the directory is. */
static int sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = fsync(fd) ? -errno : 0;
    close(fd);
    return err;
}

/* Made or found, its entry is durable: whoever made it may have been killed before the sync. Only a
 * parent that may not be opened is left to whoever prepared it. */
static int make_directory(const char *path)
{
    char parent[PATH_MAX];
    bool made = mkdir(path, 0700) == 0;
    if (!made && errno != EEXIST)
        return -errno;
    if (snprintf(parent, sizeof(parent), "%s/..", path) >= (int)sizeof(parent))
        return -ENAMETOOLONG;
    int err = sync_directory(parent);
    return !made && err == -EACCES ? 0 : err;
}

/* The descriptor that holds the lock, or a negative errno. */
static int take_lock(const char *directory)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/lock", directory) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int err = errno == EWOULDBLOCK ? -EBUSY : -errno;
    close(fd);
    return err;
}

static int open_threads(struct store **out, const struct store_rocksdb_options *options,
                        struct poster *completions, char *why, size_t why_size)
{
    char path[PATH_MAX];
    struct kv *kv = NULL;
    int n = snprintf(path, sizeof(path), "%s/rocksdb", options->directory);
    /* RocksDB would make it, but syncs only what is in it. */
    int err = n >= (int)sizeof(path) ? -ENAMETOOLONG : make_directory(path);
    if (err) {
        snprintf(why, why_size, "%s cannot be made: %s", path, strerror(-err));
        return err;
    }
    err = kv_rocksdb_open(&kv, path,
                          options->cache_bytes ? options->cache_bytes : CACHE_BYTES_DEFAULT, why,
                          why_size);
    if (err)
        return err;
    uint8_t secret[CRYPTO_SECRET_BYTES];
    uint64_t incarnation;
    crypto_random(secret, sizeof(secret));
    crypto_random(&incarnation, sizeof(incarnation));
    struct store_info info;
    err = embedded_open(kv, &info, incarnation, secret);
    if (err == EMBEDDED_NEWER_SCHEMA) {
        snprintf(why, why_size,
                 "%s was written by a newer Parley (schema %u): use that version or a newer one",
                 options->directory, info.schema);
        err = -EPROTO;
    } else if (err) {
        snprintf(why, why_size, "%s cannot be read: %s", options->directory, strerror(-err));
    } else {
        err = store_threaded_new(
            out, kv, &info, options->readers ? options->readers : READERS_DEFAULT, completions);
        if (err)
            snprintf(why, why_size, "no threads for the store: %s", strerror(-err));
    }
    if (err)
        kv_free(kv);
    return err;
}

int store_rocksdb_open(struct store **out, const struct store_rocksdb_options *options,
                       struct poster *completions, char *why, size_t why_size)
{
    int err = make_directory(options->directory);
    if (err) {
        snprintf(why, why_size, "%s cannot be made: %s", options->directory, strerror(-err));
        return err;
    }
    int lock_fd = take_lock(options->directory);
    if (lock_fd == -EBUSY)
        snprintf(why, why_size, "another parleyd holds %s", options->directory);
    else if (lock_fd < 0)
        snprintf(why, why_size, "%s cannot be locked: %s", options->directory, strerror(-lock_fd));
    if (lock_fd < 0)
        return lock_fd;
    struct store *inner = NULL;
    err = open_threads(&inner, options, completions, why, why_size);
    if (err) {
        close(lock_fd);
        return err;
    }
    struct store_rocksdb *r = mem_new(sizeof(*r));
    *r = (struct store_rocksdb){.store.ops = &rocksdb_ops, .threaded = inner, .lock_fd = lock_fd};
    *out = &r->store;
    return 0;
}

bool store_rocksdb_broken(const struct store *s)
{
    return store_threaded_broken(rocksdb(s)->threaded);
}
