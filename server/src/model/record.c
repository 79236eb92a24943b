/*
 * Optional fields stand behind a mask, not at places fixed by the event's type: an event keeps all
 * its fields whatever its type means, and a type that comes later needs no new version.
 *
 * A field is in the mask exactly when it is not zero (a text: not absent), and the decoder refuses
 * a zero that was written out. With varints in one form only, decode followed by encode gives the
 * same bytes: fuzz_record holds it to that.
 */
#include "model/record.h"

#include "model/limits.h"
#include "model/pack.h"
#include "model/privacy.h"
#include "util/macros.h"

enum { VERSION = 1 };

enum {
    FLAG_READS = 1 << 0,
    FLAG_DELETED = 1 << 1,
    FLAG_FORWARDED = 1 << 2,
    FLAG_REQUEST = 1 << 3,
    FLAG_ACCEPTS = 1 << 4,
    FLAGS = FLAG_READS | FLAG_DELETED | FLAG_FORWARDED | FLAG_REQUEST | FLAG_ACCEPTS,
};

static unsigned char flags_of(const struct event *e)
{
    return (unsigned char)((e->reads ? FLAG_READS : 0) | (e->deleted ? FLAG_DELETED : 0) |
                           (e->forwarded ? FLAG_FORWARDED : 0) | (e->request ? FLAG_REQUEST : 0) |
                           (e->accepts ? FLAG_ACCEPTS : 0));
}

/* Bits of the mask. Stored: never renumber. */
enum {
    HAS_TARGET = 1 << 0,
    HAS_USER = 1 << 1,
    HAS_ROLE = 1 << 2,
    HAS_HISTORY = 1 << 3,
    HAS_KIND = 1 << 4,
    HAS_TEXT = 1 << 5,
    HAS_ABOUT = 1 << 6,
    HAS_EDITED = 1 << 7,
    HAS_REACTIONS = 1 << 8,
    HAS_MEMBERS = 1 << 9,
    HAS_SUBJECT = 1 << 10,
    HAS_UNTIL = 1 << 11,
    HAS_NUMBER = 1 << 12,
    HAS_MENTIONS = 1 << 14,
    HAS_EXPIRES = 1 << 15,
    HAS_PRIVACY = 1 << 17,
    HAS_CHANGES = 1 << 18,
    HAS_ALL = ((1 << 13) - 1) | HAS_MENTIONS | HAS_EXPIRES | HAS_PRIVACY | HAS_CHANGES,
};

static uint64_t mask_of(const struct event *e)
{
    return (e->target ? HAS_TARGET : 0) | (e->user ? HAS_USER : 0) | (e->role ? HAS_ROLE : 0) |
           (e->history ? HAS_HISTORY : 0) | (e->kind.p ? HAS_KIND : 0) |
           (e->text.p ? HAS_TEXT : 0) | (e->about.p ? HAS_ABOUT : 0) |
           (e->edited_seq ? HAS_EDITED : 0) | (e->n_reactions ? HAS_REACTIONS : 0) |
           (e->n_members ? HAS_MEMBERS : 0) | (e->number ? HAS_NUMBER : 0) |
           (e->n_mentions ? HAS_MENTIONS : 0) | (e->expires_ms ? HAS_EXPIRES : 0) |
           (e->subject ? HAS_SUBJECT : 0) | (e->until_ms ? HAS_UNTIL : 0) |
           (e->privacy ? HAS_PRIVACY : 0) | (e->changes ? HAS_CHANGES : 0);
}

static void encode_reactions(struct builder *out, const struct event *e)
{
    pack_u64(out, e->n_reactions);
    for (uint32_t i = 0; i < e->n_reactions; i++) {
        pack_u64(out, e->reactions[i].user);
        pack_u64(out, e->reactions[i].seq);
        pack_bytes(out, e->reactions[i].emoji);
    }
}

static void encode_members(struct builder *out, const struct event *e)
{
    pack_u64(out, e->n_members);
    for (uint32_t i = 0; i < e->n_members; i++) {
        pack_u64(out, e->members[i].user);
        builder_add_byte(out, (unsigned char)e->members[i].role);
    }
}

