/*
 * Numbers as text and as bytes, each in exactly one form: what a parser takes, the formatter would
 * have written, so that equal numbers are equal strings.
 */
#ifndef PARLEY_UTIL_NUMBERS_H
#define PARLEY_UTIL_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum {
    U64_TEXT_MAX = 20, /* digits of UINT64_MAX */
    VARINT_MAX = 10,   /* bytes of UINT64_MAX as a varint */
};

/* Decimal digits only: no sign, no space, no leading zero but in "0" itself. False when the text is
 * anything else or above UINT64_MAX; *v is then left alone. */
bool u64_parse(struct str text, uint64_t *v);
/* Writes the digits and a final 0 byte; returns the number of digits. */
size_t u64_format(char out[U64_TEXT_MAX + 1], uint64_t v);

/* Big-endian, unaligned: as keys, they sort like the numbers. */
static inline void be16_put(void *p, uint16_t v)
{
    uint8_t *out = p;
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
}

static inline void be32_put(void *p, uint32_t v)
{
    be16_put(p, (uint16_t)(v >> 16));
    be16_put((uint8_t *)p + 2, (uint16_t)v);
}

static inline void be64_put(void *p, uint64_t v)
{
    be32_put(p, (uint32_t)(v >> 32));
    be32_put((uint8_t *)p + 4, (uint32_t)v);
}

static inline uint16_t be16_get(const void *p)
{
    const uint8_t *in = p;
    return (uint16_t)(in[0] << 8 | in[1]);
}

static inline uint32_t be32_get(const void *p)
{
    return (uint32_t)be16_get(p) << 16 | be16_get((const uint8_t *)p + 2);
}

static inline uint64_t be64_get(const void *p)
{
    return (uint64_t)be32_get(p) << 32 | be32_get((const uint8_t *)p + 4);
}

/* Unsigned LEB128: seven bits a byte, the lowest first. Returns the number of bytes written. */
size_t varint_put(uint8_t out[VARINT_MAX], uint64_t v);
/* Reads one at the front of `in`; returns the number of bytes it took, or 0 when it is cut short,
 * above UINT64_MAX or longer than need be. */
size_t varint_get(struct str in, uint64_t *v);

#endif
