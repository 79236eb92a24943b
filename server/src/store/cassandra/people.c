/*
 * Devices stand in DEVICES_MAX numbered slots, which are used again: the partition is bounded, and
 * there is no tombstone in it however often somebody signs in and out.
 *
 * `seen_ms` and its like are greatest columns in a conditional table: no condition names them and
 * no conditional statement writes them, so the two kinds of timestamps never meet in one cell.
 *
 * Refused: a table of users and one of devices. A password that was verified and the device that it
 * lets in would be in two partitions, and a password changed between the two would not count.
 */
#include "store/cassandra/people.h"

#include <assert.h>
#include <errno.h>

#include "store/cassandra/changes.h"
#include "store/cassandra/naming.h"
#include "store/project.h"
#include "store/rows.h"
#include "util/crypto.h"
#include "util/macros.h"

/* Asked again so often what became of a change; then whoever asked is told that it is not known. */
enum { SETTLE_MAX = 4 };

/* The columns of S_PERSON_GET. */
enum {
    PERSON_CHANGE,
    PERSON_CARRIED,
    PERSON_RECORD,
    PERSON_SEEN,
    PERSON_SLOT,
    PERSON_DEVICE,
    PERSON_ROW,
    PERSON_DEVICE_SEEN_BY,
    PERSON_DEVICE_SEEN,
};

static_assert(DEVICES_MAX <= 32, "a mask holds the slots");

/* Tries of one operation; they take some half a second. */
enum { DECIDE_MAX = 32, PAUSE_MS_MAX = 64 };

bool decide(struct strand *s, int n)
{
    uint8_t part;
    if (n == 0 || n >= DECIDE_MAX)
        return n == 0;
    crypto_random(&part, sizeof(part));
    strand_pause(s, 1 + (uint32_t)MIN(2 * n, PAUSE_MS_MAX) * part / UINT8_MAX);
    return true;
}

/* --- reading --- */

/* An empty record is nobody's. */
static int read_user(uint64_t id, struct str record, uint64_t seen_ms, struct user *user)
{
    *user = (struct user){0};
    if (!record.n)
        return 0;
    if (!user_unpack(user, id, record))
        return strand_bad_row("people", id);
    user->last_seen_ms = MAX(user->last_seen_ms, seen_ms);
    return 0;
}

static int read_device(const struct answer *a, uint32_t row, struct person *p)
{
    struct str slot = a->cells[row * a->columns_n + PERSON_SLOT];
    uint64_t id = answer_u64(a, row, PERSON_DEVICE), at = answer_u64(a, row, PERSON_SLOT);
    if (!slot.p || !id)
        return 0; /* of the person alone, or free */
    struct device *device = at < DEVICES_MAX ? &p->devices[at] : NULL;
    if (!device || !device_unpack(device, p->id, id, answer_bytes(a, row, PERSON_ROW)))
        return strand_bad_row("people", p->id);
    if (answer_u64(a, row, PERSON_DEVICE_SEEN_BY) == id)
        device->last_seen_ms = MAX(device->last_seen_ms, answer_u64(a, row, PERSON_DEVICE_SEEN));
    return 0;
}

static int read_person(struct strand *s, enum statement statement, uint64_t id, struct person *p)
{
    struct ask ask = ASK(statement, cql_u64(id));
    const struct answer *a = &ask.answer;
    *p = (struct person){.id = id};
    int err = strand_ask(s, &ask);
    if (err || !a->rows_n)
        return err;
    p->known = a->cells[PERSON_CHANGE].p != NULL;
    p->change = answer_u64(a, 0, PERSON_CHANGE);
    p->carried_seq = answer_u64(a, 0, PERSON_CARRIED);
    err = read_user(id, answer_bytes(a, 0, PERSON_RECORD), answer_u64(a, 0, PERSON_SEEN), &p->user);
    for (uint32_t i = 0; !err && i < a->rows_n; i++)
        err = read_device(a, i, p);
    return err;
}

int people_get(struct strand *s, uint64_t id, struct person *p)
{
    return read_person(s, S_PERSON_GET, id, p);
}

int people_look(struct strand *s, uint64_t id, struct person *p)
{
    return read_person(s, S_PERSON_LOOK, id, p);
}

int people_users(struct strand *s, const uint64_t *ids, uint32_t n_ids, struct user *users,
                 uint32_t *n_users)
{
    struct ask *asks = arena_alloc(strand_scratch(s), n_ids * sizeof(*asks));
    for (uint32_t i = 0; i < n_ids; i++)
        asks[i] = ASK(S_USER_GET, cql_u64(ids[i]));
    int err = strand_ask_all(s, asks, n_ids);
    *n_users = 0;
    for (uint32_t i = 0; !err && i < n_ids; i++) {
        const struct answer *a = &asks[i].answer;
        if (!a->rows_n)
            continue;
        err = read_user(ids[i], answer_bytes(a, 0, 0), answer_u64(a, 0, 1), &users[*n_users]);
        *n_users += users[*n_users].id != 0;
    }
    return err;
}

