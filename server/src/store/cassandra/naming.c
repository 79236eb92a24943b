/*
 * A claim of a name is a row with who, by what event of their log (`taken`), and until when it
 * leads to them once it was given up. The three change together, on the condition that they are
 * what was read. What took it is written after it, and is the commit point: the account's record,
 * or the event. So whoever finds a row looks there:
 *   given up        held until its time is over
 *   by an account   there is a record with this name: held. One with another: it was made again,
 *                   for another name. None: it may come yet, so a record that says nobody is put
 *                   in its place, and it cannot any more (the sign-up is told so)
 *   by an event     it stands as said: held. Another stands there: it came to nothing. None stands
 *                   there so far: held, since it may come yet
 * A row is never deleted: one that is nobody's has user 0, and is taken again.
 *
 * A look's row has the name that it is kept for, and the event by which its user took it last: it
 * holds as long as that name does, or the name that its user has, or that of the event, which may
 * come yet. Each claim writes
 * it, so that nobody takes a look away by what they saw before its user claimed it again; and none
 * goes back to an earlier event.
 *
 * The rows of names with the same first START_CHARS characters are one partition, so that a search
 * by prefix is a range; of ten million people a fortieth have the same two, a few hundred thousand
 * rows of 50 bytes. One more table holds the starts that there are, for searches by one character.
 *
 * Refused: a table of names by prefix beside one of claims. The two would have to be kept the same,
 * with plain writes whose order is two machines' clocks.
 */
#include "store/cassandra/naming.h"

#include <errno.h>

#include "store/cassandra/changes.h"
#include "store/cassandra/people.h"
#include "util/macros.h"

enum { START_CHARS = 2 };

static const uint64_t FORMER_MS = FORMER_NAME_S * UINT64_C(1000);

struct str naming_start(struct str name)
{
    size_t n = 0;
    for (int chars = 0; n < name.n; n++) {
        bool begins = ((unsigned char)name.p[n] & 0xC0) != 0x80;
        if (begins && chars++ == START_CHARS)
            break;
    }
    return str_n(name.p, n);
}

/* --- a name's row --- */

struct name_row {
    bool there;
    uint64_t user;
    int64_t taken;
    uint64_t until_ms;
};

static int get_name(struct strand *s, enum statement statement, struct str name,
                    struct name_row *row)
{
    struct ask ask = ASK(statement, cql_bytes(naming_start(name)), cql_bytes(name));
    *row = (struct name_row){0};
    int err = strand_ask(s, &ask);
    if (err || !ask.answer.rows_n)
        return err;
    *row = (struct name_row){
        .there = true,
        .user = answer_u64(&ask.answer, 0, 0),
        .taken = (int64_t)answer_u64(&ask.answer, 0, 1),
        .until_ms = answer_u64(&ask.answer, 0, 2),
    };
    return 0;
}

static bool same_name(const struct name_row *a, const struct name_row *b)
{
    return a->user == b->user && a->taken == b->taken && a->until_ms == b->until_ms;
}

/* *made is false where the row is not `before` any more; also where that is not known: it is to be
 * read again, which ends what is under way. */
static int change_name(struct strand *s, struct str name, const struct name_row *before,
                       const struct name_row *now, bool *made)
{
    struct cql_value none = cql_null();
    struct ask ask = ASK(S_NAME_CHANGE, cql_u64(now->user), cql_bigint(now->taken),
                         cql_u64(now->until_ms), cql_bytes(naming_start(name)), cql_bytes(name),
                         before->there ? cql_u64(before->user) : none,
                         before->there ? cql_bigint(before->taken) : none,
                         before->there ? cql_u64(before->until_ms) : none);
    int err = strand_ask(s, &ask);
    *made = !err && ask.answer.applied;
    return err == -ETIMEDOUT ? 0 : err;
}

/* --- whether a row holds --- */

static bool is_former(const struct name_row *row, uint64_t now_ms)
{
    return row->user && now_ms < row->until_ms;
}

