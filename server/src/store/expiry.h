/* Inside the store: messages whose words go at a time stand in a queue by that time, until the job
 * has emptied them (docs/log.md). */
#ifndef PARLEY_STORE_EXPIRY_H
#define PARLEY_STORE_EXPIRY_H

#include "store/turn.h"

/* A message that is new: into the queue, if it is to go. */
void expiry_put(struct turn *, const struct event *message);

#endif
