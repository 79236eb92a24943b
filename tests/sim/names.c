/*
 * What becomes of accounts, held against the own logs: who has which name, that nobody got
 * another's before its time, and that each sign-in was told once.
 */
#include "names.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "attempt.h"
#include "chat/rename.h"
#include "op.h"
#include "replay.h"
#include "store/directory.h"
#include "util/hash.h"

/* Few, so that people want each other's; the last two look alike. */
static const char *const pool[] = {"anna", "berta", "carla", "dora", "modem", "modern"};
static_assert(NAMES_TO_TRY == ARRAY_SIZE(pool) + 1, "and the first");
enum { LOOKALIKE = ARRAY_SIZE(pool) - 2 };

/* --- taking one --- */

static void rename_answered(struct attempt *a)
{
    const struct chat_rename *r = &a->u.rename;
    if (!r->call.error && !a->op->ok)
        a->op->ok_wall_ms_max = a->device->world->wall_ms_max;
    op_answered(a, r->append.conversation, r->append.seq);
}

void rename_send(struct client *d, struct op *op)
{
    struct attempt *a = attempt_new(d, rename_answered);
    a->op = op;
    a->u.rename.username = str_of(op->text);
    a->u.rename.password = str_of(d->password);
    a->u.rename.append.key = str_of(op->key);
    a->u.rename.append.after = op->after;
    chat_rename(d->node->chat, &a->u.rename);
    attempt_made(a);
}

void act_rename(struct client *d)
{
    struct op *op = op_new(d, EVENT_RENAME);
    if (!op)
        return;
    uint32_t which = rng_below(&d->world->rng, ARRAY_SIZE(pool) + 1);
    if (rng_percent(&d->world->rng, d->world->crowd_percent))
        which = 1 + LOOKALIKE + rng_below(&d->world->rng, 2);
    snprintf(op->text, sizeof(op->text), "%s", which ? pool[which - 1] : d->first_name);
    op_send(d, op);
}

/* A device that does not know its person's name tries those that they may have. */
void name_to_try(struct client *d, char name[32])
{
    uint32_t n = d->n_name_tries++ % (ARRAY_SIZE(pool) + 1);
    snprintf(name, 32, "%s", n ? pool[n - 1] : d->first_name);
}

/* --- held against the logs --- */

/* Somebody's time with a name, by the clock of its events. */
struct tenure {
    uint64_t user, name;       /* a hash */
    uint64_t start_ms, end_ms; /* UINT64_MAX: still */
    uint64_t wall_ms_max; /* the latest the clock had ever been when its `ok` came; 0: none came */
};

enum { TENURES_MAX = USERS * OPS_MAX };

struct tenures {
    struct tenure of[TENURES_MAX];
    uint32_t n;
};

static uint64_t told_at(const struct world *w, uint64_t user, uint64_t seq)
{
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; w->clients[i]->user == user && j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            if (op->type == EVENT_RENAME && op->ok && op->ok_seq == seq)
                return op->ok_wall_ms_max;
        }
    return 0;
}

static void begin(struct tenures *all, uint64_t user, uint64_t name, uint64_t start_ms,
                  uint64_t wall_ms_max)
{
    must(all->n < TENURES_MAX);
    all->of[all->n++] = (struct tenure){user, name, start_ms, UINT64_MAX, wall_ms_max};
}

static void replay_names(struct truth *t, uint32_t place, struct tenures *all)
{
    uint64_t user = t->world->users[place], last_ms = 0;
    const struct truth_log *own = log_of(t, user);
    begin(all, user, hash_bytes(str_of(t->world->clients[place * DEVICES_EACH]->first_name)), 0, 0);
    for (uint64_t i = 0; i < own->n_rows; i++) {
        const struct line *r = &own->rows[i];
        if (r->type != EVENT_RENAME)
            continue;
        if (r->time_ms < rename_from_ms(last_ms))
            world_fail(t->world, "%llu has another name again at %llu, too soon",
                       (unsigned long long)user, (unsigned long long)r->seq);
        last_ms = r->time_ms;
        all->of[all->n - 1].end_ms = r->time_ms;
        begin(all, user, r->text, r->time_ms, told_at(t->world, user, r->seq));
    }
}

