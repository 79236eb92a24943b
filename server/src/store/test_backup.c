/* A backup and what is made of it, and each thing that is refused. That it holds what was
 * acknowledged under load is shown with the whole server (tests/integration). */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/embedded.h"
#include "store/files.h"
#include "store/kv_memory.h"
#include "store/kv_rocksdb.h"
#include "store/ops.h"
#include "store/rocksdb.h"
#include "store/turn.h"
#include "store/verify.h"

enum { ALICE = 101, BOB = 102, PATH_BYTES = 128 };

struct place {
    char root[64];
    char data[PATH_BYTES], rows[PATH_BYTES], backup[PATH_BYTES], restored[PATH_BYTES];
    struct kv *kv; /* a store in data */
    struct store_info info;
    char why[512];
};

static void must_open(struct kv **kv, const char *path)
{
    char why[512];
    if (kv_rocksdb_open(kv, path, 1 << 20, why, sizeof(why)))
        fail_msg("%s", why);
}

static int begin(void **state)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {7};
    struct place *p = calloc(1, sizeof(*p));
    strcpy(p->root, "/tmp/parley-backup-XXXXXX");
    if (crypto_init() || !mkdtemp(p->root))
        return -1;
    snprintf(p->data, sizeof(p->data), "%s/data", p->root);
    snprintf(p->rows, sizeof(p->rows), "%s/data/rocksdb", p->root);
    snprintf(p->backup, sizeof(p->backup), "%s/backup", p->root);
    snprintf(p->restored, sizeof(p->restored), "%s/restored", p->root);
    assert_int_equal(mkdir(p->data, 0700), 0);
    must_open(&p->kv, p->rows);
    assert_int_equal(embedded_open(p->kv, &p->info, 5, secret), 0);
    *state = p;
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
    (void)stat, (void)flag, (void)at;
    return remove(path);
}

static int end(void **state)
{
    struct place *p = *state;
    kv_free(p->kv);
    int err = nftw(p->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(p);
    return err;
}

static void sign_up(struct place *p, uint64_t id, const char *name)
{
    struct kv_batch batch = {.kv = p->kv};
    struct store_user_create r = {.base.op = STORE_OP_USER_CREATE,
                                  .user = {.id = id,
                                           .username = str_of(name),
                                           .display_name = str_of(name),
                                           .about = STR(""),
                                           .password = STR("hash")}};
    embedded_write(&batch, &p->info, 1, &r.base);
    assert_int_equal(kv_commit(&batch), 0);
    store_request_deinit(&r.base);
}

/* The answer's status; with the reason in p->why. */
static enum store_status backs_up(struct place *p, struct kv *kv, const char *directory)
{
    struct store_backup r = {
        .base.op = STORE_OP_BACKUP, .directory = directory, .version = "1.2.3", .time_ms = 1234};
    embedded_read(kv, NULL, &p->info, &r.base);
    strcpy(p->why, r.why);
    if (r.base.status == STORE_DONE)
        assert_true(r.files >= 3 && r.bytes > 0);
    store_request_deinit(&r.base);
    return r.base.status;
}

static int restores(struct place *p, const char *from, const char *to)
{
    struct files_sum sum;
    p->why[0] = 0;
    return store_rocksdb_restore(from, to, &sum, p->why, sizeof(p->why));
}

static void tell(void *arg, const char *sentence)
{
    (void)arg;
    print_message("%s\n", sentence);
}

/* A sound store with so many users; its incarnation. */
static uint64_t holds(const char *directory, uint64_t users)
{
    char why[512] = "";
    struct verify v = {.fault = tell};
    if (store_rocksdb_verify(directory, &v, why, sizeof(why)))
        fail_msg("%s", why);
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.users, users);
    return v.incarnation;
}

static void test_a_backup_is_restored_as_another_store(void **state)
{
    struct place *p = *state;
    struct backup_manifest manifest;
    sign_up(p, ALICE, "alice");
    assert_int_equal(backs_up(p, p->kv, p->backup), STORE_DONE);
    sign_up(p, BOB, "bob"); /* not in it any more */
    assert_int_equal(backup_read_manifest(p->backup, &manifest), 0);
    assert_string_equal(manifest.version, "1.2.3");
    assert_int_equal(manifest.schema, SCHEMA);
    assert_int_equal(manifest.incarnation, 5);
    assert_int_equal(manifest.time_ms, 1234);
    assert_int_equal(holds(p->backup, 1), 5);
    assert_int_equal(restores(p, p->backup, p->restored), 0);
    assert_true(holds(p->restored, 1) != 5);
    assert_int_equal(holds(p->backup, 1), 5);
    kv_free(p->kv);
    must_open(&p->kv, p->rows);
    assert_int_equal(holds(p->backup, 1), 5);
}

