/*
 * Inside the store on Cassandra: the rows of an inbox, and what a list shows of them. A person's
 * member rows are one partition; each says up to where its conversation was touched, which is where
 * its head is to be looked for.
 */
#ifndef PARLEY_STORE_CASSANDRA_INBOX_H
#define PARLEY_STORE_CASSANDRA_INBOX_H

#include "store/cassandra/member.h"

enum {
    INBOX_FILLED_MAX = 64,             /* entries of one answer: LIST_MAX or SYNC_MAX, with room */
    INBOX_CONVERSATIONS_MAX = 1 << 18, /* of one user: far above what one person can be in */
};

/* A row of the inbox. Its texts lie in the scratch. */
struct inbox_row {
    struct member_state me;
    uint64_t touched_n, touched_ms;
    uint64_t gone_seq, gone_n;
};

/* The rows of these conversations, 0 to PAGE_MAX; an absent one is all zero but for its ids. In the
 * scratch. 0, negative. */
int inbox_rows(struct strand *, uint64_t user, const uint64_t *ids, uint32_t n,
               struct inbox_row **rows);
/* Reads a row of what S_INBOX_WALK or S_INBOX_SOME answered. 0, negative. */
int inbox_read_row(const struct answer *, uint32_t i, uint64_t user, struct inbox_row *);
/* The head as the row knows it, as its member sees it: it may be ahead of what stands, by what is
 * under way or never came. */
struct log_head inbox_touched_head(const struct inbox_row *);

/* Fills in entries, at most INBOX_FILLED_MAX, as they are now. Those that are nobody's, or of an
 * empty log, are left zero: me.user is 0. `ahead`, if not NULL: whether it is touched beyond its
 * head. 0, negative. */
int inbox_fill(struct strand *, uint64_t user, uint64_t now_ms, const uint64_t *ids, uint32_t n,
               struct inbox_entry *entries, bool *ahead);

/* So much of a conversation is gone: tells its members' inboxes, and then says it of itself.
 * Harmless to repeat. 0, negative. */
int inbox_put_gone(struct strand *, uint64_t conversation, const uint64_t *users, uint32_t n,
                   uint64_t gone_seq, uint64_t gone_n);

#endif