/* Whether `later` may have begun after `earlier` was over, and had been for long enough. Where the
 * clock was set back after it had been there, the name was free all the same. */
static bool follows(const struct tenure *later, const struct tenure *earlier)
{
    if (earlier->end_ms == UINT64_MAX)
        return false;
    uint64_t free_ms = earlier->end_ms + FORMER_NAME_S * UINT64_C(1000);
    return later->start_ms >= free_ms || !later->wall_ms_max || later->wall_ms_max >= free_ms;
}

/* Names that look alike are one. */
static uint64_t look_of(uint64_t name)
{
    return name == hash_bytes(str_of(pool[LOOKALIKE])) ? hash_bytes(str_of(pool[LOOKALIKE + 1]))
                                                       : name;
}

static void check_apart(struct truth *t, const struct tenures *all)
{
    for (uint32_t i = 0; i < all->n; i++)
        for (uint32_t j = 0; j < i; j++) {
            const struct tenure *a = &all->of[i], *b = &all->of[j];
            if (look_of(a->name) == look_of(b->name) && a->user != b->user && !follows(a, b) &&
                !follows(b, a))
                world_fail(t->world, "%llu and %llu had one name", (unsigned long long)a->user,
                           (unsigned long long)b->user);
        }
}

/* The name of now finds its user. */
static void check_name(struct truth *t, const struct tenure *newest)
{
    struct store_users users = {.base.done = truth_nothing, .ids = &newest->user, .n_ids = 1};
    store_users(t->world->store, &users);
    world_settle(t->world);
    struct store_user_find find = {.base.done = truth_nothing,
                                   .username = users.n_users ? users.users[0].username : STR(""),
                                   .now_ms = t->world->wall_ms};
    store_user_find(t->world->store, &find);
    world_settle(t->world);
    if (users.n_users != 1 || hash_bytes(users.users[0].username) != newest->name)
        world_fail(t->world, "%llu does not have the name that their log says",
                   (unsigned long long)newest->user);
    else if (find.base.status != STORE_DONE || find.user.id != newest->user)
        world_fail(t->world, "%llu is not found by their name", (unsigned long long)newest->user);
    store_request_deinit(&find.base);
    store_request_deinit(&users.base);
}

/* --- sign-ins --- */

static uint32_t times_told(const struct truth_log *own, uint64_t device)
{
    uint32_t n = 0;
    for (uint64_t i = 0; i < own->n_rows; i++)
        n += own->rows[i].type == EVENT_SIGNED_IN && own->rows[i].number == device;
    return n;
}

/* Each device that is signed in was told of once, but the one that signed up. One that was not may
 * only be there where nobody ever used its token. */
static void check_sign_ins(struct truth *t, uint32_t place)
{
    uint64_t user = t->world->users[place];
    const struct truth_log *own = log_of(t, user);
    struct store_devices r = {.base.done = truth_nothing, .user = user};
    store_devices(t->world->store, &r);
    world_settle(t->world);
    for (uint32_t i = 0; i < r.n_devices; i++) {
        uint64_t id = r.devices[i].id;
        bool first = id == t->world->clients[place * DEVICES_EACH]->first_id, used = false;
        for (uint32_t j = 0; j < DEVICES_EACH; j++) {
            const struct client *d = t->world->clients[place * DEVICES_EACH + j];
            used = used || (d->id == id && d->online);
        }
        uint32_t told = times_told(own, id);
        if (told > 1 || (first && told) || (used && !first && !told) ||
            (told != 0) == (r.devices[i].news != 0 || first))
            world_fail(t->world, "the sign-in of device %llu of %llu was told %u times",
                       (unsigned long long)id, (unsigned long long)user, told);
    }
    store_request_deinit(&r.base);
}

void names_check(struct truth *t)
{
    static struct tenures all;
    all.n = 0;
    for (uint32_t i = 0; i < USERS; i++) {
        if (t->world->users[i] == t->left)
            continue; /* with their log */
        replay_names(t, i, &all);
        check_name(t, &all.of[all.n - 1]);
        check_sign_ins(t, i);
    }
    check_apart(t, &all);
}
