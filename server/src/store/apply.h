/* Does what an event changes besides its own row and key, in the batch of a turn. */
#ifndef PARLEY_STORE_APPLY_H
#define PARLEY_STORE_APPLY_H

#include "store/turn.h"

/* `e`'s row is in the batch already; `head` is the head with it. 0 or a negative errno. */
int apply_event(struct turn *, const struct event *e, const struct log_head *head);

#endif
