/*
 * Second factors, held against the own logs: what was switched on or off was told once, and the row
 * is what the last of it says. Nobody keeps a secret here: who is asked for a code when signing in
 * has the operator take the factor away.
 */
#include "factors.h"

#include <stdio.h>

#include "attempt.h"
#include "replay.h"
#include "store/directory.h"
#include "util/totp.h"

static void answered(struct attempt *a)
{
    struct client *d = a->device;
    world_saw(d->world, a->u.call.error);
    d->factor_oks += !a->u.call.error;
}

void act_factor(struct client *d)
{
    uint8_t secret[TOTP_SECRET_BYTES];
    struct attempt *a = attempt_new(d, answered);
    struct factor_try *try = &a->u.factor;
    for (size_t i = 0; i < sizeof(secret); i++)
        secret[i] = (uint8_t)rng_next(&d->world->rng);
    base32_format(try->secret, secret, sizeof(secret));
    totp_code(try->code, secret, node_wall_ms(d->node) / TOTP_STEP_MS);
    snprintf(try->key, sizeof(try->key), "f%u-%u", d->index, d->factor_tries++);
    try->change.what = FACTOR_ENABLED;
    try->change.password = str_of(d->password);
    try->change.secret = str_of(try->secret);
    try->change.code = str_of(try->code);
    try->change.key = str_of(try->key);
    chat_factor_change(d->node->chat, &try->change);
    attempt_made(a);
}

static void helped(struct attempt *a)
{
    world_saw(a->device->world, a->u.call.error);
}

void factor_help(struct client *d)
{
    struct attempt *a = attempt_new(d, helped);
    a->u.set.username = str_of(d->name);
    a->u.set.disabled = -1;
    a->u.set.no_second_factor = true;
    chat_admin_set(d->node->chat, &a->u.set);
    attempt_made(a);
}

/* --- held against the logs --- */

static bool has_factor(struct truth *t, uint64_t user)
{
    struct store_users users = {.base.done = truth_nothing, .ids = &user, .n_ids = 1};
    store_users(t->world->store, &users);
    world_settle(t->world);
    bool has = users.n_users == 1 && users.users[0].second_factor.n > 0;
    store_request_deinit(&users.base);
    return has;
}

static void check_user(struct truth *t, uint32_t place)
{
    uint64_t user = t->world->users[place];
    const struct truth_log *own = log_of(t, user);
    uint32_t told = 0, oks = 0, tries = 0;
    bool on = false;
    for (uint64_t i = 0; i < own->n_rows; i++) {
        const struct line *r = &own->rows[i];
        if (r->type != EVENT_SECOND_FACTOR)
            continue;
        if (r->changes != (on ? FACTOR_DISABLED : FACTOR_ENABLED))
            world_fail(t->world, "%llu is told %llu of a second factor that is %s",
                       (unsigned long long)user, (unsigned long long)r->changes, on ? "on" : "off");
        on = r->changes == FACTOR_ENABLED;
        told += on;
    }
    for (uint32_t i = 0; i < DEVICES_EACH; i++) {
        const struct client *d = t->world->clients[place * DEVICES_EACH + i];
        oks += d->factor_oks;
        tries += d->factor_tries;
    }
    if (told < oks || told > tries)
        world_fail(t->world, "%llu is told %u times of a second factor, by %u of %u tries",
                   (unsigned long long)user, told, oks, tries);
    if (has_factor(t, user) != on)
        world_fail(t->world, "the second factor of %llu is %s, and they were told otherwise",
                   (unsigned long long)user, on ? "off" : "on");
}

void factors_check(struct truth *t)
{
    for (uint32_t i = 0; i < USERS; i++)
        if (t->world->users[i] != t->left)
            check_user(t, i);
}
