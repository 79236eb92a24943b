/* Inside the store: how two people stand to each other follows the events of their 1:1. */
#ifndef PARLEY_STORE_CONTACTS_H
#define PARLEY_STORE_CONTACTS_H

#include "store/turn.h"

/* One of the four events of contacts: changes the rows of both. 0, negative. */
int contacts_apply(struct turn *, const struct event *e);

#endif
