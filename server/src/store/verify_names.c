/* Names and what looks like them, those that were given up too: each pointer both ways. */
#include <inttypes.h>

#include "store/verify_walk.h"
#include "util/macros.h"
#include "util/numbers.h"

int verify_name_row(struct verify *v, struct str key, struct str value)
{
    struct user user;
    uint64_t id;
    struct str name = str_n(key.p + 1, key.n - 1);
    if (!ids_unpack(&id, 1, value)) {
        verify_fault(v, "the name %.*s does not decode", (int)name.n, name.p);
        return 0;
    }
    int err = verify_user(v, id, &user);
    if (err == KV_ABSENT || (!err && !str_eq(user.username, name)))
        verify_fault(v, "the name %.*s points to user %" PRIu64 ", who has it not", (int)name.n,
                     name.p, id);
    return err;
}

int verify_look_row(struct verify *v, struct str key, struct str value)
{
    struct look look;
    struct user user;
    struct former former;
    struct str skeleton = str_n(key.p + 1, key.n - 1);
    if (!look_unpack(&look, value)) {
        verify_fault(v, "what looks like a name does not decode");
        return 0;
    }
    int err =
        look.former.n ? verify_former(v, look.former, &former) : verify_user(v, look.user, &user);
    bool right =
        !err && (look.former.n ? former.user == look.user && str_eq(former.skeleton, skeleton)
                               : str_eq(user.skeleton, skeleton));
    if (err == KV_ABSENT || (!err && !right))
        verify_fault(v, "user %" PRIu64 " holds what does not look like their name", look.user);
    return MIN(err, 0);
}

/* It leads to who had it, stands in the queue, and is nobody's name. */
int verify_former_row(struct verify *v, struct str key, struct str value)
{
    struct former former;
    struct user user;
    struct look look = {0};
    uint64_t holder;
    struct str name = str_n(key.p + 1, key.n - 1);
    if (!former_unpack(&former, value)) {
        verify_fault(v, "the former name %.*s does not decode", (int)name.n, name.p);
        return 0;
    }
    struct row_key held = key_username(name), end = key_former_end(former.until_ms, name);
    int err = verify_ids(v, &held, &holder, 1);
    if (!err || err == VERIFY_UNREADABLE)
        verify_fault(v, "the former name %.*s is a name as well", (int)name.n, name.p);
    err = err < 0 ? err : verify_ids(v, &end, NULL, 0);
    if (err == KV_ABSENT)
        verify_fault(v, "the former name %.*s has no end", (int)name.n, name.p);
    err = err < 0 ? err : verify_user(v, former.user, &user);
    if (err == KV_ABSENT)
        verify_fault(v, "the former name %.*s leads to user %" PRIu64 ", who is not there",
                     (int)name.n, name.p, former.user);
    err = err < 0 ? err : former.skeleton.n ? verify_look(v, former.skeleton, &look) : 0;
    if (err == KV_ABSENT || (!err && former.skeleton.n && look.user != former.user))
        verify_fault(v, "what looks like the former name %.*s is free, or another's", (int)name.n,
                     name.p);
    return MIN(err, 0);
}

int verify_former_end_row(struct verify *v, struct str key, struct str value)
{
    struct former former;
    struct str name = str_n(key.p + 9, key.n - 9);
    int err = verify_former(v, name, &former);
    if (err == KV_ABSENT || value.n || (!err && former.until_ms != be64_get(key.p + 1)))
        verify_fault(v, "the former name %.*s does not end when it should", (int)name.n, name.p);
    return MIN(err, 0);
}