/* STORE_TAKEN: it does, or may. */
static int rename_holds(struct strand *s, const struct name_row *row, struct str name)
{
    struct log_row stands;
    int err = log_get_row(s, row->user, (uint64_t)row->taken, &stands);
    if (err == STORE_NOT_FOUND)
        return STORE_TAKEN;
    if (err)
        return err;
    const struct event *e = &stands.event;
    return e->type == EVENT_RENAME && str_eq(e->text, name) ? STORE_TAKEN : 0;
}

/* There is no account so far, and there will be none. */
static int call_off(struct strand *s, const struct person *p, bool *again)
{
    const struct person nobody = {.id = p->id};
    bool made;
    int err = people_put(s, &nobody, 0, &made);
    *again = !made;
    return err;
}

/* 0: it is anybody's; STORE_TAKEN. `wanted`: a sign-up that is not through is called off for it. */
static int name_holds(struct strand *s, const struct name_row *row, struct str name,
                      uint64_t now_ms, bool wanted)
{
    if (is_former(row, now_ms))
        return STORE_TAKEN;
    if (!row->user || row->taken == NAME_GIVEN_UP)
        return 0;
    for (int i = 0; decide(s, i); i++) {
        struct person p;
        bool again;
        int err = people_look(s, row->user, &p);
        if (err)
            return err;
        if (p.user.id && str_eq(p.user.username, name))
            return STORE_TAKEN;
        if (p.user.id && !p.user.deleted_ms && row->taken != NAME_BY_ACCOUNT)
            return rename_holds(s, row, name);
        if (p.known || !wanted)
            return 0;
        err = call_off(s, &p, &again);
        if (err || !again)
            return err;
    }
    return -EAGAIN;
}

/* --- looks --- */

struct look_row {
    bool there;
    uint64_t user;
    struct str name;
    uint64_t taken; /* the seq of a rename; 0: with the account */
};

static struct cql_value skeleton_value(struct str skeleton)
{
    return cql_bytes(skeleton);
}

static int get_look(struct strand *s, struct str skeleton, struct look_row *row)
{
    struct ask ask = ASK(S_LOOK_LOOK, skeleton_value(skeleton));
    *row = (struct look_row){0};
    int err = strand_ask(s, &ask);
    if (err || !ask.answer.rows_n)
        return err;
    *row = (struct look_row){
        .there = true,
        .user = answer_u64(&ask.answer, 0, 0),
        .name = answer_bytes(&ask.answer, 0, 1),
        .taken = answer_u64(&ask.answer, 0, 2),
    };
    return 0;
}

static bool same_look(const struct look_row *a, const struct look_row *b)
{
    return a->there == b->there && a->user == b->user && a->taken == b->taken &&
           str_eq(a->name, b->name);
}

static struct cql_value taken_value(const struct look_row *row)
{
    return row->taken ? cql_u64(row->taken) : cql_null();
}

static int change_look(struct strand *s, struct str skeleton, const struct look_row *before,
                       const struct look_row *now, bool *made)
{
    struct ask ask =
        ASK(S_LOOK_CHANGE, cql_u64(now->user), cql_bytes(now->name), taken_value(now),
            skeleton_value(skeleton), before->there ? cql_u64(before->user) : cql_null(),
            before->there ? cql_bytes(before->name) : cql_null(), taken_value(before));
    int err = strand_ask(s, &ask);
    *made = !err && ask.answer.applied;
    return err == -ETIMEDOUT ? 0 : err;
}

/* Whether a user still holds a name: 0 or STORE_TAKEN. */
static int user_holds(struct strand *s, uint64_t user, struct str name, uint64_t now_ms,
                      bool wanted)
{
    struct name_row row;
    int err = get_name(s, S_NAME_LOOK, name, &row);
    return err || row.user != user ? err : name_holds(s, &row, name, now_ms, wanted);
}

/* Beside the name that it is kept for: by the name that its user has, or by the event that it was
 * taken by. 0 or STORE_TAKEN. */
static int claim_holds(struct strand *s, const struct look_row *row, struct str skeleton,
                       uint64_t now_ms)
{
    struct person p;
    struct log_row stands;
    int err = people_look(s, row->user, &p);
    if (err || !p.user.id)
        return err;
    if (str_eq(p.user.skeleton, skeleton))
        return STORE_TAKEN;
    if (!row->taken || p.user.deleted_ms)
        return 0;
    err = log_get_row(s, row->user, row->taken, &stands);
    if (err)
        return err == STORE_NOT_FOUND ? STORE_TAKEN : err;
    const struct event *e = &stands.event;
    bool same = e->type == EVENT_RENAME && str_eq(e->about, skeleton);
    return same ? user_holds(s, row->user, e->text, now_ms, false) : 0;
}

