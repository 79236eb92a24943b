/*
 * Inside the store on Cassandra: a log's rows, and the record of a conversation. A log lies in
 * partitions of LOG_BUCKET seqs, so that none grows without end, and no empty one is read, since the
 * head says which there are.
 */
#ifndef PARLEY_STORE_CASSANDRA_LOGS_H
#define PARLEY_STORE_CASSANDRA_LOGS_H

#include "store/cassandra/strand.h"
#include "store/rows.h"

enum {
    LOG_BUCKET = 1000,
    /* Earlier buckets that a key is looked for in: chat refuses what is older (too_old). */
    LOG_BUCKETS_LOOKED = 32,
};

static inline uint64_t log_bucket(uint64_t seq)
{
    return seq / LOG_BUCKET;
}

/* What stands of a conversation beside its log. */
struct conversation_state {
    struct conversation conversation;
    bool there;
    struct roster roster; /* a group's */
    uint64_t roster_rev;
    struct invites invites; /* a group's */
    struct pins pins;
    uint64_t pins_rev;
    uint64_t bucket; /* that the head was in, when an append last entered one */
    uint64_t gone_seq, gone_n;
};

/* An absent one is all zero but for its id. 0, negative. */
int conversation_get(struct strand *, uint64_t id, struct conversation_state *);
/* Statements that write a part of it, for strand_ask_all(). */
struct ask conversation_put_record(struct strand *, const struct conversation *, uint64_t seq);
struct ask conversation_put_roster(struct strand *, uint64_t id, const struct roster *,
                                   uint64_t seq);
struct ask conversation_put_invites(struct strand *, uint64_t id, const struct invites *,
                                    uint64_t seq);
struct ask conversation_put_pins(struct strand *, uint64_t id, const struct pins *, uint64_t seq);
/* Who is in it now: a group's roster, else those who stand in its record; at most MEMBERS_MAX. */
uint32_t conversation_users(const struct conversation_state *, uint64_t users[MEMBERS_MAX]);

/* The head as it is, read at SERIAL, with the conversation's gone_seq; and, if its append's changes
 * may not have been done, they are now. An empty log's head is all zero. 0, negative. */
int log_settle(struct strand *, const struct conversation_state *, struct log_head *);
/* The head alone. */
int log_find_head(struct strand *, const struct conversation_state *, struct log_head *);

/* Where a key stands, in the bucket of `seq`. 0, STORE_NOT_FOUND, negative. `settled`: the bucket
 * takes no more events. */
int log_find_key(struct strand *, uint64_t conversation, uint64_t seq, bool settled,
                 uint64_t sender, struct str key, struct key_row *);

/* One event's row, as it is. 0, STORE_NOT_FOUND, negative. */
int log_get_event(struct strand *, uint64_t conversation, uint64_t seq, struct event *);
/* Changes it in place: change() says whether it does, given the row as it is, which it changes; it
 * may be called again, with the row as another left it. 1: it was changed; 0: there was nothing to
 * change, or there is no such row; negative. `before`, `after` may be NULL: the row as it was and is
 * (with 1). */
typedef bool log_change_fn(struct event *row, void *arg, struct arena *);
int log_change_event(struct strand *, uint64_t conversation, uint64_t seq, log_change_fn *change,
                     void *arg, struct event *before, struct event *after);

#endif
