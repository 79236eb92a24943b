/*
 * A call's way to a node and back: it waits for room, is prepared there, sent, and perhaps sent to
 * another. What cql_run() promises is kept here. One thread.
 */
#ifndef PARLEY_STORE_CQL_REQUEST_H
#define PARLEY_STORE_CQL_REQUEST_H

struct cql;

/* Sends what waits, as far as there is room. */
void requests_go(struct cql *);
/* Ends all of them. */
void requests_end(struct cql *);

/* What an error of the protocol means to whoever asked: a code of cql.h. */
int request_code_of(int error);

#endif
