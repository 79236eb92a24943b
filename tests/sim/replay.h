/* Inside the checker: the logs as the store has them, and what replaying them gives. */
#ifndef PARLEY_SIM_REPLAY_H
#define PARLEY_SIM_REPLAY_H

#include "client.h"
#include "model/limits.h"
#include "store/log.h"

enum { LOGS_MAX = 256, STINTS_MAX = 256, REPLAYED_INVITES_MAX = 128 };

/* A time during which somebody could read: from..to. */
struct stint {
    uint64_t user, from, to;
    uint64_t since; /* the event that let them in */
    bool open;
    bool put_out; /* over: by somebody else */
    enum role role;
    uint64_t role_since; /* the event that gave it */
};

/* An invite as the events so far make it; those that are over too. */
struct replayed_invite {
    uint64_t seq, expires_ms, uses_max, uses;
    bool taken_back;
};

struct truth_log {
    uint64_t id;
    struct store_load load;
    struct line *rows; /* as the store has them: rows[0] is seq 1 */
    char (*keys)[KEY_BYTES_MAX + 1];
    uint64_t *first_seq;
    bool *reads;
    uint64_t n_rows;
    struct stint stints[STINTS_MAX];
    uint32_t n_stints;
    bool announce; /* a group, at the event that is replayed */
    struct replayed_invite invites[REPLAYED_INVITES_MAX];
    uint32_t n_invites;
    bool deserted; /* at some time nobody was in it */
};

struct truth {
    struct world *world;
    uint64_t left; /* whose account is deleted; 0: nobody's */
    struct truth_log *logs[LOGS_MAX];
    uint32_t n_logs;
};

/* Read from the store at the first call. */
struct truth_log *log_of(struct truth *, uint64_t id);
/* The stint that is not over, or NULL. */
struct stint *present(struct truth_log *, uint64_t user);
bool may_read(const struct truth_log *, uint64_t user, uint64_t seq);
/* Whether what an edit says is for the user: who may not read the message is told no words. */
bool may_read_words(const struct truth_log *, uint64_t user, const struct line *edit);
/* For the store's requests of the checker. */
void truth_nothing(struct store_request *);

/* groups.c: whether the members as they are allow the event, and what it makes of the group; before
 * and after the members follow it. */
void group_judge(struct truth *, struct truth_log *, const struct event *);
void group_follow(struct truth *, struct truth_log *, const struct event *);
/* A join that was refused was not by an invite that holds to the end. */
void group_check_refused(struct truth *, const struct op *);

/* retained.c: nothing went before its time, what was too old went, and all that goes with it. With
 * the rows as the store has them. */
void retained_check(struct truth *, const struct truth_log *);

/* shown.c: what is listed beside the logs says what they say. */
void shown_check(struct truth *);
/* Whether row `seq` mentions the user, who reads up to `end`. */
bool mentions(const struct truth *, const struct truth_log *, uint64_t user, uint64_t seq,
              uint64_t end);
/* The newest message up to the head that mentions the member and is unread, or 0. */
uint64_t unread_mention(const struct truth *, const struct truth_log *, const struct member *,
                        uint64_t head);
/* Whether a list may say that it is the message at `seq`. */
bool is_unread_mention(const struct truth *, const struct truth_log *, const struct member *,
                       uint64_t head, uint64_t seq);

/* contacts.c: how people stand to each other, and who may what with them, is what their logs say.
 */
void contacts_check(struct truth *);
/* Of a 1:1: to whom it is a message request, by what its events carry; or 0. */
uint64_t asked_in(const struct truth_log *);
/* The same after the event at `seq`. */
uint64_t asked_at(const struct truth_log *, uint64_t seq);

/* personal.c: what people want of conversations is as their own logs say. */
void personal_check(struct truth *);

/* names.c: who has which name, and which sign-ins were told. */
void names_check(struct truth *);
/* Second factors (factors.c). */
void factors_check(struct truth *);

/* own.c: drafts are as people's own logs say, and what somebody hid they are not shown. */
void own_check(struct truth *);
/* Whether the user hid the message. */
bool is_hidden(const struct truth *, uint64_t user, uint64_t conversation, uint64_t seq);
/* Takes from a row what the user hid. */
void line_hide(const struct truth *, uint64_t user, uint64_t conversation, struct line *);

/* leaving.c: of whoever deleted their account nothing is left but what others have a part in. */
void leaving_check(struct truth *);
/* Whether it was theirs alone, and went with them. */
bool left_with_them(const struct truth *, const struct truth_log *);

/* witness.c: what must hold of all that devices were told on the way. */
void witness_check(struct truth *);

#endif
