/*
 * struct nodes: the nodes of a cluster as one of them sees them: what each said last, and who
 * counts as down.
 *
 * A node that was not heard of for NODES_SILENT_MS is doubted: it is asked itself, and two others
 * are asked whether they heard of it. It is down if it does not answer and they say that it is
 * silent; if they do not answer either, that is asked once more, since it may be this node that is
 * not heard. What comes later changes nothing, but its own next word does. A node whose own bus is
 * away doubts nobody.
 *
 * Gossip is numbered, so that a late one does not undo a later one. That something was lost on the
 * way is seen below, in the numbers of all that goes to all nodes (bus/peers.h), gossip among it:
 * it is told as bus_handler.lost, and the devices of this node compare.
 *
 * What is known is this node's own view, in memory. States that an operator sets, and those of
 * nodes that have not been heard since this one came, would have to stand in the store: they do
 * not yet.
 *
 * Gossip, answers and times in; whom to ask, and who is how, out: no clock, no bus. Errors: none.
 * Times are of one monotonic clock, in ms. Any one thread.
 */
#ifndef PARLEY_DISCOVERY_NODES_H
#define PARLEY_DISCOVERY_NODES_H

#include <stdbool.h>
#include <stddef.h>

#include "discovery/gossip.h"
#include "util/hash.h"

enum {
    /* All of them gossip with all. One more takes the place of one that is over, or is not seen. */
    NODES_MAX = 256,
    NODES_SILENT_MS = 5000,         /* five of the gossips that each sends in this time */
    NODES_HEARD_MS = 4000,          /* a witness that heard it since then takes it for alive */
    NODES_KEEP_MS = 10 * 60 * 1000, /* one that is down or removed is shown so long */
    NODES_WITNESSES = 2,            /* others that are asked */
    NODES_NEVER = -1,               /* as nodes_silent_ms(): it is not known here */
};

struct node {
    uint64_t id, number;
    enum node_state state;
    uint64_t since_ms; /* it is in that state */
    uint64_t joined_ms, heard_ms;
    uint64_t doubted_ms; /* when it was last doubted, or spoken for */
    uint32_t awaited;    /* answers, while it is doubted */
    bool spoken_of;      /* one of these came, or none is to come */
    bool undecided;      /* it was doubted before, and nobody answered */
    uint32_t named;      /* clients that were sent to it since it was heard (choice.h) */
    uint64_t roles, connections, connections_max, cpu_permille;
    char url[NODE_URL_BYTES_MAX + 1];
    char region[NODE_WORD_BYTES_MAX + 1], version[NODE_WORD_BYTES_MAX + 1];
};

struct nodes {
    struct map map; /* id -> struct node */
    uint64_t self;  /* the id of this one */
};

void nodes_init(struct nodes *, uint64_t self);
void nodes_deinit(struct nodes *);

/* What a node said, this one among them. One that comes with the address of one that is down has
 * taken its place, and so has one that came before that was known. False: there is no room for it.
 */
bool nodes_heard(struct nodes *, const struct gossip *, uint64_t now_ms);
/* The bus was away: whoever was silent meanwhile may not have been. */
void nodes_were_unheard(struct nodes *, uint64_t now_ms);
/* Forgets those that have been down or removed for long. */
void nodes_forget(struct nodes *, uint64_t now_ms);

/* One that is to be doubted now, or NULL; it is, from here on, and waits for as many answers as
 * nodes_witnesses() named, and for its own. */
struct node *nodes_doubt(struct nodes *, uint64_t now_ms);
/* Whom to ask of it: those heard last. How many. */
size_t nodes_witnesses(const struct nodes *, const struct node *about,
                       uint64_t ids[NODES_WITNESSES]);
/* One of the answers. */
enum nodes_answer {
    NODES_NO_ANSWER,
    NODES_SAID_SILENT, /* a witness heard nothing of it for NODES_HEARD_MS */
    NODES_SAID_ALIVE,
};
void nodes_answered(struct nodes *, uint64_t about, enum nodes_answer, uint64_t now_ms);

/* For how long nothing was heard of it; NODES_NEVER. */
int64_t nodes_silent_ms(const struct nodes *, uint64_t id, uint64_t now_ms);
const struct node *nodes_self(const struct nodes *);
/* All of them, by id. How many. */
size_t nodes_list(const struct nodes *, const struct node *out[NODES_MAX]);

#endif
