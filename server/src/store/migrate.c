/*
 * Where a step stands is a row beside the schema's number, written with each batch: the pass, the
 * last key it walked, and the newest commit at that time, by which it is seen whether anybody wrote
 * since.
 *
 * Refused: migrating each row when it is read. Every reader would know every schema for ever, and a
 * row that is looked up by what it lacks would never be found.
 */
#include "store/migrate.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/pack.h"
#include "names/names.h"
#include "store/turn.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    MIGRATE_ROWS_MAX = 1000,             /* walked in one batch */
    MIGRATE_BYTES_MAX = 4 * 1024 * 1024, /* and changed in it, give or take one row's */
};

/* --- the steps --- */

/* Whether a former member left or was put out stood in the event alone. The row keeps its commit:
 * nothing is new to anybody. */
static int member_removed(struct turn *t, struct str key, struct str value)
{
    struct row_key k = {.table = KV_STATE, .n = MIN(key.n, (size_t)KV_KEY_MAX)};
    struct member_row row;
    struct event e;
    memcpy(k.bytes, key.p, k.n);
    if (key.n != 1 + 8 + 8 || !member_unpack(&row, be64_get(key.p + 1), be64_get(key.p + 9), value))
        return turn_bad_row(&k);
    if (!row.member.left)
        return 0;
    int err = turn_event(t, row.member.conversation, row.member.left_seq, &e);
    if (err || e.type != EVENT_REMOVED)
        return MIN(err, 0);
    row.member.removed = true;
    builder_reset(&t->row);
    member_pack(&t->row, &row);
    turn_put(t, &k, builder_str(&t->row));
    return 0;
}

/* 0 with the skeleton of a name, or KV_ABSENT: it would not be allowed today, and has none. */
static int skeleton_of(struct str username, uint8_t skeleton[CRYPTO_HASH_BYTES])
{
    struct folded_name name;
    struct names *names = names_new();
    if (!names)
        return -ENOENT;
    bool has = names_fold(names, username, &name) && names_allow(names, &name, skeleton);
    names_free(names);
    return has ? 0 : KV_ABSENT;
}

/* Names that look alike were not told apart: of two, whoever made theirs first, as the walk goes,
 * claims the look, and the other keeps the name all the same. */
static int user_skeleton(struct turn *t, struct str key, struct str value)
{
    struct row_key k = {.table = KV_DIRECTORY, .n = MIN(key.n, (size_t)KV_KEY_MAX)};
    struct user user;
    uint8_t skeleton[CRYPTO_HASH_BYTES];
    struct str holder;
    memcpy(k.bytes, key.p, k.n);
    if (key.n != 1 + 8 || !user_unpack(&user, be64_get(key.p + 1), value))
        return turn_bad_row(&k);
    if (user.skeleton.n)
        return 0;
    int err = skeleton_of(user.username, skeleton);
    if (err)
        return MIN(err, 0);
    struct row_key look = key_skeleton(str_n(skeleton, sizeof(skeleton)));
    err = turn_get(t, &look, &holder);
    if (err != KV_ABSENT)
        return err;
    user.skeleton = str_n(skeleton, sizeof(skeleton));
    turn_put_ids(t, &look, &user.id, 1);
    turn_put_user(t, &user);
    return 0;
}

/* Otherwise rows only grew by optional fields (model/pack.h), and by kinds that no older store has.
 */
static const struct migrate_pass to_2[] = {
    {KV_STATE, "i", member_removed},
    {KV_DIRECTORY, "u", user_skeleton},
};

/* steps[i] leads from schema i + 1 to i + 2. */
static const struct migrate_step steps[] = {
    {to_2, ARRAY_SIZE(to_2)},
};
static_assert(ARRAY_SIZE(steps) == SCHEMA - 1, "a step from each schema to the next");

/* --- where a step stands --- */

struct place {
    uint64_t pass;
    struct str after; /* in an arena; empty: at its beginning */
};

/* Of the step that is under way, or the beginning of one. */
static int read_place(struct turn *t, struct place *place)
{
    struct row_key k = key_meta("migration");
    struct str bytes;
    uint64_t commit;
    *place = (struct place){0};
    int err = turn_get(t, &k, &bytes);
    if (err)
        return MIN(err, 0);
    struct unpack u = {.left = bytes};
    struct place stored = {.pass = unpack_u64(&u)};
    uint64_t stored_commit = unpack_u64(&u);
    stored.after = unpack_bytes(&u, KV_KEY_MAX);
    if (!unpack_done(&u))
        return turn_bad_row(&k);
    err = turn_commit_seen(t, &commit);
    if (!err && commit == stored_commit)
        *place = stored;
    return err;
}

