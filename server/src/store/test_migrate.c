/*
 * A store that the program of schema 1 wrote (fixtures/schema1.rows: all kinds of rows it knew, one
 * a line: table, key, value, with what is not printable in hexadecimal) becomes one of ours,
 * wherever it is killed; what cannot be migrated stays as it was.
 */
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

#include "store/backup.h"
#include "store/embedded.h"
#include "store/files.h"
#include "store/kv_memory.h"
#include "store/kv_rocksdb.h"
#include "store/migrate.h"
#include "store/rocksdb.h"
#include "store/turn.h"
#include "store/verify.h"
#include "util/macros.h"

enum { LINE_MAX_BYTES = 2048 };

static const char *fixtures;
static const uint8_t secret[CRYPTO_SECRET_BYTES] = {9};

/* --- the fixture --- */

static struct str unescape(char *word)
{
    size_t n = 0;
    for (char *p = word; *p; n++) {
        unsigned byte;
        if (*p != '\\') {
            word[n] = *p++;
            continue;
        }
        assert_int_equal(sscanf(p + 1, "%2x", &byte), 1);
        word[n] = (char)byte;
        p += 3;
    }
    return str_n(word, n);
}

static enum kv_table table_called(const char *name)
{
    static const char *const names[KV_TABLES] = {"directory", "state", "events", "keys"};
    for (int i = 0; i < KV_TABLES; i++)
        if (!strcmp(names[i], name))
            return (enum kv_table)i;
    fail_msg("no table is called %s", name);
    return KV_TABLES;
}

/* Gives each row of the store of schema 1; how many. */
static size_t each_row(void (*row)(void *arg, enum kv_table, struct str key, struct str value),
                       void *arg)
{
    char path[512], line[LINE_MAX_BYTES], none[] = "";
    size_t n = 0;
    snprintf(path, sizeof(path), "%s/schema1.rows", fixtures);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        char *rest = line;
        line[strcspn(line, "\n")] = 0;
        enum kv_table table = table_called(strsep(&rest, " "));
        struct str key = unescape(strsep(&rest, " "));
        row(arg, table, key, unescape(rest ? rest : none));
        n++;
    }
    fclose(f);
    assert_true(n > 50);
    return n;
}

static void put_row(void *arg, enum kv_table table, struct str key, struct str value)
{
    kv_put(arg, table, key, value);
}

static void load(struct kv *kv)
{
    struct kv_batch batch = {.kv = kv};
    each_row(put_row, &batch);
    assert_int_equal(kv_commit(&batch), 0);
    kv_batch_deinit(&batch);
}

/* What a step to now changes: the schema's number, that Carol was put out of the group, and how
 * the names of people look. */
static bool changes(struct str key)
{
    struct row_key carol = key_member(103, 500);
    bool user = key.n == 1 + 8 && key.p[0] == 'u';
    return user || str_eq(key, STR("mschema")) || str_eq(key, row_key_str(&carol));
}

/* The row stands as it was, unless it is one that changes. */
static void row_stands(void *arg, enum kv_table table, struct str key, struct str value)
{
    struct kv_view view = {.kv = arg};
    struct arena arena = {0};
    struct str now;
    assert_int_equal(kv_get(&view, table, key, &arena, &now), 0);
    if (!changes(key) && !str_eq(now, value))
        fail_msg("the row %.*s is another", (int)key.n, key.p);
    arena_deinit(&arena);
}

static uint64_t schema_of(struct kv *kv)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = kv}, .arena = &arena};
    struct row_key k = key_meta("schema");
    uint64_t schema = 0;
    assert_int_equal(turn_get_ids(&t, &k, &schema, 1), 0);
    arena_deinit(&arena);
    return schema;
}

static void put_number(struct kv *kv, const char *name, uint64_t n)
{
    struct kv_batch batch = {.kv = kv};
    struct turn t = {.view = {.kv = kv}, .batch = &batch};
    struct row_key k = key_meta(name);
    turn_put_ids(&t, &k, &n, 1);
    assert_int_equal(kv_commit(&batch), 0);
    turn_deinit(&t);
    kv_batch_deinit(&batch);
}

