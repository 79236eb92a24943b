/* The head of a text says which one it is; the rest is a slice of one random pool. */
#include "body.h"

#include "util/clock.h"

enum { HEAD = BODY_BYTES_MIN, POOL_BYTES = 1 << 16 };

static char pool[POOL_BYTES + BODY_BYTES_MAX];
static uint64_t state = 88172645463325252;

static const char hex[16] = "0123456789abcdef";

uint64_t random_next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

void body_init(void)
{
    static const char letters[64] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < sizeof(pool); i++)
        pool[i] = letters[random_next() >> 58];
    state ^= clock_wall_ms() << 20 | 1; /* keys differ between two runs on one store */
}

static void hex_write(char *out, uint64_t v, size_t digits)
{
    while (digits--) {
        out[digits] = hex[v & 15];
        v >>= 4;
    }
}

static void head_write(char out[HEAD], uint32_t conversation, uint32_t k)
{
    hex_write(out, conversation, HEAD / 2);
    hex_write(out + HEAD / 2, k, HEAD / 2);
}

static const char *slice(uint32_t conversation, uint32_t k)
{
    return pool + ((conversation * 2654435761u + k * 40503u) & (POOL_BYTES - 1));
}

void body_write(char *out, size_t n, uint32_t conversation, uint32_t k)
{
    head_write(out, conversation, k);
    memcpy(out + HEAD, slice(conversation, k), n - HEAD);
}

bool body_is(struct str text, size_t n, uint32_t conversation, uint32_t k)
{
    char head[HEAD];
    head_write(head, conversation, k);
    return text.n == n && memcmp(text.p, head, HEAD) == 0 &&
           memcmp(text.p + HEAD, slice(conversation, k), n - HEAD) == 0;
}

bool body_head(struct str text, uint32_t *conversation, uint32_t *k)
{
    uint64_t v = 0;
    for (size_t i = 0; i < HEAD; i++) {
        const char *digit = i < text.n ? memchr(hex, text.p[i], sizeof(hex)) : NULL;
        if (!digit)
            return false;
        v = v << 4 | (uint64_t)(digit - hex);
    }
    *conversation = (uint32_t)(v >> 32);
    *k = (uint32_t)v;
    return true;
}

void key_write(char out[KEY_TEXT])
{
    hex_write(out, random_next(), KEY_TEXT / 2);
    hex_write(out + KEY_TEXT / 2, random_next(), KEY_TEXT / 2);
}
