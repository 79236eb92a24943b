/* Inside chat/: what an event that stands does to what is cached, and who is told of it. */
#ifndef PARLEY_CHAT_STAND_H
#define PARLEY_CHAT_STAND_H

#include "chat/room.h"

/* An event stands: it takes effect on what is cached and goes to its readers. */
void room_stands(struct room *, const struct event *);
/* Another node says that the event stands: what is cached follows, or is known to be old. */
void room_follow(struct room *, const struct event *);
/* To those of `users`, who may read it, in as many words as they may have. */
void room_tell(struct room *, const uint64_t *users, size_t n, const struct event *);

#endif
