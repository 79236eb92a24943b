/* Devices and the tokens that find them. A device stands with its user (people.h); its token is a
 * row elsewhere that says where to look, written after the device and taken away after it, so it
 * may lead to nothing, never to what was ended. */
#include <errno.h>
#include <stdlib.h>

#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "util/macros.h"

static uint64_t used_ms(const struct device *d)
{
    return MAX(d->created_ms, d->last_seen_ms);
}

/* The slot of the one unused for longest; among equals the older. */
static int longest_unused(const struct person *p)
{
    int found = -1;
    for (int i = 0; i < DEVICES_MAX; i++) {
        const struct device *d = &p->devices[i], *best = &p->devices[MAX(found, 0)];
        bool better = found < 0 || used_ms(d) < used_ms(best) ||
                      (used_ms(d) == used_ms(best) && d->id < best->id);
        if (d->id && better)
            found = i;
    }
    return found;
}

/* Where a new device goes: a slot that is free, or that of the one that goes for it. */
static int slot_for(const struct person *p, uint32_t devices_max)
{
    uint32_t n = 0;
    int free_slot = -1;
    for (int i = DEVICES_MAX - 1; i >= 0; i--) {
        n += p->devices[i].id != 0;
        free_slot = p->devices[i].id ? free_slot : i;
    }
    return n < devices_max ? free_slot : longest_unused(p);
}

/* Whether the user's password and factor are still those that were verified; the factor becomes
 * what it shall. 0 or an answer. */
static int check_user(const struct store_device_put *r, struct user *user)
{
    if (!user->id || (user->deleted_ms && !r->password.p))
        return STORE_NOT_FOUND;
    if (!r->password.p)
        return 0;
    if (!str_eq(r->password, user->password) ||
        !str_eq(r->second_factor_before, user->second_factor))
        return STORE_MOVED;
    if (r->second_factor.p)
        user->second_factor = r->second_factor;
    return 0;
}

/* Puts the device into the person; *before is what was in its slot. */
static int put_device(struct strand *s, struct store_device_put *r, struct device *before,
                      bool *made)
{
    struct person p;
    int err = people_look(s, r->device.user, &p);
    if (!err)
        err = check_user(r, &p.user);
    if (err)
        return err;
    int slot = person_slot(&p, r->device.id);
    if (slot < 0)
        slot = slot_for(&p, r->devices_max ? r->devices_max : DEVICES_MAX);
    *before = p.devices[slot];
    p.devices[slot] = r->device;
    return people_put(s, &p, UINT32_C(1) << slot, made);
}

int cassandra_device_put(struct strand *s, struct store_device_put *r)
{
    struct device before = {0};
    bool made = false;
    int err = 0;
    for (int i = 0; !err && !made && decide(s, i); i++)
        err = put_device(s, r, &before, &made);
    if (err || !made)
        return err ? err : -EAGAIN;
    r->ended = before.id == r->device.id ? 0 : before.id;
    bool other_token = before.id && memcmp(before.token_hash, r->device.token_hash,
                                           sizeof(before.token_hash)) != 0;
    tokens_delete(s, &before, other_token);
    return tokens_put(s, &r->device);
}

int cassandra_device_seen(struct strand *s, struct store_device_seen *r)
{
    struct person p;
    int err = people_get(s, r->user, &p), slot = err ? -1 : person_slot(&p, r->device);
    if (err || slot < 0)
        return err ? err : STORE_NOT_FOUND;
    if (r->last_seen_ms <= p.devices[slot].last_seen_ms)
        return STORE_DONE;
    struct ask ask = ASK(S_DEVICE_SEEN, cql_u64(r->last_seen_ms), cql_u64(r->device),
                         cql_u64(r->last_seen_ms), cql_u64(r->user), cql_tinyint((int8_t)slot));
    return strand_ask(s, &ask);
}

static int compare_ids(const void *a, const void *b)
{
    const struct device *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

int cassandra_devices(struct strand *s, struct store_devices *r)
{
    struct person p;
    int err = people_get(s, r->user, &p);
    r->devices = arena_alloc(strand_arena(s), DEVICES_MAX * sizeof(*r->devices));
    r->n_devices = 0;
    for (int i = 0; !err && i < DEVICES_MAX; i++) {
        if (!p.devices[i].id)
            continue;
        struct device *d = &r->devices[r->n_devices++];
        *d = p.devices[i];
        d->name = arena_str(strand_arena(s), d->name);
    }
    qsort(r->devices, r->n_devices, sizeof(*r->devices), compare_ids);
    return err ? err : STORE_DONE;
}

/* Takes the devices that are to end out of their slots. */
static uint32_t take_devices(const struct store_device_end *r, struct person *p,
                             struct device ended[DEVICES_MAX], uint32_t *slots)
{
    uint32_t n = 0;
    *slots = 0;
    for (int i = 0; i < DEVICES_MAX; i++) {
        struct device *d = &p->devices[i];
        if (!d->id || (r->device ? d->id != r->device : d->id == r->keep))
            continue;
        ended[n++] = *d;
        *d = (struct device){0};
        *slots |= UINT32_C(1) << i;
    }
    return n;
}

int cassandra_device_end(struct strand *s, struct store_device_end *r)
{
    struct device ended[DEVICES_MAX];
    bool made = false;
    int err = 0;
    r->n_ended = 0;
    for (int i = 0; !err && !made && decide(s, i); i++) {
        struct person p;
        uint32_t slots;
        err = people_look(s, r->user, &p);
        r->n_ended = err ? 0 : take_devices(r, &p, ended, &slots);
        if (!err && !r->n_ended)
            return r->device ? STORE_NOT_FOUND : STORE_DONE;
        if (!err)
            err = people_put(s, &p, slots, &made);
    }
    if (err || !made)
        return err ? err : -EAGAIN;
    r->ended = arena_alloc(strand_arena(s), r->n_ended * sizeof(*r->ended));
    qsort(ended, r->n_ended, sizeof(*ended), compare_ids);
    for (uint32_t i = 0; i < r->n_ended; i++)
        r->ended[i] = ended[i].id;
    tokens_delete(s, ended, r->n_ended);
    return STORE_DONE;
}

int cassandra_token_find(struct strand *s, struct store_token_find *r)
{
    struct ask ask = ASK(S_TOKEN_GET, cql_bytes(str_n(r->token_hash, sizeof(r->token_hash))));
    struct person p;
    int err = strand_ask(s, &ask);
    if (err || !ask.answer.rows_n)
        return err ? err : STORE_NOT_FOUND;
    err = people_get(s, answer_u64(&ask.answer, 0, 0), &p);
    int slot = err ? -1 : person_slot(&p, answer_u64(&ask.answer, 0, 1));
    if (err || slot < 0 || !p.user.id ||
        !crypto_equal(p.devices[slot].token_hash, r->token_hash, sizeof(r->token_hash)))
        return err ? err : STORE_NOT_FOUND;
    r->device = p.devices[slot];
    r->device.name = arena_str(strand_arena(s), r->device.name);
    r->user = p.user;
    user_keep(s, &r->user);
    return STORE_DONE;
}
