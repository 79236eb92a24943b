/*
 * What the domain sees of the outside besides store and bus: time, randomness, slow work. The
 * server hands in the real ones, the simulator its own.
 */
#ifndef PARLEY_CHAT_ENV_H
#define PARLEY_CHAT_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/crypto.h"
#include "util/str.h"
#include "util/task.h"

/* One password to hash or verify, embedded in the caller's struct, alive until done(). */
struct password_job {
    struct str password;
    char hash[CRYPTO_PASSWORD_BYTES]; /* verify: in; else out */
    bool verify;
    bool matches;                        /* verify: the answer */
    int error;                           /* 0, or a negative errno */
    void (*done)(struct password_job *); /* on the chat thread, never inside the call */
    void *task;                          /* the implementation's own */
};

struct env;
struct wheel;

struct env_ops {
    uint64_t (*wall_ms)(struct env *); /* Unix */
    uint64_t (*mono_ms)(struct env *);
    void (*random)(struct env *, void *p, size_t n);
    /* False when the queue is full: the job was not taken and done() will not run. */
    bool (*password)(struct env *, struct password_job *);
};

struct env {
    const struct env_ops *ops;
    struct poster *self; /* tasks posted here run on the chat thread, in order */
    struct wheel *wheel; /* timers set on it fire on the chat thread; its time is mono_ms() */
};

#endif
