/*
 * What an operator does to accounts: nobody's rights are asked. Whoever calls these has the
 * machine, or was found an admin by chat_admin_check(). Thread: chat. Errors: chat/error.h, and
 * UNAVAILABLE.
 */
#ifndef PARLEY_CHAT_ADMIN_H
#define PARLEY_CHAT_ADMIN_H

#include "chat/chat.h"
#include "model/account.h"

enum { ADMIN_PASSWORD_BYTES = 15, ADMIN_PASSWORD_TEXT = 20 };

/* Whether call.user is an admin: FORBIDDEN. */
struct chat_admin_check {
    struct chat_call call;
};
void chat_admin_check(struct chat *, struct chat_admin_check *);

/* An account without a device. NAME_REFUSED, NAME_TAKEN, INVALID (the hash). */
struct chat_admin_add {
    struct chat_call call;
    struct str username;
    struct str password; /* hashed: an Argon2id string */
    uint64_t user;       /* out */
};
void chat_admin_add(struct chat *, struct chat_admin_add *);

/* Changes what is set of one account. A disabled one's sessions are closed, and with a new password
 * all devices are ended, before done(). NOT_FOUND. */
struct chat_admin_set {
    struct chat_call call;
    struct str username;
    struct str password; /* hashed; absent: leaves it */
    int disabled;        /* 0 or 1; -1: leaves it */
    int admin;           /* 1, or -1 for not; 0: leaves it */
    bool no_second_factor;
    bool by_admin; /* another admin is left alone: FORBIDDEN */
};
void chat_admin_set(struct chat *, struct chat_admin_set *);

/* Gives one account, of no admin, a password that was made here, and ends all its devices.
 * NOT_FOUND, FORBIDDEN. */
struct chat_admin_reset {
    struct chat_call call;
    struct str username;
    char password[ADMIN_PASSWORD_TEXT + 2]; /* out */
};
void chat_admin_reset(struct chat *, struct chat_admin_reset *);

/* Accounts by name, after the name `after` (absent: from the start). */
struct chat_admin_list {
    struct chat_call call;
    struct str after;
    uint32_t limit;           /* 1 to 1,000 */
    const struct user *users; /* out: do not show `password` */
    uint32_t n_users;
};
void chat_admin_list(struct chat *, struct chat_admin_list *);

#endif
