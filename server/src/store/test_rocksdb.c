/* The directory of the embedded store: what is refused, with which words, and that it stays as it
 * was. What the store does once it is open is the contract's to show (test_rig.h). */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/kv_rocksdb.h"
#include "store/layout.h"
#include "store/rocksdb.h"
#include "store/turn.h"
#include "util/task.h"

struct place {
    char directory[64];
    char why[512];
    struct poster poster;
};

static void nobody_asks(struct poster *poster, struct task *task)
{
    (void)poster, (void)task;
    fail();
}

static int begin(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    strcpy(p->directory, "/tmp/parley-rocksdb-XXXXXX");
    p->poster.post = nobody_asks;
    *state = p;
    return mkdtemp(p->directory) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
    (void)stat, (void)flag, (void)at;
    return remove(path);
}

static int end(void **state)
{
    struct place *p = *state;
    int err = nftw(p->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(p);
    return err;
}

static int open_at(struct place *p, const char *directory, struct store **store)
{
    struct store_rocksdb_options options = {.directory = directory, .cache_bytes = 1 << 20};
    p->why[0] = 0;
    return store_rocksdb_open(store, &options, &p->poster, p->why, sizeof(p->why));
}

static void opens(struct place *p)
{
    struct store *store;
    if (open_at(p, p->directory, &store))
        fail_msg("%s", p->why);
    store_free(store);
}

static void refuses(struct place *p, const char *directory, int err, const char *word)
{
    struct store *store = NULL;
    assert_int_equal(open_at(p, directory, &store), err);
    assert_null(store);
    assert_non_null(strstr(p->why, directory));
    if (!strstr(p->why, word))
        fail_msg("\"%s\" does not say \"%s\"", p->why, word);
}

static void write_schema(struct place *p, uint64_t schema)
{
    char path[96];
    struct kv *kv;
    snprintf(path, sizeof(path), "%s/rocksdb", p->directory);
    assert_int_equal(kv_rocksdb_open(&kv, path, 1 << 20, p->why, sizeof(p->why)), 0);
    struct kv_batch batch = {.kv = kv};
    struct arena arena = {0};
    struct turn t = {.view = {.kv = kv}, .batch = &batch, .arena = &arena};
    struct row_key key = key_meta("schema");
    turn_put_ids(&t, &key, &schema, 1);
    assert_int_equal(kv_commit(&batch), 0);
    turn_deinit(&t);
    kv_batch_deinit(&batch);
    arena_deinit(&arena);
    kv_free(kv);
}

static void test_newer_schema_is_refused_and_kept(void **state)
{
    struct place *p = *state;
    char word[32];
    opens(p);
    write_schema(p, SCHEMA + 1);
    snprintf(word, sizeof(word), "schema %d", SCHEMA + 1);
    refuses(p, p->directory, -EPROTO, word);
    refuses(p, p->directory, -EPROTO, "newer Parley");
    /* The lock was given back, and nothing was written that the newer one does not know. */
    write_schema(p, SCHEMA);
    opens(p);
}

static void test_directory_that_is_held_is_refused(void **state)
{
    struct place *p = *state;
    struct store *holder;
    assert_int_equal(open_at(p, p->directory, &holder), 0);
    refuses(p, p->directory, -EBUSY, "another parleyd holds");
    store_free(holder);
    opens(p);
}

static void test_directory_that_cannot_be_one_is_refused(void **state)
{
    struct place *p = *state;
    char path[96];
    snprintf(path, sizeof(path), "%s/absent/data", p->directory);
    refuses(p, path, -ENOENT, "cannot be made");
    snprintf(path, sizeof(path), "%s/plain", p->directory);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    refuses(p, path, -ENOTDIR, "plain");
}

int main(void)
{
#define with_place(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        with_place(test_newer_schema_is_refused_and_kept),
        with_place(test_directory_that_is_held_is_refused),
        with_place(test_directory_that_cannot_be_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
