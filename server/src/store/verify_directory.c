/* Accounts, devices and claims, each pointer both ways; then the rows of KV_STATE that belong to
 * somebody: member rows, heads and rosters. */
#include <inttypes.h>
#include <string.h>

#include "model/record.h"
#include "store/verify_walk.h"
#include "util/macros.h"
#include "util/numbers.h"

static uint64_t id_at(struct str key, size_t at)
{
    return be64_get(key.p + at);
}

/* --- accounts --- */

static int check_user(struct verify *v, struct str key, struct str value)
{
    struct user user;
    struct conversation own;
    struct head_row head;
    uint64_t id = id_at(key, 1), holder = 0;
    v->users++;
    if (!user_unpack(&user, id, value) || user.username.n > USERNAME_BYTES_MAX) {
        verify_fault(v, "user %" PRIu64 " does not decode", id);
        return 0;
    }
    if (user.deleted_ms)
        return verify_tombstone(v, &user);
    struct row_key name = key_username(user.username);
    int err = verify_ids(v, &name, &holder, 1);
    if (err < 0)
        return err;
    if (err == KV_ABSENT || (!err && holder != id))
        verify_fault(v, "user %" PRIu64 " does not hold the name %.*s", id, (int)user.username.n,
                     user.username.p);
    if (user.skeleton.n) {
        struct look look;
        err = verify_look(v, user.skeleton, &look);
        if (err < 0)
            return err;
        if (err == KV_ABSENT || (!err && (look.user != id || look.former.n)))
            verify_fault(v, "user %" PRIu64 " does not hold what looks like their name", id);
    }
    err = verify_conversation(v, id, &own);
    if (err == KV_ABSENT || (!err && own.kind != CONVERSATION_OWN))
        verify_fault(v, "user %" PRIu64 " has no log of their own", id);
    if (!err)
        err = verify_head(v, id, &head);
    if (!err && user.rev > head.head.seq)
        verify_fault(v, "user %" PRIu64 " was changed by %" PRIu64 ", beyond the end of their log",
                     id, user.rev);
    return err;
}

static int check_device(struct verify *v, struct str key, struct str value)
{
    struct device device;
    struct user user;
    uint64_t id = id_at(key, 9), owner = id_at(key, 1), ids[2] = {0};
    v->devices++;
    if (!device_unpack(&device, owner, id, value)) {
        verify_fault(v, "device %" PRIu64 " does not decode", id);
        return 0;
    }
    struct row_key token = key_token(device.token_hash);
    int err = verify_ids(v, &token, ids, 2);
    if (err == KV_ABSENT || (!err && (ids[0] != owner || ids[1] != id)))
        verify_fault(v, "device %" PRIu64 " is not found by its token", id);
    err = err < 0 ? err : verify_user(v, owner, &user);
    if (err == KV_ABSENT || (!err && user.deleted_ms))
        verify_fault(v, "device %" PRIu64 " is of user %" PRIu64 ", who is not there", id, owner);
    return err;
}

static int check_token(struct verify *v, struct str key, struct str value)
{
    struct device device;
    uint64_t ids[2];
    if (key.n != 1 + CRYPTO_HASH_BYTES || !ids_unpack(ids, 2, value)) {
        verify_fault(v, "a token does not decode");
        return 0;
    }
    int err = verify_device(v, ids[0], ids[1], &device);
    if (err == KV_ABSENT || (!err && memcmp(device.token_hash, key.p + 1, CRYPTO_HASH_BYTES) != 0))
        verify_fault(v, "a token points to device %" PRIu64 ", which has it not", ids[1]);
    return err;
}

static int check_code(struct verify *v, struct str key, struct str value)
{
    struct invite_code code;
    if (!code_unpack(&code, id_at(key, 1), value)) {
        verify_fault(v, "invite code %" PRIu64 " does not decode", id_at(key, 1));
        return 0;
    }
    return MIN(verify_left_row(v, code.by, "an invite code"), 0);
}

