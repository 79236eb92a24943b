/*
 * struct envelope: what a node sends to all others, as bytes:
 *
 *     sender 8 | number 8 | type 1 | kind 1 | more 2 | n 4 | more bytes | n ids, 8 each | message
 *
 * Big-endian. `more` bytes are a later version's fields, and skipped; a type or kind that is not
 * known is a later version's too: its number counts, the rest is not for us. Pure, any thread.
 */
#ifndef PARLEY_BUS_ENVELOPE_H
#define PARLEY_BUS_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

struct buf;

enum envelope_type {
    ENVELOPE_BEAT = 1, /* nothing but the number */
    ENVELOPE_MESSAGE,  /* for the ids */
    ENVELOPE_LEFT,     /* the last one of its sender */
};

enum {
    ENVELOPE_HEAD_BYTES = 24,
    ENVELOPE_IDS_MAX = 1024, /* of one message: a group has 100 members */
};

struct envelope {
    uint64_t sender; /* not 0 */
    uint64_t number; /* not 0 */
    uint8_t type;
    uint8_t kind; /* of the ids, as bus.h numbers them */
    size_t n;     /* ids */
    struct str ids;
    struct str message;
};

/* A buf with one reference. ENVELOPE_IDS_MAX ids at most. */
struct buf *envelope_encode(const struct envelope *, const uint64_t *ids, struct str message);
/* Fills *e; its strings point into `bytes`. False: it is no envelope. */
bool envelope_decode(struct envelope *e, struct str bytes);
/* The i-th id of one that was decoded. */
uint64_t envelope_id(const struct envelope *, size_t i);

#endif
