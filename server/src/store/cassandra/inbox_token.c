/* The token's bytes, big-endian and in base64url: incarnation, parts; and of a page that others
 * follow: after, what differed. The two are told apart by their length. */
#include "store/cassandra/inbox_token.h"

#include <assert.h>

#include "store/cql/murmur3.h"
#include "util/crypto.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    STATE_MAX = 12,
    NUMBER_BYTES = 8,
    WHOLE_BYTES = NUMBER_BYTES + DIGEST_WAYS * DIGEST_PARTS * DIGEST_PART_BYTES,
    PAGE_BYTES = WHOLE_BYTES + NUMBER_BYTES + DIGEST_WAYS * 2,
};
static_assert(PAGE_BYTES * 4 / 3 + 2 <= STORE_TOKEN_BYTES_MAX, "a token fits");
static_assert(DIGEST_PARTS == 16, "four bits choose a part, sixteen say which differ");

static const uint64_t part_mask = ((uint64_t)1 << (DIGEST_PART_BYTES * 8)) - 1;

static uint64_t hash(const uint64_t *numbers, size_t n)
{
    unsigned char bytes[(STATE_MAX + 1) * NUMBER_BYTES];
    must(n <= STATE_MAX + 1);
    for (size_t i = 0; i < n; i++)
        be64_put(&bytes[i * NUMBER_BYTES], numbers[i]);
    return (uint64_t)murmur3_token(str_n(bytes, n * NUMBER_BYTES));
}

/* The part that a conversation's row is in, in each way. */
static void find_parts(uint64_t conversation, uint8_t parts[DIGEST_WAYS])
{
    uint64_t bits = hash(&conversation, 1);
    for (int way = 0; way < DIGEST_WAYS; way++, bits >>= 4)
        parts[way] = bits % DIGEST_PARTS;
}

static void add(struct digest *d, uint64_t conversation, uint64_t amount)
{
    uint8_t parts[DIGEST_WAYS];
    find_parts(conversation, parts);
    for (int way = 0; way < DIGEST_WAYS; way++) {
        uint64_t *part = &d->parts[way][parts[way]];
        *part = (*part + amount) & part_mask;
    }
}

void digest_add(struct digest *d, uint64_t conversation, const uint64_t *state, size_t n)
{
    uint64_t numbers[STATE_MAX + 1] = {conversation};
    must(n <= STATE_MAX);
    memcpy(&numbers[1], state, n * sizeof(*state));
    add(d, conversation, hash(numbers, n + 1));
}

void digest_spoil(struct digest *d, uint64_t conversation)
{
    add(d, conversation, 1);
}

struct digest_difference digest_compare(const struct digest *a, const struct digest *b)
{
    struct digest_difference difference = {0};
    for (int way = 0; way < DIGEST_WAYS; way++)
        for (int part = 0; part < DIGEST_PARTS; part++)
            if (a->parts[way][part] != b->parts[way][part])
                difference.parts[way] |= (uint16_t)(1u << part);
    return difference;
}

bool digest_may_differ(const struct digest_difference *difference, uint64_t conversation)
{
    uint8_t parts[DIGEST_WAYS];
    find_parts(conversation, parts);
    for (int way = 0; way < DIGEST_WAYS; way++)
        if (!(difference->parts[way] & 1u << parts[way]))
            return false;
    return true;
}

/* --- as text --- */

void inbox_token_format(char out[STORE_TOKEN_BYTES_MAX], const struct inbox_token *token)
{
    unsigned char bytes[PAGE_BYTES], *p = bytes;
    be64_put(p, token->incarnation);
    p += NUMBER_BYTES;
    for (int way = 0; way < DIGEST_WAYS; way++) {
        for (int part = 0; part < DIGEST_PARTS; part++, p += DIGEST_PART_BYTES) {
            uint64_t sum = token->digest.parts[way][part];
            be16_put(p, (uint16_t)(sum >> 32));
            be32_put(p + 2, (uint32_t)sum);
        }
    }
    if (token->after) {
        be64_put(p, token->after);
        p += NUMBER_BYTES;
        for (int way = 0; way < DIGEST_WAYS; way++, p += 2)
            be16_put(p, token->differed.parts[way]);
    }
    crypto_base64url(out, bytes, (size_t)(p - bytes));
}

bool inbox_token_parse(struct str text, struct inbox_token *token)
{
    unsigned char bytes[PAGE_BYTES], *p = bytes;
    *token = (struct inbox_token){0};
    bool page = crypto_unbase64url(bytes, PAGE_BYTES, text);
    if (!page && !crypto_unbase64url(bytes, WHOLE_BYTES, text))
        return false;
    token->incarnation = be64_get(p);
    p += NUMBER_BYTES;
    for (int way = 0; way < DIGEST_WAYS; way++)
        for (int part = 0; part < DIGEST_PARTS; part++, p += DIGEST_PART_BYTES)
            token->digest.parts[way][part] = (uint64_t)be16_get(p) << 32 | be32_get(p + 2);
    if (!page)
        return true;
    token->after = be64_get(p);
    p += NUMBER_BYTES;
    for (int way = 0; way < DIGEST_WAYS; way++, p += 2)
        token->differed.parts[way] = be16_get(p);
    return token->after != 0;
}
