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
#include <unistd.h>

#include "store/backup.h"
#include "store/files.h"
#include "store/kv_rocksdb.h"
#include "store/ops.h"
#include "store/threaded.h"
#include "store/verify.h"
#include "store/verify_walk.h"
#include "util/crypto.h"
#include "util/macros.h"
#include "util/mem.h"

enum { CACHE_BYTES_DEFAULT = 64 * 1024 * 1024, READERS_DEFAULT = 2 };

#define UNFINISHED "rocksdb.unfinished" /* a restore that is under way, or was when it ended */
#define MOVED      "moved"              /* the store is a cluster's by now, or becomes one */
#define OLDER      "rocksdb.older"      /* the rows as they were before a migration under way */

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

/* The descriptor that holds the lock, or a negative errno. Without `make` a directory that has no
 * lock file is nobody's, and -ENOENT. */
static int take_lock(const char *directory, bool make)
{
    char path[PATH_MAX];
    if (files_join(path, directory, "lock"))
        return -ENAMETOOLONG;
    int fd = open(path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0600);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int err = errno == EWOULDBLOCK ? -EBUSY : -errno;
    close(fd);
    return err;
}

static void tell_lock(int err, const char *directory, char *why, size_t why_size)
{
    if (err == -EBUSY)
        snprintf(why, why_size, "another parleyd holds %s", directory);
    else
        snprintf(why, why_size, "%s cannot be locked: %s", directory, strerror(-err));
}

/* Two servers that go on from the same store would give the same places to different events. */
static int look_whether_moved(const char *directory, char *why, size_t why_size)
{
    char path[PATH_MAX];
    if (files_join(path, directory, MOVED) || access(path, F_OK))
        return 0;
    snprintf(why, why_size,
             "what is in %s was copied to a cluster, which has it now; to serve from here all the "
             "same, give up that copy and remove %s",
             directory, path);
    return -EBUSY;
}

/* What an older schema's rows were is linked to OLDER before the first of them changes, and let go
 * of once all have. */
static int open_rows(struct kv *kv, const char *directory, struct store_info *info)
{
    char older[PATH_MAX];
    uint8_t secret[CRYPTO_SECRET_BYTES];
    uint64_t incarnation;
    crypto_random(secret, sizeof(secret));
    crypto_random(&incarnation, sizeof(incarnation));
    int err = embedded_look(kv, info);
    bool migrates = !err && info->schema < SCHEMA;
    if (err == EMBEDDED_NEWER_SCHEMA || err < 0)
        return err;
    err = files_join(older, directory, OLDER);
    if (!err && migrates && access(older, F_OK))
        err = kv_checkpoint(kv, older);
    if (!err)
        err = embedded_open(kv, info, incarnation, secret);
    return err ? err : files_remove_all(older);
}

static void tell_rows(int err, const char *directory, const struct store_info *info, char *why,
                      size_t why_size)
{
    if (err == EMBEDDED_NEWER_SCHEMA)
        snprintf(why, why_size,
                 "%s was written by a newer Parley (schema %u): use that version or a newer one",
                 directory, info->schema);
    else if (info->schema && info->schema < SCHEMA)
        snprintf(why, why_size,
                 "%s cannot be brought from schema %u to %d: %s; start again to go on, or see "
                 "docs/operations/upgrade.md to go back",
                 directory, info->schema, SCHEMA, strerror(-err));
    else
        snprintf(why, why_size, "%s cannot be read: %s", directory, strerror(-err));
}