static int check_block(struct verify *v, struct str key, struct str value)
{
    struct event e;
    uint64_t user = id_at(key, 1), other = id_at(key, 9), seq;
    if (!ids_unpack(&seq, 1, value)) {
        verify_fault(v, "user %" PRIu64 ": a block does not decode", user);
        return 0;
    }
    int err = verify_left_row(v, user, "a block");
    if (err)
        return MIN(err, 0);
    err = verify_event(v, user, seq, &e);
    if (err == KV_ABSENT || (!err && (e.type != EVENT_BLOCK || e.user != other)))
        verify_fault(v,
                     "user %" PRIu64 " blocks %" PRIu64 " by event %" PRIu64 ", which is no such",
                     user, other, seq);
    return err;
}

/* What it says is compared at the end of its 1:1: verify_log.c. */
static int check_contact(struct verify *v, struct str key, struct str value)
{
    struct contact contact;
    struct event e;
    uint64_t user = id_at(key, 1), other = id_at(key, 9);
    if (!contact_unpack(&contact, user, other, value)) {
        verify_fault(v, "user %" PRIu64 ": a contact does not decode", user);
        return 0;
    }
    int err = verify_left_row(v, user, "a contact");
    err = err < 0 ? err : verify_kept(v, contact.conversation, contact.seq, &e);
    bool theirs = !err && event_is_contact(e.type) &&
                  ((e.sender == user && e.user == other) || (e.sender == other && e.user == user));
    if (err == KV_ABSENT || (!err && !theirs))
        verify_fault(v,
                     "user %" PRIu64 ": contact %" PRIu64 " by event %" PRIu64 ", which is no such",
                     user, other, contact.seq);
    return err;
}

/* --- claims --- */

static int check_direct(struct verify *v, struct str key, struct str value)
{
    struct conversation c;
    uint64_t a = id_at(key, 1), b = id_at(key, 9), id;
    enum conversation_kind kind = a == b ? CONVERSATION_SELF : CONVERSATION_DIRECT;
    v->claims++;
    if (!ids_unpack(&id, 1, value)) {
        verify_fault(v, "the claim of %" PRIu64 " and %" PRIu64 " does not decode", a, b);
        return 0;
    }
    int err = verify_conversation(v, id, &c);
    if (err == KV_ABSENT || (!err && (c.kind != kind || c.users[0] != a || c.users[1] != b)))
        verify_fault(v,
                     "the claim of %" PRIu64 " and %" PRIu64 " points to %" PRIu64
                     ", which is not theirs",
                     a, b, id);
    return err;
}

/* A claim whose group has no event yet is whole: whoever finds it appends that. */
static int check_group(struct verify *v, struct str key, struct str value)
{
    struct event created, first;
    uint64_t user = id_at(key, 1);
    v->claims++;
    if (record_decode(&created, value, v->arena) || created.type != EVENT_CREATED ||
        created.sender != user || !str_eq(created.key, str_n(key.p + 9, key.n - 9))) {
        verify_fault(v, "user %" PRIu64 ": the claim of a group does not decode", user);
        return 0;
    }
    int err = verify_left_row(v, user, "the claim of a group");
    err = err < 0 ? err : verify_event(v, created.conversation, 1, &first);
    if (!err && (first.sender != user || !str_eq(first.key, created.key)))
        verify_fault(v, "user %" PRIu64 " claims group %" PRIu64 ", which another began", user,
                     created.conversation);
    return err;
}

/* --- the table --- */

