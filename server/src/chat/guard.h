/*
 * Inside chat/: how often somebody may try to sign in or up, or write to strangers, and what a
 * device shows to be let past those who guess at its account (docs/decisions/0009).
 */
#ifndef PARLEY_CHAT_GUARD_H
#define PARLEY_CHAT_GUARD_H

#include "chat/account.h"
#include "chat/core.h"

/* Each takes one try. 0: allowed; else the milliseconds until the next is. */
uint32_t guard_signup(struct chat *, const struct address_bytes *);
uint32_t guard_signin(struct chat *, struct str account, const struct address_bytes *);
/* The same of the account alone. */
uint32_t guard_account(struct chat *, struct str account);
/* Of a device that has signed in to this account before. */
uint32_t guard_device(struct chat *, uint64_t device);
/* Writes first to somebody who does not know them. */
uint32_t guard_request(struct chat *, uint64_t user);
/* No account came of a sign-up: it was a try, and is not counted among those that did. */
void guard_signup_failed(struct chat *, const struct address_bytes *from);
/* The try was good: it does not count. `device` as it was taken; 0: by account. */
void guard_give_back(struct chat *, struct str account, uint64_t device);

/* What this device keeps of having signed in: a text of KNOWN_TEXT. */
void known_make(const struct chat *, uint64_t user, uint64_t device, char out[KNOWN_TEXT + 2]);
/* The device that it was made for, if that was this user's; else 0. */
uint64_t known_device(const struct chat *, uint64_t user, struct str known);

#endif