static void encode_mentions(struct builder *out, const struct event *e)
{
    pack_u64(out, e->n_mentions);
    for (uint32_t i = 0; i < e->n_mentions; i++)
        pack_u64(out, e->mentions[i]);
}

static void encode_fields(struct builder *out, const struct event *e)
{
    uint64_t mask = mask_of(e);
    pack_u64(out, mask);
    if (mask & HAS_TARGET)
        pack_u64(out, e->target);
    if (mask & HAS_USER)
        pack_u64(out, e->user);
    if (mask & HAS_ROLE)
        builder_add_byte(out, (unsigned char)e->role);
    if (mask & HAS_HISTORY)
        builder_add_byte(out, (unsigned char)e->history);
    if (mask & HAS_KIND)
        pack_bytes(out, e->kind);
    if (mask & HAS_TEXT)
        pack_bytes(out, e->text);
    if (mask & HAS_ABOUT)
        pack_bytes(out, e->about);
    if (mask & HAS_EDITED)
        pack_u64(out, e->edited_seq);
    if (mask & HAS_REACTIONS)
        encode_reactions(out, e);
    if (mask & HAS_MEMBERS)
        encode_members(out, e);
    if (mask & HAS_SUBJECT)
        pack_u64(out, e->subject);
    if (mask & HAS_UNTIL)
        pack_u64(out, e->until_ms);
    if (mask & HAS_NUMBER)
        pack_u64(out, e->number);
    if (mask & HAS_MENTIONS)
        encode_mentions(out, e);
    if (mask & HAS_EXPIRES)
        pack_u64(out, e->expires_ms);
    if (mask & HAS_PRIVACY)
        pack_u64(out, e->privacy);
    if (mask & HAS_CHANGES)
        pack_u64(out, e->changes);
}

void record_encode(struct builder *out, const struct event *e)
{
    must(e->seq >= 1 && e->first_seq >= 1 && e->first_seq <= e->seq && e->seq <= e->rev);
    must(e->key.n >= 1 && e->key.n <= KEY_BYTES_MAX);
    builder_add_byte(out, VERSION);
    builder_add_byte(out, (unsigned char)e->type);
    builder_add_byte(out, flags_of(e));
    pack_u64(out, e->conversation);
    pack_u64(out, e->seq);
    pack_u64(out, e->n);
    pack_u64(out, e->first_seq);
    pack_u64(out, e->rev);
    pack_u64(out, e->time_ms);
    pack_u64(out, e->sender);
    pack_bytes(out, e->key);
    builder_add(out, e->digest, sizeof(e->digest));
    encode_fields(out, e);
}

/* A number that is written only when it is not zero. */
static uint64_t unpack_set(struct unpack *u)
{
    uint64_t v = unpack_u64(u);
    u->bad |= v == 0;
    return v;
}

static enum role unpack_role(struct unpack *u)
{
    uint8_t role = unpack_byte(u);
    u->bad |= role < ROLE_MEMBER || role > ROLE_OWNER;
    return (enum role)role;
}

static enum history unpack_history(struct unpack *u)
{
    uint8_t history = unpack_byte(u);
    u->bad |= history < HISTORY_JOINED || history > HISTORY_ALL;
    return (enum history)history;
}

/* How many entries a list has: 1 to n_max, or 0 when bad. */
static uint32_t unpack_count(struct unpack *u, uint32_t n_max)
{
    uint64_t n = unpack_set(u);
    u->bad |= n > n_max;
    return u->bad ? 0 : (uint32_t)n;
}

static void decode_reactions(struct event *e, struct unpack *u, struct arena *arena)
{
    uint32_t n = unpack_count(u, REACTIONS_MAX);
    struct reaction *reactions = arena_alloc(arena, n * sizeof(*reactions));
    for (uint32_t i = 0; i < n && !u->bad; i++) {
        reactions[i].user = unpack_u64(u);
        reactions[i].seq = unpack_u64(u);
        reactions[i].emoji = unpack_bytes(u, EMOJI_BYTES_MAX);
        u->bad |= reactions[i].emoji.n == 0;
    }
    e->reactions = reactions;
    e->n_reactions = n;
}

