/*
 * The limits of server/src/model/limits.h, scaled down to what five people reach within a run. The
 * simulator's own build of the server finds this header first. What nobody reaches keeps its size.
 */
#ifndef PARLEY_MODEL_LIMITS_H
#define PARLEY_MODEL_LIMITS_H

enum {
    USERNAME_BYTES_MIN = 3,
    USERNAME_BYTES_MAX = 64,
    USERNAME_CHARS_MAX = 32,
    NAME_KEPT_DAYS = 30,
    FORMER_NAME_S = 200,
    RENAME_S = 60,
    DISPLAY_NAME_BYTES_MAX = 256,
    ABOUT_BYTES_MAX = 512,
    PASSWORD_BYTES_MIN = 8,
    PASSWORD_BYTES_MAX = 256,
    DEVICE_NAME_BYTES_MAX = 64,
    DEVICES_MAX = 32,
    INVITE_CODES_MAX = 1000,
    INVITE_CODE_USES_MAX = 1000,
    INVITE_CODE_DAYS_MAX = 365,
    TITLE_BYTES_MAX = 128,
    DESCRIPTION_BYTES_MAX = 512,
    TEXT_BYTES_MAX = 8 * 1024,
    KIND_BYTES_MAX = 32,
    EMOJI_BYTES_MAX = 32,
    REPORT_COMMENT_BYTES_MAX = 1024,
    REPORTS_MAX = 10000,   /* kept: the oldest that is resolved makes room */
    REPORTS_USER_MAX = 50, /* of one person, that are open: nobody fills the admins' list */
    KEY_BYTES_MAX = 64,
    MEMBERS_MAX = 4, /* one less than there are people */
    MENTIONS_MAX = 3,
    PINS_MAX = 1,
    INVITES_MAX = 3,
    INVITE_USES_MAX = 2,
    INVITE_S_MIN = 1, /* a run is short */
    INVITE_S_MAX = 60,
    TIMER_S_MAX = 366 * 86400,
    RETENTION_DAYS_MAX = 3650,
    MARK_STEPS_MAX = 3,
    PINNED_MAX = 2,
    DRAFTS_MAX = 2,
    HIDDEN_MAX = 2,
    REACTIONS_MAX = 2,
    CONTACTS_MAX = 3,
    CONTACTS_WAITING_MAX = 2,
    REQUEST_MESSAGES_MAX = 2,
    REQUEST_EVENTS_MAX = 8,
    BLOCKS_MAX = 2,
    PAGE_MAX = 20,
    LIST_MAX = 5,
    SYNC_MAX = 3,
    SEARCH_MAX = 20,
    APPEND_MAX = 4,
    LOG_BUCKET = 2,
    RETAIN_MAX = 2,
    KEY_REACH = 32 * LOG_BUCKET,
    EVENTS_BEHIND_MAX = 12,
};

#endif
