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

/*
 * Optional fields, at the end of a row: each a tag and its bytes, tags ascending, what is zero or
 * empty left out. So a row that lacks a field is that of a program which did not know it, and a
 * field that is added changes no row that stands.
 */
void pack_field_u64(struct builder *, uint64_t tag, uint64_t);
void pack_field_bytes(struct builder *, uint64_t tag, struct str);

struct field {
    uint64_t tag; /* from 1 */
    struct str bytes;
};

/* The next one, or false: there is none, or it is not well formed (then `bad`). *field starts as
 * {0}. Whoever reads sets `bad` where the tag is not known. */
bool unpack_field(struct unpack *, struct field *);
/* Its value; bad when it is not such a one, or zero. */
uint64_t unpack_field_u64(struct unpack *, const struct field *);
/* Its value, borrowed; bad above n_max. */
struct str unpack_field_bytes(struct unpack *, const struct field *, size_t n_max);

#endif