static const struct {
    char tag;
    size_t key_min, key_max;
    int (*check)(struct verify *, struct str key, struct str value); /* NULL: nothing to check */
} directory_rows[] = {
    {'m', 2, KV_KEY_MAX, NULL},
    {'u', 9, 9, check_user},
    {'n', 2, 1 + USERNAME_BYTES_MAX, verify_name_row},
    {'y', 1 + CRYPTO_HASH_BYTES, 1 + CRYPTO_HASH_BYTES, verify_look_row},
    {'o', 2, 1 + USERNAME_BYTES_MAX, verify_former_row},
    {'e', 10, 9 + USERNAME_BYTES_MAX, verify_former_end_row},
    {'d', 17, 17, check_device},
    {'t', 2, KV_KEY_MAX, check_token},
    {'b', 17, 17, check_block},
    {'k', 17, 17, check_contact},
    {'2', 17, 17, check_direct},
    {'g', 10, 9 + KEY_BYTES_MAX, check_group},
    {'v', 9, 9, check_code},
    {'j', 17, 17, verify_mark},
    {'q', 10, 10, verify_report_row},
    {'r', 25, 25, verify_reported_row},
    {'w', 9, 9, NULL},
    {'z', 17, 17, NULL},
};

static int check_directory_row(struct verify *v, struct str key, struct str value)
{
    for (size_t i = 0; i < ARRAY_SIZE(directory_rows); i++)
        if (directory_rows[i].tag == key.p[0] && key.n >= directory_rows[i].key_min &&
            key.n <= directory_rows[i].key_max)
            return directory_rows[i].check ? directory_rows[i].check(v, key, value) : 0;
    verify_fault(v, "an unknown row in the directory, tag %d, %zu bytes", key.p[0], key.n);
    return 0;
}

int verify_directory(struct verify *v)
{
    struct row_key all = {.table = KV_DIRECTORY}, end = row_key_after(&all);
    int err = verify_scan(v, &all, &end, check_directory_row);
    return err ? err : verify_report_counts(v);
}

/* --- members --- */

#define MEMBER "conversation %" PRIu64 ", member %" PRIu64 ": "

static bool has_role(const struct event *created, const struct member *m)
{
    for (uint32_t i = 0; i < created->n_members; i++)
        if (created->members[i].user == m->user)
            return created->members[i].role == m->role;
    return false;
}

/* Whether the event that last changed the row says what the row says. */
static bool follows(const struct member *m, const struct event *e)
{
    switch (e->type) {
    case EVENT_CREATED:
        return has_role(e, m) && !m->left;
    case EVENT_ADDED:
    case EVENT_JOINED:
        return e->user == m->user && !m->left && m->role == ROLE_MEMBER;
    case EVENT_REMOVED:
        return e->user == m->user && m->left && m->removed && m->left_seq == e->seq;
    case EVENT_LEFT:
        return m->user == e->sender ? m->left && !m->removed && m->left_seq == e->seq
                                    : e->user == m->user && m->role == ROLE_OWNER && !m->left;
    case EVENT_ROLE:
        if (m->user == e->sender && e->role == ROLE_OWNER)
            return m->role == ROLE_ADMIN && !m->left;
        return e->user == m->user && m->role == e->role && !m->left;
    default:
        return false;
    }
}

static int check_standing(struct verify *v, const struct conversation *c, const struct member *m)
{
    struct event e;
    struct roster roster;
    if (c->kind != CONVERSATION_GROUP) {
        if (m->left || (c->users[0] != m->user && c->users[1] != m->user))
            verify_fault(v, MEMBER "is not one of its people", c->id, m->user);
        return 0;
    }
    int err = verify_kept(v, c->id, m->rev, &e);
    if (err == KV_ABSENT || (!err && !follows(m, &e)))
        verify_fault(v, MEMBER "event %" PRIu64 " does not say so", c->id, m->user, m->rev);
    err = err < 0 ? err : verify_roster(v, c->id, &roster);
    if (err)
        return err;
    bool in = false;
    for (uint32_t i = 0; i < roster.n; i++)
        in = in || roster.users[i] == m->user;
    if (in == m->left)
        verify_fault(v, MEMBER "%s the roster", c->id, m->user,
                     in ? "left and is in" : "is not in");
    return 0;
}

