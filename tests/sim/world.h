/*
 * struct world: a whole Parley in one thread: a node or several (node.h), the store in memory, a
 * bus between them, clocks that lie, and the people with their devices (client.h). A seeded
 * scheduler decides what runs next; a node may die at any moment, what the store carried out stays.
 * The same seed gives the same run.
 */
#ifndef PARLEY_SIM_WORLD_H
#define PARLEY_SIM_WORLD_H

#include "chat/chat.h"
#include "chat/invite.h"
#include "chat/session.h"
#include "model/conversation.h"
#include "node.h"
#include "queue.h"
#include "rng.h"
#include "util/buf.h"
#include "util/hash.h"

enum { OLD_HEADS = 256 };
enum { USERS = 5, DEVICES_EACH = 2, DEVICES = USERS * DEVICES_EACH, OUTS_MAX = 64, TOKENS_MAX = 8 };

/* An account that was disabled, and perhaps enabled again: each change begins at one step, and
 * stands at another, since nodes go on meanwhile. */
struct out {
    uint64_t user;
    uint64_t from_step, stood_step, to_step, over_step; /* the last two: UINT64_MAX, not yet */
    uint64_t stood_ms;                                  /* mono */
};

/* The one person of a run, at most, who deletes their account. */
struct left {
    uint64_t user;
    uint64_t first_step, ok_step; /* when it was first asked for, and told to be done; or 0 */
    uint64_t ok_ms;               /* mono */
};

/* Of an invite. Everybody may find it. */
struct token {
    char text[INVITE_TOKEN_TEXT + 2];
    uint64_t conversation, seq;
};

/* A head as it was read some time, to lag behind (sabotage.c). */
struct old_head {
    uint64_t conversation;
    struct log_head head;
};

struct archive;
struct cassandra;
struct client;
struct fleet;
struct kv;
struct wire;

struct world {
    struct rng rng;
    uint64_t seed;
    bool trace;
    uint64_t step;
    struct node nodes[NODES_MAX];
    uint32_t n_nodes;
    bool clocks_apart; /* those of the nodes, up to a day */
    struct wire *wire; /* between several nodes; else NULL */
    bool reliable;     /* nothing is lost between nodes, nor comes late, and none stops */
    bool wire_silent;  /* nobody ever notices what it loses */
    uint32_t wire_lost_percent, wire_late_percent;
    uint64_t unsettled_ms; /* since the last time at which nothing was under way */
    struct queue desk;     /* the operator's and the checker's thread */
    uint64_t mono_ms, wall_ms;
    uint64_t wall_ms_max;    /* the latest that a wall clock ever was */
    uint64_t overdue_ms;     /* what was too old by then is removed at the end */
    uint64_t clock_set_step; /* when somebody set it */
    struct kv *kv;
    struct archive *archive;     /* what was removed */
    struct cassandra *cassandra; /* in place of kv: the store's own way to go wrong; or NULL */
    struct retention keep;       /* what the server keeps */
    struct store *store;         /* without faults: the checker reads it */
    uint32_t crashes;
    uint64_t users[USERS];
    struct out outs[OUTS_MAX];
    uint32_t n_outs;
    struct left left;
    struct client *clients[DEVICES];
    struct token tokens[TOKENS_MAX]; /* of invites, as their makers were told; the newest few */
    uint32_t n_tokens;
    uint64_t left_out;      /* of what people do, a bit each */
    uint32_t crowd_percent; /* how often they all are at the same place */
    struct list attempts;   /* calls under way: they die with their node */
    uint64_t history;       /* a hash of all that devices saw */
    struct old_head old_heads[OLD_HEADS];
    struct fleet *fleet;    /* of several nodes; else NULL */
    struct map ids;         /* all that were given out */
    const char *sabotage;   /* a rule broken on purpose, to try the checker; or NULL */
    uint32_t drop_pushes;   /* percent */
    uint32_t fault_percent; /* of what goes to the store, and of its answers, goes wrong */
    uint32_t late_percent;  /* of its answers come late */
    bool faulty;            /* something does or is, or was before */
    bool calm;              /* the faults are over */
    bool restless;          /* it did not come to rest: nothing runs any more */
    struct builder errors;  /* what the checker found, a line each */
};

void world_init(struct world *, uint64_t seed, uint32_t n_nodes, bool cassandra,
                const char *sabotage);
void world_deinit(struct world *);
/* Runs one task, or lets time pass. False: nothing was there to run. */
bool world_step(struct world *);
/* Runs until nothing is left to run at this moment; late answers come, late writes do not. */
void world_settle(struct world *);
/* Something happens to a node or to the bus. */
void world_trouble(struct world *);
/* Accounts are disabled and enabled, as an operator does, while a node is down. */
void world_change_accounts(struct world *);
/* A node that is up, or NULL. */
struct node *world_any_node(struct world *);
/* By when what one node was told holds on all; what no node was told, on those that are up. */
uint64_t world_told_ms(const struct world *);
uint64_t world_untold_ms(const struct world *);
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
