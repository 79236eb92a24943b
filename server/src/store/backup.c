/*
 * The copy is the engine's (kv_checkpoint); what makes it a backup, and durable, is here. It runs
 * where reads run, so that neither the domain nor the writer waits for it.
 *
 * Refused: a stream of all rows. It would be as large as the store each time, where an engine that
 * never changes a file can link it.
 */
#include "store/backup.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "store/embedded.h"
#include "store/files.h"

enum { MANIFEST_BYTES_MAX = 512 };

static const char manifest_form[] = "parley backup\n"
                                    "version = %s\n"
                                    "schema = %" PRIu64 "\n"
                                    "incarnation = %" PRIu64 "\n"
                                    "time_ms = %" PRIu64 "\n";

static int write_manifest(const struct store_backup *r, const struct store_info *info)
{
    char text[MANIFEST_BYTES_MAX];
    int n = snprintf(text, sizeof(text), manifest_form, r->version, (uint64_t)info->schema,
                     info->incarnation, r->time_ms);
    if (n >= (int)sizeof(text))
        return -EINVAL;
    return files_write(r->directory, "manifest", str_n(text, (size_t)n));
}

int backup_read_manifest(const char *directory, struct backup_manifest *m)
{
    char text[MANIFEST_BYTES_MAX];
    int err = files_read(directory, "manifest", text, sizeof(text));
    if (err)
        return err;
    int n = sscanf(text,
                   "parley backup\nversion = %31s\nschema = %" SCNu64 "\nincarnation = %" SCNu64
                   "\ntime_ms = %" SCNu64,
                   m->version, &m->schema, &m->incarnation, &m->time_ms);
    if (n != 4)
        return -EBADMSG;
    return m->schema > SCHEMA ? -EPROTO : 0;
}

static int copy_rows(struct kv *kv, struct store_backup *r)
{
    char path[PATH_MAX];
    struct files_sum sum = {0};
    int err = files_join(path, r->directory, BACKUP_DATA);
    if (!err)
        err = kv_checkpoint(kv, path);
    if (!err)
        err = files_sync_all(path, &sum);
    r->files = sum.files;
    r->bytes = sum.bytes;
    return err;
}

int store_backup_run(struct turn *t, struct store_backup *r)
{
    static const char *const nothing[] = {NULL};
    int err = files_make_directory(r->directory);
    if (err) {
        snprintf(r->why, sizeof(r->why), "%s cannot be made: %s", r->directory, strerror(-err));
        return STORE_FAILED;
    }
    int empty = files_is_empty(r->directory, nothing);
    if (empty <= 0) {
        snprintf(r->why, sizeof(r->why), "%s %s", r->directory,
                 empty ? "cannot be looked into" : "is not empty");
        return STORE_FAILED;
    }
    err = copy_rows(t->view.kv, r);
    if (!err)
        err = write_manifest(r, t->info);
    if (!err)
        return STORE_DONE;
    snprintf(r->why, sizeof(r->why), "no backup: %s", strerror(-err));
    return STORE_FAILED;
}
