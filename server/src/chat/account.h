/* Accounts and devices: who one is, and by which devices. Thread: chat. Errors: chat/error.h. */
#ifndef PARLEY_CHAT_ACCOUNT_H
#define PARLEY_CHAT_ACCOUNT_H

#include "chat/chat.h"
#include "model/account.h"
#include "model/contact.h"

/* Where a try comes from: an IPv6 address, or IPv4-mapped; all zero: not limited. */
struct address_bytes {
    uint8_t b[16];
};

enum { KNOWN_TEXT = 32 }; /* of what shows that a device has signed in before */

/* signup: NAME_TAKEN, NAME_REFUSED, REGISTRATION_CLOSED, CODE_REFUSED, INVALID (outside
 * model/limits.h), TOO_MANY_TRIES. signin: WRONG_CREDENTIALS (the same, and after the same time,
 * whether the name or the password is wrong), FACTOR_REQUIRED, WRONG_CODE, DISABLED, TOO_MANY_TRIES
 * (per account and per address). */
struct chat_sign {
    struct chat_call call;
    struct str username;                            /* as it is typed */
    struct str password, display_name, device_name; /* display_name absent: username */
    struct str code;        /* signup: an invite code; counted only where one is asked for */
    struct str factor_code; /* signin: a code of the second factor; absent: none */
    struct str known;       /* in: `known_now` of an earlier time; or absent */
    struct address_bytes address;
    /* out */
    uint64_t user, device;
    char token[CRYPTO_TOKEN_TEXT + 1];
    char known_now[KNOWN_TEXT + 2]; /* shows later that this device has signed in */
};
void chat_signup(struct chat *, struct chat_sign *);
void chat_signin(struct chat *, struct chat_sign *);

/* Whose token this is: call.user and call.device are set. UNAUTHENTICATED, DISABLED,
 * UNAVAILABLE. */
struct chat_authenticate {
    struct chat_call call;
    struct str token;
};
void chat_authenticate(struct chat *, struct chat_authenticate *);

/* Ends a device (0: the caller's own = sign out): its token is found no more, its sessions are
 * closed before done(). NOT_FOUND. */
struct chat_device_end {
    struct chat_call call;
    uint64_t device;
};
void chat_device_end(struct chat *, struct chat_device_end *);

/* WRONG_CREDENTIALS (the old one), INVALID, TOO_MANY_TRIES. */
struct chat_password {
    struct chat_call call;
    struct str old_password, new_password;
    bool end_others; /* all other devices of the user */
};
void chat_password(struct chat *, struct chat_password *);

struct chat_devices {
    struct chat_call call;
    const struct device *devices; /* out: oldest first */
    uint32_t n_devices;
};
void chat_devices(struct chat *, struct chat_devices *);

/* Users by id (`ids`, up to 200), or whose name starts with `prefix` when n_ids is 0. Disabled
 * ones are found by id only. */
struct chat_users {
    struct chat_call call;
    const uint64_t *ids;
    uint32_t n_ids;
    struct str prefix;
    uint32_t limit;           /* 1 to SEARCH_MAX */
    const struct user *users; /* out: do not show `password` */
    uint32_t n_users;
};
void chat_users(struct chat *, struct chat_users *);

/* Whom the caller blocks. */
struct chat_blocks {
    struct chat_call call;
    const uint64_t *users; /* out: ascending */
    uint32_t n_users;
};
void chat_blocks(struct chat *, struct chat_blocks *);

/* How the caller stands to others, by the others' ids, after the id `after`. */
struct chat_contacts {
    struct chat_call call;
    uint64_t after;                 /* 0: from the start */
    uint32_t limit;                 /* 1 to PAGE_MAX */
    const struct contact *contacts; /* out */
    uint32_t n_contacts;
};
void chat_contacts(struct chat *, struct chat_contacts *);

#endif
