/* Inside the store: what people have begun to write, one draft a conversation. */
#ifndef PARLEY_STORE_DRAFTS_H
#define PARLEY_STORE_DRAFTS_H

#include "store/turn.h"

/* Draft. 0, negative. */
int drafts_apply(struct turn *, const struct event *e);

#endif
