/*
 * struct client: one device of one person, doing at random everything that a device does, and
 * keeping its copies the way docs/log.md asks of a client: cursors without gaps, an outbox that
 * resends with the same key, a compare of its inbox by token.
 */
#ifndef PARLEY_SIM_CLIENT_H
#define PARLEY_SIM_CLIENT_H

#include "model/event.h"
#include "world.h"

enum { COPIES_MAX = 64, OPS_MAX = 512, OPS_UNDER_WAY = 3 };

/* A row as a device has it, or as the store does: what must be the same for all. */
struct line {
    uint64_t seq, rev, n, sender, target, user, edited_seq;
    enum event_type type;
    bool deleted;
    uint64_t text;             /* a hash; 0: empty */
    uint64_t reactions[USERS]; /* a hash of the emoji, by the person's place */
};

struct copy {
    uint64_t conversation;
    uint64_t base;   /* seq of rows[0]; 0: nothing fetched yet */
    uint64_t cursor; /* all from base to it is here */
    uint64_t wanted; /* there may be something up to it */
    uint32_t hints;  /* how often `wanted` was said: an answer to an older question leaves it */
    bool fetching, gone;
    struct line *rows;
};

/* One command of a person, whatever number of times it was sent. */
struct op {
    enum event_type type;
    char key[24];
    char text[32];
    uint64_t to, conversation, target, user, after;
    enum role role;
    enum history history;
    uint64_t members[USERS];
    uint32_t n_members;
    uint32_t device;
    uint64_t first_step; /* when it was first sent */
    uint32_t tries;
    bool waiting, under_way;
    bool ok, failed;
    uint64_t ok_step;
    uint64_t ok_conversation, ok_seq;
};

struct client {
    struct world *world;
    uint32_t index;
    uint64_t user, id;
    struct session session;
    bool online;
    uint32_t epoch; /* answers to an older one are not seen by the device */
    struct copy copies[COPIES_MAX];
    uint32_t n_copies;
    struct op ops[OPS_MAX];
    uint32_t n_ops, n_under_way;
    char token[80];
    bool comparing, compare_again, listing;
    char page[160];
};

extern const struct sink_ops client_sink_ops;

/* Signs everybody up and in. */
void clients_init(struct world *);
void clients_deinit(struct world *);
/* The core died: what was under way is not known to have happened. */
void clients_crash(struct world *);
/* One thing that this device does. With `calm` only what brings it in step: coming online,
 * resending, fetching, comparing. */
void client_act(struct client *, bool calm);
/* Nothing is under way and nothing is known to be lacking. */
bool client_in_step(const struct client *);
/* What the device compares itself with at the end. */
void client_compare(struct client *);
void line_of(struct line *, const struct event *, const struct world *);
/* What an edit, delete or reaction does to the rows that come before it; rows[0] is `base`. */
void lines_apply(struct line *rows, uint64_t base, uint64_t cursor, const struct line *e);

#endif
