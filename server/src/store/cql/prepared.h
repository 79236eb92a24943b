/*
 * What a node knows by an id: the statements that it has prepared. Each is asked for once, however
 * many calls wait for it, and again when the node has forgotten it. One thread.
 */
#ifndef PARLEY_STORE_CQL_PREPARED_H
#define PARLEY_STORE_CQL_PREPARED_H

#include "store/cql/cluster.h"

/* Embedded in whoever waits. */
struct prepared_wait {
    struct list node;
    /* 0: the id is there; else a code of cql.h. */
    void (*ready)(struct prepared_wait *, int code, struct str message);
};

/* What the node calls the statement; absent: it has to be asked for first. */
struct str prepared_id(const struct node *, const struct cql_statement *);
/* Asks the node, unless that is under way. ready() follows, never inside; or a code of link.h: it
 * does not. */
int prepared_ask(struct node *, struct link *, const struct cql_statement *,
                 struct prepared_wait *);
/* ready() will not run. Harmless when not waiting. */
void prepared_leave(struct prepared_wait *);
/* The node says that it knows no such id. */
void prepared_forget(struct node *, const struct cql_statement *);
void prepared_free(struct node *);

#endif
