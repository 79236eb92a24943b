/*
 * What records and rows are made of: varints, single bytes and length-prefixed bytes, one after the
 * other. Every value has exactly one form, so equal values are equal bytes. Pure, any thread.
 */
#ifndef PARLEY_MODEL_PACK_H
#define PARLEY_MODEL_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/str.h"

void pack_u64(struct builder *, uint64_t);
/* Its length, then its bytes. An absent text is packed as an empty one. */
void pack_bytes(struct builder *, struct str);

/* Reads what was packed, front to back. Once something does not fit, `bad` is set and every later
 * read gives zeros, so a caller reads all its fields and asks once at the end. */
struct unpack {
    struct str left; /* borrowed */
    bool bad;
};

uint64_t unpack_u64(struct unpack *);
uint8_t unpack_byte(struct unpack *);
/* Points into what is read, never absent; bad above n_max. */
struct str unpack_bytes(struct unpack *, size_t n_max);
/* Copies exactly `n` bytes to `out`. */
void unpack_fixed(struct unpack *, void *out, size_t n);
/* Whether all was well and nothing is left over. */
static inline bool unpack_done(const struct unpack *u)
{
    return !u->bad && u->left.n == 0;
}

#endif