/* 0: it is anybody's; STORE_TAKEN. */
static int look_holds(struct strand *s, const struct look_row *row, struct str skeleton,
                      uint64_t now_ms, bool wanted)
{
    if (!row->there)
        return 0;
    int err = user_holds(s, row->user, row->name, now_ms, wanted);
    return err ? err : claim_holds(s, row, skeleton, now_ms);
}

/* --- claiming --- */

/* Whether the user may take their name, whose row is `row`: 0 or STORE_TAKEN. */
static int may_take(struct strand *s, const struct user *user, const struct name_row *row,
                    uint64_t by, uint64_t now_ms, bool wanted)
{
    if (row->user != user->id)
        return name_holds(s, row, user->username, now_ms, wanted);
    if (by == NAME_BY_ACCOUNT)
        return 0; /* by this very sign-up, or one with this id that came to nothing */
    struct person p;
    int err = people_look(s, user->id, &p);
    if (err)
        return err;
    return str_eq(p.user.username, user->username) ? STORE_TAKEN : 0;
}

/* Whether something stands at `by` or behind it by now, so that this claim's event cannot: then the
 * name's row stays, or what came of a later one could be undone. The row was read before. */
static int is_late(struct strand *s, const struct user *user, const struct name_row *row,
                   uint64_t by, bool *late)
{
    struct person p;
    *late = row->user == user->id && row->taken > (int64_t)by;
    if (*late || by == NAME_BY_ACCOUNT)
        return 0;
    int err = people_look(s, user->id, &p);
    *late = !err && p.user.rev >= by;
    return err;
}

