/*
 * The token of a partition key, as Cassandra's Murmur3Partitioner computes it: which node owns a
 * row follows from it. Pure, any thread.
 */
#ifndef PARLEY_STORE_CQL_MURMUR3_H
#define PARLEY_STORE_CQL_MURMUR3_H

#include <stdint.h>

#include "util/str.h"

/* `key`: the value's bytes, where the key is one column; else of each column a 16-bit length, its
 * bytes and a 0 byte. */
int64_t murmur3_token(struct str key);

#endif
