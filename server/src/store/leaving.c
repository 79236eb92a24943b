/*
 * Deleted accounts. The batch that deletes one empties the user's row but for the name, ends the
 * devices and writes a mark; what else is theirs goes step by step, each a batch of its own, found
 * by looking at what is still there. So a step may be done again, from the start or twice at once,
 * and whoever finds the mark goes on.
 *
 * What stays is what others have a part in: events of shared conversations with their keys, the
 * claim and the rows of a 1:1, the user's row that the ids point to. Members' rows of groups go,
 * since what is in them (how far one read, what the group was called when one left) is one's own.
 *
 * When all is gone the mark moves to the day on which the name is free. What was on its way and
 * comes to stand later sets the mark again (leaving.h).
 *
 * Refused: one batch for all. An own log has as many events as somebody did things in years, and
 * whoever writes meanwhile would wait for it.
 */
#include <errno.h>

#include "model/record.h"
#include "store/embedded.h"
#include "store/leaving.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    ROWS_MAX = 128, /* gone in one step, of each table: below a millisecond of the writer */
    USER_AT = 9,    /* in the key of a mark */
};

enum phase {
    PHASE_MEMBERSHIPS,
    PHASE_CONTACTS,
    PHASE_ROWS,
    PHASE_OWN_LOG,
    PHASE_END,
};

/* `late`: the commit with which something came late, perhaps behind where a job is. Jobs of several
 * nodes may be at the same mark, and at one that was taken away and set again since: only who has
 * seen all of that from the start may take it away. No two numbers of a mark are the same. */
static void put_mark(struct turn *t, uint64_t due_ms, uint64_t user, uint64_t late)
{
    struct row_key k = key_job(due_ms, user);
    turn_put_ids(t, &k, &late, 1);
}

int leaving_again(struct turn *t, uint64_t id)
{
    struct user user;
    uint64_t commit;
    int err = turn_user(t, id, &user);
    if (err || !user.deleted_ms)
        return MIN(err, 0);
    err = turn_commit(t, &commit);
    if (!err)
        put_mark(t, 0, id, commit);
    return err;
}

/* --- the commit point --- */

int directory_user_delete(struct turn *t, struct store_user_delete *r)
{
    struct user user;
    must(r->now_ms);
    int err = turn_user(t, r->id, &user);
    if (err || user.deleted_ms)
        return err < 0 ? err : STORE_NOT_FOUND;
    if ((r->password.p && !str_eq(r->password, user.password)) ||
        (r->second_factor.p && !str_eq(r->second_factor, user.second_factor)))
        return STORE_MOVED;
    struct store_device_end devices = {.user = r->id};
    err = directory_device_end(t, &devices);
    if (err)
        return err;
    struct user tombstone = {.id = user.id,
                             .username = user.username,
                             .skeleton = user.skeleton,
                             .created_ms = user.created_ms,
                             .deleted_ms = r->now_ms};
    turn_put_user(t, &tombstone);
    put_mark(t, 0, r->id, 0);
    return STORE_DONE;
}

/* --- rows that go --- */

struct gathered {
    struct row_key keys[ROWS_MAX];
    struct str values[ROWS_MAX];
    uint32_t n;
};