static void decode_members(struct event *e, struct unpack *u, struct arena *arena)
{
    uint32_t n = unpack_count(u, MEMBERS_MAX);
    struct event_member *members = arena_alloc(arena, n * sizeof(*members));
    for (uint32_t i = 0; i < n && !u->bad; i++) {
        members[i].user = unpack_u64(u);
        members[i].role = unpack_role(u);
    }
    e->members = members;
    e->n_members = n;
}

static void decode_mentions(struct event *e, struct unpack *u, struct arena *arena)
{
    uint32_t n = unpack_count(u, MENTIONS_MAX);
    uint64_t *mentions = arena_alloc(arena, n * sizeof(*mentions));
    for (uint32_t i = 0; i < n; i++)
        mentions[i] = unpack_u64(u);
    e->mentions = mentions;
    e->n_mentions = n;
}

static void decode_fields(struct event *e, struct unpack *u, struct arena *arena)
{
    uint64_t mask = unpack_u64(u);
    u->bad |= (mask & ~(uint64_t)HAS_ALL) != 0;
    if (mask & HAS_TARGET)
        e->target = unpack_set(u);
    if (mask & HAS_USER)
        e->user = unpack_set(u);
    if (mask & HAS_ROLE)
        e->role = unpack_role(u);
    if (mask & HAS_HISTORY)
        e->history = unpack_history(u);
    if (mask & HAS_KIND)
        e->kind = unpack_bytes(u, KIND_BYTES_MAX);
    if (mask & HAS_TEXT)
        e->text = unpack_bytes(u, TEXT_BYTES_MAX);
    if (mask & HAS_ABOUT)
        e->about = unpack_bytes(u, ABOUT_BYTES_MAX);
    if (mask & HAS_EDITED)
        e->edited_seq = unpack_set(u);
    if (mask & HAS_REACTIONS)
        decode_reactions(e, u, arena);
    if (mask & HAS_MEMBERS)
        decode_members(e, u, arena);
    if (mask & HAS_SUBJECT)
        e->subject = unpack_set(u);
    if (mask & HAS_UNTIL)
        e->until_ms = unpack_set(u);
    if (mask & HAS_NUMBER)
        e->number = unpack_set(u);
    if (mask & HAS_MENTIONS)
        decode_mentions(e, u, arena);
    if (mask & HAS_EXPIRES)
        e->expires_ms = unpack_set(u);
    if (mask & HAS_PRIVACY)
        e->privacy = unpack_set(u);
    if (mask & HAS_CHANGES)
        e->changes = unpack_set(u);
    u->bad |= e->privacy && !privacy_change_valid(e->privacy);
}

int record_decode(struct event *e, struct str bytes, struct arena *arena)
{
    struct unpack u = {.left = bytes};
    *e = (struct event){0};
    uint8_t version = unpack_byte(&u);
    if (version > VERSION)
        return RECORD_NEWER_VERSION;
    uint8_t type = unpack_byte(&u);
    uint8_t flags = unpack_byte(&u);
    u.bad |= version != VERSION || !event_type_known(type) || (flags & ~FLAGS) != 0;
    e->type = (enum event_type)type;
    e->reads = flags & FLAG_READS;
    e->deleted = flags & FLAG_DELETED;
    e->forwarded = flags & FLAG_FORWARDED;
    e->request = flags & FLAG_REQUEST;
    e->accepts = flags & FLAG_ACCEPTS;
    e->conversation = unpack_u64(&u);
    e->seq = unpack_u64(&u);
    e->n = unpack_u64(&u);
    e->first_seq = unpack_u64(&u);
    e->rev = unpack_u64(&u);
    e->time_ms = unpack_u64(&u);
    e->sender = unpack_u64(&u);
    e->key = unpack_bytes(&u, KEY_BYTES_MAX);
    unpack_fixed(&u, e->digest, sizeof(e->digest));
    u.bad |= e->first_seq == 0 || e->first_seq > e->seq || e->seq > e->rev || e->key.n == 0;
    decode_fields(e, &u, arena);
    return unpack_done(&u) ? 0 : RECORD_BAD;
}

void record_copy(struct event *to, const struct event *e, struct arena *arena)
{
    struct builder b = {0};
    record_encode(&b, e);
    must(record_decode(to, arena_str(arena, builder_str(&b)), arena) == 0);
    builder_deinit(&b);
}