static int claim_name(struct strand *s, const struct user *user, uint64_t by, uint64_t now_ms)
{
    for (int i = 0; decide(s, i); i++) {
        struct name_row row;
        bool made, late;
        int err = get_name(s, S_NAME_LOOK, user->username, &row);
        if (err)
            return err;
        /* one's own that was given up stays so, should the event not come to stand */
        struct name_row mine = {.there = true,
                                .user = user->id,
                                .taken = (int64_t)by,
                                .until_ms = row.user == user->id ? row.until_ms : 0};
        if (row.there && same_name(&row, &mine))
            return 0;
        err = is_late(s, user, &row, by, &late);
        if (err || late)
            return err;
        err = may_take(s, user, &row, by, now_ms, true);
        if (!err)
            err = change_name(s, user->username, &row, &mine, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

/* One's own look stays with the name that it is kept for, as long as that is one's own. */
static int claim_look(struct strand *s, const struct user *user, uint64_t by, uint64_t now_ms)
{
    for (int i = 0; decide(s, i); i++) {
        struct look_row row;
        bool made;
        int err = get_look(s, user->skeleton, &row);
        bool own = row.there && row.user == user->id;
        struct look_row mine = {
            .there = true, .user = user->id, .name = user->username, .taken = by};
        if (err || (own && row.taken > by))
            return err;
        err = own ? user_holds(s, row.user, row.name, now_ms, false)
                  : look_holds(s, &row, user->skeleton, now_ms, true);
        if (own && err == STORE_TAKEN) {
            mine.name = row.name;
            err = 0;
        }
        if (err || same_look(&row, &mine))
            return err;
        err = change_look(s, user->skeleton, &row, &mine, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

/* Whether both are to be had, before anything is written: most that are taken have been so for
 * long. */
static int look_first(struct strand *s, const struct user *user, uint64_t by, uint64_t now_ms,
                      bool *looks_like)
{
    struct name_row name;
    struct look_row look;
    int err = get_name(s, S_NAME_LOOK, user->username, &name);
    if (!err)
        err = may_take(s, user, &name, by, now_ms, false);
    if (err || !user->skeleton.n)
        return err;
    err = get_look(s, user->skeleton, &look);
    if (!err && look.user != user->id)
        err = look_holds(s, &look, user->skeleton, now_ms, false);
    *looks_like = err == STORE_TAKEN;
    return err;
}

int naming_claim(struct strand *s, const struct user *user, uint64_t by, uint64_t now_ms,
                 bool *looks_like)
{
    struct ask start = ASK(S_START_PUT, cql_bytes(naming_start(user->username)));
    *looks_like = false;
    int err = look_first(s, user, by, now_ms, looks_like);
    if (!err)
        err = strand_ask(s, &start);
    if (!err)
        err = claim_name(s, user, by, now_ms);
    if (err || !user->skeleton.n)
        return err;
    err = claim_look(s, user, by, now_ms);
    *looks_like = err == STORE_TAKEN;
    return err;
}

int naming_lost(struct strand *s, const struct user *user, bool *looks_like)
{
    struct name_row row;
    int err = get_name(s, S_NAME_LOOK, user->username, &row);
    *looks_like = !err && row.user == user->id;
    return err ? err : STORE_TAKEN;
}

/* --- renames --- */

/* The end of the name is queued first: who looks for it there finds out what it is by then. What a
 * later event of theirs took back is not given up by one that is done again. */
int naming_give_up(struct strand *s, const struct user *before, uint64_t by, uint64_t time_ms)
{
    struct name_row former = {
        .there = true, .user = before->id, .taken = NAME_GIVEN_UP, .until_ms = time_ms + FORMER_MS};
    struct ask end = ASK(S_NAME_END_PUT, cql_u64(former.until_ms), cql_bytes(before->username));
    int err = strand_ask(s, &end);
    for (int i = 0; !err && decide(s, i); i++) {
        struct name_row row;
        bool made;
        err = get_name(s, S_NAME_LOOK, before->username, &row);
        bool theirs = row.user == before->id && row.taken <= (int64_t)by;
        former.until_ms = MAX(former.until_ms, row.until_ms); /* it was given up again since */
        if (err || !theirs || same_name(&row, &former))
            return err;
        err = change_name(s, before->username, &row, &former, &made);
        if (err || made)
            return err;
    }
    return err ? err : -EAGAIN;
}

int naming_follow(struct strand *s, const struct user *now, uint64_t by)
{
    const struct look_row mine = {
        .there = true, .user = now->id, .name = now->username, .taken = by};
    for (int i = 0; now->skeleton.n && decide(s, i); i++) {
        struct look_row row;
        bool made;
        int err = get_look(s, now->skeleton, &row);
        if (err || row.user != now->id || row.taken > by || same_look(&row, &mine))
            return err;
        err = change_look(s, now->skeleton, &row, &mine, &made);
        if (err || made)
            return err;
    }
    return now->skeleton.n ? -EAGAIN : 0;
}

int change_claim_name(struct strand *s, const struct event *e, bool *looks_like)
{
    struct person p;
    *looks_like = false;
    int err = people_look(s, e->sender, &p);
    if (err)
        return err;
    if (!p.user.id || p.user.deleted_ms)
        return STORE_NOT_FOUND;
    const struct user user = {.id = e->sender, .username = e->text, .skeleton = e->about};
    return naming_claim(s, &user, e->seq, e->time_ms, looks_like);
}

/* --- the end of names --- */

/* `given_up`: only if its time as a former one is over; else only if it is theirs as their name. */
static int let_go(struct strand *s, struct str name, uint64_t user, bool given_up, uint64_t now_ms)
{
    const struct name_row nobodys = {.there = true, .taken = NAME_GIVEN_UP};
    for (int i = 0; decide(s, i); i++) {
        struct name_row row;
        bool made;
        int err = get_name(s, S_NAME_LOOK, name, &row);
        bool ended = row.taken == NAME_GIVEN_UP && now_ms >= row.until_ms;
        if (err || !row.user ||
            (given_up ? !ended : row.user != user || row.taken == NAME_GIVEN_UP))
            return err;
        err = change_name(s, name, &row, &nobodys, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

int naming_free(struct strand *s, const struct user *user)
{
    return user->username.n ? let_go(s, user->username, user->id, false, 0) : 0;
}

int naming_expire(struct strand *s, uint64_t now_ms, uint32_t n_max, uint32_t *n)
{
    struct ask due = ASK(S_NAME_ENDS, cql_u64(now_ms), cql_int((int32_t)n_max));
    *n = 0;
    int err = strand_ask(s, &due);
    for (uint32_t i = 0; !err && i < due.answer.rows_n; i++) {
        uint64_t until_ms = answer_u64(&due.answer, i, 0);
        struct str name = answer_bytes(&due.answer, i, 1);
        struct ask gone = ASK(S_NAME_END_DELETE, cql_u64(until_ms), cql_bytes(name));
        err = let_go(s, name, 0, true, now_ms);
        if (!err)
            err = strand_ask(s, &gone);
        *n += !err;
    }
    return err;
}

/* --- finding --- */

int naming_find(struct strand *s, struct str name, uint64_t now_ms, struct user *user)
{
    struct name_row row;
    uint32_t n = 0;
    int err = get_name(s, S_NAME_GET, name, &row);
    if (!err && row.user)
        err = people_users(s, &row.user, 1, user, &n);
    if (err)
        return err;
    bool theirs =
        n && !user->deleted_ms && (str_eq(user->username, name) || is_former(&row, now_ms));
    return theirs ? 0 : STORE_NOT_FOUND;
}

/* Goes on to the first start from `from` on that there are names with, or to the end. */
static int go_to_start(struct strand *s, struct naming_walk *w, struct str from)
{
    struct ask ask = ASK(S_STARTS_FROM, cql_bytes(from));
    int err = strand_ask(s, &ask);
    if (err)
        return err;
    w->start = ask.answer.rows_n ? answer_bytes(&ask.answer, 0, 0) : (struct str){0};
    w->ended = !ask.answer.rows_n || !str_starts(w->start, w->prefix);
    if (str_cmp(w->from, w->start) < 0)
        w->from = w->start;
    return 0;
}

/* The first text after `s`. */
static struct str text_after(struct strand *strand, struct str s)
{
    char *bytes = arena_alloc(strand_scratch(strand), s.n + 1);
    memcpy(bytes, s.p, s.n);
    return str_n(bytes, s.n + 1);
}

/* Whether all names with the prefix have one start. */
static bool has_one_start(struct str prefix)
{
    uint32_t chars = 0;
    for (size_t i = 0; i < prefix.n; i++)
        chars += ((unsigned char)prefix.p[i] & 0xC0) != 0x80;
    return chars >= START_CHARS;
}

static int begin_walk(struct strand *s, struct naming_walk *w)
{
    w->begun = true;
    w->from = str_cmp(w->after, w->prefix) < 0 ? w->prefix : text_after(s, w->after);
    if (!has_one_start(w->prefix))
        return go_to_start(s, w, naming_start(w->from));
    w->start = naming_start(w->prefix);
    w->ended = !str_starts(w->from, w->start);
    return 0;
}

/* A step within one start. */
static int next_of_start(struct strand *s, struct naming_walk *w,
                         struct name_taken names[NAMING_STEP_MAX], uint32_t *n)
{
    struct ask ask =
        ASK(S_NAMES_FROM, cql_bytes(w->start), cql_bytes(w->from), cql_int(NAMING_STEP_MAX));
    int err = strand_ask(s, &ask);
    struct str name = {0};
    for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
        uint64_t user = answer_u64(&ask.answer, i, 1);
        name = answer_bytes(&ask.answer, i, 0);
        w->ended |= !str_starts(name, w->prefix);
        if (!w->ended && user)
            names[(*n)++] = (struct name_taken){name, user};
    }
    if (err || w->ended)
        return err;
    if (ask.answer.rows_n == NAMING_STEP_MAX) {
        w->from = text_after(s, name);
        return 0;
    }
    w->ended = has_one_start(w->prefix);
    return w->ended ? 0 : go_to_start(s, w, text_after(s, w->start));
}

int naming_next(struct strand *s, struct naming_walk *w, struct name_taken names[NAMING_STEP_MAX],
                uint32_t *n)
{
    *n = 0;
    int err = w->begun ? 0 : begin_walk(s, w);
    while (!err && !*n && !w->ended)
        err = next_of_start(s, w, names, n);
    return err;
}
