/* Inside the store: what is pinned in a conversation follows its events. */
#ifndef PARLEY_STORE_PINS_H
#define PARLEY_STORE_PINS_H

#include "store/turn.h"

/* Pin, unpin, delete: puts e->target in, or takes it out. 0, negative. */
int pins_apply(struct turn *, const struct event *e);
/* Takes out a message that is emptied. */
int pins_remove(struct turn *, uint64_t conversation, uint64_t seq);
/* Takes out those that are gone. */
int pins_remove_up_to(struct turn *, uint64_t conversation, uint64_t seq);

#endif