/* `n` messages stand up to `seq`; where that is gone, no more than are gone with it. */
static int check_count(struct verify *v, const struct member *m, const struct log_head *head,
                       const char *what, uint64_t seq, uint64_t n)
{
    struct event e = {0};
    int err = 0;
    if (seq && seq <= head->gone_seq)
        e.n = seq == head->gone_seq ? head->gone_n : MIN(n, head->gone_n);
    else if (seq)
        err = verify_event(v, m->conversation, seq, &e);
    if (err == KV_ABSENT || (!err && e.n != n))
        verify_fault(v, MEMBER "%s %" PRIu64 " counts %" PRIu64 ", not %" PRIu64, m->conversation,
                     m->user, what, seq, n, e.n);
    return MIN(err, 0);
}

static int check_marks(struct verify *v, const struct member_row *row, const struct head_row *head)
{
    const struct member *m = &row->member;
    uint64_t end = head->head.seq;
    if (m->read_seq > m->delivered_seq || m->delivered_seq > end || m->rev > end ||
        m->left_seq > end || row->left_message_seq > m->left_seq)
        verify_fault(v, MEMBER "its marks go beyond the end %" PRIu64, m->conversation, m->user,
                     end);
    if (row->commit > v->commit)
        verify_fault(v, MEMBER "of commit %" PRIu64 ", which was not yet", m->conversation, m->user,
                     row->commit);
    int err = check_count(v, m, &head->head, "read up to", m->read_seq, m->read_n);
    return err ? err : check_count(v, m, &head->head, "left at", m->left_seq, m->left_n);
}

