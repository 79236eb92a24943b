/*
 * Inside the store on Cassandra: what one person took out of their own sight, message by message or
 * all up to a place (see store/hidden.h). Changes.h has the event and what takes the words away.
 */
#ifndef PARLEY_STORE_CASSANDRA_HIDDEN_H
#define PARLEY_STORE_CASSANDRA_HIDDEN_H

#include "store/cassandra/logs.h"
#include "store/cassandra/member.h"

/* What of a bucket is hidden: a bit for each of its seqs. */
enum { HIDDEN_BITS_BYTES = (LOG_BUCKET + 7) / 8 };
void hidden_bit_set(unsigned char bits[HIDDEN_BITS_BYTES], uint64_t seq);
/* The bits are borrowed until it is asked. */
struct ask hidden_ask_put(uint64_t user, uint64_t conversation, uint64_t bucket,
                          const unsigned char bits[HIDDEN_BITS_BYTES], uint64_t own_seq);

/* Whether the messages at these seqs are, of one conversation: sets is[i]. 0, negative. Where
 * nothing is hidden nothing is asked. */
int hidden_are(struct strand *, const struct member *me, const uint64_t *seqs, uint32_t n,
               bool *is);

#endif
