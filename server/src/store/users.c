/* Users and their names. */
#include <stdlib.h>

#include "model/limits.h"
#include "store/embedded.h"
#include "store/usernames.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { USERS_MAX = 2 * MEMBERS_MAX, USER_SEARCH_MAX = 1000 };

/* The log of the user's own matters, with the user as its one member. */
static int put_own_log(struct turn *t, const struct user *user)
{
    struct conversation own = {.id = user->id,
                               .kind = CONVERSATION_OWN,
                               .created_ms = user->created_ms,
                               .users = {user->id, user->id}};
    struct member_row row = {
        .member = {.conversation = user->id, .user = user->id, .role = ROLE_OWNER, .from_seq = 1}};
    turn_put_conversation(t, &own);
    return turn_put_member(t, &row);
}

int directory_user_create(struct turn *t, struct store_user_create *r)
{
    struct invite_code code;
    r->looks_like = false;
    int err = r->code.id ? directory_code_look(t, &r->code, &code) : 0;
    if (!err)
        err = usernames_claim(t, &r->user, r->user.created_ms, &r->looks_like);
    if (err)
        return err;
    if (r->code.id)
        directory_code_count(t, &code);
    turn_put_user(t, &r->user);
    if (r->device.id) {
        must(r->device.user == r->user.id);
        directory_add_device(t, &r->device);
    }
    return put_own_log(t, &r->user);
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Sorted, each once. */
static uint32_t sort_ids(uint64_t *out, const uint64_t *ids, uint32_t n_ids)
{
    memcpy(out, ids, n_ids * sizeof(*out));
    qsort(out, n_ids, sizeof(*out), compare_ids);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_ids; i++) {
        if (i == 0 || out[i] != out[n - 1])
            out[n++] = out[i];
    }
    return n;
}

int directory_users(struct turn *t, struct store_users *r)
{
    must(r->n_ids >= 1 && r->n_ids <= USERS_MAX);
    uint64_t ids[USERS_MAX];
    struct row_key keys[USERS_MAX];
    struct str key_strs[USERS_MAX], values[USERS_MAX];
    uint32_t n = sort_ids(ids, r->ids, r->n_ids);
    for (uint32_t i = 0; i < n; i++) {
        keys[i] = key_user(ids[i]);
        key_strs[i] = row_key_str(&keys[i]);
    }
    int err = kv_get_many(&t->view, KV_DIRECTORY, key_strs, n, t->arena, values);
    if (err)
        return err;
    r->users = arena_alloc(t->arena, n * sizeof(*r->users));
    r->n_users = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!values[i].p)
            continue;
        if (!user_unpack(&r->users[r->n_users++], ids[i], values[i]))
            return turn_bad_row(&keys[i]);
    }
    return STORE_DONE;
}

int directory_user_find(struct turn *t, struct store_user_find *r)
{
    if (r->username.n > USERNAME_BYTES_MAX)
        return STORE_NOT_FOUND;
    uint64_t id;
    int err = usernames_find(t, r->username, r->now_ms, &id);
    if (!err)
        err = turn_user(t, id, &r->user);
    if (!err && r->user.deleted_ms)
        err = KV_ABSENT;
    return err == KV_ABSENT ? STORE_NOT_FOUND : err;
}

/* Reads a user into the answer, once. */
static int search_add(struct turn *t, struct store_user_search *r, uint64_t id)
{
    if (r->n_users && r->users[0].id == id) /* found by a former name */
        return 0;
    struct user *user = &r->users[r->n_users];
    int err = turn_user(t, id, user);
    if (!err && !user->deleted_ms && !(r->enabled_only && user->disabled))
        r->n_users++;
    return MIN(err, 0);
}

/* Whoever had the very name until lately. */
static int search_former(struct turn *t, struct store_user_search *r)
{
    uint64_t id;
    int err = r->after.n ? KV_ABSENT : usernames_former(t, r->prefix, r->now_ms, &id);
    return err ? MIN(err, 0) : search_add(t, r, id);
}

int directory_user_search(struct turn *t, struct store_user_search *r)
{
    must(r->limit >= 1 && r->limit <= USER_SEARCH_MAX);
    r->users = arena_alloc(t->arena, r->limit * sizeof(*r->users));
    r->n_users = 0;
    if (r->prefix.n > USERNAME_BYTES_MAX || r->after.n > USERNAME_BYTES_MAX)
        return STORE_DONE;
    struct row_key from = key_username(r->prefix), to = row_key_after(&from);
    if (r->after.n && str_cmp(r->after, r->prefix) >= 0) {
        from = key_username(r->after);
        from.bytes[from.n++] = 0; /* the first key after that name's */
    }
    if (str_cmp(row_key_str(&from), row_key_str(&to)) >= 0)
        return STORE_DONE;
    struct kv_scan scan;
    int err = search_former(t, r);
    if (err)
        return err;
    err = kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && r->n_users < r->limit) {
        struct str key, value;
        uint64_t id;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            err = ids_unpack(&id, 1, value) ? search_add(t, r, id) : turn_bad_row(&from);
    }
    kv_scan_end(&scan);
    return err < 0 ? err : STORE_DONE;
}

int directory_user_set(struct turn *t, struct store_user_set *r)
{
    int err = turn_user(t, r->id, &r->user);
    if (!err && r->user.deleted_ms)
        err = KV_ABSENT;
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    struct user *user = &r->user;
    if (r->password_before.p && !str_eq(r->password_before, user->password))
        return STORE_MOVED;
    if (r->second_factor_before.p && !str_eq(r->second_factor_before, user->second_factor))
        return STORE_MOVED;
    bool disabled = r->disabled < 0 ? user->disabled : r->disabled != 0;
    bool admin = r->admin ? r->admin > 0 : user->admin;
    bool changed = r->password.p || r->second_factor.p || disabled != user->disabled ||
                   admin != user->admin || r->last_seen_ms > user->last_seen_ms;
    if (r->password.p)
        user->password = r->password;
    if (r->second_factor.p)
        user->second_factor = r->second_factor;
    user->disabled = disabled;
    user->admin = admin;
    user->last_seen_ms = MAX(user->last_seen_ms, r->last_seen_ms);
    if (changed)
        turn_put_user(t, user);
    return STORE_DONE;
}
