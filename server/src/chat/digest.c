/* Pure but for the store's secret and the random key. Each field is preceded by its length, so
 * that no two commands have the same bytes. Chat thread. */
#include "chat/digest.h"

#include "util/numbers.h"

static void add_number(struct builder *b, uint64_t v)
{
    be64_put(builder_reserve(b, 8), v);
    builder_advance(b, 8);
}

static void add_text(struct builder *b, struct str s)
{
    add_number(b, s.p ? s.n : UINT64_MAX);
    builder_add_str(b, s);
}

static void finish(const struct chat *chat, struct builder *b, uint8_t out[EVENT_DIGEST_BYTES])
{
    uint8_t hash[CRYPTO_HASH_BYTES];
    crypto_hmac(hash, store_info(chat->store)->secret, builder_str(b));
    memcpy(out, hash, EVENT_DIGEST_BYTES);
    builder_deinit(b);
}

/* What came later stands behind, each part with a number of its own, and only where it is given:
 * the commands from before keep their digests. */
static void add_optional(struct builder *b, const struct chat_append *a)
{
    enum {
        MENTIONS = 1,
        NUMBER = 2,
        SOURCE = 3,
        HOLDS = 4,
        UNTIL = 5,
        CHANGES = 6,
        PRIVACY = 7,
        UNSAID = 8
    };
    if (a->n_mentions) {
        add_number(b, MENTIONS);
        add_number(b, a->n_mentions);
    }
    for (uint32_t i = 0; i < a->n_mentions; i++)
        add_number(b, a->mentions[i]);
    if (a->number) {
        add_number(b, NUMBER);
        add_number(b, a->number);
    }
    if (a->source) {
        add_number(b, SOURCE);
        add_number(b, a->source);
        add_number(b, a->source_seq);
    }
    if (a->holds_ms) {
        add_number(b, HOLDS);
        add_number(b, a->holds_ms);
    }
    if (a->until_ms) {
        add_number(b, UNTIL);
        add_number(b, a->until_ms);
    }
    if (a->changes) {
        add_number(b, CHANGES);
        add_number(b, a->changes);
    }
    if (a->privacy) {
        add_number(b, PRIVACY);
        add_number(b, a->privacy);
    }
    if (a->unsaid.n) {
        add_number(b, UNSAID);
        add_text(b, a->unsaid);
    }
}

void digest_append(const struct chat *chat, const struct chat_append *a,
                   uint8_t out[EVENT_DIGEST_BYTES])
{
    struct builder b = {0};
    add_number(&b, a->type);
    add_number(&b, a->target);
    add_number(&b, a->user);
    add_number(&b, a->role);
    add_text(&b, a->kind);
    add_text(&b, a->text);
    add_text(&b, a->about);
    add_optional(&b, a);
    finish(chat, &b, out);
}

void digest_group(const struct chat *chat, const struct chat_group_create *g,
                  uint8_t out[EVENT_DIGEST_BYTES])
{
    struct builder b = {0};
    add_number(&b, EVENT_CREATED);
    add_number(&b, g->history);
    add_text(&b, g->title);
    for (uint32_t i = 0; i < g->n_members; i++)
        add_number(&b, g->members[i]);
    finish(chat, &b, out);
}

struct str digest_made_key(struct chat *chat, char room[32])
{
    uint8_t random[18];
    chat->env->ops->random(chat->env, random, sizeof(random));
    crypto_base64url(room, random, sizeof(random));
    return str_of(room);
}
