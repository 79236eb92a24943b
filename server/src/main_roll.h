/*
 * This node on the roll that the cluster's store keeps (discovery/roll.h): reads it now and then,
 * writes what is to be written, and says at the end that this node has left. Thread: chat.
 */
#ifndef PARLEY_MAIN_ROLL_H
#define PARLEY_MAIN_ROLL_H

#include <stdbool.h>
#include <stdint.h>

#include "discovery/roll.h"
#include "store/directory.h"
#include "util/wheel.h"

struct bus;
struct discovery;
struct loop;

enum {
    ROLL_EVERY_MS = 5000, /* one read of a small partition, on each node */
    ROLL_AGAIN_MS = 500,  /* another node was faster, or the store did not answer */
};

/* Starts as {0}. */
struct main_roll {
    struct roll roll;
    struct store *store; /* NULL: there is none, where the store is this node's alone */
    struct bus *bus;
    struct discovery *discovery;
    struct loop *loop;
    struct timer timer;
    bool asking; /* read or put is under way */
    bool over;
    bool connected;       /* the bus was, when looked at last */
    enum node_state said; /* how this node was when that was last written, or was seen to be */
    struct store_board read;
    struct store_board_put put;
    struct roll_change change;
};

/* All borrowed, until closed. */
void main_roll_open(struct main_roll *, struct store *, struct bus *, struct discovery *,
                    struct loop *);
/* Twice a second: what this node says of itself may have changed. */
void main_roll_look(struct main_roll *);
/* This node ends: that is written. */
void main_roll_leave(struct main_roll *);
/* Whether something is under way, or is to be. */
bool main_roll_busy(const struct main_roll *);
/* Nothing is asked any more: before the store and what it is about are gone. */
void main_roll_stop(struct main_roll *);
/* When the store is gone, and has answered all. */
void main_roll_close(struct main_roll *);

#endif
