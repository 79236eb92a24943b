/*
 * A name row is there for each user's name, a look row for each skeleton. A former name has a row
 * with its end, and a place in a queue by that; its look row names it, so that there is one place
 * that says how long. Whatever is looked at is held against the clock: rows whose time is over are
 * as good as absent, whether the job that takes them away was there or not.
 *
 * Refused: leaving the old name row as it is with an end in it. A search by prefix walks the name
 * rows, and must not find people by names they have no more.
 */
#include "store/usernames.h"

#include "model/limits.h"
#include "util/macros.h"
#include "util/numbers.h"

static const uint64_t FORMER_MS = FORMER_NAME_S * UINT64_C(1000);

static void delete_former(struct turn *t, struct str name, const struct former *former)
{
    struct row_key k = key_former(name), end = key_former_end(former->until_ms, name);
    turn_delete(t, &k);
    turn_delete(t, &end);
}

/* --- whose it is --- */

int usernames_former(struct turn *t, struct str name, uint64_t now_ms, uint64_t *user)
{
    struct former former;
    int err = turn_former(t, name, &former);
    if (err)
        return err;
    *user = former.user;
    return former_holds(&former, now_ms) ? 0 : KV_ABSENT;
}

int usernames_find(struct turn *t, struct str name, uint64_t now_ms, uint64_t *user)
{
    struct row_key k = key_username(name);
    int err = turn_get_ids(t, &k, user, 1);
    return err == KV_ABSENT ? usernames_former(t, name, now_ms, user) : err;
}

/* 0: nobody else's. */
static int look_is_free(struct turn *t, const struct user *user, uint64_t now_ms)
{
    struct look look;
    uint64_t holder;
    int err = user->skeleton.n ? turn_look(t, user->skeleton, &look) : KV_ABSENT;
    if (err)
        return MIN(err, 0);
    if (look.user == user->id)
        return 0;
    err = look.former.n ? usernames_former(t, look.former, now_ms, &holder) : 0;
    return err == KV_ABSENT ? 0 : err ? err : STORE_TAKEN;
}

int usernames_look(struct turn *t, const struct user *user, uint64_t now_ms, bool *looks_like)
{
    struct row_key name = key_username(user->username);
    uint64_t holder;
    *looks_like = false;
    int err = turn_get_ids(t, &name, &holder, 1);
    if (err != KV_ABSENT)
        return err ? err : STORE_TAKEN;
    err = usernames_former(t, user->username, now_ms, &holder);
    if (!err && holder != user->id)
        return STORE_TAKEN;
    err = err < 0 ? err : look_is_free(t, user, now_ms);
    *looks_like = err == STORE_TAKEN;
    return err;
}

/* --- taking and giving up --- */

static int forget_former(struct turn *t, struct str name)
{
    struct former former;
    int err = turn_former(t, name, &former);
    if (!err)
        delete_former(t, name, &former);
    return MIN(err, 0);
}

/* A look that was kept for another's former name is so no more. */
static int take_look(struct turn *t, const struct user *user)
{
    struct look look;
    int err = turn_look(t, user->skeleton, &look);
    if (!err && look.former.n && look.user != user->id)
        err = forget_former(t, look.former);
    turn_put_look(t, user->skeleton, &(struct look){.user = user->id});
    return MIN(err, 0);
}

static int take(struct turn *t, const struct user *user)
{
    struct row_key name = key_username(user->username);
    int err = forget_former(t, user->username);
    turn_put_ids(t, &name, &user->id, 1);
    return err || !user->skeleton.n ? err : take_look(t, user);
}

int usernames_claim(struct turn *t, const struct user *user, uint64_t now_ms, bool *looks_like)
{
    int err = usernames_look(t, user, now_ms, looks_like);
    return err ? err : take(t, user);
}

static void give_up(struct turn *t, const struct user *user, uint64_t time_ms)
{
    struct former former = {
        .user = user->id, .until_ms = time_ms + FORMER_MS, .skeleton = user->skeleton};
    struct row_key name = key_username(user->username),
                   end = key_former_end(former.until_ms, user->username);
    turn_delete(t, &name);
    turn_put_former(t, user->username, &former);
    turn_put(t, &end, STR(""));
    if (user->skeleton.n)
        turn_put_look(t, user->skeleton, &(struct look){user->id, user->username});
}

int usernames_follow(struct turn *t, const struct user *before, const struct user *now,
                     uint64_t time_ms)
{
    give_up(t, before, time_ms);
    return take(t, now); /* last: the two may look the same */
}

/* --- the end of former names --- */

/* The look goes with the name that it was kept for; by now it may be kept for another. */
static int end_former(struct turn *t, struct str name)
{
    struct former former;
    struct look look;
    int err = turn_former(t, name, &former);
    if (err)
        return MIN(err, 0);
    delete_former(t, name, &former);
    err = former.skeleton.n ? turn_look(t, former.skeleton, &look) : KV_ABSENT;
    if (!err && str_eq(look.former, name)) {
        struct row_key k = key_skeleton(former.skeleton);
        turn_delete(t, &k);
    }
    return MIN(err, 0);
}

int usernames_expire(struct turn *t, uint64_t now_ms, uint32_t n_max, uint32_t *n)
{
    enum { NAME_AT = 1 + 8 };
    struct row_key from = key_former_end(0, STR("")), to = key_former_end(now_ms + 1, STR(""));
    struct str *names = arena_alloc(t->arena, n_max * sizeof(*names));
    struct kv_scan scan;
    *n = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && *n < n_max) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            names[(*n)++] = arena_str(t->arena, str_n(key.p + NAME_AT, key.n - NAME_AT));
    }
    kv_scan_end(&scan);
    for (uint32_t i = 0; err >= 0 && i < *n; i++)
        err = end_former(t, names[i]);
    return MIN(err, 0);
}
