/*
 * The bounds of what people and clients can make, with their reasons. Bounds of one module's own
 * queues stand in that module; the wire's limits (api/) may be tighter, never wider.
 */
#ifndef PARLEY_MODEL_LIMITS_H
#define PARLEY_MODEL_LIMITS_H

enum {
    USERNAME_BYTES_MIN = 3,
    USERNAME_BYTES_MAX = 64,
    USERNAME_CHARS_MAX = 32,
    NAME_KEPT_DAYS = 30, /* of a deleted account: nobody is taken for whoever had it */
    FORMER_NAME_S = 30 * 24 * 60 * 60, /* a name that was given up is nobody else's for so long */
    RENAME_S = 7 * 24 * 60 * 60, /* between two changes: so nobody keeps more than six names */
    DISPLAY_NAME_BYTES_MAX = 256,
    ABOUT_BYTES_MAX = 512,
    PASSWORD_BYTES_MIN = 8,
    PASSWORD_BYTES_MAX = 256, /* Argon2 reads all of it: a longer one is only work for us */
    DEVICE_NAME_BYTES_MAX = 64,
    DEVICES_MAX = 32,        /* of one user: sign-in past it ends the one unused for longest */
    INVITE_CODES_MAX = 1000, /* that hold at once: read through at each new one */
    INVITE_CODE_USES_MAX = 1000,
    INVITE_CODE_DAYS_MAX = 365,
    TITLE_BYTES_MAX = 128,
    DESCRIPTION_BYTES_MAX = 512, /* of a group: it comes with every entry of a list */
    TEXT_BYTES_MAX = 8 * 1024,   /* a message's body */
    KIND_BYTES_MAX = 32,
    EMOJI_BYTES_MAX = 32, /* the longest ZWJ sequences of Unicode take 28 */
    REPORT_COMMENT_BYTES_MAX = 1024,
    REPORTS_MAX = 10000,     /* kept: the oldest that is resolved makes room */
    REPORTS_USER_MAX = 50,   /* of one person, that are open: nobody fills the admins' list */
    KEY_BYTES_MAX = 64,      /* holds a UUID with room */
    MEMBERS_MAX = 100,       /* of a group: fan-out and the roster stay small */
    MENTIONS_MAX = 32,       /* people named in one message: each is a row of the store */
    PINS_MAX = 20,           /* messages pinned in one conversation: one answer shows them all */
    INVITES_MAX = 20,        /* of a group, that hold: they are loaded with it */
    INVITE_USES_MAX = 10000, /* of one: a hundred times the members */
    INVITE_S_MIN = 60,       /* the shortest time that one holds */
    INVITE_S_MAX = 366 * 24 * 60 * 60,
    TIMER_S_MAX = 366 * 24 * 60 * 60, /* how long a conversation's messages may be set to stay */
    RETENTION_DAYS_MAX = 3650,        /* how long a conversation's events may be set to be kept */
    MARK_STEPS_MAX = 32, /* moves of a member's marks whose times are kept: a few hundred bytes */
    PINNED_MAX = 50,     /* conversations that one person pins: all on one's screen */
    DRAFTS_MAX = 200,    /* of one person, one a conversation: a few pages for a new device */
    HIDDEN_MAX = 10000,  /* messages of one conversation that one person hides one by one: what a
                            later clearing takes out of the store in one batch */
    REACTIONS_MAX = 200, /* on one message; one of each person, members who left included */
    CONTACTS_MAX = 2000, /* of one user, in any state: read whole at a decision */
    CONTACTS_WAITING_MAX = 200, /* requests that one user sent, or received, and that wait */
    REQUEST_MESSAGES_MAX = 20,  /* of a stranger who was not accepted: enough to say who one is */
    REQUEST_EVENTS_MAX = 100,   /* in all, as an edit has new words and comes to devices, too */
    BLOCKS_MAX = 1000,          /* of one user: read whole at a decision */
    PAGE_MAX = 100,             /* events in one answer */
    LIST_MAX = 50,              /* conversations in one answer */
    SYNC_MAX = 50,              /* entries in one sync answer, each with its longest last message */
    SEARCH_MAX = 20,            /* users in one search answer */
    APPEND_MAX = 64,            /* events in one append: one batch of the store */
    /* Events of a log in one partition of a store of many nodes: the layout of what is stored, so
     * it never changes. */
    LOG_BUCKET = 1000,
    RETAIN_MAX = 256,            /* events that go by their age at once: no more than a bucket */
    KEY_REACH = 32 * LOG_BUCKET, /* events back that a key is looked for there */
    EVENTS_BEHIND_MAX = 1000,    /* a device that lacks more in one conversation pages instead */
};

#endif
