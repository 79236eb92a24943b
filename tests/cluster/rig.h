/*
 * For the tests of the driver against a real Cassandra: a loop that is turned until what was asked
 * is answered, answers that are kept, and the nodes, which can be killed, paused and started.
 *
 * What is there, tests/cluster/run says by the environment:
 *   CLUSTER_DIR, CLUSTER_ADDRESSES   three nodes
 *   TLS_DIR, TLS_ADDRESSES           one that speaks TLS alone and asks for a password
 */
#ifndef PARLEY_TESTS_CLUSTER_RIG_H
#define PARLEY_TESTS_CLUSTER_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop/loop.h"
#include "net/address.h"
#include "store/cql/cql.h"
#include "util/arena.h"

enum { RIG_NODES = 3 };

struct rig {
    struct loop loop;
    struct cql *cql;
    struct cql *each[RIG_NODES]; /* to one node alone, where it matters which; or NULL */
    struct cql_options options;  /* of the next rig_open() */
    struct address contacts[RIG_NODES];
    uint32_t awaited;
    struct timer guard;
    bool stopped;
};

/* The three nodes, no keyspace. Not yet open. */
void rig_init(struct rig *);
/* The other one, with its password. `tls`, which knows its authority, outlives the rig. */
void rig_init_tls(struct rig *, struct tls_client *tls);
void rig_open(struct rig *);
/* Closes what is open. */
void rig_close(struct rig *);
void rig_deinit(struct rig *);

/* Turns the loop until all that was asked is answered; fails after a minute. */
void rig_wait(struct rig *);
/* Turns it for so long. */
void rig_turn_ms(struct rig *, uint64_t ms);
#define rig_until(rig, condition)                                                                  \
    do {                                                                                           \
        for (int tries_ = 0; !(condition); tries_++) {                                             \
            assert_in_range(tries_, 0, 6000);                                                      \
            rig_turn_ms(rig, 20);                                                                  \
        }                                                                                          \
    } while (0)

/* An answer, copied. */
struct asked {
    struct cql_call call;
    struct rig *rig;
    uint32_t dones;
    int code;
    char message[512];
    bool conditional, applied;
    uint32_t sent;
    struct str next_page;
    struct arena arena;
    uint32_t rows_n, columns_n;
    struct str names[CQL_COLUMNS_MAX];
    struct str *cells; /* row after row */
};

void asked_deinit(struct asked *);
/* The cell of that row and column; the column must be there. */
struct str asked_cell(const struct asked *, uint32_t row, const char *column);
int64_t asked_number(const struct asked *, uint32_t row, const char *column);

/* Asks and goes on; the answer comes in a rig_wait(). */
void rig_ask(struct rig *, struct asked *, const struct cql_order *);
/* Asks and waits. One statement at QUORUM. */
void rig_run(struct rig *, struct asked *, const struct cql_statement *,
             const struct cql_value *values, size_t n);
#define RUN(rig, asked, statement, ...)                                                            \
    rig_run(rig, asked, statement, (struct cql_value[]){__VA_ARGS__},                              \
            sizeof((struct cql_value[]){__VA_ARGS__}) / sizeof(struct cql_value))
/* Changes the schema; all nodes know of it when this returns. Names come with their keyspace. */
void rig_text(struct rig *, const char *text);

/* Waits until each node takes all others for alive, which it learns later than we do. `table` has a
 * copy on all of them, and a key k int. */
void rig_await_nodes(struct rig *, const char *table);

/* tests/cluster/cassandra COMMAND CLUSTER_DIR NODE; it must work. */
void rig_node(const char *command, unsigned node);

/* Fails with what the answer says if its code is another one. */
void asked_expect(const struct asked *, int code);

/* A value of the environment, which must be there. */
const char *rig_env(const char *name);

#endif