static void test_verifying_writes_nothing(void **state)
{
    struct place *p = *state;
    struct files_sum before, after;
    char rows[PATH_BYTES * 2];
    sign_up(p, ALICE, "alice");
    assert_int_equal(backs_up(p, p->kv, p->backup), STORE_DONE);
    snprintf(rows, sizeof(rows), "%s/data", p->backup);
    assert_int_equal(files_sync_all(rows, &before), 0);
    holds(p->backup, 1);
    assert_int_equal(files_sync_all(rows, &after), 0);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void refuses(struct place *p, int err, const char *word)
{
    assert_int_equal(restores(p, p->backup, p->restored), err);
    if (!strstr(p->why, word))
        fail_msg("\"%s\" does not say \"%s\"", p->why, word);
}

static void test_nothing_is_overwritten(void **state)
{
    struct place *p = *state;
    assert_int_equal(backs_up(p, p->kv, p->data), STORE_FAILED);
    assert_non_null(strstr(p->why, "is not empty"));
    assert_int_equal(backs_up(p, p->kv, p->backup), STORE_DONE);
    assert_int_equal(backs_up(p, p->kv, p->backup), STORE_FAILED);
    assert_int_equal(restores(p, p->backup, p->restored), 0);
    refuses(p, -ENOTEMPTY, "nothing is overwritten");
    holds(p->restored, 0);
    char absent[PATH_BYTES * 2];
    snprintf(absent, sizeof(absent), "%s/absent/backup", p->root);
    assert_int_equal(backs_up(p, p->kv, absent), STORE_FAILED);
    assert_non_null(strstr(p->why, "cannot be made: No such file"));
}

static void write_manifest(struct place *p, const char *first, unsigned schema,
                           unsigned incarnation)
{
    char text[256];
    snprintf(text, sizeof(text), "%s\nversion = 9\nschema = %u\nincarnation = %u\ntime_ms = 1\n",
             first, schema, incarnation);
    assert_int_equal(files_write(p->backup, "manifest", str_of(text)), 0);
}

static void test_what_is_no_backup_is_refused(void **state)
{
    struct place *p = *state;
    char rows[PATH_BYTES * 2];
    refuses(p, -ENOENT, "no finished backup");
    assert_int_equal(backs_up(p, p->kv, p->backup), STORE_DONE);
    write_manifest(p, "nonsense", SCHEMA, 5);
    refuses(p, -EBADMSG, "is not one of a backup");
    write_manifest(p, "parley backup", 9999, 5);
    refuses(p, -EPROTO, "newer Parley (schema 9999)");
    write_manifest(p, "parley backup", SCHEMA, 6);
    refuses(p, -EBADMSG, "not those of its manifest");
    /* What was begun is taken up again. */
    write_manifest(p, "parley backup", SCHEMA, 5);
    assert_int_equal(restores(p, p->backup, p->restored), 0);
    holds(p->restored, 0);
    snprintf(rows, sizeof(rows), "%s/data/CURRENT", p->backup);
    assert_int_equal(remove(rows), 0);
    snprintf(p->restored, sizeof(p->restored), "%s/again", p->root);
    assert_true(restores(p, p->backup, p->restored) < 0);
    struct verify v = {.fault = tell};
    assert_true(store_rocksdb_verify(p->restored, &v, p->why, sizeof(p->why)) < 0);
    assert_non_null(strstr(p->why, "there is no store in"));
}

static void test_memory_has_nothing_to_back_up(void **state)
{
    struct place *p = *state;
    struct kv *kv = kv_memory_new();
    assert_int_equal(backs_up(p, kv, p->backup), STORE_FAILED);
    assert_non_null(strstr(p->why, "not supported"));
    kv_free(kv);
}

int main(void)
{
#define with_place(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        with_place(test_a_backup_is_restored_as_another_store),
        with_place(test_verifying_writes_nothing),
        with_place(test_nothing_is_overwritten),
        with_place(test_what_is_no_backup_is_refused),
        with_place(test_memory_has_nothing_to_back_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
