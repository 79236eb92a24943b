/*
 * Inside the store on Cassandra: a log's rows, and the record of a conversation. A log lies in
 * partitions of LOG_BUCKET seqs, so that none grows without end, and no empty one is read, since
 * the head says which there are.
 */
#ifndef PARLEY_STORE_CASSANDRA_LOGS_H
#define PARLEY_STORE_CASSANDRA_LOGS_H

#include "model/limits.h"
#include "store/cassandra/strand.h"
#include "store/rows.h"

enum {
    /* Earlier buckets that a key is looked for in: chat refuses what is older (too_old). */
    LOG_BUCKETS_LOOKED = KEY_REACH / LOG_BUCKET,
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
/* The same out of the answer to S_CONVERSATION_GET. */
int conversation_of(const struct answer *, uint64_t id, struct conversation_state *);
/* Statements that write a part of it, for strand_ask_all(). */
struct ask conversation_put_record(struct strand *, const struct conversation *, uint64_t seq);
struct ask conversation_put_roster(struct strand *, uint64_t id, const struct roster *,
                                   uint64_t seq);
struct ask conversation_put_invites(struct strand *, uint64_t id, const struct invites *,
                                    uint64_t seq);
struct ask conversation_put_pins(struct strand *, uint64_t id, const struct pins *, uint64_t seq);
/* A roster as its column has it, with the seq that last changed it; absent: nobody. False: it does
 * not decode. */
bool conversation_roster(struct str column, struct roster *, uint64_t *rev);
/* Who is in it now: a group's roster, else those who stand in its record; at most MEMBERS_MAX. */
uint32_t conversation_users(const struct conversation_state *, uint64_t users[MEMBERS_MAX]);

/* The newest event, read at SERIAL, and with it the head, to which `c` gives what is gone. An empty
 * log's head is all zero. 0, negative. */
int log_find_head(struct strand *, const struct conversation_state *, struct log_head *);
/* The same; and the changes of the append that wrote it are done again, which its writer may not
 * have come to. What conversation_get() gave before is of an older log, if any. */
int log_settle(struct strand *, const struct conversation_state *, struct log_head *);

/* A key as a part of an append, or how to look for it in the bucket of `seq`; `settled`: that one
 * takes no more events. */
struct ask log_put_key(const struct event *);
struct ask log_ask_key(uint64_t conversation, uint64_t bucket, bool settled, uint64_t sender,
                       struct str key);
/* Where it stands, by the answer. False: nowhere there. */
bool log_key_of(const struct answer *, struct key_row *);

/* An event's row as it is. */
struct log_row {
    struct event event; /* its texts are in the strand's scratch */
    struct str record;
    struct str carried;   /* empty: nothing (more) is to be done with it */
    uint64_t message_seq; /* of the newest message up to it */
};
/* 0, STORE_NOT_FOUND, negative. */
int log_get_row(struct strand *, uint64_t conversation, uint64_t seq, struct log_row *);
/* The same out of an answer: record, carried, message_seq from its column `first` on. 0, -EBADMSG.
 */
int log_read_row(struct strand *, const struct answer *, uint32_t row, uint32_t first,
                 uint64_t conversation, struct log_row *);
/* Changes it in place, if it is still as it was read. 1: done; 0: it is not any more, so read it
 * again; negative. */
int log_change_row(struct strand *, const struct log_row *before, const struct event *now);
/* The same, again until it is done: change() changes the row, or says that there is nothing to
 * change. What is not there is passed over. *was, if not NULL, is the row that was changed, or was
 * not to be: all zero where there is none. 0, negative. */
typedef bool log_change_fn(struct event *row, const void *arg);
int log_change_event(struct strand *, uint64_t conversation, uint64_t seq, log_change_fn *change,
                     const void *arg, struct event *was);

#endif