void user_keep(struct strand *s, struct user *user)
{
    struct str *texts[] = {&user->username, &user->display_name, &user->about,
                           &user->skeleton, &user->password,     &user->second_factor};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (texts[i]->p)
            *texts[i] = arena_str(strand_arena(s), *texts[i]);
}

int person_slot(const struct person *p, uint64_t device)
{
    for (int i = 0; device && i < DEVICES_MAX; i++)
        if (p->devices[i].id == device)
            return i;
    return -1;
}

/* --- changing --- */

static struct cql_value pack_user(struct strand *s, const struct user *user)
{
    struct builder row = {0};
    if (user->id)
        user_pack(&row, user);
    return strand_blob(s, &row);
}

static struct cql_value pack_device(struct strand *s, const struct device *device)
{
    struct builder row = {0};
    if (device->id)
        device_pack(&row, device);
    return strand_blob(s, &row);
}

static uint64_t draw(void)
{
    uint64_t number;
    crypto_random(&number, sizeof(number));
    return number;
}

/* What became of a change that was not answered: it stands, or it is to be sent again (it may still
 * come to stand, and only once). -ETIMEDOUT: somebody changed it since, and nobody can tell. */
static int settle(struct strand *s, const struct person *p, uint64_t change, bool *made)
{
    struct person now;
    int err = people_look(s, p->id, &now);
    if (err)
        return -ETIMEDOUT;
    *made = now.known && now.change == change;
    return *made || (now.known == p->known && now.change == p->change) ? 0 : -ETIMEDOUT;
}

int people_put(struct strand *s, const struct person *p, uint32_t slots, bool *made)
{
    struct ask *parts = arena_alloc(strand_scratch(s), (DEVICES_MAX + 1) * sizeof(*parts));
    uint64_t change = draw();
    size_t n = 0;
    parts[n++] =
        ASK(S_PERSON_CHANGE, cql_u64(change), cql_u64(p->carried_seq), pack_user(s, &p->user),
            cql_u64(p->id), p->known ? cql_u64(p->change) : cql_null());
    for (int i = 0; i < DEVICES_MAX; i++) {
        const struct device *d = &p->devices[i];
        if (slots & UINT32_C(1) << i)
            parts[n++] = ASK(S_PERSON_PUT_DEVICE, cql_u64(d->id), pack_device(s, d), cql_u64(p->id),
                             cql_tinyint((int8_t)i));
    }
    bool doubted = false;
    *made = false;
    for (int i = 0; i < SETTLE_MAX; i++) {
        struct answer answer;
        int err = strand_batch(s, parts, n, &answer);
        *made = !err && answer.applied;
        if (*made || (err != -ETIMEDOUT && !doubted))
            return err;
        doubted = true; /* what is in the way from here on may be an earlier try */
        err = settle(s, p, change, made);
        if (err || *made)
            return err;
    }
    return -ETIMEDOUT;
}

/* --- tokens --- */

static struct cql_value hash_value(const struct device *d)
{
    return cql_bytes(str_n(d->token_hash, sizeof(d->token_hash)));
}

int tokens_put(struct strand *s, const struct device *d)
{
    struct ask ask = ASK(S_TOKEN_PUT, hash_value(d), cql_u64(d->user), cql_u64(d->id));
    return strand_ask(s, &ask);
}

void tokens_delete(struct strand *s, const struct device *devices, uint32_t n)
{
    struct ask *asks = arena_alloc(strand_scratch(s), n * sizeof(*asks));
    for (uint32_t i = 0; i < n; i++)
        asks[i] = ASK(S_TOKEN_DELETE, hash_value(&devices[i]));
    strand_ask_all(s, asks, n);
}

/* --- what events do --- */

/* The name that is given up is so before the record says the new one: so a record never has a name
 * less than it should. The look follows at the end, and is made sure of whenever it is done again.
 */
static int apply(struct strand *s, const struct event *e, struct person *p, bool *made)
{
    struct user before = p->user;
    bool renames = e->type == EVENT_RENAME;
    *made = true;
    if (!p->user.id || p->user.deleted_ms)
        return 0;
    if (!project_user(&p->user, e))
        return renames && p->user.rev == e->seq ? naming_follow(s, &p->user, e->seq) : 0;
    int err = renames ? naming_give_up(s, &before, e->seq, e->time_ms) : 0;
    if (!err)
        err = people_put(s, p, 0, made);
    return err || !renames || !*made ? err : naming_follow(s, &p->user, e->seq);
}

int change_user(struct strand *s, const struct event *e)
{
    for (int i = 0; decide(s, i); i++) {
        struct person p;
        bool made;
        int err = people_look(s, e->sender, &p);
        if (!err)
            err = apply(s, e, &p, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

/* Whoever has the log is told. */
int change_device(struct strand *s, const struct event *e)
{
    for (int i = 0; decide(s, i); i++) {
        struct person p;
        bool made;
        int err = people_look(s, e->sender, &p), slot = err ? -1 : person_slot(&p, e->number);
        if (err || slot < 0 || !p.devices[slot].news)
            return err;
        p.devices[slot].news = DEVICE_NO_NEWS;
        err = people_put(s, &p, UINT32_C(1) << slot, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}