static void tell(void *arg, const char *sentence)
{
    (void)arg;
    print_message("%s\n", sentence);
}

/* --- a disk that fills up --- */

/* A kv that commits so many times and then has no room. Takes only what migrating asks for. */
struct full {
    struct kv kv;
    struct kv *under;
    unsigned commits_left;
};

static int full_get(struct kv *kv, const struct kv_snapshot *s, enum kv_table table, struct str key,
                    struct arena *arena, struct str *value)
{
    struct kv *under = container_of(kv, struct full, kv)->under;
    return under->ops->get(under, s, table, key, arena, value);
}

static struct kv_cursor *full_open(struct kv *kv, const struct kv_snapshot *s, enum kv_table table,
                                   struct str from, struct str to, bool backward)
{
    struct kv *under = container_of(kv, struct full, kv)->under;
    return under->ops->open(under, s, table, from, to, backward);
}

static int full_commit(struct kv *kv, const struct rowmap changes[KV_TABLES])
{
    struct full *full = container_of(kv, struct full, kv);
    if (!full->commits_left)
        return -ENOSPC;
    full->commits_left--;
    return full->under->ops->commit(full->under, changes);
}

static struct full full_after(struct kv *under, unsigned commits)
{
    static struct kv_ops ops;
    ops = *under->ops; /* its cursors are closed as they are opened, by its own functions */
    ops.get = full_get;
    ops.open = full_open;
    ops.commit = full_commit;
    return (struct full){.kv.ops = &ops, .under = under, .commits_left = commits};
}

/* --- steps of our own: each user and each event of a log gets a row that says it was seen --- */

static unsigned walked;

static int see(struct turn *t, struct str key, struct str value)
{
    struct row_key seen = {.table = KV_DIRECTORY, .n = 1 + key.n, .bytes = "S"};
    memcpy(seen.bytes + 1, key.p, key.n);
    walked++;
    turn_put(t, &seen, value);
    return 0;
}

static int stumble(struct turn *t, struct str key, struct str value)
{
    struct row_key k = key_meta("x");
    see(t, key, value);
    return key.p[8] == 'f' ? turn_bad_row(&k) : 0;
}

static const struct migrate_pass seeing[] = {{KV_DIRECTORY, "u", see}, {KV_EVENTS, "", see}};
static const struct migrate_pass stumbling[] = {{KV_DIRECTORY, "u", stumble}};
static const struct migrate_step see_all = {seeing, ARRAY_SIZE(seeing)};
static const struct migrate_step stumble_on_bob = {stumbling, ARRAY_SIZE(stumbling)};

static void count_one(void *arg, enum kv_table table, struct str key, struct str value)
{
    unsigned *n = arg;
    (void)value;
    *n += table == KV_EVENTS || (table == KV_DIRECTORY && key.p[0] == 'u');
}

static unsigned rows_to_see(void)
{
    unsigned n = 0;
    each_row(count_one, &n);
    return n;
}

static void check_seen(void *arg, enum kv_table table, struct str key, struct str value)
{
    unsigned counted = 0;
    char bytes[KV_KEY_MAX] = "S";
    count_one(&counted, table, key, value);
    memcpy(bytes + 1, key.p, key.n);
    if (counted)
        row_stands(arg, KV_DIRECTORY, str_n(bytes, 1 + key.n), value);
}

/* --- cases --- */

/* Whether it says so of Carol, who was. */
static bool was_put_out(struct kv *kv)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = kv}, .arena = &arena};
    struct member_row row;
    assert_int_equal(turn_member(&t, 500, 103, &row), 0);
    assert_true(row.member.left);
    assert_int_equal(row.member.left_seq, 9);
    assert_int_equal(row.commit, 12);
    arena_deinit(&arena);
    return row.member.removed;
}

/* Whether it is `user` whose name looks like theirs. */
static bool claims_the_look(struct kv *kv, uint64_t user)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = kv}, .arena = &arena};
    struct user row;
    uint64_t holder = 0;
    assert_int_equal(turn_user(&t, user, &row), 0);
    struct row_key k = key_skeleton(row.skeleton);
    if (row.skeleton.n)
        assert_int_equal(turn_get_ids(&t, &k, &holder, 1), 0);
    arena_deinit(&arena);
    return holder == user;
}

