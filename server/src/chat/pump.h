/* Inside chat/: the pump of a room's queue (append.c). */
#ifndef PARLEY_CHAT_PUMP_H
#define PARLEY_CHAT_PUMP_H

#include "chat/room.h"

/* Decides what waits and appends it, if nothing is in flight. From a posted task or completion. */
void room_pump(struct room *);
/* Puts a request into the room's queue; its reference to the room is taken over. */
void room_enqueue(struct room *, struct chat_append *);
/* More of the log is known to be gone. */
void room_gone(struct room *, uint64_t seq, uint64_t n);
/* What is known of the room is newer, or something unknown happened: what waits is decided on facts
 * that are read after that. */
void room_drop_facts(struct room *);
/* As above, of what an event that has come to stand changes. */
void room_drop_facts_of(struct room *, const struct event *);

#endif
