/*
 * struct nodes: one to three servers of one cluster, on a Cassandra and a NATS that run already, in
 * a keyspace and below a subject of the bench's own; and what they say that they asked and sent.
 */
#ifndef PARLEY_BENCH_NODES_H
#define PARLEY_BENCH_NODES_H

#include "options.h"
#include "server.h"
#include "store/cassandra/statements.h"

enum { NODES_MAX = 3, NODE_NAME_MAX = 32, NODE_OPTION_MAX = 1024, NODE_OPTIONS = 7 };

struct nodes {
    const struct options *options;
    char keyspace[NODE_NAME_MAX];
    char texts[NODE_OPTIONS][NODE_OPTION_MAX];
    const char *arguments[NODE_OPTIONS + 1];
    struct server servers[NODES_MAX];
    unsigned n;
};

/* Of a list with commas. */
unsigned list_count(const char *list);

/* Makes the keyspace with its tables. Dies where --cassandra or --nats is not given. */
void nodes_init(struct nodes *, const struct options *);
/* Starts so many, and waits until each knows of all. */
void nodes_start(struct nodes *, unsigned n);
void nodes_stop(struct nodes *);
/* Drops the keyspace. */
void nodes_deinit(struct nodes *);

/* What all of them did so far. */
struct node_counts {
    uint64_t asked[STATEMENTS], statements, batches, batched; /* of Cassandra; in batches */
    uint64_t sent, received; /* on the bus, all but signs of life */
    uint64_t delivered;      /* of the latter, what is for people */
    uint64_t failed;         /* statements that failed or were sent again, messages dropped */
};
void nodes_count(const struct nodes *, struct node_counts *);
/* `now` less `before`, in place. */
void node_counts_since(struct node_counts *now, const struct node_counts *before);

#endif