static int open_threads(struct store **out, const struct store_rocksdb_options *options,
                        struct poster *completions, char *why, size_t why_size)
{
    char path[PATH_MAX];
    struct kv *kv = NULL;
    int n = snprintf(path, sizeof(path), "%s/rocksdb", options->directory);
    /* RocksDB would make it, but syncs only what is in it. */
    int err = n >= (int)sizeof(path) ? -ENAMETOOLONG : files_make_directory(path);
    if (err) {
        snprintf(why, why_size, "%s cannot be made: %s", path, strerror(-err));
        return err;
    }
    err = kv_rocksdb_open(&kv, path,
                          options->cache_bytes ? options->cache_bytes : CACHE_BYTES_DEFAULT, why,
                          why_size);
    if (err)
        return err;
    struct store_info info;
    err = open_rows(kv, options->directory, &info);
    if (err) {
        tell_rows(err, options->directory, &info, why, why_size);
        err = err == EMBEDDED_NEWER_SCHEMA ? -EPROTO : err;
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
    int err = files_make_directory(options->directory);
    if (err) {
        snprintf(why, why_size, "%s cannot be made: %s", options->directory, strerror(-err));
        return err;
    }
    int lock_fd = take_lock(options->directory, true);
    if (lock_fd < 0)
        tell_lock(lock_fd, options->directory, why, why_size);
    if (lock_fd < 0)
        return lock_fd;
    struct store *inner = NULL;
    err = look_whether_moved(options->directory, why, why_size);
    if (!err)
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

void store_rocksdb_look(const struct store *s, struct kv_rocksdb_state *state)
{
    kv_rocksdb_look(store_threaded_kv(rocksdb(s)->threaded), state);
}

/* --- restoring --- */

/* The copied rows as a store of their own, still of the backup's schema. */
static int renew(const char *path, const struct backup_manifest *manifest, char *why,
                 size_t why_size)
{
    struct kv *kv;
    int err = kv_rocksdb_open(&kv, path, CACHE_BYTES_DEFAULT, why, why_size);
    if (err)
        return err;
    struct store_info info;
    uint64_t incarnation;
    crypto_random(&incarnation, sizeof(incarnation));
    err = embedded_look(kv, &info);
    if (!err && (info.incarnation != manifest->incarnation || info.schema != manifest->schema))
        err = -EBADMSG;
    if (!err)
        err = embedded_renew(kv, incarnation);
    kv_free(kv);
    if (err)
        snprintf(why, why_size, "the rows of the backup are not those of its manifest");
    return err ? -EBADMSG : 0;
}

/* Under another name until it is whole, so that no server starts on half a copy. */
static int restore_rows(const char *from, const char *directory,
                        const struct backup_manifest *manifest, struct files_sum *sum, char *why,
                        size_t why_size)
{
    char rows[PATH_MAX], unfinished[PATH_MAX], finished[PATH_MAX];
    if (files_join(rows, from, BACKUP_DATA) || files_join(unfinished, directory, UNFINISHED) ||
        files_join(finished, directory, "rocksdb")) {
        snprintf(why, why_size, "%s: %s", directory, strerror(ENAMETOOLONG));
        return -ENAMETOOLONG;
    }
    int err = files_remove_all(unfinished);
    if (!err)
        err = files_copy_all(rows, unfinished, sum);
    if (err) {
        snprintf(why, why_size, "%s cannot be copied to %s: %s", rows, unfinished, strerror(-err));
        return err;
    }
    err = renew(unfinished, manifest, why, why_size);
    if (err)
        return err;
    if (rename(unfinished, finished))
        err = -errno;
    if (!err)
        err = files_sync_directory(directory);
    if (err)
        snprintf(why, why_size, "%s cannot be made: %s", finished, strerror(-err));
    return err;
}

static int read_manifest(const char *from, struct backup_manifest *manifest, char *why,
                         size_t why_size)
{
    int err = backup_read_manifest(from, manifest);
    if (err == -ENOENT || err == -ENOTDIR)
        snprintf(why, why_size, "%s is no finished backup: it has no manifest", from);
    else if (err == -EBADMSG)
        snprintf(why, why_size, "%s/manifest is not one of a backup", from);
    else if (err == -EPROTO)
        snprintf(why, why_size,
                 "%s was written by a newer Parley (schema %llu): use that version or a newer one",
                 from, (unsigned long long)manifest->schema);
    else if (err)
        snprintf(why, why_size, "%s/manifest cannot be read: %s", from, strerror(-err));
    return err;
}

int store_rocksdb_restore(const char *from, const char *directory, struct files_sum *sum, char *why,
                          size_t why_size)
{
    static const char *const harmless[] = {"lock", UNFINISHED, NULL};
    struct backup_manifest manifest;
    int err = read_manifest(from, &manifest, why, why_size);
    if (err)
        return err;
    err = files_make_directory(directory);
    if (err) {
        snprintf(why, why_size, "%s cannot be made: %s", directory, strerror(-err));
        return err;
    }
    int lock_fd = take_lock(directory, true);
    if (lock_fd < 0) {
        tell_lock(lock_fd, directory, why, why_size);
        return lock_fd;
    }
    int empty = files_is_empty(directory, harmless);
    if (empty < 1)
        snprintf(why, why_size, "%s %s", directory,
                 empty ? "cannot be looked into" : "is not empty; nothing is overwritten");
    err = empty < 0 ? empty : empty ? 0 : -ENOTEMPTY;
    if (!err)
        err = restore_rows(from, directory, &manifest, sum, why, why_size);
    close(lock_fd);
    return err;
}

/* --- copying elsewhere --- */

int store_rocksdb_source_open(struct store_rocksdb_source *source, const char *directory, char *why,
                              size_t why_size)
{
    char path[PATH_MAX];
    *source = (struct store_rocksdb_source){.directory = directory, .lock_fd = -1};
    if (files_join(path, directory, "rocksdb") || access(path, F_OK)) {
        snprintf(why, why_size, "there is no store in %s", directory);
        return -ENOENT;
    }
    source->lock_fd = take_lock(directory, true);
    if (source->lock_fd < 0) {
        tell_lock(source->lock_fd, directory, why, why_size);
        return source->lock_fd;
    }
    int err = kv_rocksdb_open_to_read(&source->kv, path, CACHE_BYTES_DEFAULT, why, why_size);
    if (err)
        store_rocksdb_source_close(source);
    else
        source->version = kv_rocksdb_newest(source->kv);
    return err;
}

int store_rocksdb_source_leave(struct store_rocksdb_source *source)
{
    char path[PATH_MAX];
    if (files_join(path, source->directory, MOVED))
        return -ENAMETOOLONG;
    return access(path, F_OK) ? files_write(source->directory, MOVED, STR("")) : 0;
}

void store_rocksdb_source_close(struct store_rocksdb_source *source)
{
    if (source->kv)
        kv_free(source->kv);
    if (source->lock_fd >= 0)
        close(source->lock_fd);
    source->kv = NULL;
    source->lock_fd = -1;
}

/* --- verifying --- */

int store_rocksdb_verify(const char *directory, struct verify *v, char *why, size_t why_size)
{
    char path[PATH_MAX];
    struct backup_manifest manifest;
    bool backup = backup_read_manifest(directory, &manifest) == 0;
    if (files_join(path, directory, backup ? BACKUP_DATA : "rocksdb")) {
        snprintf(why, why_size, "%s: %s", directory, strerror(ENAMETOOLONG));
        return -ENAMETOOLONG;
    }
    int lock_fd = backup ? -ENOENT : take_lock(directory, false);
    if (lock_fd < 0 && lock_fd != -ENOENT) {
        tell_lock(lock_fd, directory, why, why_size);
        return lock_fd;
    }
    int err = access(path, F_OK) ? -errno : 0;
    if (err)
        snprintf(why, why_size, "there is no store in %s", directory);
    else
        err = kv_rocksdb_open_to_read(&v->kv, path, CACHE_BYTES_DEFAULT, why, why_size);
    if (!err) {
        err = verify_run(v);
        kv_free(v->kv);
        v->kv = NULL;
        if (err == VERIFY_OLDER_SCHEMA) {
            snprintf(why, why_size,
                     "%s is of schema %llu; this Parley brings it to %d when it starts: verify it "
                     "then, or now with the older one",
                     directory, (unsigned long long)v->schema, SCHEMA);
            err = -EPROTO;
        } else if (err)
            snprintf(why, why_size, "%s cannot be read: %s", path, strerror(-err));
        else if (backup && v->incarnation != manifest.incarnation)
            verify_fault(v, "the manifest is of another store");
    }
    if (lock_fd >= 0)
        close(lock_fd);
    return err;
}
