/*
 * The second factor of signing in: one-time codes by time, and recovery codes for whoever lost what
 * makes them. Thread: chat. Errors: chat/error.h, and UNAVAILABLE.
 */
#ifndef PARLEY_CHAT_FACTOR_H
#define PARLEY_CHAT_FACTOR_H

#include "chat/chat.h"
#include "model/second_factor.h"

enum { FACTOR_SECRET_TEXT = TOTP_SECRET_BYTES / 5 * 8 };

/* A secret to set up with, in base32. Nothing is stored: chat_factor_enable() is told it. */
void chat_factor_secret(struct chat *, char out[FACTOR_SECRET_TEXT + 1]);

/* Asks for a code at every sign-in from now on. INVALID (the secret), WRONG_CREDENTIALS,
 * WRONG_CODE, FACTOR_ON, TOO_MANY_TRIES. */
struct chat_factor_enable {
    struct chat_call call;
    struct str password, secret, code;
    char recovery[RECOVERY_CODES][RECOVERY_TEXT + 1]; /* out: told this once */
};
void chat_factor_enable(struct chat *, struct chat_factor_enable *);

/* WRONG_CREDENTIALS, WRONG_CODE, FACTOR_OFF, TOO_MANY_TRIES. */
struct chat_factor_disable {
    struct chat_call call;
    struct str password, code;
};
void chat_factor_disable(struct chat *, struct chat_factor_disable *);

#endif
