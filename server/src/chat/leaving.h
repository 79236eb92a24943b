/*
 * Deleting an account: one mark in the store, from which on nobody signs in by it, finds it or
 * begins anything with it; then a job that leaves the groups, ends the contacts and takes away what
 * was theirs alone. Any node goes on with the job where another stopped. What they wrote stays with
 * those they wrote to (docs/log.md). Thread: chat. Errors: chat/error.h.
 */
#ifndef PARLEY_CHAT_LEAVING_H
#define PARLEY_CHAT_LEAVING_H

#include "chat/chat.h"

/* Deletes the caller's account. Their sessions are closed before done(). WRONG_CREDENTIALS,
 * FACTOR_REQUIRED, WRONG_CODE, INVALID, TOO_MANY_TRIES. */
struct chat_leave {
    struct chat_call call;
    struct str password;
    struct str factor_code; /* of the second factor; absent: none */
};
void chat_leave(struct chat *, struct chat_leave *);

/* The operator deletes an account by name (admin.h). NOT_FOUND. */
struct chat_admin_delete {
    struct chat_call call;
    struct str username;
};
void chat_admin_delete(struct chat *, struct chat_admin_delete *);

/* Inside chat/. */
void leaving_init(struct chat *);
/* Nothing is under way. */
void leaving_deinit(struct chat *);
/* Marks that stand are looked for from now on. */
void leaving_run(struct chat *);
/* A drain begins: it ends with the step that is under way. */
void leaving_stop(struct chat *);

#endif
