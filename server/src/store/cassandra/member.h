/*
 * Inside the store on Cassandra: the row of a person in a conversation, which is a line of their
 * inbox too. Its columns have several writers, each with a clock of its own, so each is written by
 * itself, and the greatest stands (schema.cql):
 *   role         by events of the conversation, at their seq: all but what follows
 *   marks        by whoever acknowledges or reads, at their own value
 *   preferences  by events of the own log, at their seq
 *   touched      before an append, at its value; with it what the head will say then
 * "Marked as unread" stands with the read mark of that time: a later one takes it away without a
 * write.
 */
#ifndef PARLEY_STORE_CASSANDRA_MEMBER_H
#define PARLEY_STORE_CASSANDRA_MEMBER_H

#include "store/cassandra/strand.h"
#include "store/rows.h"

struct member_state {
    struct member_row row; /* `commit` is 0 */
    bool there;            /* has a role: it was in the conversation at some time */
    uint64_t touched;
    uint64_t marked_at; /* preferences.unread: the read mark when it was set */
    uint64_t changed;   /* the own log's seq that last wrote the preferences' column */
};

/* An absent row is given as zeros with its ids. 0, negative. */
int member_get(struct strand *, uint64_t conversation, uint64_t user, struct member_state *);
/* Of several people, at once; 0 to MEMBERS_MAX. */
int member_get_many(struct strand *, uint64_t conversation, const uint64_t *users, uint32_t n,
                    struct member_state *);
/* To be asked beside other things, and what came of it. */
struct ask member_ask(uint64_t conversation, uint64_t user);
int member_of(const struct answer *, uint64_t conversation, uint64_t user, struct member_state *);
/* The columns touched, role, delivered_seq, read_seq, read_n, preferences of an answer, from column
 * `first` on. 0, -EBADMSG. */
int member_read(const struct answer *, uint32_t row, uint32_t first, uint64_t conversation,
                uint64_t user, struct member_state *);

/* Statements that write a part of the row, for strand_ask_all(). */
/* `head`: as it will be, if the append comes to stand. */
struct ask member_touch(uint64_t conversation, uint64_t user, const struct log_head *head);
struct ask member_put_role(struct strand *, const struct member_state *, uint64_t seq);
/* Sets `changed`. */
struct ask member_put_preferences(struct strand *, struct member_state *, uint64_t own_seq);
/* A read mark moves the other one, too. */
struct ask member_put_read(uint64_t conversation, uint64_t user, uint64_t seq, uint64_t n);
struct ask member_put_delivered(uint64_t conversation, uint64_t user, uint64_t seq);

/* Somebody of a 1:1 who has no row so far: as if one without a message stood. */
void member_of_silent(struct member *);
/* Also of a 1:1 without messages. 0, STORE_NOT_FOUND, negative. */
int member_find(struct strand *, uint64_t conversation, uint64_t user, struct member_state *);

/* The marks of `m` stand from `time_ms` on. 0, negative. */
int member_note_steps(struct strand *, const struct member *m, uint64_t time_ms);

#endif
