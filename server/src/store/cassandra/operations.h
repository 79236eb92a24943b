/* Inside the store on Cassandra: from a request to the operation that carries it out. Each gives an
 * enum store_status, or a negative errno as strand.h has them. */
#ifndef PARLEY_STORE_CASSANDRA_OPERATIONS_H
#define PARLEY_STORE_CASSANDRA_OPERATIONS_H

#include "store/cassandra/strand.h"
#include "store/ops.h"

/* Whichever it is. */
int operation_run(struct strand *, struct store_request *);

/* By what they are about: logs; accounts and claims; lists, and what goes by itself. */
int operation_run_log(struct strand *, struct store_request *);
int operation_run_directory(struct strand *, struct store_request *);
int operation_run_inbox(struct strand *, struct store_request *);

/* append.c */
int cassandra_append(struct strand *, struct store_append *);

/* log.c */
int cassandra_load(struct strand *, struct store_load *);
int cassandra_events(struct strand *, struct store_events *);
int cassandra_key(struct strand *, struct store_key *);
int cassandra_pins(struct strand *, struct store_pins *);

/* member.c */
int cassandra_member(struct strand *, struct store_member *);
int cassandra_mark(struct strand *, struct store_mark *);
int cassandra_reached(struct strand *, struct store_reached *);

/* --- accounts, names, devices, claims --- */

/* --- inboxes and lists, what goes by itself --- */

#endif