/* The first rows whose keys begin so: a scan must not see changes, so they are gathered first. */
static int gather(struct turn *t, const struct row_key *prefix, struct gathered **out)
{
    struct gathered *g = *out = arena_alloc(t->arena, sizeof(*g));
    struct row_key to = row_key_after(prefix);
    struct kv_scan scan;
    g->n = 0;
    int err =
        kv_scan_begin(&scan, &t->view, prefix->table, row_key_str(prefix), row_key_str(&to), false);
    while (!err && g->n < ROWS_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        struct row_key *k = &g->keys[g->n];
        must(key.n <= sizeof(k->bytes));
        *k = (struct row_key){.table = prefix->table, .n = key.n};
        memcpy(k->bytes, key.p, key.n);
        g->values[g->n++] = arena_str(t->arena, value);
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

/* *more: there may be others that begin so. */
static int take_away(struct turn *t, const struct row_key *prefix, bool *more)
{
    struct gathered *g;
    int err = gather(t, prefix, &g);
    for (uint32_t i = 0; !err && i < g->n; i++)
        turn_delete(t, &g->keys[i]);
    *more = g->n == ROWS_MAX;
    return err;
}

/* With their places in the queue of what is to be emptied. */
static int take_events_away(struct turn *t, uint64_t conversation, bool *more)
{
    struct row_key prefix = key_events(conversation);
    struct gathered *g;
    int err = gather(t, &prefix, &g);
    for (uint32_t i = 0; !err && i < g->n; i++) {
        struct event e;
        turn_delete(t, &g->keys[i]);
        if (record_decode(&e, g->values[i], t->arena) || !e.expires_ms)
            continue; /* what does not decode says nothing, and goes all the same */
        struct row_key expiry = key_expiry(e.expires_ms, e.conversation, e.seq);
        turn_delete(t, &expiry);
    }
    *more = g->n == ROWS_MAX;
    return err;
}

/* A log that nobody else has a part in. */
static int take_log_away(struct turn *t, uint64_t conversation, bool *more)
{
    struct row_key keys = key_keys(conversation);
    int err = take_events_away(t, conversation, more);
    return err || *more ? err : take_away(t, &keys, more);
}

static void delete_member(struct turn *t, uint64_t user, uint64_t conversation)
{
    struct row_key member = key_member(user, conversation), steps = key_steps(user, conversation);
    turn_delete(t, &member);
    turn_delete(t, &steps);
}

/* --- conversations --- */

/* Notes to self. */
static int leave_self(struct turn *t, uint64_t user, uint64_t conversation, bool *more)
{
    struct row_key pins = key_pins(conversation);
    turn_delete(t, &pins);
    int err = take_log_away(t, conversation, more);
    if (err || *more)
        return err;
    struct row_key rows[] = {key_conversation(conversation), key_head(conversation),
                             key_direct(user, user)};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        turn_delete(t, &rows[i]);
    delete_member(t, user, conversation);
    return 0;
}

/* The marks of a 1:1 stay, as the other one's ticks; what one wanted of it goes. */
static int leave_direct(struct turn *t, struct member_row *row)
{
    const struct preferences *p = &row->member.preferences;
    if (!p->rev && !p->cleared_seq && !p->hidden)
        return 0;
    row->member.preferences = (struct preferences){0};
    return turn_put_member(t, row);
}

/* One membership. r->todo says whether it needs something before it is done. */
static int leave_conversation(struct turn *t, struct store_leave *r, uint64_t id)
{
    struct conversation c;
    struct member_row row;
    uint64_t user = r->at.user;
    bool more = false;
    if (id == user)
        return 0; /* the own log comes last */
    int err = turn_conversation(t, id, &c);
    if (!err)
        err = turn_member(t, id, user, &row);
    if (err)
        return MIN(err, 0);
    switch (c.kind) {
    case CONVERSATION_DIRECT:
        return leave_direct(t, &row);
    case CONVERSATION_SELF:
        err = leave_self(t, user, id, &more);
        r->todo = more ? LEAVE_ON : LEAVE_NOTHING;
        return err;
    case CONVERSATION_GROUP:
        if (row.member.left)
            delete_member(t, user, id);
        else
            r->todo = LEAVE_GROUP;
        r->seq = row.member.rev;
        return 0;
    case CONVERSATION_OWN:
        break;
    }
    return -EBADMSG;
}

/* The ids of conversations from `from` on that the user has a row in. */
static int next_memberships(struct turn *t, uint64_t user, uint64_t from, uint64_t ids[ROWS_MAX],
                            uint32_t *n)
{
    struct row_key first = key_member(user, from), end = key_inbox(user);
    struct kv_scan scan;
    end = row_key_after(&end);
    *n = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&first), row_key_str(&end), false);
    while (!err && *n < ROWS_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            ids[(*n)++] = be64_get(key.p + key.n - 8);
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

static int leave_conversations(struct turn *t, struct store_leave *r)
{
    uint64_t ids[ROWS_MAX];
    uint32_t n;
    int err = next_memberships(t, r->at.user, r->at.from, ids, &n);
    r->todo = LEAVE_NOTHING;
    for (uint32_t i = 0; !err && i < n; i++) {
        err = leave_conversation(t, r, ids[i]);
        r->conversation = r->at.from = ids[i];
        if (r->todo)
            return err;
        r->at.from++;
    }
    r->todo = LEAVE_ON;
    if (!err && n < ROWS_MAX) {
        r->at.phase = PHASE_CONTACTS;
        r->at.from = 0;
    }
    return err;
}

/* --- contacts --- */

static int leave_contacts(struct turn *t, struct store_leave *r)
{
    struct store_contacts next = {.user = r->at.user, .limit = 1};
    int err = log_contacts(t, &next);
    if (err)
        return err;
    r->todo = LEAVE_ON;
    if (!next.n_contacts) {
        r->at.phase = PHASE_ROWS;
        return 0;
    }
    r->todo = LEAVE_CONTACT;
    r->conversation = next.contacts[0].conversation;
    r->other = next.contacts[0].other;
    r->seq = next.contacts[0].seq;
    return 0;
}

/* --- what is theirs alone --- */

/* Notes that were begun, and never written, have no row of a member. */
static int leave_claim(struct turn *t, uint64_t user, bool *more)
{
    struct row_key claim = key_direct(user, user);
    uint64_t conversation;
    int err = turn_get_ids(t, &claim, &conversation, 1);
    *more = false;
    return err ? MIN(err, 0) : leave_self(t, user, conversation, more);
}

static int leave_rows(struct turn *t, struct store_leave *r)
{
    uint64_t user = r->at.user;
    struct row_key ranges[] = {key_blocks(user),   key_groups(user), key_stars(user),
                               key_mentions(user), key_drafts(user), key_hidden_by(user)};
    r->todo = LEAVE_ON;
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
        bool more;
        int err = take_away(t, &ranges[i], &more);
        if (err || more)
            return err;
    }
    bool more;
    int err = leave_claim(t, user, &more);
    if (err || more)
        return err;
    r->at.phase = PHASE_OWN_LOG;
    return directory_end_codes_of(t, user);
}

/* Its record stays, so that the id is known as a person's: a message to them that is sent again
 * still finds its way to their 1:1, and its key. */
static int leave_own_log(struct turn *t, struct store_leave *r)
{
    bool more;
    int err = take_log_away(t, r->at.user, &more);
    r->todo = LEAVE_ON;
    if (err || more)
        return err;
    struct row_key head = key_head(r->at.user);
    turn_delete(t, &head);
    delete_member(t, r->at.user, r->at.user);
    r->at.phase = PHASE_END;
    return 0;
}

static int leave_end(struct turn *t, struct store_leave *r)
{
    struct user user;
    struct row_key mark = key_job(0, r->at.user);
    uint64_t late = 0;
    int err = turn_user(t, r->at.user, &user);
    if (!err)
        err = turn_get_ids(t, &mark, &late, 1);
    if (err)
        return err == KV_ABSENT ? -EBADMSG : err;
    if (late == r->at.late) {
        turn_delete(t, &mark);
        put_mark(t, user_name_free_ms(&user), user.id, 0);
    }
    r->at = (struct leave_place){0};
    r->todo = LEAVE_ON;
    return 0;
}

/* --- the name --- */

static int free_claim(struct turn *t, const struct row_key *k, uint64_t user)
{
    uint64_t holder;
    int err = turn_get_ids(t, k, &holder, 1);
    if (!err && holder == user)
        turn_delete(t, k);
    return MIN(err, 0);
}

/* Former names end by themselves, with their looks. */
static int free_look(struct turn *t, struct str skeleton, uint64_t user)
{
    struct row_key k = key_skeleton(skeleton);
    struct look look;
    int err = turn_look(t, skeleton, &look);
    if (!err && look.user == user && !look.former.n)
        turn_delete(t, &k);
    return MIN(err, 0);
}

static int free_name(struct turn *t, struct store_leave *r)
{
    struct user user;
    struct row_key mark = key_job(r->at.due_ms, r->at.user);
    int err = turn_user(t, r->at.user, &user);
    if (err)
        return err == KV_ABSENT ? -EBADMSG : err;
    struct row_key name = key_username(user.username);
    err = user.username.n ? free_claim(t, &name, user.id) : 0;
    if (!err && user.skeleton.n)
        err = free_look(t, user.skeleton, user.id);
    user.username = user.skeleton = STR("");
    turn_put_user(t, &user);
    turn_delete(t, &mark);
    r->at = (struct leave_place){0};
    r->todo = LEAVE_ON;
    return err;
}

/* --- the steps --- */

/* The mark that the place names, or the next that is due; then the place is its start. 0,
 * KV_ABSENT, negative. */
static int find_mark(struct turn *t, struct store_leave *r)
{
    struct row_key from = key_job(r->at.due_ms, r->at.user + r->at.passed);
    struct row_key to = key_job(r->now_ms + 1, 0);
    struct kv_scan scan;
    struct str key, value;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    if (!err)
        err = kv_scan_next(&scan, &key, &value);
    uint64_t due_ms = err ? 0 : be64_get(key.p + 1), user = err ? 0 : be64_get(key.p + USER_AT);
    kv_scan_end(&scan);
    if (err || (!r->at.passed && due_ms == r->at.due_ms && user == r->at.user))
        return err;
    struct row_key mark = key_job(due_ms, user);
    r->at = (struct leave_place){.due_ms = due_ms, .user = user};
    return turn_get_ids(t, &mark, &r->at.late, 1);
}

int directory_leave(struct turn *t, struct store_leave *r)
{
    int err = find_mark(t, r);
    if (err == KV_ABSENT) {
        r->at = (struct leave_place){0};
        r->todo = LEAVE_NOTHING;
        return STORE_DONE;
    }
    if (err)
        return err;
    if (r->at.due_ms)
        return free_name(t, r);
    switch ((enum phase)r->at.phase) {
    case PHASE_MEMBERSHIPS:
        return leave_conversations(t, r);
    case PHASE_CONTACTS:
        return leave_contacts(t, r);
    case PHASE_ROWS:
        return leave_rows(t, r);
    case PHASE_OWN_LOG:
        return leave_own_log(t, r);
    case PHASE_END:
        return leave_end(t, r);
    }
    must(!"a phase");
    return -EINVAL;
}
