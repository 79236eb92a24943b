/*
 * Inside the store on Cassandra: messages noted for one person, by the messages' times: what
 * mentions them, and what they starred. A row says where a message is, and whether it is noted
 * still; the message itself says what stands.
 */
#ifndef PARLEY_STORE_CASSANDRA_NOTED_H
#define PARLEY_STORE_CASSANDRA_NOTED_H

#include "store/cassandra/strand.h"

/* Stored: never renumber. */
enum noted_kind { NOTED_MENTION = 1, NOTED_STAR = 2 };

enum {
    NOTED_BATCH = 100,
    NOTED_MONTHS_MAX = 1200, /* a hundred years */
};

/* Rows sort by these, the newest first. */
struct noted_place {
    uint64_t time_ms, conversation, seq;
};

struct noted_row {
    struct noted_place place;
    bool stands;
    uint64_t expires_ms;
};

/* A way towards what is older. */
struct noted_scan {
    struct strand *strand;
    uint64_t user;
    enum noted_kind kind;
    struct noted_place before;
    uint64_t *months; /* that there is something in, the newest first */
    uint32_t n_months, at;
};

/* Statements that say of a message whether it is noted, and that there is something in its month.
 * Of the message its place, its time and when it expires are looked at. `at`: the seq that made it
 * so. */
uint64_t noted_month(uint64_t time_ms);
struct ask noted_put(uint64_t user, enum noted_kind, const struct event *message, bool stands,
                     uint64_t at);
struct ask noted_put_month(uint64_t user, enum noted_kind, const struct event *message);

/* Begins with what is before a place; NULL: with the newest. 0, negative. */
int noted_begin(struct noted_scan *, struct strand *, uint64_t user, enum noted_kind,
                const struct noted_place *before);
/* The next rows, at most n_max (to NOTED_BATCH), often fewer; *n 0: there is none. 0, negative. */
int noted_next(struct noted_scan *, uint32_t n_max, struct noted_row *rows, uint32_t *n);

/* Sets mention_seq of a user's entries: what is looked at is the newest NOTED_BATCH mentions of
 * that user, once for all entries. 0, negative. */
int noted_unread(struct strand *, uint64_t user, uint64_t now_ms, struct inbox_entry *entries,
                 uint32_t n);

#endif
