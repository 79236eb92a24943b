/*
 * Packed (model/pack.h), in one fixed order: the store's schema number stands for all of them, so a
 * row needs no version of its own.
 */
#include "store/rows.h"

#include <string.h>

#include "model/pack.h"
#include "model/privacy.h"
#include "model/second_factor.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { USER_TEXT_MAX = 1024 }; /* above every limit of a user's texts */

/* Tags of optional fields. Stored: never renumber. */
enum {
    CONVERSATION_DESCRIPTION = 1,
    CONVERSATION_PICTURE = 2,
    CONVERSATION_ANNOUNCE = 3,
    CONVERSATION_TIMER = 4,
    CONVERSATION_RETENTION = 5,
};
enum { HEAD_GONE_SEQ = 1, HEAD_GONE_N = 2 };
enum {
    USER_PRIVACY = 1,
    USER_ADMIN = 2,
    USER_SECOND_FACTOR = 3,
    USER_DELETED = 4,
    USER_RENAMED = 5,
    USER_PICTURE = 6,
    USER_SKELETON = 7,
};
enum { DEVICE_NEWS = 1 };
enum { LOOK_FORMER = 1 };
enum { FORMER_SKELETON = 1 };
enum {
    MEMBER_MUTED_UNTIL = 1,
    MEMBER_PINNED = 2,
    MEMBER_ARCHIVED = 3,
    MEMBER_UNREAD = 4,
    MEMBER_PREFERENCES_REV = 5,
    MEMBER_LISTED = 6,
    MEMBER_REMOVED = 7,
    MEMBER_CLEARED = 8,
    MEMBER_HIDDEN = 9,
    MEMBER_DRAFTS = 10,
    MEMBER_CLEARED_BY = 11,
};

void user_pack(struct builder *out, const struct user *u)
{
    pack_bytes(out, u->username);
    pack_bytes(out, u->display_name);
    pack_bytes(out, u->about);
    pack_bytes(out, u->password);
    builder_add_byte(out, u->disabled);
    pack_u64(out, u->created_ms);
    pack_u64(out, u->last_seen_ms);
    pack_u64(out, u->rev);
    pack_field_u64(out, USER_PRIVACY, u->privacy);
    pack_field_u64(out, USER_ADMIN, u->admin);
    pack_field_bytes(out, USER_SECOND_FACTOR, u->second_factor);
    pack_field_u64(out, USER_DELETED, u->deleted_ms);
    pack_field_u64(out, USER_RENAMED, u->renamed_ms);
    pack_field_u64(out, USER_PICTURE, u->picture);
    pack_field_bytes(out, USER_SKELETON, u->skeleton);
}

static void user_field(struct user *user, struct unpack *u, const struct field *field)
{
    struct second_factor factor;
    switch (field->tag) {
    case USER_ADMIN:
        user->admin = unpack_field_u64(u, field) == 1;
        u->bad |= !user->admin;
        break;
    case USER_SECOND_FACTOR:
        user->second_factor = unpack_field_bytes(u, field, SECOND_FACTOR_BYTES_MAX);
        u->bad |= !second_factor_unpack(&factor, user->second_factor);
        break;
    case USER_SKELETON:
        user->skeleton = unpack_field_bytes(u, field, CRYPTO_HASH_BYTES);
        u->bad |= user->skeleton.n != CRYPTO_HASH_BYTES;
        break;
    case USER_PRIVACY:
        user->privacy = unpack_field_u64(u, field);
        u->bad |= !privacy_valid(user->privacy);
        break;
    case USER_DELETED:
        user->deleted_ms = unpack_field_u64(u, field);
        break;
    case USER_RENAMED:
        user->renamed_ms = unpack_field_u64(u, field);
        break;
    case USER_PICTURE:
        user->picture = unpack_field_u64(u, field);
        break;
    default:
        u->bad = true;
    }
}

bool user_unpack(struct user *user, uint64_t id, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *user = (struct user){.id = id};
    user->username = unpack_bytes(&u, USER_TEXT_MAX);
    user->display_name = unpack_bytes(&u, USER_TEXT_MAX);
    user->about = unpack_bytes(&u, USER_TEXT_MAX);
    user->password = unpack_bytes(&u, USER_TEXT_MAX);
    user->disabled = unpack_byte(&u) != 0;
    user->created_ms = unpack_u64(&u);
    user->last_seen_ms = unpack_u64(&u);
    user->rev = unpack_u64(&u);
    for (struct field field = {0}; unpack_field(&u, &field);)
        user_field(user, &u, &field);
    return unpack_done(&u);
}