/* The own log's row: how many conversations are pinned. */
static int check_pinned(struct verify *v, const struct member *own)
{
    struct row_key from = key_inbox(own->user), to = row_key_after(&from);
    struct kv_view view = {.kv = v->kv};
    struct kv_scan scan;
    struct str key, value;
    struct preferences left = own->preferences;
    int err = kv_scan_begin(&scan, &view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    while (!err && !(err = kv_scan_next(&scan, &key, &value))) {
        struct member_row row;
        bool counts = id_at(key, 9) != own->user &&
                      member_unpack(&row, own->user, id_at(key, 9), value) &&
                      row.member.preferences.pinned;
        left.pinned -= counts;
    }
    kv_scan_end(&scan);
    if (left.pinned || left.rev || left.muted_until_ms || left.archived || left.unread ||
        left.cleared_seq || left.hidden)
        verify_fault(v, "user %" PRIu64 ": does not pin as many as the own log says", own->user);
    return err < 0 ? err : verify_draft_count(v, own);
}

/* Each is as an event of the own log says, or off. */
static int check_preferences(struct verify *v, const struct member *m)
{
    const struct preferences *p = &m->preferences;
    struct event e = {0}, pin;
    int err = p->rev ? verify_event(v, m->user, p->rev, &e) : 0;
    if (err < 0 || err == VERIFY_UNREADABLE)
        return MIN(err, 0);
    bool right = p->rev ? !err && e.type == EVENT_PREFERENCES && e.subject == m->conversation
                        : !p->muted_until_ms && !p->pinned && !p->archived && !p->unread;
    if (e.changes & PREFERENCE_MUTED)
        right = right && p->muted_until_ms == e.until_ms;
    if (e.changes & PREFERENCE_ARCHIVED)
        right = right && p->archived == ((e.number & PREFERENCE_ARCHIVED) != 0);
    if (e.changes & PREFERENCE_UNREAD) /* or read since */
        right = right && (!p->unread || (e.number & PREFERENCE_UNREAD));
    if (e.changes & PREFERENCE_PINNED)
        right = right && p->pinned == (e.number & PREFERENCE_PINNED ? e.seq : 0);
    err = right && p->pinned ? verify_event(v, m->user, p->pinned, &pin) : 0;
    if (!right || err == KV_ABSENT ||
        (!err && p->pinned &&
         (pin.subject != m->conversation || !(pin.number & PREFERENCE_PINNED))))
        verify_fault(v, MEMBER "what they want of it is not as event %" PRIu64 " says",
                     m->conversation, m->user, p->rev);
    return err < 0 ? err : verify_hidden_count(v, m);
}

static int check_member(struct verify *v, struct str key, struct str value)
{
    struct member_row row;
    struct conversation c;
    struct head_row head;
    struct user user;
    uint64_t id = id_at(key, 9), who = id_at(key, 1);
    v->members++;
    if (!member_unpack(&row, who, id, value)) {
        verify_fault(v, MEMBER "does not decode", id, who);
        return 0;
    }
    int err = verify_user(v, who, &user);
    if (err == KV_ABSENT)
        verify_fault(v, MEMBER "is no user", id, who);
    err = err < 0 ? err : verify_conversation(v, id, &c);
    if (err == KV_ABSENT)
        verify_fault(v, MEMBER "there is no such conversation", id, who);
    if (!err && user.deleted_ms && c.kind != CONVERSATION_DIRECT) {
        err = MIN(verify_left_row(v, who, "a membership"), 0);
        if (err || c.kind != CONVERSATION_GROUP)
            return err;
    }
    if (!err)
        err = verify_head(v, id, &head);
    if (!err)
        err = check_marks(v, &row, &head);
    if (!err)
        err = id == who ? check_pinned(v, &row.member) : check_preferences(v, &row.member);
    return err ? err : check_standing(v, &c, &row.member);
}

/* --- what belongs to a conversation --- */

static int check_owned(struct verify *v, const char *what, uint64_t id, bool group)
{
    struct conversation c;
    int err = verify_conversation(v, id, &c);
    if (err == KV_ABSENT || (!err && group && c.kind != CONVERSATION_GROUP))
        verify_fault(v, "conversation %" PRIu64 ": a %s, but there is no such %s", id, what,
                     group ? "group" : "conversation");
    return err;
}

static int check_star(struct verify *v, struct str key, struct str value)
{
    struct event message, star;
    uint64_t user = id_at(key, 1), time_ms = id_at(key, 9), conversation = id_at(key, 17), seq;
    if (!ids_unpack(&seq, 1, value)) {
        verify_fault(v, "user %" PRIu64 ": a star does not decode", user);
        return 0;
    }
    int err = verify_left_row(v, user, "a star");
    if (err)
        return MIN(err, 0);
    err = verify_kept(v, conversation, id_at(key, 25), &message);
    if (!err && (message.time_ms != time_ms || message.type != EVENT_MESSAGE))
        err = KV_ABSENT;
    if (!err)
        err = verify_event(v, user, seq, &star);
    bool says = !err && star.type == EVENT_STAR && star.subject == conversation &&
                star.target == message.seq;
    if (err == KV_ABSENT || (!err && !says))
        verify_fault(v, "user %" PRIu64 ": event %" PRIu64 " did not star what is listed", user,
                     seq);
    return MIN(err, 0);
}

/* A message points back to each row of whom it mentions: verify_log.c. */
static int check_mention(struct verify *v, struct str key)
{
    struct event e;
    uint64_t user = id_at(key, 1), time_ms = id_at(key, 9), conversation = id_at(key, 17);
    int err = verify_left_row(v, user, "a mention");
    if (err)
        return MIN(err, 0);
    err = verify_event(v, conversation, id_at(key, 25), &e);
    bool right = false;
    for (uint32_t i = 0; !err && i < e.n_mentions; i++)
        right = right || e.mentions[i] == user;
    if (err == KV_ABSENT || (!err && (!right || e.time_ms != time_ms || e.type != EVENT_MESSAGE)))
        verify_fault(v, "user %" PRIu64 ": a mention of conversation %" PRIu64 " that is none",
                     user, conversation);
    return err;
}

/* Messages that stand, pinned by events that say so. */
static int check_pins(struct verify *v, struct str key, struct str value)
{
    struct pins pins;
    uint64_t id = id_at(key, 1);
    int err = check_owned(v, "row of pins", id, false);
    if (!pins_unpack(&pins, value)) {
        verify_fault(v, "conversation %" PRIu64 ": what is pinned does not decode", id);
        return MIN(err, 0);
    }
    for (uint32_t i = 0; err >= 0 && i < pins.n; i++) {
        struct event message, pin;
        err = verify_event(v, id, pins.at[i].seq, &message);
        bool stands = !err && message.type == EVENT_MESSAGE &&
                      message.expires_ms == pins.at[i].expires_ms &&
                      (!message.deleted || message.expires_ms);
        err = err < 0 ? err : verify_event(v, id, pins.at[i].by, &pin);
        if (!err && (!stands || pin.type != EVENT_PIN || pin.target != pins.at[i].seq))
            err = KV_ABSENT;
        if (err == KV_ABSENT)
            verify_fault(v,
                         "conversation %" PRIu64 ": %" PRIu64 " is pinned by %" PRIu64
                         ", which does not say so",
                         id, pins.at[i].seq, pins.at[i].by);
    }
    return MIN(err, 0);
}

/* Messages point back: verify_log.c. One that was deleted meanwhile waits here too. */
static int check_expiry(struct verify *v, struct str key)
{
    struct event e;
    uint64_t conversation = id_at(key, 9), seq = id_at(key, 17);
    int err = verify_event(v, conversation, seq, &e);
    if (err == KV_ABSENT || (!err && (e.type != EVENT_MESSAGE || e.expires_ms != id_at(key, 1))))
        verify_fault(v,
                     "%" PRIu64 " of conversation %" PRIu64 " is to be emptied, but is not to go",
                     seq, conversation);
    return MIN(err, 0);
}

/* Steps go up, to where the member is at most. */
static int check_steps(struct verify *v, struct str key, struct str value)
{
    struct steps s;
    struct member_row row;
    uint64_t id = id_at(key, 9), who = id_at(key, 1);
    int err = verify_member(v, id, who, &row);
    bool right = err != KV_ABSENT && steps_unpack(&s, value) && s.n;
    for (uint32_t i = 1; right && i < s.n; i++)
        right = s.at[i].time_ms >= s.at[i - 1].time_ms &&
                s.at[i].delivered_seq >= s.at[i - 1].delivered_seq &&
                s.at[i].read_seq >= s.at[i - 1].read_seq;
    if (right && !err)
        right = s.at[s.n - 1].delivered_seq <= row.member.delivered_seq &&
                s.at[s.n - 1].read_seq <= row.member.read_seq;
    if (!right)
        verify_fault(v, MEMBER "when the marks moved is not as they are", id, who);
    return MIN(err, 0);
}

static int check_state_row(struct verify *v, struct str key, struct str value)
{
    char tag = key.p[0];
    if (tag == 'i' && key.n == 17)
        return check_member(v, key, value);
    if (tag == 'h' && key.n == 9)
        return check_owned(v, "head", id_at(key, 1), false);
    if (tag == 'r' && key.n == 9)
        return check_owned(v, "roster", id_at(key, 1), true);
    if (tag == 't' && key.n == 17)
        return check_steps(v, key, value);
    if (tag == 'e' && key.n == 25)
        return check_expiry(v, key);
    if (tag == 'p' && key.n == 9)
        return check_pins(v, key, value);
    if (tag == 'l' && key.n == 9)
        return check_owned(v, "list of invites", id_at(key, 1), true);
    if (tag == 'a' && key.n == 33)
        return check_mention(v, key);
    if (tag == 's' && key.n == 33)
        return check_star(v, key, value);
    if (tag == 'f' && key.n == 17)
        return verify_draft_row(v, key, value);
    if (tag == 'x' && key.n == 25)
        return verify_hidden_row(v, key, value);
    if (tag != 'c' || key.n != 9)
        verify_fault(v, "an unknown row in the state, tag %d, %zu bytes", tag, key.n);
    return 0; /* conversations: verify_log.c */
}

int verify_members(struct verify *v)
{
    struct row_key all = {.table = KV_STATE}, end = row_key_after(&all);
    return verify_scan(v, &all, &end, check_state_row);
}
