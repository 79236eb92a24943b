/* Inside the store on Cassandra: deleted accounts, whose rest is to go. */
#ifndef PARLEY_STORE_CASSANDRA_LEAVING_H
#define PARLEY_STORE_CASSANDRA_LEAVING_H

#include "store/cassandra/strand.h"

/* Before somebody is deleted: the mark that says so. 0, negative. */
int leaving_mark(struct strand *, uint64_t user);

#endif
