/*
 * struct world: a whole Parley in one thread: a chat core, the store in memory, a local bus, clocks
 * that lie, and the people with their devices (client.h). A seeded scheduler decides what runs
 * next; the core may die at any moment, what the store carried out stays. The same seed gives the
 * same run.
 */
#ifndef PARLEY_SIM_WORLD_H
#define PARLEY_SIM_WORLD_H

#include "chat/chat.h"
#include "chat/invite.h"
#include "chat/session.h"
#include "rng.h"
#include "util/buf.h"
#include "util/task.h"
#include "util/wheel.h"

enum { USERS = 5, DEVICES_EACH = 2, DEVICES = USERS * DEVICES_EACH, OUTS_MAX = 64, TOKENS_MAX = 8 };

/* Between these steps an account was disabled. */
struct out {
    uint64_t user, from, to;
};

/* The one person of a run, at most, who deletes their account. */
struct left {
    uint64_t user;
    uint64_t first_step, ok_step; /* when it was first asked for, and told to be done; or 0 */
};

/* Of an invite. Everybody may find it. */
struct token {
    char text[INVITE_TOKEN_TEXT + 2];
    uint64_t conversation, seq;
};

struct archive;
struct client;
struct faults;
struct kv;

/* Posted tasks, run one at a time in their order. */
struct queue {
    struct poster poster;
    struct list tasks;
};

struct world {
    struct rng rng;
    uint64_t seed;
    bool trace;
    uint64_t step;
    struct queue chat_queue, store_queue;
    uint64_t mono_ms, wall_ms;
    uint64_t wall_ms_max;    /* the latest that the wall clock ever was */
    uint64_t overdue_ms;     /* what was too old by then is removed at the end */
    uint64_t clock_set_step; /* when somebody set it */
    struct wheel wheel;
    struct env env;
    struct sink sink;
    struct kv *kv;
    struct archive *archive; /* part of kv: what was removed */
    struct retention keep;   /* what the server keeps */
    struct faults *faults;
    struct store *store; /* the one behind the faults: the checker reads it */
    struct bus *bus;
    struct chat *chat;
    uint32_t crashes;
    uint64_t users[USERS];
    struct out outs[OUTS_MAX];
    uint32_t n_outs;
    struct left left;
    struct client *clients[DEVICES];
    struct token tokens[TOKENS_MAX]; /* of invites, as their makers were told; the newest few */
    uint32_t n_tokens;
    struct list attempts;   /* calls under way: they die with the core */
    uint64_t history;       /* a hash of all that devices saw */
    const char *sabotage;   /* a rule broken on purpose, to try the checker; or NULL */
    uint32_t drop_pushes;   /* percent */
    uint32_t fault_percent; /* of what goes to the store, and of its answers, goes wrong */
    uint32_t late_percent;  /* of its answers come late */
    bool calm;              /* the faults are over */
    struct builder errors;  /* what the checker found, a line each */
};

void world_init(struct world *, uint64_t seed, const char *sabotage);
void world_deinit(struct world *);
/* Runs one task, or lets time pass. False: nothing was there to run. */
bool world_step(struct world *);
/* Runs until nothing is left to run at this moment; late answers come, late writes do not. */
void world_settle(struct world *);
/* The core dies; a new one starts on what the store holds. While there is none an account may be
 * disabled or enabled, as an operator does. */
void world_crash(struct world *);
/* No more faults: what was to come late has come, or never will. */
void world_calm(struct world *);
/* Time passes, and what is due fires. */
void world_pass(struct world *, uint64_t ms);
/* A line for the report: the run has failed. */
void world_fail(struct world *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_trace(struct world *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Something that a device saw goes into the history's hash. */
void world_saw(struct world *, uint64_t what);

#endif