static void put_user(struct kv *kv, uint64_t id, const char *name)
{
    struct arena arena = {0};
    struct kv_batch batch = {.kv = kv};
    struct turn t = {.view = {.kv = kv, .batch = &batch}, .batch = &batch, .arena = &arena};
    struct user user = {.id = id,
                        .username = str_of(name),
                        .display_name = STR("x"),
                        .about = STR(""),
                        .password = STR("hash")};
    turn_put_user(&t, &user);
    assert_int_equal(kv_commit(&batch), 0);
    turn_deinit(&t);
    kv_batch_deinit(&batch);
    arena_deinit(&arena);
}

static void test_of_names_that_look_alike_the_older_claims_it(void **state)
{
    (void)state;
    struct kv *kv = kv_memory_new();
    load(kv);
    put_user(kv, 201, "modem");
    put_user(kv, 202, "modern");
    put_user(kv, 203, "...");
    assert_int_equal(migrate_run(kv, 1), 0);
    assert_true(claims_the_look(kv, 101));
    assert_true(claims_the_look(kv, 201));
    assert_false(claims_the_look(kv, 202));
    assert_false(claims_the_look(kv, 203)); /* nobody could take such a name today */
    kv_free(kv);
}

static void test_a_store_of_schema_1_becomes_ours(void **state)
{
    (void)state;
    struct kv *kv = kv_memory_new();
    struct store_info info;
    load(kv);
    assert_int_equal(embedded_open(kv, &info, 77, secret), 0);
    assert_int_equal(info.schema, SCHEMA);
    assert_int_equal(info.incarnation, 5);
    assert_int_equal(info.secret[0], 7);
    assert_int_equal(schema_of(kv), SCHEMA);
    each_row(row_stands, kv);
    assert_true(was_put_out(kv));
    struct verify v = {.kv = kv, .fault = tell};
    assert_int_equal(verify_run(&v), 0);
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.users, 3);
    assert_int_equal(v.events, 16);
    /* Once. */
    assert_int_equal(embedded_open(kv, &info, 77, secret), 0);
    assert_int_equal(info.schema, SCHEMA);
    kv_free(kv);
}

static void test_our_own_steps_go_on_where_the_disk_was_full(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (int err = -1; err; failures++) {
        struct kv *kv = kv_memory_new();
        struct store_info info;
        load(kv);
        struct full full = full_after(kv, failures);
        err = migrate_run(&full.kv, 1);
        if (err) {
            assert_int_equal(err, -ENOSPC);
            assert_int_equal(schema_of(kv), 1);
            each_row(row_stands, kv);
        }
        assert_int_equal(embedded_open(kv, &info, 77, secret), 0);
        struct verify v = {.kv = kv, .fault = tell};
        assert_int_equal(verify_run(&v), 0);
        assert_int_equal(v.faults, 0);
        kv_free(kv);
    }
    assert_true(failures >= 2);
}

/* Killed after each number of batches, with batches of each size. */
static void test_what_is_killed_goes_on_after_its_last_batch(void **state)
{
    (void)state;
    const unsigned all = rows_to_see();
    for (unsigned rows_max = 1; rows_max <= 4; rows_max++) {
        int err = -1;
        for (unsigned batches = 0; err; batches++) {
            struct kv *kv = kv_memory_new();
            load(kv);
            struct full full = full_after(kv, batches);
            walked = 0;
            err = migrate_steps(&full.kv, 1, &see_all, 1, rows_max);
            assert_int_equal(schema_of(kv), err ? 1 : 2);
            each_row(row_stands, kv);
            if (err) {
                assert_int_equal(err, -ENOSPC);
                assert_int_equal(migrate_steps(kv, 1, &see_all, 1, rows_max), 0);
            }
            /* At most the rows of the batch that was lost are walked twice. */
            assert_in_range(walked, all, all + (err ? rows_max : 0));
            each_row(check_seen, kv);
            struct kv_view view = {.kv = kv};
            struct arena arena = {0};
            struct str place;
            assert_int_equal(kv_get(&view, KV_DIRECTORY, STR("mmigration"), &arena, &place),
                             KV_ABSENT);
            arena_deinit(&arena);
            kv_free(kv);
        }
    }
}

