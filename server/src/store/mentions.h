/* Inside the store: the rows that say who is mentioned where. They follow the messages: a message
 * has a row for each person it mentions now, and a stub has none. */
#ifndef PARLEY_STORE_MENTIONS_H
#define PARLEY_STORE_MENTIONS_H

#include "store/log.h"
#include "store/turn.h"

/* The mentions of a message from now on, instead of those of `before` (the same message as it was;
 * NULL: it is new). 0, negative. */
int mentions_put(struct turn *, const struct event *message, const struct event *before);
/* Sets mention_seq of a user's entries: what is looked at is the newest MENTIONS_LOOKED mentions of
 * that user, once for all entries. 0, negative. */
enum { MENTIONS_LOOKED = 100 };
int mentions_unread(struct turn *, uint64_t user, uint64_t now_ms, struct inbox_entry *entries,
                    uint32_t n);

#endif
