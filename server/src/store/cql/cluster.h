/*
 * struct cql from the inside: the nodes, the links to them, and the calls. Its parts are
 * request.c (a call's way), prepared.c (what nodes know by an id) and topology.c (which nodes there
 * are). One thread, the loop's.
 */
#ifndef PARLEY_STORE_CQL_CLUSTER_H
#define PARLEY_STORE_CQL_CLUSTER_H

#include <assert.h>
#include <pthread.h>

#include "store/cql/cql.h"
#include "store/cql/link.h"
#include "store/cql/ring.h"
#include "store/cql/topology.h"

struct prepared;

static_assert((int)CQL_NODES_MAX <= 64, "a bit for each in a number");

struct cql_statement {
    uint32_t number;
    enum cql_repeat repeat;
    struct cql_keys keys; /* from the first node to prepare it; n = 0: not yet known, or no key */
    struct str text;      /* owned */
};

struct node {
    struct cql *cql;
    uint32_t number; /* in cql->nodes */
    struct address address;
    struct link links[CQL_LINKS];
    struct prepared *prepared[CQL_STATEMENTS_MAX]; /* NULL: not yet asked for */
    int64_t tokens[RING_TOKENS_MAX];
    uint32_t tokens_n;
    uint32_t links_running; /* not yet stopped */
    uint32_t links_counted; /* open, as the metrics have it */
    bool listed;            /* seen by the look that is under way */
};

struct cql {
    struct loop *loop;
    struct link_settings links;
    struct str datacenter; /* owned; absent: not yet known */
    char *tls_name;
    uint32_t timeout_ms;
    uint16_t port;
    struct node *nodes[CQL_NODES_MAX];   /* NULL: free */
    uint64_t present;                    /* a bit for each that is not */
    pthread_mutex_t names_lock;          /* guards what another thread may ask: */
    struct address names[CQL_NODES_MAX]; /* of all zeroes: there is no such node */
    struct ring ring;
    struct topology topology;
    struct cql_statement *statements[CQL_STATEMENTS_MAX];
    uint32_t statements_n;
    struct list requests; /* sent, or preparing */
    struct list waiting;  /* to be sent, oldest first */
    size_t requests_bytes;
    uint32_t next; /* round robin */
    bool opened;   /* a link has been open */
    struct loop_hook hook;
    struct cql_counts counts;
    uint32_t nodes_running; /* with those that are being let go of */
    bool stopping;
    void (*stopped)(void *);
    void *stopped_arg;
};

/* A new node, its links starting. NULL: there is no room. */
struct node *cluster_add(struct cql *, const struct address *);
struct node *cluster_find(const struct cql *, const struct address *);
/* Lets go of a node none of whose links is open; false: one is. */
bool cluster_remove(struct node *);
/* No link was ever open, and some node has yet to fail. */
bool cluster_is_starting(const struct cql *);
/* Why a node could not be reached, for people; lasts as long as that node. */
struct str cluster_why(const struct cql *);
/* The ring, from the nodes' tokens. */
void cluster_rebuild_ring(struct cql *);
/* At the end of the turn, what waits is looked at again. */
void cluster_wake(struct cql *);

/* An open link to it with room, the less busy one; `full`: there is one without. NULL: none. */
struct link *node_link(struct node *, bool *full);

#endif
