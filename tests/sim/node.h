/*
 * struct node: one chat core with what it is given: a way to the store, which may fail, a bus,
 * clocks of its own. A world of one node is Parley on one machine; one of several is a cluster, in
 * which nodes die, stop for a while and go on, and see different times.
 */
#ifndef PARLEY_SIM_NODE_H
#define PARLEY_SIM_NODE_H

#include "chat/chat.h"
#include "chat/session.h"
#include "queue.h"
#include "util/wheel.h"

struct bus;
struct faults;
struct world;

enum { NODES_MAX = 3 };

struct node {
    struct world *world;
    uint32_t index;
    struct queue chat_queue, store_queue;
    struct wheel wheel;
    struct env env;
    struct sink sink;
    struct faults *faults;
    struct bus *bus;
    struct chat *chat;
    uint64_t boot_ms;    /* mono clock at the beginning of the world */
    int64_t ahead_ms;    /* of the wall clock */
    bool stopped;        /* as by SIGSTOP: what it asked for goes on, it does not */
    uint64_t stopped_to; /* the world's mono time */
    uint64_t went_on_ms; /* of it, too */
};

void node_init(struct node *, struct world *, uint32_t index);
/* A core starts on what the world's store holds. */
void node_start(struct node *);
/* The core ends in order; when all have, and nothing is under way, what they were given goes. */
void node_end(struct node *);
void node_deinit(struct node *);
/* The core dies, a new one starts. */
void node_crash(struct node *);
void node_stop(struct node *, uint64_t ms);
void node_go_on(struct node *);
/* One task of its threads. False: there is nothing to run. */
bool node_run(struct node *);
/* Time has passed. */
void node_advance(struct node *);
uint64_t node_wall_ms(const struct node *);
uint64_t node_mono_ms(const struct node *);

#endif