void look_pack(struct builder *out, const struct look *l)
{
    pack_u64(out, l->user);
    pack_field_bytes(out, LOOK_FORMER, l->former);
}

bool look_unpack(struct look *l, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *l = (struct look){.user = unpack_u64(&u)};
    for (struct field field = {0}; unpack_field(&u, &field);) {
        u.bad |= field.tag != LOOK_FORMER;
        l->former = unpack_field_bytes(&u, &field, USERNAME_BYTES_MAX);
    }
    return unpack_done(&u);
}

void former_pack(struct builder *out, const struct former *f)
{
    pack_u64(out, f->user);
    pack_u64(out, f->until_ms);
    pack_field_bytes(out, FORMER_SKELETON, f->skeleton);
}

bool former_unpack(struct former *f, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *f = (struct former){.user = unpack_u64(&u)};
    f->until_ms = unpack_u64(&u);
    for (struct field field = {0}; unpack_field(&u, &field);) {
        f->skeleton = unpack_field_bytes(&u, &field, CRYPTO_HASH_BYTES);
        u.bad |= field.tag != FORMER_SKELETON || f->skeleton.n != CRYPTO_HASH_BYTES;
    }
    return unpack_done(&u);
}

void device_pack(struct builder *out, const struct device *d)
{
    pack_bytes(out, d->name);
    builder_add(out, d->token_hash, sizeof(d->token_hash));
    pack_u64(out, d->created_ms);
    pack_u64(out, d->last_seen_ms);
    pack_field_u64(out, DEVICE_NEWS, d->news);
}

static void device_field(struct device *d, struct unpack *u, const struct field *field)
{
    uint64_t news = field->tag == DEVICE_NEWS ? unpack_field_u64(u, field) : 0;
    u->bad |= news != DEVICE_SIGNED_IN && news != DEVICE_RECOVERED;
    d->news = (enum device_news)news;
}

bool device_unpack(struct device *d, uint64_t user, uint64_t device, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *d = (struct device){.id = device, .user = user};
    d->name = unpack_bytes(&u, USER_TEXT_MAX);
    unpack_fixed(&u, d->token_hash, sizeof(d->token_hash));
    d->created_ms = unpack_u64(&u);
    d->last_seen_ms = unpack_u64(&u);
    for (struct field field = {0}; unpack_field(&u, &field);)
        device_field(d, &u, &field);
    return unpack_done(&u);
}

void contact_pack(struct builder *out, const struct contact *c)
{
    builder_add_byte(out, (unsigned char)c->state);
    pack_u64(out, c->conversation);
    pack_u64(out, c->seq);
    pack_u64(out, c->time_ms);
}

bool contact_unpack(struct contact *c, uint64_t user, uint64_t other, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *c = (struct contact){.user = user, .other = other};
    uint8_t state = unpack_byte(&u);
    u.bad |= state == CONTACT_NONE || state >= CONTACT_STATES;
    c->state = (enum contact_state)state;
    c->conversation = unpack_u64(&u);
    c->seq = unpack_u64(&u);
    c->time_ms = unpack_u64(&u);
    return unpack_done(&u);
}

void code_pack(struct builder *out, const struct invite_code *c)
{
    builder_add(out, c->hash, sizeof(c->hash));
    pack_u64(out, c->by);
    pack_u64(out, c->created_ms);
    pack_u64(out, c->until_ms);
    pack_u64(out, c->uses_max);
    pack_u64(out, c->uses);
}

bool code_unpack(struct invite_code *c, uint64_t id, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *c = (struct invite_code){.id = id};
    unpack_fixed(&u, c->hash, sizeof(c->hash));
    c->by = unpack_u64(&u);
    c->created_ms = unpack_u64(&u);
    c->until_ms = unpack_u64(&u);
    c->uses_max = unpack_u64(&u);
    c->uses = unpack_u64(&u);
    u.bad |= c->uses > c->uses_max;
    return unpack_done(&u);
}

