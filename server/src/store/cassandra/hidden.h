/*
 * Inside the store on Cassandra: what one person took out of their own sight, message by message or
 * all up to a place (see store/hidden.h). Changes.h has the event and what takes the words away.
 */
#ifndef PARLEY_STORE_CASSANDRA_HIDDEN_H
#define PARLEY_STORE_CASSANDRA_HIDDEN_H

#include "store/cassandra/member.h"

/* Whether the messages at these seqs are, of one conversation: sets is[i]. 0, negative. Where
 * nothing is hidden nothing is asked. */
int hidden_are(struct strand *, const struct member *me, const uint64_t *seqs, uint32_t n,
               bool *is);

#endif
