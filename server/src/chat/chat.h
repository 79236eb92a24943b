/*
 * struct chat: the domain. One thread, no locks, never blocks; it sees time, randomness, store
 * and bus only through what it is given, so that whole systems run under the simulator.
 *
 * Calls: every request embeds a struct chat_call. Fill in the inputs, set `done` and the caller's
 * identity, call chat_<verb>(). Inputs stay alive and unchanged until done() runs: exactly once,
 * on the chat thread, never inside the call. Outputs are borrowed for the time of done() alone
 * (whoever needs them later copies), after which the struct is the caller's again.
 *
 * The calls stand in the headers of their nouns: account.h, append.h, group.h, invite.h, read.h,
 * inbox.h, receipt.h, presence.h, session.h, leaving.h.
 */
#ifndef PARLEY_CHAT_CHAT_H
#define PARLEY_CHAT_CHAT_H

#include <stdbool.h>
#include <stdint.h>

#include "chat/env.h"
#include "chat/error.h"
#include "model/conversation.h"
#include "util/list.h"
#include "util/task.h"

struct bus;
struct chat;
struct sink;
struct store;

/* The caller sets what stands before `error`; the rest is the domain's. */
struct chat_call {
    uint64_t user;     /* who asks; 0: nobody signed in */
    uint64_t device;   /* by which device; 0: none */
    uint64_t since_ms; /* it was sent after this (mono), and may be that old; 0: by no client */
    void (*done)(struct chat_call *);

    enum chat_error error;
    /* With OVERLOADED, UNAVAILABLE, TOO_MANY_TRIES, RATE_LIMITED, TOO_SOON. */
    uint32_t retry_after_ms;
    uint64_t head;  /* with AHEAD, TOO_OLD, AFTER_REQUIRED */
    uint64_t first; /* with TRUNCATED, where it is of a place: the first seq there is */

    struct chat *chat;
    struct task task;
};

/* Who may sign up. */
enum registration {
    REGISTRATION_CLOSED, /* nobody */
    REGISTRATION_INVITE, /* who has an invite code */
    REGISTRATION_OPEN,
};

/* What is kept instead of asked for each time, as METRIC_CACHE_HITS and _MISSES count it; who asks
 * there for a session, is the gateway. */
enum chat_cached { CHAT_CACHED_ROOM, CHAT_CACHED_PERSON, CHAT_CACHED_SESSION };

struct chat_options {
    struct env *env; /* all borrowed, outlive the chat */
    struct store *store;
    struct bus *bus; /* the chat attaches itself as its handler */
    struct sink *sink;
    enum registration registration;
    bool shared; /* other nodes write to the same store: what is cached grows old (age.h) */
    /* With `shared`: how old what is cached of a conversation may be for a reader, of a person for
     * a decision; 0: 1 s, 50 s. */
    uint64_t read_age_ms_max, person_age_ms_max;
    uint64_t cache_bytes_max;  /* rooms and persons kept loaded; 0: 64 MiB */
    uint32_t calls_max;        /* under way at once; 0: 65,536: past it OVERLOADED */
    uint64_t patience_ms;      /* a client hears nothing so long, and gives up; 0: 12.5 s */
    uint64_t offline_after_ms; /* presence; 0: 30 s */
    uint32_t worker;           /* Snowflake; where others write, too: the first that is tried */
    /* Tries to sign in or up that are allowed at once; the allowance fills in ten minutes. 0: no
     * limit. */
    uint32_t tries_account, tries_address;
    uint32_t signups_address;  /* the same of accounts made from one address */
    uint32_t requests_user;    /* and of strangers that one user writes to first */
    uint32_t devices_user_max; /* signed in at once; 0: DEVICES_MAX */
    uint32_t sockets_user_max; /* sessions of one user at once; 0: no limit */
    struct retention retention;
};

struct chat *chat_new(const struct chat_options *);
/* From here on what is to be done again and again is done: emptying what is due, removing what is
 * too old, finishing deleted accounts. A node that serves calls it once. */
void chat_run_jobs(struct chat *);
/* A drain begins: a job ends with the step that is under way, and goes on where somebody runs jobs
 * again. */
void chat_stop_jobs(struct chat *);
/* Who may sign up from here on. */
void chat_set_registration(struct chat *, enum registration);
/* Must be idle: no call or load under way, all sessions ended. NULL is fine. */
void chat_free(struct chat *);
/* Calls and loads under way; 0 when all is finished (to drain). */
uint32_t chat_busy(const struct chat *);
/* Ends long waits (sync with wait_ms) at once: for a drain. */
void chat_wake_all(struct chat *);
/* The process ends: whoever is there, or was a moment ago, is stored as seen. To be called once all
 * sessions have ended; the writes count as calls under way. From here on what is in doubt is
 * settled for calls that wait for it, and else left to others. */
void chat_end(struct chat *);

#endif
