/*
 * Accounts. A sign-up writes in many partitions; its commit point is the person's record, put in
 * place on the condition that nobody is there. Before it go the claims of name and look, which are
 * as good as none without the record (naming.c), and the count of the invite code; after it the
 * token, which is told to nobody before `ok`. A crash in between leaves a claim that whoever wants
 * the name takes, or costs the code one use, which its maker sees; never one use too many.
 *
 * An account is deleted by its record, too, which becomes a tombstone and ends the devices in one
 * condition. The mark is put before it: one of somebody who stands is taken away by the job
 * (leaving.c), while a tombstone without a mark would keep its rows for ever.
 */
#include <errno.h>
#include <stdlib.h>

#include "store/cassandra/changes.h"
#include "store/cassandra/codes.h"
#include "store/cassandra/leaving.h"
#include "store/cassandra/naming.h"
#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "util/macros.h"

enum { USERS_MAX = 2 * MEMBERS_MAX, USER_SEARCH_MAX = 1000 };

static const uint32_t ALL_SLOTS = UINT32_MAX;

/* --- sign-up --- */

/* The log of the user's own matters, with the user as its one member. Of nobody, it harms nobody.
 */
static int put_own_log(struct strand *s, const struct user *user)
{
    struct conversation own = {.id = user->id,
                               .kind = CONVERSATION_OWN,
                               .created_ms = user->created_ms,
                               .users = {user->id, user->id}};
    struct member_state me = {
        .row.member = {
            .conversation = user->id, .user = user->id, .role = ROLE_OWNER, .from_seq = 1}};
    struct ask asks[] = {conversation_put_record(s, &own, 0), member_put_role(s, &me, 0)};
    return strand_ask_all(s, asks, ARRAY_SIZE(asks));
}

/* The commit point. */
static int put_account(struct strand *s, struct store_user_create *r, struct person *p, bool *made)
{
    p->user = r->user;
    if (r->device.id) {
        must(r->device.user == r->user.id);
        p->devices[0] = r->device;
    }
    return people_put(s, p, r->device.id ? 1 : 0, made);
}

/* It is not tried again once it was called off (the person is known, and nobody): whoever did that
 * goes by the claims as they were, and they would look the same. */
static int sign_up(struct strand *s, struct store_user_create *r)
{
    struct person p;
    bool made;
    int err = people_look(s, r->user.id, &p);
    if (!err && p.known)
        return STORE_TAKEN;
    if (!err)
        err = naming_claim(s, &r->user, NAME_BY_ACCOUNT, r->user.created_ms, &r->looks_like);
    if (!err)
        err = put_own_log(s, &r->user);
    if (!err && r->code.id)
        err = codes_count(s, &r->code);
    if (err)
        return err;
    err = put_account(s, r, &p, &made);
    if (err || made)
        return err;
    err = r->code.id ? codes_give_back(s, r->code.id) : 0;
    return err ? err : naming_lost(s, &r->user, &r->looks_like);
}

int cassandra_user_create(struct strand *s, struct store_user_create *r)
{
    r->looks_like = false;
    int err = r->code.id ? codes_look(s, &r->code) : 0;
    if (!err)
        err = sign_up(s, r);
    return err || !r->device.id ? err : tokens_put(s, &r->device);
}

/* --- finding --- */

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int cassandra_users(struct strand *s, struct store_users *r)
{
    must(r->n_ids >= 1 && r->n_ids <= USERS_MAX);
    uint64_t ids[USERS_MAX];
    uint32_t n = 0;
    memcpy(ids, r->ids, r->n_ids * sizeof(*ids));
    qsort(ids, r->n_ids, sizeof(*ids), compare_ids);
    for (uint32_t i = 0; i < r->n_ids; i++)
        if (i == 0 || ids[i] != ids[n - 1])
            ids[n++] = ids[i];
    r->users = arena_alloc(strand_arena(s), n * sizeof(*r->users));
    int err = people_users(s, ids, n, r->users, &r->n_users);
    for (uint32_t i = 0; !err && i < r->n_users; i++)
        user_keep(s, &r->users[i]);
    return err ? err : STORE_DONE;
}

int cassandra_user_find(struct strand *s, struct store_user_find *r)
{
    if (r->username.n > USERNAME_BYTES_MAX)
        return STORE_NOT_FOUND;
    int err = naming_find(s, r->username, r->now_ms, &r->user);
    user_keep(s, &r->user);
    return err;
}

/* Of those who took these names, who have them: in order, as many as are asked for. */
static int search_add(struct strand *s, struct store_user_search *r,
                      const struct name_taken names[NAMING_STEP_MAX], uint32_t n_names)
{
    uint64_t ids[NAMING_STEP_MAX];
    struct user users[NAMING_STEP_MAX];
    uint32_t n = 0, former = r->n_users && !r->after.n ? 1 : 0;
    for (uint32_t i = 0; i < n_names; i++)
        ids[i] = names[i].user;
    int err = people_users(s, ids, n_names, users, &n);
    for (uint32_t i = 0, j = 0; !err && i < n_names && j < n; i++) {
        if (users[j].id != names[i].user)
            continue;
        const struct user *user = &users[j++];
        bool found = str_eq(user->username, names[i].name) && !user->deleted_ms &&
                     !(r->enabled_only && user->disabled);
        if (found && !(former && r->users[0].id == user->id) && r->n_users < r->limit)
            r->users[r->n_users++] = *user;
    }
    return err;
}

/* Whoever had the very name until lately. */
static int search_former(struct strand *s, struct store_user_search *r)
{
    struct user *user = &r->users[0];
    int err =
        r->after.n || !r->prefix.n ? STORE_NOT_FOUND : naming_find(s, r->prefix, r->now_ms, user);
    if (!err && !str_eq(user->username, r->prefix) && !(r->enabled_only && user->disabled))
        r->n_users = 1;
    return MIN(err, 0);
}

