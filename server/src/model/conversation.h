/* Plain records of a conversation: what it is, its head, its members. No behaviour. */
#ifndef PARLEY_MODEL_CONVERSATION_H
#define PARLEY_MODEL_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "model/limits.h"
#include "util/str.h"

/* Stored as numbers: never renumber. */
enum conversation_kind {
    CONVERSATION_DIRECT = 1, /* two people; members stand in its claim, no `created` event */
    CONVERSATION_SELF = 2,   /* notes to self: a direct of one */
    CONVERSATION_GROUP = 3,
    CONVERSATION_OWN = 4, /* a user's own log; its id is the user's id */
};

/* What a new member of a group may read. */
enum history {
    HISTORY_JOINED = 1, /* from the event that added them */
    HISTORY_ALL = 2,    /* from the first event */
};

enum role {
    ROLE_MEMBER = 1,
    ROLE_ADMIN = 2,
    ROLE_OWNER = 3,
};

struct conversation {
    uint64_t id;
    enum conversation_kind kind;
    enum history history; /* groups only */
    struct str title;     /* groups only */
    uint64_t created_ms;
    uint64_t users[2];       /* direct: both, smaller id first; self and own: the user, twice */
    uint64_t rev;            /* seq of the event that last changed this record */
    struct str description;  /* groups only, from here on */
    uint64_t picture;        /* a medium's id, opaque here; 0: none */
    bool announce;           /* only admins write */
    uint64_t timer_s;        /* any but the own log: how long new messages stay; 0: for ever */
    uint64_t retention_days; /* the same: how long events are kept; 0: as the server's are */
};

/* A way into a group, for whoever shows its token (chat/invite.h). */
struct invite {
    uint64_t seq;  /* of the event that made it */
    uint64_t user; /* who made it */
    uint64_t created_ms;
    uint64_t expires_ms; /* 0: never */
    uint64_t uses_max;   /* 0: any number */
    uint64_t uses;       /* how many came in by it */
};

/* Those of a group that were neither taken back nor used up; time may be over for some. */
struct invites {
    struct invite at[INVITES_MAX];
    uint32_t n;
    uint64_t rev; /* seq of the event that last changed them */
};

static inline bool invite_expired(const struct invite *i, uint64_t now_ms)
{
    return i->expires_ms && now_ms >= i->expires_ms;
}

/* How long events are kept. 0 in both: for ever. */
struct retention {
    uint64_t after_ms;     /* they go when they are so old, */
    uint64_t delivered_ms; /* or so old and on a device of every present member */
};

/* What holds for one conversation: its people may want less than the server keeps, never more. An
 * own log is kept for ever. */
static inline struct retention retention_of(const struct conversation *c, struct retention server)
{
    const uint64_t day_ms = 24 * 60 * 60 * 1000;
    uint64_t own_ms = c->retention_days * day_ms;
    if (c->kind == CONVERSATION_OWN)
        return (struct retention){0};
    if (own_ms && (!server.after_ms || own_ms < server.after_ms))
        server.after_ms = own_ms;
    return server;
}

/* Where a log ends, and where what is kept of it begins. */
struct log_head {
    uint64_t seq;         /* of the newest event; 0: none */
    uint64_t n;           /* messages up to it */
    uint64_t first_seq;   /* first seq of the append that wrote it */
    uint64_t time_ms;     /* of the newest event */
    uint64_t message_seq; /* of the newest message, kept or not; 0: none */
    uint64_t gone_seq;    /* events up to it were removed by their age; 0: none */
    uint64_t gone_n;      /* messages up to that */
};

/* Where a conversation is listed for a member. Stored as numbers: never renumber. */
enum listed {
    LISTED_IN_LIST = 0,
    LISTED_REQUEST = 1, /* a stranger wrote first, and was not accepted so far */
    LISTED_NOWHERE = 2, /* a 1:1 without a message so far */
};

/* What one person wants of one conversation: changed by events of their own log. The own log's own
 * holds no such thing; its `pinned` counts what is pinned, and its `drafts` the drafts. */
struct preferences {
    uint64_t rev;            /* seq of the event that last set one of them */
    uint64_t muted_until_ms; /* Unix; 0: not muted */
    uint64_t pinned;         /* seq of the event that pinned it; 0: not */
    bool archived;
    bool unread;          /* marked so; reading clears it */
    uint64_t cleared_seq; /* all messages up to it are hidden */
    uint64_t cleared_by;  /* since that event */
    uint64_t hidden;      /* so many beyond it were hidden one by one */
    uint64_t drafts;
};

/* One person in one conversation, also after they left. */
struct member {
    uint64_t conversation, user;
    enum role role;
    bool left;
    uint64_t rev;                     /* seq of the event that set role, left and the bounds */
    uint64_t from_seq;                /* first seq they may read */
    uint64_t left_seq;                /* left: the removal, the last seq they may read */
    uint64_t left_n;                  /* left: messages up to it */
    uint64_t left_ms;                 /* left: its time */
    bool removed;                     /* left: put out by somebody else */
    struct str left_title;            /* left: the group's title then */
    uint64_t delivered_seq, read_seq; /* only move forward; read_seq <= delivered_seq */
    uint64_t read_n;                  /* messages up to read_seq: unread = head.n - read_n */
    enum listed listed;
    struct preferences preferences; /* as a row of the store has them; rooms do not know */
};

/* The head for a former member: what they may read ends at the removal. */
static inline struct log_head head_as_left(const struct log_head *head, const struct member *me)
{
    bool all_gone = head->gone_seq > me->left_seq;
    return (struct log_head){
        .seq = me->left_seq,
        .n = me->left_n,
        .first_seq = me->left_seq,
        .time_ms = me->left_ms,
        .gone_seq = all_gone ? me->left_seq : head->gone_seq,
        .gone_n = all_gone ? me->left_n : head->gone_n,
    };
}

/* The first seq that a member may read: it is not there if it is beyond the head. */
static inline uint64_t member_first(const struct member *m, const struct log_head *head)
{
    return m->from_seq > head->gone_seq ? m->from_seq : head->gone_seq + 1;
}

/* What is gone is not left to read. */
static inline uint64_t member_unread(const struct member *m, const struct log_head *head)
{
    uint64_t read_n = m->read_n > head->gone_n ? m->read_n : head->gone_n;
    return head->n > read_n ? head->n - read_n : 0;
}

/* What a former member sees of a group: its title as it was, and nothing that it says of itself. */
static inline void conversation_as_left(struct conversation *c, const struct member *me)
{
    c->title = me->left_title;
    c->description = (struct str){0};
    c->picture = 0;
    c->announce = false;
    c->timer_s = 0;
    c->retention_days = 0;
}

#endif
