/* Inside the store: what still comes to somebody whose account is deleted. A write that was on its
 * way when the mark was set may stand long after (docs/log.md, 2): whatever gives a user a row of
 * their own calls this with it. */
#ifndef PARLEY_STORE_LEAVING_H
#define PARLEY_STORE_LEAVING_H

#include "store/turn.h"

/* If the user is deleted, the rest of them is to go again. 0, negative. */
int leaving_again(struct turn *, uint64_t user);

#endif
