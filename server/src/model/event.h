/*
 * struct event: one entry of a log (design: one command, one event). Plain data; every pointer
 * is borrowed from whoever filled it in (an arena, a request, a store row).
 *
 * A row is complete when inserted; later events change it in place (an edit its text, a delete
 * empties it, a reaction its list) and `rev` says which did last.
 */
#ifndef PARLEY_MODEL_EVENT_H
#define PARLEY_MODEL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/conversation.h"
#include "util/str.h"

/* Stored as numbers: never renumber. */
enum event_type {
    EVENT_MESSAGE = 1,
    EVENT_EDIT = 2,             /* target, text (emptied by a later edit or delete) */
    EVENT_DELETE = 3,           /* target */
    EVENT_REACTION = 4,         /* target, text = emoji, empty: taken back */
    EVENT_CREATED = 5,          /* text = title, history, members: the group's full record; seq 1 */
    EVENT_ADDED = 6,            /* user, history: what they may read */
    EVENT_REMOVED = 7,          /* user */
    EVENT_LEFT = 8,             /* user = who becomes owner, or 0 */
    EVENT_TITLE = 9,            /* text */
    EVENT_ROLE = 10,            /* user, role; owner: the sender becomes admin */
    EVENT_PROFILE = 11,         /* own log: text = display name, about; absent (NULL) = unchanged */
    EVENT_BLOCK = 12,           /* own log: user */
    EVENT_UNBLOCK = 13,         /* own log: user */
    EVENT_DESCRIPTION = 14,     /* text, empty: taken away */
    EVENT_PICTURE = 15,         /* also own log: number = the picture's id, 0: taken away */
    EVENT_ANNOUNCE = 16,        /* number: 1 on, 0 off */
    EVENT_INVITE = 17,          /* number = uses at most, expires_ms; 0: no such bound */
    EVENT_UNINVITE = 18,        /* target = the invite */
    EVENT_JOINED = 19,          /* by an invite: user = sender, target = the invite, history */
    EVENT_PIN = 20,             /* target */
    EVENT_UNPIN = 21,           /* target */
    EVENT_TIMER = 22,           /* number: seconds that later messages stay, 0: for ever */
    EVENT_PREFERENCES = 23,     /* own log: subject, changes, number = those on, until_ms */
    EVENT_DRAFT = 24,           /* own log: subject, text (empty: none; emptied by the next one),
                                   target = what it answers or 0 */
    EVENT_STAR = 25,            /* own log: subject, target = the message */
    EVENT_UNSTAR = 26,          /* own log: subject, target = the message */
    EVENT_HIDE = 27,            /* own log: subject, target = the message, number: HIDE_… */
    EVENT_CONTACT_REQUEST = 28, /* 1:1: user = the other one, in all four (contact.h) */
    EVENT_CONTACT_ACCEPT = 29,
    EVENT_CONTACT_DECLINE = 30,
    EVENT_CONTACT_REMOVE = 31, /* also takes back one's request, or one's having declined */
    EVENT_PRIVACY = 32,        /* own log: privacy = what changes (privacy.h) */
    EVENT_RENAME = 33,         /* own log: text = username, about = its skeleton's hash */
    EVENT_SIGNED_IN = 34,      /* own log: number = the device, text = what it calls itself */
    EVENT_SECOND_FACTOR = 35,  /* own log: changes, number = the device by which; 0: the operator */
    EVENT_RETENTION = 36,      /* number: days that events are kept, 0: as the server keeps them */
    EVENT_ACCEPT = 40,         /* 1:1: nothing but `accepts` */
    EVENT_TYPES,
};

enum { EVENT_DIGEST_BYTES = 16 };

/* What a SECOND_FACTOR event tells. Stored as numbers: never renumber. */
enum factor_change {
    FACTOR_ENABLED = 1,
    FACTOR_DISABLED = 2,
    FACTOR_NEW_RECOVERY = 3,
    FACTOR_RECOVERY_USED = 4,
    FACTOR_CHANGES,
};

