/*
 * Inside the store on Cassandra: what a list is made of, many rows of many partitions at once. One
 * round trip each, however many there are; outputs lie in the request's arena.
 *
 * What is read stood at some time after the operation began (QUORUM): no list orders anything.
 * Functions give 0 or a negative errno.
 */
#ifndef PARLEY_STORE_CASSANDRA_GATHER_H
#define PARLEY_STORE_CASSANDRA_GATHER_H

#include "store/cassandra/logs.h"

/* More than this are asked for in turn: as many as one operation may have under way. */
enum { GATHER_MAX = 256 };

/* Events by their places. */
struct gathered_event {
    uint64_t conversation, seq;
    struct event event;
    bool there;
    bool bad; /* there, but it does not decode: logged; `there` is false */
};
int gather_events(struct strand *, struct gathered_event *, uint32_t n);

/* Heads, by what their conversations were touched at: the head lies in that bucket, or, as a touch
 * is written before its event, in the one before. An empty log's head is all zero; gone_seq and
 * gone_n are not set. */
struct gathered_head {
    uint64_t conversation, touched;
    struct log_head head;
    struct event newest; /* with head.seq: that event */
    bool bad; /* there is one, but it does not decode: logged; `head` is all zero, and so taken for
                 one that is still to come: one that is bad holds up no other's list */
};
int gather_heads(struct strand *, struct gathered_head *, uint32_t n);

/* Conversations, with how much of them is gone, and who is in a group. */
struct gathered_conversation {
    uint64_t id;
    struct conversation conversation;
    struct roster roster;
    uint64_t gone_seq, gone_n;
    bool there;
};
int gather_conversations(struct strand *, struct gathered_conversation *, uint32_t n);

/* The ids as the value of `IN ?`, in the scratch. */
struct cql_value gather_ids(struct strand *, const uint64_t *ids, uint32_t n);

#endif