int cassandra_user_search(struct strand *s, struct store_user_search *r)
{
    must(r->limit >= 1 && r->limit <= USER_SEARCH_MAX);
    r->users = arena_alloc(strand_arena(s), r->limit * sizeof(*r->users));
    r->n_users = 0;
    if (r->prefix.n > USERNAME_BYTES_MAX || r->after.n > USERNAME_BYTES_MAX)
        return STORE_DONE;
    struct name_taken names[NAMING_STEP_MAX];
    struct naming_walk walk = {.prefix = r->prefix, .after = r->after};
    uint32_t n = 1;
    int err = search_former(s, r);
    while (!err && n && r->n_users < r->limit) {
        err = naming_next(s, &walk, names, &n);
        if (!err && n)
            err = search_add(s, r, names, n);
    }
    for (uint32_t i = 0; i < r->n_users; i++)
        user_keep(s, &r->users[i]);
    return err ? err : STORE_DONE;
}

/* --- changing --- */

/* STORE_MOVED, STORE_NOT_FOUND, or 0. */
static int fits(const struct store_user_set *r, const struct person *p)
{
    const struct user *user = &p->user;
    if (!user->id || user->deleted_ms)
        return STORE_NOT_FOUND;
    if (r->password_before.p && !str_eq(r->password_before, user->password))
        return STORE_MOVED;
    if (r->second_factor_before.p && !str_eq(r->second_factor_before, user->second_factor))
        return STORE_MOVED;
    return 0;
}

/* Whether that changes anything but when they were last seen. */
static bool set(struct user *user, const struct store_user_set *r)
{
    bool disabled = r->disabled < 0 ? user->disabled : r->disabled != 0;
    bool admin = r->admin ? r->admin > 0 : user->admin;
    bool changed =
        r->password.p || r->second_factor.p || disabled != user->disabled || admin != user->admin;
    if (r->password.p)
        user->password = r->password;
    if (r->second_factor.p)
        user->second_factor = r->second_factor;
    user->disabled = disabled;
    user->admin = admin;
    return changed;
}

/* Most calls only say that somebody was seen. */
static bool only_seen(const struct store_user_set *r)
{
    return !r->password.p && !r->second_factor.p && r->disabled < 0 && !r->admin;
}

static int see(struct strand *s, const struct store_user_set *r)
{
    struct ask ask =
        ASK(S_USER_SEEN, cql_u64(r->last_seen_ms), cql_u64(r->last_seen_ms), cql_u64(r->id));
    return strand_ask(s, &ask);
}

int cassandra_user_set(struct strand *s, struct store_user_set *r)
{
    struct person p;
    bool made = false;
    int err = 0;
    for (int i = 0; !err && !made && decide(s, i); i++) {
        err = only_seen(r) ? people_get(s, r->id, &p) : people_look(s, r->id, &p);
        if (!err)
            err = fits(r, &p);
        if (!err && !set(&p.user, r))
            made = true;
        else if (!err)
            err = people_put(s, &p, 0, &made);
    }
    if (!err && made && r->last_seen_ms > p.user.last_seen_ms) {
        p.user.last_seen_ms = r->last_seen_ms;
        err = see(s, r);
    }
    r->user = p.user;
    user_keep(s, &r->user);
    return err ? err : made ? STORE_DONE : -EAGAIN;
}

int change_look_at_user(struct strand *s, const struct store_user_set *r)
{
    struct person p;
    int err = people_look(s, r->id, &p);
    return err ? err : fits(r, &p);
}

/* The event stands, so this does, whatever was set since it was looked at; but once, since what is
 * set later counts. */
int change_set_user(struct strand *s, const struct store_user_set *r, uint64_t seq)
{
    for (int i = 0; decide(s, i); i++) {
        struct person p;
        bool made;
        int err = people_look(s, r->id, &p);
        if (err || !p.user.id || p.user.deleted_ms || p.carried_seq >= seq)
            return err;
        p.carried_seq = seq;
        set(&p.user, r);
        err = people_put(s, &p, 0, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

/* --- deleting --- */

static bool verified(const struct store_user_delete *r, const struct user *user)
{
    return (!r->password.p || str_eq(r->password, user->password)) &&
           (!r->second_factor.p || str_eq(r->second_factor, user->second_factor));
}

/* Empties their slots; the devices that were in them. */
static uint32_t take_devices(struct person *p, struct device devices[DEVICES_MAX])
{
    uint32_t n = 0;
    for (int i = 0; i < DEVICES_MAX; i++) {
        if (p->devices[i].id)
            devices[n++] = p->devices[i];
        p->devices[i] = (struct device){0};
    }
    return n;
}

int cassandra_user_delete(struct strand *s, struct store_user_delete *r)
{
    must(r->now_ms);
    for (int i = 0; decide(s, i); i++) {
        struct person p;
        struct device devices[DEVICES_MAX];
        bool made;
        int err = people_look(s, r->id, &p);
        if (err || !p.user.id || p.user.deleted_ms)
            return err ? err : STORE_NOT_FOUND;
        if (!verified(r, &p.user))
            return STORE_MOVED;
        p.user = (struct user){.id = p.user.id,
                               .username = p.user.username,
                               .skeleton = p.user.skeleton,
                               .created_ms = p.user.created_ms,
                               .deleted_ms = r->now_ms};
        uint32_t n = take_devices(&p, devices);
        err = leaving_mark(s, r->id);
        if (!err)
            err = people_put(s, &p, ALL_SLOTS, &made);
        if (err)
            return err;
        if (made) {
            tokens_delete(s, devices, n);
            return STORE_DONE;
        }
    }
    return -EAGAIN;
}
