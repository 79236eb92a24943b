/*
 * struct real_env: the outside as the running server hands it to the domain (chat/env.h): the
 * machine's clocks, the kernel's randomness, passwords in a pool of threads. Errors: none.
 * Thread: the chat thread's.
 */
#ifndef PARLEY_MAIN_ENV_H
#define PARLEY_MAIN_ENV_H

#include <stdatomic.h>
#include <stdbool.h>

#include "chat/env.h"

struct loop;
struct pool;

struct real_env {
    struct env env;
    struct pool *passwords;
    bool fast_passwords;  /* insecure: for tests */
    atomic_bool stopping; /* read by the workers */
};

/* The chat thread's loop and the pool are borrowed and outlive the last job. Nothing is to be
 * released. */
void real_env_init(struct real_env *, struct loop *, struct pool *passwords, bool fast_passwords);
/* From here on passwords that wait fail with -ECANCELED instead of being hashed: a full queue of
 * them takes longer than there is for an orderly end. */
void real_env_stop(struct real_env *);

#endif