void report_pack(struct builder *out, const struct report *r)
{
    pack_u64(out, r->reporter);
    builder_add_byte(out, (unsigned char)r->reason);
    pack_bytes(out, r->comment);
    pack_u64(out, r->created_ms);
    pack_u64(out, r->resolved_ms);
    pack_u64(out, r->resolved_by);
    pack_u64(out, r->conversation);
    pack_u64(out, r->seq);
    builder_add_byte(out, (unsigned char)r->kind);
    pack_u64(out, r->sender);
    pack_u64(out, r->time_ms);
    pack_bytes(out, r->message_kind);
    pack_bytes(out, r->text);
}

bool report_unpack(struct report *r, uint64_t id, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *r = (struct report){.id = id, .reporter = unpack_u64(&u)};
    r->reason = (enum report_reason)unpack_byte(&u);
    r->comment = unpack_bytes(&u, REPORT_COMMENT_BYTES_MAX);
    r->created_ms = unpack_u64(&u);
    r->resolved_ms = unpack_u64(&u);
    r->resolved_by = unpack_u64(&u);
    r->conversation = unpack_u64(&u);
    r->seq = unpack_u64(&u);
    r->kind = (enum conversation_kind)unpack_byte(&u);
    r->sender = unpack_u64(&u);
    r->time_ms = unpack_u64(&u);
    r->message_kind = unpack_bytes(&u, KIND_BYTES_MAX);
    r->text = unpack_bytes(&u, TEXT_BYTES_MAX);
    u.bad |= r->reason < REPORT_SPAM || r->reason >= REPORT_REASONS ||
             r->kind < CONVERSATION_DIRECT || r->kind >= CONVERSATION_OWN;
    return unpack_done(&u);
}

void conversation_pack(struct builder *out, const struct conversation *c)
{
    builder_add_byte(out, (unsigned char)c->kind);
    builder_add_byte(out, (unsigned char)c->history);
    pack_bytes(out, c->title);
    pack_u64(out, c->created_ms);
    pack_u64(out, c->users[0]);
    pack_u64(out, c->users[1]);
    pack_u64(out, c->rev);
    pack_field_bytes(out, CONVERSATION_DESCRIPTION, c->description);
    pack_field_u64(out, CONVERSATION_PICTURE, c->picture);
    pack_field_u64(out, CONVERSATION_ANNOUNCE, c->announce);
    pack_field_u64(out, CONVERSATION_TIMER, c->timer_s);
    pack_field_u64(out, CONVERSATION_RETENTION, c->retention_days);
}

static void conversation_field(struct conversation *c, struct unpack *u, const struct field *field)
{
    switch (field->tag) {
    case CONVERSATION_DESCRIPTION:
        c->description = unpack_field_bytes(u, field, DESCRIPTION_BYTES_MAX);
        break;
    case CONVERSATION_PICTURE:
        c->picture = unpack_field_u64(u, field);
        break;
    case CONVERSATION_ANNOUNCE:
        c->announce = unpack_field_u64(u, field) == 1;
        u->bad |= !c->announce;
        break;
    case CONVERSATION_TIMER:
        c->timer_s = unpack_field_u64(u, field);
        break;
    case CONVERSATION_RETENTION:
        c->retention_days = unpack_field_u64(u, field);
        break;
    default:
        u->bad = true;
    }
}

bool conversation_unpack(struct conversation *c, uint64_t id, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *c = (struct conversation){.id = id};
    c->kind = (enum conversation_kind)unpack_byte(&u);
    c->history = (enum history)unpack_byte(&u);
    c->title = unpack_bytes(&u, TITLE_BYTES_MAX);
    c->created_ms = unpack_u64(&u);
    c->users[0] = unpack_u64(&u);
    c->users[1] = unpack_u64(&u);
    c->rev = unpack_u64(&u);
    for (struct field field = {0}; unpack_field(&u, &field);)
        conversation_field(c, &u, &field);
    return unpack_done(&u);
}

void head_pack(struct builder *out, const struct head_row *h)
{
    pack_u64(out, h->head.seq);
    pack_u64(out, h->head.n);
    pack_u64(out, h->head.first_seq);
    pack_u64(out, h->head.time_ms);
    pack_u64(out, h->head.message_seq);
    pack_u64(out, h->commit);
    pack_field_u64(out, HEAD_GONE_SEQ, h->head.gone_seq);
    pack_field_u64(out, HEAD_GONE_N, h->head.gone_n);
}

