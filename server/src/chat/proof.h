/*
 * Inside chat/: struct proof, the password of somebody who is signed in, asked for again before
 * what a stolen session must not do. It counts as a try to sign in. Thread: chat.
 */
#ifndef PARLEY_CHAT_PROOF_H
#define PARLEY_CHAT_PROOF_H

#include "chat/core.h"

/* Embedded in the caller's struct; call, password and ready are the caller's. */
struct proof {
    struct chat_call *call; /* whose user it is; retry_after_ms is set with TOO_MANY_TRIES */
    struct str password;    /* borrowed until proof_deinit() */
    /* CHAT_OK, WRONG_CREDENTIALS, TOO_MANY_TRIES, NOT_FOUND, OVERLOADED, UNAVAILABLE; never inside
     * proof_ask(). */
    void (*ready)(struct proof *, enum chat_error);
    const struct user *user; /* with CHAT_OK, until proof_deinit() */

    struct store_users find;
    struct password_job job;
};

void proof_ask(struct proof *);
/* Nothing else was wrong: the try is given back. */
void proof_stands(struct proof *);
void proof_deinit(struct proof *);

#endif
