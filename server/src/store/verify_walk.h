/* Inside verify: what its two walks share. */
#ifndef PARLEY_STORE_VERIFY_WALK_H
#define PARLEY_STORE_VERIFY_WALK_H

#include "store/turn.h"
#include "store/verify.h"

/* A look at a row that did not decode: its own table's walk tells of that. */
enum { VERIFY_UNREADABLE = KV_ABSENT + 1 };

__attribute__((format(printf, 2, 3))) void verify_fault(struct verify *, const char *form, ...);
/* Typed reads of other rows. 0, KV_ABSENT, VERIFY_UNREADABLE, negative. What they give lies in the
 * arena of the row that is looked at. */
int verify_user(struct verify *, uint64_t id, struct user *);
int verify_look(struct verify *, struct str skeleton, struct look *);
int verify_former(struct verify *, struct str name, struct former *);
int verify_device(struct verify *, uint64_t user, uint64_t id, struct device *);
int verify_conversation(struct verify *, uint64_t id, struct conversation *);
int verify_head(struct verify *, uint64_t id, struct head_row *);
int verify_member(struct verify *, uint64_t conversation, uint64_t user, struct member_row *);
int verify_roster(struct verify *, uint64_t conversation, struct roster *);
int verify_pins(struct verify *, uint64_t conversation, struct pins *);
int verify_invites(struct verify *, uint64_t conversation, struct invites *);
/* Absent: `contact` says NONE. */
int verify_contact(struct verify *, uint64_t user, uint64_t other, struct contact *);
int verify_event(struct verify *, uint64_t conversation, uint64_t seq, struct event *);
/* What another row points to, and may outlive: 0, KV_ABSENT, VERIFY_UNREADABLE, negative; also
 * VERIFY_UNREADABLE where it went by its age. */
int verify_kept(struct verify *, uint64_t conversation, uint64_t seq, struct event *);
int verify_key(struct verify *, const struct event *, struct key_row *);
int verify_ids(struct verify *, const struct row_key *, uint64_t *ids, size_t n);

/* Runs `row` with each row from <= key < to, with an arena of its own. */
int verify_scan(struct verify *, const struct row_key *from, const struct row_key *to,
                int (*row)(struct verify *, struct str key, struct str value));

/* What a log says of people, as it is walked: verify_people.c. `c` is borrowed until the end. */
struct verify_people {
    const struct conversation *c;
    uint64_t gone_seq;      /* what is walked begins behind it */
    unsigned states;        /* 1:1: how its first one may stand to the second, a bit each state */
    struct contact contact; /* and by which event; its state is none of the row's */
    struct user user;       /* own log: settings alone */
    uint64_t asked;         /* 1:1: to whom it is a request, or 0 */
    bool asked_is_known;    /* or else the event that said it is gone */
};
void verify_people_begin(struct verify_people *, const struct conversation *c, uint64_t gone_seq);
void verify_people_follow(struct verify *, struct verify_people *, const struct event *);
/* `n`: the messages, also those that are gone. 0, negative. */
int verify_people_check(struct verify *, const struct verify_people *, uint64_t n);

/* Accounts that were deleted (leaving.h of chat/, leaving.c): verify_leaving.c. */
enum verify_leaving {
    VERIFY_LIVES,   /* or is not there */
    VERIFY_LEAVING, /* deleted, and what is theirs is on its way out */
    VERIFY_GONE,    /* nothing of theirs may be left */
};
/* An enum verify_leaving, or negative. */
int verify_leaving(struct verify *, uint64_t user);
/* Finds fault with a row of somebody who is gone. 1: its user is deleted, what it says is not
 * to be looked at; 0, negative. */
int verify_left_row(struct verify *, uint64_t user, const char *what);
/* A user's row that is a tombstone, and a mark. 0, negative. */
int verify_tombstone(struct verify *, const struct user *);
int verify_mark(struct verify *, struct str key, struct str value);

/* What one's own log says of other conversations: verify_own.c. 0, negative. */
int verify_draft_event(struct verify *, const struct event *);
int verify_draft_row(struct verify *, struct str key, struct str value);
int verify_draft_count(struct verify *, const struct member *own);
int verify_hide_event(struct verify *, const struct event *);
int verify_hidden_row(struct verify *, struct str key, struct str value);
int verify_hidden_count(struct verify *, const struct member *);

/* Rows of the directory that have files of their own: verify_names.c, verify_reports.c. 0 or
 * negative. */
int verify_name_row(struct verify *, struct str key, struct str value);
int verify_look_row(struct verify *, struct str key, struct str value);
int verify_former_row(struct verify *, struct str key, struct str value);
int verify_former_end_row(struct verify *, struct str key, struct str value);
int verify_report_row(struct verify *, struct str key, struct str value);
int verify_reported_row(struct verify *, struct str key, struct str value);
/* After the others. */
int verify_report_counts(struct verify *);

/* The walks. 0, negative. */
int verify_directory(struct verify *);
int verify_members(struct verify *);
int verify_logs(struct verify *);

#endif