static void head_field(struct log_head *head, struct unpack *u, const struct field *field)
{
    switch (field->tag) {
    case HEAD_GONE_SEQ:
        head->gone_seq = unpack_field_u64(u, field);
        u->bad |= head->gone_seq > head->seq;
        break;
    case HEAD_GONE_N:
        head->gone_n = unpack_field_u64(u, field);
        u->bad |= head->gone_n > head->n;
        break;
    default:
        u->bad = true;
    }
}

bool head_unpack(struct head_row *h, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *h = (struct head_row){0};
    h->head.seq = unpack_u64(&u);
    h->head.n = unpack_u64(&u);
    h->head.first_seq = unpack_u64(&u);
    h->head.time_ms = unpack_u64(&u);
    h->head.message_seq = unpack_u64(&u);
    h->commit = unpack_u64(&u);
    for (struct field field = {0}; unpack_field(&u, &field);)
        head_field(&h->head, &u, &field);
    return unpack_done(&u);
}

void member_pack(struct builder *out, const struct member_row *r)
{
    const struct member *m = &r->member;
    builder_add_byte(out, (unsigned char)m->role);
    builder_add_byte(out, m->left);
    pack_u64(out, m->rev);
    pack_u64(out, m->from_seq);
    pack_u64(out, m->left_seq);
    pack_u64(out, m->left_n);
    pack_u64(out, m->left_ms);
    pack_u64(out, m->delivered_seq);
    pack_u64(out, m->read_seq);
    pack_u64(out, m->read_n);
    pack_u64(out, r->left_message_seq);
    pack_u64(out, r->commit);
    if (m->left)
        pack_bytes(out, m->left_title);
    const struct preferences *p = &m->preferences;
    pack_field_u64(out, MEMBER_MUTED_UNTIL, p->muted_until_ms);
    pack_field_u64(out, MEMBER_PINNED, p->pinned);
    pack_field_u64(out, MEMBER_ARCHIVED, p->archived);
    pack_field_u64(out, MEMBER_UNREAD, p->unread);
    pack_field_u64(out, MEMBER_PREFERENCES_REV, p->rev);
    pack_field_u64(out, MEMBER_LISTED, m->listed);
    pack_field_u64(out, MEMBER_REMOVED, m->removed);
    pack_field_u64(out, MEMBER_CLEARED, p->cleared_seq);
    pack_field_u64(out, MEMBER_HIDDEN, p->hidden);
    pack_field_u64(out, MEMBER_DRAFTS, p->drafts);
    pack_field_u64(out, MEMBER_CLEARED_BY, p->cleared_by);
}

/* A field that is there to say yes. */
static bool unpack_yes(struct unpack *u, const struct field *field)
{
    bool yes = unpack_field_u64(u, field) == 1;
    u->bad |= !yes;
    return yes;
}

static void member_field(struct member *m, struct unpack *u, const struct field *field)
{
    struct preferences *p = &m->preferences;
    switch (field->tag) {
    case MEMBER_LISTED:
        m->listed = (enum listed)unpack_field_u64(u, field);
        u->bad |= m->listed > LISTED_NOWHERE;
        break;
    case MEMBER_MUTED_UNTIL:
        p->muted_until_ms = unpack_field_u64(u, field);
        break;
    case MEMBER_PINNED:
        p->pinned = unpack_field_u64(u, field);
        break;
    case MEMBER_ARCHIVED:
        p->archived = unpack_yes(u, field);
        break;
    case MEMBER_UNREAD:
        p->unread = unpack_yes(u, field);
        break;
    case MEMBER_PREFERENCES_REV:
        p->rev = unpack_field_u64(u, field);
        break;
    case MEMBER_REMOVED:
        m->removed = unpack_yes(u, field);
        break;
    case MEMBER_CLEARED:
        p->cleared_seq = unpack_field_u64(u, field);
        break;
    case MEMBER_HIDDEN:
        p->hidden = unpack_field_u64(u, field);
        break;
    case MEMBER_DRAFTS:
        p->drafts = unpack_field_u64(u, field);
        break;
    case MEMBER_CLEARED_BY:
        p->cleared_by = unpack_field_u64(u, field);
        break;
    default:
        u->bad = true;
    }
}

