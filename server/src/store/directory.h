/*
 * The directory: accounts, names, devices, and the claims that make things unique. A claim is one
 * row written if absent: the only commit point of what it names (docs/log.md, 4).
 */
#ifndef PARLEY_STORE_DIRECTORY_H
#define PARLEY_STORE_DIRECTORY_H

#include "model/account.h"
#include "model/conversation.h"
#include "model/event.h"
#include "model/report.h"
#include "store/store.h"

/* An invite code that somebody signs up with. */
struct store_code_use {
    uint64_t id; /* 0: none is asked for */
    uint8_t hash[CRYPTO_HASH_BYTES];
    uint64_t now_ms;
};

/* (created_ms decides whether a former name is free.) Claims user.username and, if there is one,
 * user.skeleton, writes the user, their own log (a conversation with the user's id, kind OWN, the
 * user its one member) and their first device, as store_device_put() would: all of it or nothing.
 * DONE, TAKEN (the name, or with `looks_like` only its skeleton), NOT_FOUND (the code holds not),
 * UNKNOWN, FAILED. */
struct store_user_create {
    struct store_request base;
    struct store_code_use code; /* counted with it */
    bool looks_like;
    struct user user;
    struct device device; /* id 0: none */
};
void store_user_create(struct store *, struct store_user_create *);

/* Users by id, deleted ones too; those that do not exist are left out of `users`. DONE, FAILED. */
struct store_users {
    struct store_request base;
    const uint64_t *ids;
    uint32_t n_ids; /* 1 to MEMBERS_MAX * 2 */
    struct user *users;
    uint32_t n_users;
};
void store_users(struct store *, struct store_users *);

/* The user with exactly this name, or who had it until lately; no deleted one. DONE, NOT_FOUND,
 * FAILED. */
struct store_user_find {
    struct store_request base;
    struct str username;
    uint64_t now_ms; /* for how long a former name leads to somebody */
    struct user user;
};
void store_user_find(struct store *, struct store_user_find *);

/* Users whose name starts with `prefix`, no deleted ones, by name, after the name `after`
 * (absent: from the start).
 * Before all, where it starts from the start, whoever had exactly the name `prefix` until lately.
 * DONE, FAILED. */
struct store_user_search {
    struct store_request base;
    struct str prefix, after;
    uint64_t now_ms; /* as for store_user_find */
    bool enabled_only;
    uint32_t limit; /* 1 to 1,000 */
    struct user *users;
    uint32_t n_users;
};
void store_user_search(struct store *, struct store_user_search *);

/* Changes what is set of one user: a password or second factor (not absent; an empty factor is
 * none), disabled (0 or 1; -1 leaves), admin (1, or -1 for not; 0 leaves),
 * a later last_seen_ms. DONE (`user` = as it is now), MOVED
 * (the password or factor is not what it was before), NOT_FOUND (or deleted), UNKNOWN, FAILED. */
struct store_user_set {
    struct store_request base;
    uint64_t id;
    struct str password;
    struct str password_before;                     /* absent: whatever it is */
    struct str second_factor, second_factor_before; /* as of the password */
    int disabled;
    int admin;
    uint64_t last_seen_ms;
    struct user user;
};
void store_user_set(struct store *, struct store_user_set *);

/* Deletes an account: from here on its user is a tombstone, found by id alone, its devices are
 * ended, and a mark says that the rest is to go. That mark is the only commit point; store_leave()
 * does the rest. DONE, MOVED (the password or the second factor is not what was verified),
 * NOT_FOUND (also: deleted already), UNKNOWN, FAILED. */
struct store_user_delete {
    struct store_request base;
    uint64_t id;
    uint64_t now_ms;                    /* 1 or later */
    struct str password, second_factor; /* that were verified; absent: whatever they are */
};
void store_user_delete(struct store *, struct store_user_delete *);

/* How far the steps of store_leave() got. All zero: at the start. */
struct leave_place {
    uint64_t due_ms, user; /* the mark */
    bool passed;           /* the mark is left for now: go on with the next */
    uint32_t phase;
    uint64_t from; /* within the phase */
    uint64_t late; /* what the mark said at the start */
};