static void test_a_step_begins_anew_where_the_older_program_wrote(void **state)
{
    (void)state;
    const unsigned all = rows_to_see();
    struct kv *kv = kv_memory_new();
    load(kv);
    struct full full = full_after(kv, all - 2);
    walked = 0;
    assert_int_equal(migrate_steps(&full.kv, 1, &see_all, 1, 1), -ENOSPC);
    put_number(kv, "commit", 1000);
    walked = 0;
    assert_int_equal(migrate_steps(kv, 1, &see_all, 1, 1), 0);
    assert_int_equal(walked, all);
    kv_free(kv);
}

static void test_a_row_that_cannot_be_migrated_leaves_the_store(void **state)
{
    (void)state;
    struct kv *kv = kv_memory_new();
    load(kv);
    for (size_t rows_max = 1; rows_max < 5; rows_max++) {
        assert_int_equal(migrate_steps(kv, 1, &stumble_on_bob, 1, rows_max), -EBADMSG);
        assert_int_equal(schema_of(kv), 1);
        each_row(row_stands, kv);
    }
    struct kv_batch batch = {.kv = kv};
    kv_put(&batch, KV_DIRECTORY, STR("mmigration"), STR("\xff"));
    assert_int_equal(kv_commit(&batch), 0);
    kv_batch_deinit(&batch);
    assert_int_equal(migrate_steps(kv, 1, &see_all, 1, 1), -EBADMSG);
    kv_free(kv);
}

static void test_steps_follow_each_other(void **state)
{
    (void)state;
    struct kv *kv = kv_memory_new();
    const struct migrate_step three[] = {{NULL, 0}, see_all, {NULL, 0}};
    load(kv);
    struct full full = full_after(kv, 2);
    assert_int_equal(migrate_steps(&full.kv, 1, three, 3, 1), -ENOSPC);
    assert_int_equal(schema_of(kv), 2);
    walked = 0;
    assert_int_equal(migrate_steps(kv, 2, three + 1, 2, 100), 0);
    assert_int_equal(walked, rows_to_see() - 1);
    assert_int_equal(schema_of(kv), 4);
    kv_free(kv);
}

static void test_no_schema_is_no_store_of_ours(void **state)
{
    (void)state;
    struct kv *kv = kv_memory_new();
    struct store_info info;
    load(kv);
    put_number(kv, "schema", 0);
    assert_int_equal(embedded_open(kv, &info, 77, secret), -EBADMSG);
    put_number(kv, "schema", SCHEMA + 1);
    assert_int_equal(embedded_open(kv, &info, 77, secret), EMBEDDED_NEWER_SCHEMA);
    assert_int_equal(info.schema, SCHEMA + 1);
    put_number(kv, "schema", UINT64_MAX);
    assert_int_equal(embedded_open(kv, &info, 77, secret), EMBEDDED_NEWER_SCHEMA);
    each_row(row_stands, kv);
    kv_free(kv);
}

/* --- on a disk --- */

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
    (void)stat, (void)flag, (void)at;
    return remove(path);
}

static void post_nothing(struct poster *poster, struct task *task)
{
    (void)poster, (void)task;
    fail();
}

static struct kv *open_rows(const char *path)
{
    char why[512];
    struct kv *kv;
    if (kv_rocksdb_open(&kv, path, 1 << 20, why, sizeof(why)))
        fail_msg("%s", why);
    return kv;
}

static void put_one(const char *rows, const struct row_key *k, struct str value)
{
    struct kv *kv = open_rows(rows);
    struct kv_batch batch = {.kv = kv};
    if (value.p)
        kv_put(&batch, k->table, row_key_str(k), value);
    else
        kv_delete(&batch, k->table, row_key_str(k));
    assert_int_equal(kv_commit(&batch), 0);
    kv_batch_deinit(&batch);
    kv_free(kv);
}

