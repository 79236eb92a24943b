/* Deleted accounts: nothing of theirs is left but what others have a part in, unless a mark says
 * that it is still on its way out (leaving.c). */
#include <inttypes.h>

#include "store/verify_walk.h"
#include "util/macros.h"
#include "util/numbers.h"

/* 1, 0, negative. */
static int has_mark(struct verify *v, uint64_t due_ms, uint64_t user)
{
    struct row_key k = key_job(due_ms, user);
    uint64_t what;
    int err = verify_ids(v, &k, &what, 1);
    return err < 0 ? err : err != KV_ABSENT;
}

int verify_leaving(struct verify *v, uint64_t id)
{
    struct user user;
    int err = verify_user(v, id, &user);
    if (err || !user.deleted_ms)
        return err < 0 ? err : VERIFY_LIVES;
    int leaving = has_mark(v, 0, id);
    if (leaving < 0)
        return leaving;
    return leaving ? VERIFY_LEAVING : VERIFY_GONE;
}

int verify_left_row(struct verify *v, uint64_t user, const char *what)
{
    int leaving = verify_leaving(v, user);
    if (leaving == VERIFY_GONE)
        verify_fault(v, "user %" PRIu64 " is deleted, and there is %s", user, what);
    return leaving < 0 ? leaving : leaving != VERIFY_LIVES;
}

/* The name, and what looks like it, are held for now, or free. */
static int check_held(struct verify *v, const struct user *user, bool held)
{
    struct row_key keys[] = {key_username(user->username), key_skeleton(user->skeleton)};
    if (!held) {
        if (user->username.n || user->skeleton.n)
            verify_fault(v, "user %" PRIu64 " is deleted, and no mark says when the name is free",
                         user->id);
        return 0;
    }
    for (size_t i = 0; i < (user->skeleton.n ? 2 : 1); i++) {
        uint64_t holder = 0;
        int err = verify_ids(v, &keys[i], &holder, 1);
        if (err < 0)
            return err;
        if (holder != user->id)
            verify_fault(v, "user %" PRIu64 " does not hold the name that is kept for them",
                         user->id);
    }
    return 0;
}

int verify_tombstone(struct verify *v, const struct user *user)
{
    struct conversation own;
    if (user->display_name.n || user->about.n || user->password.n || user->second_factor.n ||
        user->admin || user->disabled || user->last_seen_ms || user->rev || user->privacy ||
        user->picture)
        verify_fault(v, "user %" PRIu64 " is deleted, and says something", user->id);
    int leaving = has_mark(v, 0, user->id);
    int waits = leaving < 0 ? leaving : has_mark(v, user_name_free_ms(user), user->id);
    if (waits < 0)
        return waits;
    /* both: something came to them late */
    int err = leaving && !user->username.n ? 0 : check_held(v, user, leaving || waits);
    err = err ? err : verify_conversation(v, user->id, &own);
    if (err == KV_ABSENT || (!err && own.kind != CONVERSATION_OWN))
        verify_fault(v, "user %" PRIu64 " is not known as a person", user->id);
    return MIN(err, 0);
}

int verify_mark(struct verify *v, struct str key, struct str value)
{
    struct user user;
    uint64_t due_ms = be64_get(key.p + 1), id = be64_get(key.p + 9), late = 0;
    bool decodes = ids_unpack(&late, 1, value) && !(due_ms && late);
    int err = verify_user(v, id, &user);
    bool right = !err && user.deleted_ms && (!due_ms || due_ms == user_name_free_ms(&user));
    if (err == KV_ABSENT || (!err && !right) || !decodes)
        verify_fault(v, "a mark says that user %" PRIu64 " is deleted, who is not, or not then",
                     id);
    return MIN(err, 0);
}
