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
    uint64_t users[2];      /* direct: both, smaller id first; self and own: the user, twice */
    uint64_t rev;           /* seq of the event that last changed this record */
    struct str description; /* groups only, from here on */
    uint64_t picture;       /* a medium's id, opaque here; 0: none */
    bool announce;          /* only admins write */
    uint64_t timer_s;       /* any but the own log: how long new messages stay; 0: for ever */
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

/* Where a log ends. */
struct log_head {
    uint64_t seq;         /* of the newest event; 0: none */
    uint64_t n;           /* messages up to it */
    uint64_t first_seq;   /* first seq of the append that wrote it */
    uint64_t time_ms;     /* of the newest event */
    uint64_t message_seq; /* of the newest message; 0: none */
};

/* Where a conversation is listed for a member. Stored as numbers: never renumber. */
enum listed {
    LISTED_IN_LIST = 0,
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

/* What a former member sees of a group: its title as it was, and nothing that it says of itself. */
static inline void conversation_as_left(struct conversation *c, const struct member *me)
{
    c->title = me->left_title;
    c->description = (struct str){0};
    c->picture = 0;
    c->announce = false;
    c->timer_s = 0;
}

#endif
