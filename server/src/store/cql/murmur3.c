/*
 * MurmurHash3, x64, 128 bits (Austin Appleby, 2011), of which the token is the first half, with the
 * two things that Cassandra does otherwise and can never change again: the bytes after the last
 * block of 16 are taken as signed, so that one above 0x7f also flips all bits above it; and the
 * smallest number, which stands for "before every token", is no token.
 */
#include "store/cql/murmur3.h"

static const uint64_t c1 = UINT64_C(0x87c37b91114253d5);
static const uint64_t c2 = UINT64_C(0x4cf5ad432745937f);

enum { BLOCK_BYTES = 16 };

static uint64_t rotate(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}

static uint64_t scramble1(uint64_t k)
{
    return rotate(k * c1, 31) * c2;
}

static uint64_t scramble2(uint64_t k)
{
    return rotate(k * c2, 33) * c1;
}

static uint64_t finish(uint64_t k)
{
    k ^= k >> 33;
    k *= UINT64_C(0xff51afd7ed558ccd);
    k ^= k >> 33;
    k *= UINT64_C(0xc4ceb9fe1a85ec53);
    k ^= k >> 33;
    return k;
}

static uint64_t load(const unsigned char *p)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

/* The last bytes of the key, at most eight of them. */
static uint64_t load_signed(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n && i < 8; i++)
        v ^= (uint64_t)(int64_t)(signed char)p[i] << (8 * i);
    return v;
}

int64_t murmur3_token(struct str key)
{
    uint64_t h1 = 0, h2 = 0;
    size_t tail_n = key.n % BLOCK_BYTES;
    const char *tail = key.p + (key.n - tail_n);

    for (const char *p = key.p; p < tail; p += BLOCK_BYTES) {
        h1 ^= scramble1(load((const unsigned char *)p));
        h1 = (rotate(h1, 27) + h2) * 5 + 0x52dce729;
        h2 ^= scramble2(load((const unsigned char *)p + 8));
        h2 = (rotate(h2, 31) + h1) * 5 + 0x38495ab5;
    }
    if (tail_n > 8)
        h2 ^= scramble2(load_signed(tail + 8, tail_n - 8));
    if (tail_n > 0)
        h1 ^= scramble1(load_signed(tail, tail_n));

    h1 ^= key.n;
    h2 ^= key.n;
    h1 += h2;
    h2 += h1;
    h1 = finish(h1);
    h2 = finish(h2);
    int64_t token = (int64_t)(h1 + h2);
    return token == INT64_MIN ? INT64_MAX : token;
}
