/*
 * Inside the store: what one person took out of their own sight, message by message or all up to a
 * place. A message that is hidden is a stub to them, as is an edit of it; to the others it stands.
 */
#ifndef PARLEY_STORE_HIDDEN_H
#define PARLEY_STORE_HIDDEN_H

#include "store/turn.h"

/* Hide. 0, negative. */
int hidden_apply(struct turn *, const struct event *e);
/* Messages up to a place are gone: what says that the user hid them goes, and counts no more. 0,
 * negative. */
int hidden_forget(struct turn *, uint64_t user, uint64_t conversation, uint64_t up_to);
/* Takes the words from what `me` hid of these events of their conversation, at most PAGE_MAX. Where
 * nothing is hidden nothing is looked at. 0, negative. */
int hidden_take(struct turn *, const struct member *me, struct event *events, uint32_t n);
/* The same for `viewer`, whose row is looked up; 0: nobody's. */
int hidden_take_from(struct turn *, uint64_t viewer, uint64_t conversation, struct event *events,
                     uint32_t n);
/* Whether the message at `seq` is. 1, 0, negative. */
int hidden_is(struct turn *, const struct member *me, uint64_t seq);

#endif