/* What is to be done before the next step. */
enum leave_todo {
    LEAVE_NOTHING, /* no mark is due */
    LEAVE_ON,      /* the next step */
    LEAVE_GROUP,   /* append that `user` left `conversation`, a group */
    LEAVE_CONTACT, /* append to `conversation` that `user` is no contact of `other` */
};

/* One step, of bounded work, of what is due for deleted accounts: rows that are theirs alone go,
 * and at the end the mark; what concerns others is said by events, which are the caller's. After
 * NAME_KEPT_DAYS the name is free. Harmless to repeat from any place. DONE, UNKNOWN, FAILED. */
struct store_leave {
    struct store_request base;
    uint64_t now_ms;
    struct leave_place at; /* in, out */
    enum leave_todo todo;
    uint64_t conversation, other;
    uint64_t seq; /* of the event that made it so */
};
void store_leave(struct store *, struct store_leave *);

/* Writes a device and makes its token_hash findable. Past devices_max the one unused for longest
 * goes; `ended` is its id, or 0. DONE, MOVED (the user's password or second factor is not what
 * was verified), NOT_FOUND (the user, when a password is named), UNKNOWN, FAILED. */
struct store_device_put {
    struct store_request base;
    struct device device;
    struct str password;             /* that was verified; absent: whatever it is, the factor too */
    struct str second_factor_before; /* with a password; empty: none */
    struct str second_factor;        /* with a password: what it becomes; absent: stays */
    uint32_t devices_max;            /* 1 to DEVICES_MAX; 0: that */
    uint64_t ended;
};
void store_device_put(struct store *, struct store_device_put *);

/* Moves the time at which a device was last heard of forward. DONE, NOT_FOUND, UNKNOWN, FAILED. */
struct store_device_seen {
    struct store_request base;
    uint64_t user, device;
    uint64_t last_seen_ms;
};
void store_device_seen(struct store *, struct store_device_seen *);

/* A user's devices, oldest first. DONE, FAILED. */
struct store_devices {
    struct store_request base;
    uint64_t user;
    struct device *devices;
    uint32_t n_devices; /* to DEVICES_MAX */
};
void store_devices(struct store *, struct store_devices *);

/* Ends one device, or with device = 0 all but `keep` (0: all): their tokens are found no more.
 * `ended` are the ids. DONE, NOT_FOUND (a given device), UNKNOWN, FAILED. */
struct store_device_end {
    struct store_request base;
    uint64_t user, device, keep;
    uint64_t *ended;
    uint32_t n_ended;
};
void store_device_end(struct store *, struct store_device_end *);

/* The device with this token, and its user. DONE, NOT_FOUND, FAILED. */
struct store_token_find {
    struct store_request base;
    uint8_t token_hash[CRYPTO_HASH_BYTES];
    struct device device;
    struct user user;
};
void store_token_find(struct store *, struct store_token_find *);

/* Writes a new invite code; those that hold no more at code.created_ms go. DONE, TAKEN (there are
 * INVITE_CODES_MAX), UNKNOWN, FAILED. */
struct store_code_put {
    struct store_request base;
    struct invite_code code;
};
void store_code_put(struct store *, struct store_code_put *);

/* DONE, NOT_FOUND, UNKNOWN, FAILED. */
struct store_code_end {
    struct store_request base;
    uint64_t id;
};
void store_code_end(struct store *, struct store_code_end *);

/* The codes by id, after the id `after`. DONE, FAILED. */
struct store_codes {
    struct store_request base;
    uint64_t after;
    uint32_t limit; /* 1 to INVITE_CODES_MAX */
    struct invite_code *codes;
    uint32_t n_codes;
};
void store_codes(struct store *, struct store_codes *);

/* Writes a report; while one of the same message by the same person is open, it is that one.
 * DONE (`id` is the one that stands), TAKEN (the reporter has REPORTS_USER_MAX that are open, or
 * there are REPORTS_MAX and none is resolved), UNKNOWN, FAILED. */