/* What a PREFERENCES event sets. Stored in masks: never renumber. */
enum preference {
    PREFERENCE_MUTED = 1 << 0, /* until_ms */
    PREFERENCE_PINNED = 1 << 1,
    PREFERENCE_ARCHIVED = 1 << 2,
    PREFERENCE_UNREAD = 1 << 3,
    PREFERENCES_ON_OFF = PREFERENCE_PINNED | PREFERENCE_ARCHIVED | PREFERENCE_UNREAD,
    PREFERENCES_ALL = PREFERENCE_MUTED | PREFERENCES_ON_OFF,
};

/* What a HIDE event takes out of one's sight. Stored: never renumber. */
enum {
    HIDE_ONE = 0,   /* the message `target` */
    HIDE_UP_TO = 1, /* whatever was said up to `target` */
};

struct reaction {
    uint64_t user;
    uint64_t seq; /* of the reaction event */
    struct str emoji;
};

struct event_member {
    uint64_t user;
    enum role role;
};

struct event {
    uint64_t conversation;
    uint64_t seq;
    uint64_t n;         /* messages up to and with it */
    uint64_t first_seq; /* first seq of its append */
    uint64_t rev;       /* seq of the event that last changed this row; seq itself at first */
    uint64_t time_ms;   /* Unix, for people to read: never for order */
    uint64_t sender;
    enum event_type type;
    bool reads;     /* message: its sender had nothing unread, so read_seq moves to it */
    bool deleted;   /* message: a stub; edit: emptied with its target; draft: by the next one */
    bool forwarded; /* message: its text is a copy of another's */
    bool hidden;    /* in an answer, of no row: without its words, since its reader hid them */
    bool request;   /* message: the 1:1's first, of a stranger: a request to the other */
    bool accepts;   /* its sender was asked so, and with it accepts */
    struct str key; /* the sender's, 1 to KEY_BYTES_MAX */
    uint8_t digest[EVENT_DIGEST_BYTES]; /* of the command (see chat/digest) */
    uint64_t target;                    /* seq: message: what it replies to or 0 */
    uint64_t user;
    enum role role;
    enum history history;
    uint64_t number;
    uint64_t privacy;
    uint64_t expires_ms; /* message, edit: when its words go; by the clock of time_ms; 0: never */
    uint64_t subject;    /* own log: the conversation it is about */
    uint64_t until_ms;   /* Unix */
    uint64_t changes;    /* preferences: a mask; second factor: enum factor_change */
    struct str kind;     /* message, edit */
    struct str text;
    struct str about;
    uint64_t edited_seq; /* message: its newest edit, or 0 */
    const struct reaction *reactions;
    uint32_t n_reactions;
    const struct event_member *members;
    uint32_t n_members;
    const uint64_t *mentions; /* message, edit: users named in it, members when it was written */
    uint32_t n_mentions;
};

/* Whether a number stands for a type: there are gaps. */
static inline bool event_type_known(unsigned type)
{
    return (type >= EVENT_MESSAGE && type <= EVENT_RETENTION) || type == EVENT_ACCEPT;
}

/* Whether events of this type are about another conversation than the one they stand in. */
static inline bool event_has_subject(enum event_type type)
{
    return type >= EVENT_PREFERENCES && type <= EVENT_HIDE;
}

/* Whether events of this type stand in their sender's own log. */
static inline bool event_is_own(enum event_type type)
{
    return (type >= EVENT_PROFILE && type <= EVENT_UNBLOCK) || type == EVENT_PRIVACY ||
           type == EVENT_RENAME || type == EVENT_SIGNED_IN || type == EVENT_SECOND_FACTOR ||
           event_has_subject(type);
}

/* Whether events of this type count in `n`. */
static inline bool event_counts(enum event_type type)
{
    return type == EVENT_MESSAGE;
}

#endif