/* A backup that the program of schema 1 made. */
static void make_backup(const char *directory)
{
    char path[128];
    assert_int_equal(mkdir(directory, 0700), 0);
    snprintf(path, sizeof(path), "%s/%s", directory, BACKUP_DATA);
    struct kv *kv = open_rows(path);
    load(kv);
    kv_free(kv);
    assert_int_equal(files_write(directory, "manifest",
                                 STR("parley backup\nversion = 0.1.0\nschema = 1\n"
                                     "incarnation = 5\ntime_ms = 1234\n")),
                     0);
}

/* It says which schema it is of, and that nothing was looked at. */
static void verify_says_older(const char *directory)
{
    char why[512] = "";
    struct verify v = {.fault = tell};
    assert_int_equal(store_rocksdb_verify(directory, &v, why, sizeof(why)), -EPROTO);
    assert_int_equal(v.schema, 1);
    assert_non_null(strstr(why, "is of schema 1"));
}

/* A row that does not decode ends it: the rows as they were lie beside, and stay until it is done.
 */
static void an_interrupted_migration_keeps_what_was(const char *data)
{
    char rows[128], older[128], why[512] = "";
    struct poster poster = {.post = post_nothing};
    struct store_rocksdb_options options = {.directory = data, .cache_bytes = 1 << 20};
    struct store *store = NULL;
    struct row_key zoe = key_member(999, 500);
    snprintf(rows, sizeof(rows), "%s/rocksdb", data);
    snprintf(older, sizeof(older), "%s/rocksdb.older", data);
    for (int i = 0; i < 2; i++) {
        put_one(rows, &zoe, STR("junk"));
        assert_int_equal(store_rocksdb_open(&store, &options, &poster, why, sizeof(why)), -EBADMSG);
        assert_non_null(strstr(why, "from schema 1 to"));
        assert_int_equal(access(older, F_OK), 0);
        verify_says_older(data);
    }
    struct kv *kv = open_rows(older);
    assert_int_equal(schema_of(kv), 1);
    assert_false(was_put_out(kv));
    kv_free(kv);
    put_one(rows, &zoe, (struct str){0});
}

static void test_a_backup_of_schema_1_is_restored_and_migrated_at_open(void **state)
{
    (void)state;
    char root[64] = "/tmp/parley-migrate-XXXXXX", backup[96], data[96], older[128], why[512] = "";
    struct poster poster = {.post = post_nothing};
    struct store_rocksdb_options options = {.directory = data, .cache_bytes = 1 << 20};
    struct store *store;
    struct files_sum sum;
    assert_non_null(mkdtemp(root));
    snprintf(backup, sizeof(backup), "%s/backup", root);
    snprintf(data, sizeof(data), "%s/data", root);
    make_backup(backup);
    verify_says_older(backup);
    if (store_rocksdb_restore(backup, data, &sum, why, sizeof(why)))
        fail_msg("%s", why);
    verify_says_older(data);
    an_interrupted_migration_keeps_what_was(data);
    if (store_rocksdb_open(&store, &options, &poster, why, sizeof(why)))
        fail_msg("%s", why);
    assert_int_equal(store_info(store)->schema, SCHEMA);
    assert_true(store_info(store)->incarnation != 5);
    store_free(store);
    snprintf(older, sizeof(older), "%s/rocksdb.older", data);
    assert_int_equal(access(older, F_OK), -1);
    struct verify v = {.fault = tell};
    assert_int_equal(store_rocksdb_verify(data, &v, why, sizeof(why)), 0);
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.events, 16);
    verify_says_older(backup);
    assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_names_that_look_alike_the_older_claims_it),
        cmocka_unit_test(test_a_store_of_schema_1_becomes_ours),
        cmocka_unit_test(test_our_own_steps_go_on_where_the_disk_was_full),
        cmocka_unit_test(test_what_is_killed_goes_on_after_its_last_batch),
        cmocka_unit_test(test_a_step_begins_anew_where_the_older_program_wrote),
        cmocka_unit_test(test_a_row_that_cannot_be_migrated_leaves_the_store),
        cmocka_unit_test(test_steps_follow_each_other),
        cmocka_unit_test(test_no_schema_is_no_store_of_ours),
        cmocka_unit_test(test_a_backup_of_schema_1_is_restored_and_migrated_at_open),
    };
    if (argc != 2 || crypto_init())
        return 1;
    fixtures = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
