/* Devices and the tokens that find them. */
#include "model/limits.h"
#include "store/embedded.h"
#include "util/macros.h"
#include "util/numbers.h"

/* One more than DEVICES_MAX may be looked at: the one that is new and the one that must go. */
enum { SCAN_MAX = DEVICES_MAX + 1 };

static int scan_devices(struct turn *t, uint64_t user, struct device devices[SCAN_MAX], uint32_t *n)
{
    struct row_key from = key_devices(user), to = row_key_after(&from);
    struct kv_scan scan;
    *n = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && *n < SCAN_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        uint64_t id = be64_get(key.p + key.n - 8);
        value = arena_str(t->arena, value);
        if (!device_unpack(&devices[(*n)++], user, id, value))
            err = turn_bad_row(&from);
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

static void end_device(struct turn *t, const struct device *d)
{
    struct row_key device = key_device(d->user, d->id), token = key_token(d->token_hash);
    turn_delete(t, &device);
    turn_delete(t, &token);
}

static uint64_t used_ms(const struct device *d)
{
    return MAX(d->created_ms, d->last_seen_ms);
}

/* Of all but `but` the one unused for longest; among equals the older. NULL when there is none. */
static const struct device *longest_unused(const struct device *devices, uint32_t n, uint64_t but)
{
    const struct device *found = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (devices[i].id != but && (!found || used_ms(&devices[i]) < used_ms(found)))
            found = &devices[i];
    }
    return found;
}

/* Whether the user's password and factor are still those that were verified; the factor becomes
 * what it shall. 0 or an answer. */
static int check_user(struct turn *t, const struct store_device_put *r)
{
    struct user user;
    if (!r->password.p)
        return 0;
    int err = turn_user(t, r->device.user, &user);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    if (!str_eq(r->password, user.password) || !str_eq(r->second_factor_before, user.second_factor))
        return STORE_MOVED;
    if (r->second_factor.p) {
        user.second_factor = r->second_factor;
        turn_put_user(t, &user);
    }
    return 0;
}

void directory_add_device(struct turn *t, const struct device *device)
{
    struct row_key token = key_token(device->token_hash);
    turn_put_device(t, device);
    turn_put_ids(t, &token, (uint64_t[]){device->user, device->id}, 2);
}

int directory_device_put(struct turn *t, struct store_device_put *r)
{
    struct device before, devices[SCAN_MAX];
    uint32_t n;
    int err = check_user(t, r);
    if (err)
        return err;
    err = turn_device(t, r->device.user, r->device.id, &before);
    if (err < 0)
        return err;
    if (!err) {
        struct row_key old_token = key_token(before.token_hash);
        turn_delete(t, &old_token);
    }
    directory_add_device(t, &r->device);
    err = scan_devices(t, r->device.user, devices, &n);
    if (err)
        return err;
    r->ended = 0;
    if (n > (r->devices_max ? r->devices_max : DEVICES_MAX)) {
        const struct device *gone = longest_unused(devices, n, r->device.id);
        r->ended = gone->id;
        end_device(t, gone);
    }
    return STORE_DONE;
}

int directory_device_seen(struct turn *t, struct store_device_seen *r)
{
    struct device device;
    int err = turn_device(t, r->user, r->device, &device);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    if (r->last_seen_ms > device.last_seen_ms) {
        device.last_seen_ms = r->last_seen_ms;
        turn_put_device(t, &device);
    }
    return STORE_DONE;
}

int directory_devices(struct turn *t, struct store_devices *r)
{
    r->devices = arena_alloc(t->arena, SCAN_MAX * sizeof(*r->devices));
    int err = scan_devices(t, r->user, r->devices, &r->n_devices);
    return err ? err : STORE_DONE;
}

int directory_device_end(struct turn *t, struct store_device_end *r)
{
    struct device devices[SCAN_MAX];
    uint32_t n;
    int err = scan_devices(t, r->user, devices, &n);
    if (err)
        return err;
    r->ended = arena_alloc(t->arena, SCAN_MAX * sizeof(*r->ended));
    r->n_ended = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (r->device ? devices[i].id == r->device : devices[i].id != r->keep) {
            r->ended[r->n_ended++] = devices[i].id;
            end_device(t, &devices[i]);
        }
    }
    return r->device && r->n_ended == 0 ? STORE_NOT_FOUND : STORE_DONE;
}

int directory_token_find(struct turn *t, struct store_token_find *r)
{
    struct row_key token = key_token(r->token_hash);
    uint64_t ids[2];
    int err = turn_get_ids(t, &token, ids, 2);
    if (!err)
        err = turn_device(t, ids[0], ids[1], &r->device);
    if (!err)
        err = turn_user(t, ids[0], &r->user);
    return err == KV_ABSENT ? STORE_NOT_FOUND : err;
}
