/*
 * Between the store and its driver: a statement is held back, so that a case stands at the very
 * point between two statements of an operation. There another node does something, or the link is
 * cut before the answer comes. What is asked is asked of the real one.
 *
 * A program that is linked with this has strand.c of its own, which calls hold_run() instead of
 * cql_run() (CMakeLists.txt).
 */
#ifndef PARLEY_TESTS_CLUSTER_HOLD_H
#define PARLEY_TESTS_CLUSTER_HOLD_H

#include <stdint.h>

#include "store/cassandra/statements.h"
#include "store/cql/cql.h"
#include "store_rig.h"

/* A statement, or the batch that begins with it. What it borrows is its operation's, and ends with
 * that. */
struct held {
    enum statement statement;
    bool there;
    struct cql *cql;
    struct cql_call *asker;
    struct cql_order order;
    struct cql_call own;
    bool landed;
};

/* The next one is held, whoever asks. One at a time is waited for. */
void hold(struct held *, enum statement);
/* Turns the loop until it is there: of something that was begun (begin_ask). */
void held_await(struct held *, struct rig *);
/* It goes its way, as if it never had been held. */
void held_let_go(struct held *);
/* Its asker is told that nobody knows what became of it. */
void held_doubt(struct held *);
/* It is done, and its asker is not told: before held_doubt() or after it. */
void held_land(struct held *, struct rig *);

/* Begins what a statement is held of; what is asked by ask() meanwhile goes by itself. */
#define begin_ask(rig, operation, request)                                                         \
    do {                                                                                           \
        (request)->base.done = held_answered;                                                      \
        held_pending++;                                                                            \
        operation((rig)->store, request);                                                          \
    } while (0)

/* Of what was begun, how much is not answered yet. */
extern uint32_t held_pending;
void held_answered(struct store_request *);
/* Turns the loop until all of it is. */
void await_answer(struct rig *);

#endif
