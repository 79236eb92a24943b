/*
 * struct roll: the nodes of a cluster as its store keeps them: who was there, and how each is, also
 * when nobody who would know is up. A node that starts knows by it who should be there, and an
 * operator sees what is missing, and takes off it what will not come back.
 *
 * Each node has a slot, in which it writes what it says of itself whenever that changes. What
 * another one is, joining, up or draining by its slot, is put right by whoever knows better: it is
 * down, or has left, by struct nodes; or it was never heard here for ROLL_UNHEARD_MS. That is
 * written once: a node that is cut off from this one, but not from the store, says again that it is
 * up, and is believed. A slot is changed only from what was seen in it, so of two the first one is
 * right.
 *
 * A row is a gossip (gossip.h), whose number is when it was written (Unix, ms). Slots are used
 * again: first those of nodes with the same address that are over, then free ones, then those of
 * nodes that have been removed or down, the longest first.
 *
 * Rows, times and struct nodes in; what to write out: no clock, no store. Errors: none. Any one
 * thread.
 */
#ifndef PARLEY_DISCOVERY_ROLL_H
#define PARLEY_DISCOVERY_ROLL_H

#include <stdbool.h>
#include <stdint.h>

#include "discovery/nodes.h"

struct buf;

enum {
    ROLL_SLOTS = NODES_MAX,
    ROLL_BYTES_MAX = 1024,
    ROLL_UNHEARD_MS = 10 * 1000, /* by far longer than until it is heard, or known to be down */
};

struct roll_slot {
    struct buf *row;    /* NULL: it was never written */
    struct gossip node; /* its texts lie in the row; id 0: the slot is free */
    uint64_t since_ms;  /* that node has been in it, or may not have been heard before */
    uint64_t judged;    /* the id of the one that this node found to be over */
};

struct roll {
    uint64_t self;
    bool leaving;
    struct roll_slot slots[ROLL_SLOTS];
};

/* Both are the caller's to unref. */
struct roll_change {
    uint32_t slot;
    struct buf *before; /* NULL: it was never written */
    struct buf *after;
};

void roll_init(struct roll *, uint64_t self);
void roll_deinit(struct roll *);

/* What stands in a slot; absent: nothing was ever written there. */
void roll_saw(struct roll *, uint32_t slot, struct str row, uint64_t now_ms);
/* The bus was away: whoever was not heard meanwhile may be there. */
void roll_were_unheard(struct roll *, uint64_t now_ms);
/* From here on this node is one that has left. */
void roll_leave(struct roll *);

/* What is to be written next. False: nothing. Where this node hears nobody, others are not judged.
 */
bool roll_next(struct roll *, const struct nodes *, bool hears, uint64_t wall_ms, uint64_t now_ms,
               struct roll_change *out);
/* Takes a node that is down off the roll, by its id. False: there is none, or it is not down. */
bool roll_remove(struct roll *, uint64_t id, uint64_t wall_ms, struct roll_change *out);

void roll_change_deinit(struct roll_change *);

/* The slot of a node, or NULL. */
const struct roll_slot *roll_find(const struct roll *, uint64_t id);

#endif
