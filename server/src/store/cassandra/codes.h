/* Inside the store on Cassandra: invite codes, as a sign-up and a deletion see them. Functions
 * answer 0, an enum store_status or a negative errno (strand.h). */
#ifndef PARLEY_STORE_CASSANDRA_CODES_H
#define PARLEY_STORE_CASSANDRA_CODES_H

#include "store/cassandra/strand.h"

/* Whether one may sign up with it: 0, STORE_NOT_FOUND, negative. */
int codes_look(struct strand *, const struct store_code_use *);
/* The same, and counts it. */
int codes_count(struct strand *, const struct store_code_use *);
/* The sign-up came to nothing. */
int codes_give_back(struct strand *, uint64_t id);
/* Those that the user made go. */
int codes_end_of(struct strand *, uint64_t user);

#endif
