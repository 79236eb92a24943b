/*
 * The second factor of signing in: one-time codes by time, and recovery codes for whoever lost what
 * makes them. Thread: chat. Errors: chat/error.h, and UNAVAILABLE.
 */
#ifndef PARLEY_CHAT_FACTOR_H
#define PARLEY_CHAT_FACTOR_H

#include "chat/chat.h"
#include "model/event.h"
#include "model/second_factor.h"

enum { FACTOR_SECRET_TEXT = TOTP_SECRET_BYTES / 5 * 8 };

/* A secret to set up with, in base32. Nothing is stored: chat_factor_change() is told it. */
void chat_factor_secret(struct chat *, char out[FACTOR_SECRET_TEXT + 1]);

/* What is told to the own log with it: ENABLED (asks for a code at every sign-in from now on),
 * DISABLED, or NEW_RECOVERY (those before hold no more). INVALID (the secret), WRONG_CREDENTIALS,
 * WRONG_CODE, FACTOR_ON, FACTOR_OFF, KEY_REUSED, TOO_MANY_TRIES. With the same key, and the
 * password, the answer is the same whatever the code. */
struct chat_factor_change {
    struct chat_call call;
    enum factor_change what;
    struct str password, code;
    struct str secret;                                /* ENABLED */
    struct str key;                                   /* absent: the call is not repeatable */
    char recovery[RECOVERY_CODES][RECOVERY_TEXT + 1]; /* out, not of DISABLED */
};
void chat_factor_change(struct chat *, struct chat_factor_change *);

#endif