struct store_report_put {
    struct store_request base;
    struct report report; /* open */
    uint64_t id;
};
void store_report_put(struct store *, struct store_report_put *);

/* DONE (also where it is resolved already), NOT_FOUND, UNKNOWN, FAILED. */
struct store_report_resolve {
    struct store_request base;
    uint64_t id, by, now_ms;
};
void store_report_resolve(struct store *, struct store_report_resolve *);

/* Reports that are open, or resolved, the newest first, before the id `before` (0: from the
 * newest). DONE, FAILED. */
struct store_reports {
    struct store_request base;
    bool resolved;
    uint64_t before;
    uint32_t limit; /* 1 to PAGE_MAX */
    struct report *reports;
    uint32_t n_reports;
    uint64_t n_open; /* of all */
};
void store_reports(struct store *, struct store_reports *);

/* The 1:1 of two users (the same twice: notes to self). DONE: it is now `conversation`, with
 * these as its members. TAKEN: `conversation` is the one that stands. With conversation = 0 it
 * is only looked up: TAKEN or NOT_FOUND. UNKNOWN, FAILED. */
struct store_direct_claim {
    struct store_request base;
    uint64_t users[2]; /* any order */
    uint64_t conversation;
    uint64_t created_ms;
};
void store_direct_claim(struct store *, struct store_direct_claim *);

/* (created.sender, created.key) of a new group: the claim holds the whole event 1, from which
 * whoever finds it without event 1 appends that. DONE: claimed with `created`. TAKEN: `created`
 * is the event that stands in the claim (compare its digest). With created.conversation = 0 it is
 * only looked up: TAKEN or NOT_FOUND. UNKNOWN, FAILED. */
struct store_group_claim {
    struct store_request base;
    struct event created; /* conversation set, seq 1 */
};
void store_group_claim(struct store *, struct store_group_claim *);

/* Reserves Snowflake timestamps up to (not with) up_to_ms. A store of one process reserves them of
 * the worker that is named; one of several gives each a worker of its own (store/workers.h), and
 * another where that was taken from it. DONE, UNKNOWN, FAILED (also: no worker is free so far). */
struct store_reserve {
    struct store_request base;
    uint64_t owner;         /* the process: a number of its own */
    uint32_t worker;        /* in: that it has, or would like; out: that it has */
    uint64_t up_to_ms;      /* out: or later */
    uint64_t used_up_to_ms; /* out: what was reserved before this, */
    bool another;           /* perhaps by another process */
};
void store_reserve(struct store *, struct store_reserve *);

/* What the nodes of one server note for each other: a board is a few slots, of up to
 * BOARD_BYTES_MAX bytes each, that are read together. */
enum store_boards {
    BOARD_NODES,    /* who they are (discovery/roll.h) */
    BOARD_SETTINGS, /* what an operator set for all of them (admin/settings.h) */
};
enum { BOARD_SLOTS_MAX = 256, BOARD_BYTES_MAX = 1024 };

/* All of its slots; absent: never written. DONE, FAILED. */
struct store_board {
    struct store_request base;
    enum store_boards board;
    struct str *slots; /* BOARD_SLOTS_MAX */
};
void store_board(struct store *, struct store_board *);

/* Writes a slot that still is what it was. DONE, MOVED (it is something else), UNKNOWN, FAILED. */
struct store_board_put {
    struct store_request base;
    enum store_boards board;
    uint32_t slot;
    struct str before; /* absent: never written */
    struct str after;  /* not absent */
};
void store_board_put(struct store *, struct store_board_put *);

/* What the store is: made once, when it was. Readable at once, on any thread. */
struct store_info {
    uint64_t incarnation;                /* random; new after a restore from backup */
    uint8_t secret[CRYPTO_SECRET_BYTES]; /* for digests of commands */
    uint32_t schema;
};
const struct store_info *store_info(const struct store *);

#endif