static int put_place(struct turn *t, const struct place *place)
{
    struct row_key k = key_meta("migration");
    struct builder row = {0};
    uint64_t commit;
    int err = turn_commit_seen(t, &commit);
    if (!err) {
        pack_u64(&row, place->pass);
        pack_u64(&row, commit);
        pack_bytes(&row, place->after);
        turn_put(t, &k, builder_str(&row));
    }
    builder_deinit(&row);
    return err;
}

static void put_schema(struct turn *t, uint64_t schema)
{
    struct row_key k = key_meta("schema"), place = key_meta("migration");
    turn_put_ids(t, &k, &schema, 1);
    turn_delete(t, &place);
}

/* --- walking --- */

/* The first key that is greater. */
static struct str key_behind(struct arena *arena, struct str key)
{
    char bytes[KV_KEY_MAX + 1] = {0};
    must(key.n <= KV_KEY_MAX);
    memcpy(bytes, key.p, key.n);
    return arena_str(arena, str_n(bytes, key.n + 1));
}

/* Walks on from the place, which is moved, at most to the end of its pass. */
static int walk(struct turn *t, const struct migrate_pass *pass, struct place *place,
                size_t rows_max, uint64_t *rows)
{
    struct kv_view stored = {.kv = t->view.kv};
    struct row_key first = {.table = pass->table, .n = strlen(pass->prefix)};
    memcpy(first.bytes, pass->prefix, first.n);
    struct row_key end = row_key_after(&first);
    struct str from = place->after.n ? key_behind(t->arena, place->after) : row_key_str(&first);
    struct kv_scan scan;
    struct str key, value;
    size_t n = 0;
    int err = kv_scan_begin(&scan, &stored, pass->table, from, row_key_str(&end), false);
    while (!err && n < rows_max && kv_batch_bytes(t->batch) < MIGRATE_BYTES_MAX) {
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            err = pass->row(t, key, value);
        if (!err)
            place->after = arena_str(t->arena, key);
        n += !err;
    }
    kv_scan_end(&scan);
    *rows += n;
    if (err == KV_ABSENT)
        *place = (struct place){.pass = place->pass + 1};
    return MIN(err, 0);
}

/* One batch, written. */
static int run_batch(struct kv *kv, uint32_t schema, const struct migrate_step *step,
                     size_t rows_max, uint64_t *rows, bool *done)
{
    struct arena arena = {0};
    struct kv_batch batch = {.kv = kv};
    struct turn t = {.view = {.kv = kv, .batch = &batch}, .batch = &batch, .arena = &arena};
    struct place place;
    int err = read_place(&t, &place);
    if (!err && place.pass < step->n_passes)
        err = walk(&t, &step->passes[place.pass], &place, rows_max, rows);
    *done = !err && place.pass >= step->n_passes;
    if (*done)
        put_schema(&t, schema + 1);
    else if (!err)
        err = put_place(&t, &place);
    if (!err)
        err = kv_commit(&batch);
    turn_deinit(&t);
    kv_batch_deinit(&batch);
    arena_deinit(&arena);
    return err;
}

static int run_step(struct kv *kv, uint32_t schema, const struct migrate_step *step,
                    size_t rows_max)
{
    uint64_t rows = 0;
    bool done = false;
    int err = 0;
    log_info("store_migrating", log_u64("from", schema), log_u64("to", schema + 1));
    while (!err && !done)
        err = run_batch(kv, schema, step, rows_max, &rows, &done);
    if (err)
        log_error("store_migration_failed", log_u64("from", schema), log_i64("error", err));
    else
        log_info("store_migrated", log_u64("to", schema + 1), log_u64("rows", rows));
    return err;
}

int migrate_steps(struct kv *kv, uint32_t from, const struct migrate_step *step, size_t n_steps,
                  size_t rows_max)
{
    int err = 0;
    for (size_t i = 0; i < n_steps && !err; i++)
        err = run_step(kv, from + (uint32_t)i, &step[i], rows_max);
    return err;
}

int migrate_run(struct kv *kv, uint32_t schema)
{
    must(schema >= 1 && schema < SCHEMA);
    return migrate_steps(kv, schema, steps + (schema - 1), ARRAY_SIZE(steps) - (schema - 1),
                         MIGRATE_ROWS_MAX);
}
