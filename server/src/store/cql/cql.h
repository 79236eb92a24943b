/*
 * A driver for Cassandra's native protocol on our loop: what a store asks of a cluster of nodes,
 * and how sure it may be of the answer.
 *
 * Errors: what becomes of a statement arrives in its call's done(), as cql_result.code:
 *   0                it is done; with a condition, see `applied`
 *   CQL_REFUSED      nothing is done, nor will be by asking again: the statement, the schema or our
 *                    rights are not as they should be
 *   CQL_UNAVAILABLE  nothing is done: too few nodes are there
 *   CQL_OVERLOADED   nothing is done: the nodes, or our own bounds, take no more for now
 *   CQL_UNKNOWN      it may have been done, or may still be: a time-out, a lost connection, a node
 *                    that does not know itself
 * Of a statement that only reads, the last three mean the same.
 *
 * Thread: the loop's. done() runs exactly once for each call, never inside a call here.
 */
#ifndef PARLEY_STORE_CQL_CQL_H
#define PARLEY_STORE_CQL_CQL_H

#include "store/cql/wire.h"

struct address;
struct cql;
struct cql_statement;
struct loop;
struct tls_client;

enum {
    CQL_REFUSED = 1,
    CQL_UNAVAILABLE = 2,
    CQL_OVERLOADED = 3,
    CQL_UNKNOWN = 4,
};

enum {
    /* Nodes of our datacenter that are spoken to; more are left out, with a line in the log. */
    CQL_NODES_MAX = 64,
    /* To each: one would do, two keep a lost packet from holding up everything. */
    CQL_LINKS = 2,
    CQL_STATEMENTS_MAX = 192,
    /* Of one batch. Cassandra warns at 5 KiB and refuses above 50, so it is bytes that bound it. */
    CQL_PARTS_MAX = 64,
    /* Calls under way or waiting; their values together; one call's values. */
    CQL_CALLS_MAX = 16384,
    CQL_CALLS_BYTES_MAX = 64 * 1024 * 1024,
    CQL_CALL_BYTES_MAX = 1024 * 1024,
    /* Of one answer. */
    CQL_PAGE_ROWS_MAX = 5000,
    /* A repeatable statement is sent so often, each time to another node. */
    CQL_TRIES_MAX = 3,
    /* Each may be prepared anew so often in one call: a node that forgets faster than that has no
     * room for our statements. */
    CQL_PREPARES_MAX = 3,
};

/* What is borrowed is so until cql_new() returns, but for the loop and tls, which outlive it. */
struct cql_options {
    struct loop *loop;
    const struct address *contacts; /* to begin with; the others are learnt from these, and are
                                       taken to listen on the first one's port */
    size_t contacts_n;              /* 1 to CQL_NODES_MAX */
    struct str user, password;      /* absent: none */
    struct str keyspace;            /* that names without one are looked for in; absent: none */
    struct str datacenter;          /* whose nodes are used; absent: that of the first contact to
                                       answer */
    struct tls_client *tls;         /* NULL: plain TCP */
    const char *tls_name;           /* that every node's certificate is made out to; NULL: to its
                                       address */
    uint32_t timeout_ms;            /* of a call that has none of its own */
};

/* Begins to connect. Calls may be made at once, and wait until a link is open or all have failed.
 */
struct cql *cql_new(const struct cql_options *);
/* Every call that is under way ends, with UNKNOWN if it was sent; then all is closed and freed, and
 * stopped() runs, not inside. Nothing else may be called from here on. */
void cql_stop(struct cql *, void (*stopped)(void *), void *arg);

/* Whether a call may be repeated by the driver. What has a condition, counts or appends may not. */
enum cql_repeat { CQL_ONCE, CQL_REPEATABLE };

/* A statement with `?` for its values, prepared by each node that it is sent to. The text is
 * copied; the statement lives as long as `cql`. At most CQL_STATEMENTS_MAX. */
struct cql_statement *cql_statement(struct cql *, const char *text, enum cql_repeat);

struct cql_result {
    int code;
    struct str message; /* for people, where code is not 0; else absent */
    bool conditional;   /* the answer says whether the condition held: */
    bool applied;
    struct cql_rows *rows; /* NULL: none. Of a condition that did not hold: what stood there */
    uint32_t sent;         /* how often it was sent */
};

/* Embedded in the caller's own struct, alive until done(). What `result` points to ends with it. */
struct cql_call {
    void (*done)(struct cql_call *, const struct cql_result *result);
};

struct cql_part {
    const struct cql_statement *statement;
    const struct cql_value *values;
    size_t values_n;
};

/* One statement, or several as one logged batch (with conditions: all of one partition). All of it
 * is copied. */
struct cql_order {
    const struct cql_part *parts;
    size_t parts_n;
    struct wire_terms terms;
    uint32_t timeout_ms; /* for all tries together; 0: the usual */
};

void cql_run(struct cql *, struct cql_call *, const struct cql_order *);
/* A statement that is asked once (schema, USE is not for it): not prepared, never repeated. */
void cql_run_text(struct cql *, struct cql_call *, struct str text, const struct wire_terms *,
                  uint32_t timeout_ms);

/* What it has done so far, and holds now. */
struct cql_counts {
    uint64_t calls, sent, repeated, prepared;
    uint32_t under_way, waiting, nodes, links_open;
};
struct cql_counts cql_counts(const struct cql *);
/* The address of the node that metrics call so, below CQL_NODES_MAX. False: there is none. Any
 * thread. */
bool cql_node_address(struct cql *, uint32_t number, struct address *out);

#endif