bool member_unpack(struct member_row *r, uint64_t user, uint64_t conversation, struct str bytes)
{
    struct unpack u = {.left = bytes};
    struct member *m = &r->member;
    *m = (struct member){.conversation = conversation, .user = user};
    m->role = (enum role)unpack_byte(&u);
    m->left = unpack_byte(&u) != 0;
    m->rev = unpack_u64(&u);
    m->from_seq = unpack_u64(&u);
    m->left_seq = unpack_u64(&u);
    m->left_n = unpack_u64(&u);
    m->left_ms = unpack_u64(&u);
    m->delivered_seq = unpack_u64(&u);
    m->read_seq = unpack_u64(&u);
    m->read_n = unpack_u64(&u);
    r->left_message_seq = unpack_u64(&u);
    r->commit = unpack_u64(&u);
    if (m->left)
        m->left_title = unpack_bytes(&u, TITLE_BYTES_MAX);
    for (struct field field = {0}; unpack_field(&u, &field);)
        member_field(m, &u, &field);
    return unpack_done(&u);
}

void roster_pack(struct builder *out, const struct roster *r)
{
    ids_pack(out, r->users, r->n);
}

bool roster_unpack(struct roster *r, struct str bytes)
{
    struct unpack u = {.left = bytes};
    r->n = 0;
    while (u.left.n && !u.bad && r->n < MEMBERS_MAX)
        r->users[r->n++] = unpack_u64(&u);
    return unpack_done(&u);
}

void invites_pack(struct builder *out, const struct invites *all)
{
    pack_u64(out, all->rev);
    for (uint32_t i = 0; i < all->n; i++) {
        const struct invite *one = &all->at[i];
        pack_u64(out, one->seq);
        pack_u64(out, one->user);
        pack_u64(out, one->created_ms);
        pack_u64(out, one->expires_ms);
        pack_u64(out, one->uses_max);
        pack_u64(out, one->uses);
    }
}

bool invites_unpack(struct invites *all, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *all = (struct invites){.rev = unpack_u64(&u)};
    while (u.left.n && !u.bad && all->n < INVITES_MAX) {
        struct invite *one = &all->at[all->n++];
        one->seq = unpack_u64(&u);
        one->user = unpack_u64(&u);
        one->created_ms = unpack_u64(&u);
        one->expires_ms = unpack_u64(&u);
        one->uses_max = unpack_u64(&u);
        one->uses = unpack_u64(&u);
    }
    return unpack_done(&u);
}

void steps_pack(struct builder *out, const struct steps *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        pack_u64(out, s->at[i].time_ms);
        pack_u64(out, s->at[i].delivered_seq);
        pack_u64(out, s->at[i].read_seq);
    }
}

bool steps_unpack(struct steps *s, struct str bytes)
{
    struct unpack u = {.left = bytes};
    s->n = 0;
    while (u.left.n && !u.bad && s->n < MARK_STEPS_MAX) {
        s->at[s->n].time_ms = unpack_u64(&u);
        s->at[s->n].delivered_seq = unpack_u64(&u);
        s->at[s->n++].read_seq = unpack_u64(&u);
    }
    return unpack_done(&u);
}

void pins_pack(struct builder *out, const struct pins *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        pack_u64(out, p->at[i].seq);
        pack_u64(out, p->at[i].by);
        pack_u64(out, p->at[i].expires_ms);
    }
}

bool pins_unpack(struct pins *p, struct str bytes)
{
    struct unpack u = {.left = bytes};
    p->n = 0;
    while (u.left.n && !u.bad && p->n < PINS_MAX) {
        p->at[p->n].seq = unpack_u64(&u);
        p->at[p->n].by = unpack_u64(&u);
        p->at[p->n++].expires_ms = unpack_u64(&u);
    }
    return unpack_done(&u);
}

void key_row_pack(struct builder *out, const struct key_row *k)
{
    pack_u64(out, k->seq);
    builder_add(out, k->digest, sizeof(k->digest));
}

bool key_row_unpack(struct key_row *k, struct str bytes)
{
    struct unpack u = {.left = bytes};
    k->seq = unpack_u64(&u);
    unpack_fixed(&u, k->digest, sizeof(k->digest));
    return unpack_done(&u);
}

void ids_pack(struct builder *out, const uint64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pack_u64(out, ids[i]);
}

bool ids_unpack(uint64_t *ids, size_t n, struct str bytes)
{
    struct unpack u = {.left = bytes};
    for (size_t i = 0; i < n; i++)
        ids[i] = unpack_u64(&u);
    return unpack_done(&u);
}
