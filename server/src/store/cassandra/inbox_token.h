/*
 * What a device gives back to learn what changed in its user's inbox: a digest of the rows as they
 * were. Each row stands in one of 16 parts in four ways, and a part is the sum of what its rows'
 * states hash to; so a row may have changed only if its part differs in all four. A few changes
 * among thousands of rows are told apart that way from nearly all others, and what is not is given
 * once more, which does no harm.
 *
 * A part has 48 bits: that a change goes unseen takes one in 2^48.
 *
 * Pure, any thread.
 */
#ifndef PARLEY_STORE_CASSANDRA_INBOX_TOKEN_H
#define PARLEY_STORE_CASSANDRA_INBOX_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/log.h"

enum {
    DIGEST_WAYS = 4,
    DIGEST_PARTS = 16, /* in each way: 64 together */
    DIGEST_PART_BYTES = 6,
};

struct digest {
    uint64_t parts[DIGEST_WAYS][DIGEST_PARTS];
};

/* Adds a row: its conversation and what of it changes, in so many numbers. */
void digest_add(struct digest *, uint64_t conversation, const uint64_t *state, size_t n);
/* From here on the row differs, whatever it will be. */
void digest_spoil(struct digest *, uint64_t conversation);

/* Which parts differ, a bit each. */
struct digest_difference {
    uint16_t parts[DIGEST_WAYS];
};
struct digest_difference digest_compare(const struct digest *, const struct digest *);
/* Whether the row of that conversation may be among what differs. */
bool digest_may_differ(const struct digest_difference *, uint64_t conversation);

struct inbox_token {
    uint64_t incarnation;
    struct digest digest;
    /* Of a page that others follow: what differed, and the conversation up to which it was given.
     * 0: no such page. */
    uint64_t after;
    struct digest_difference differed;
};

void inbox_token_format(char out[STORE_TOKEN_BYTES_MAX], const struct inbox_token *);
/* False: it is not one. */
bool inbox_token_parse(struct str text, struct inbox_token *);

#endif
