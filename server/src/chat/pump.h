/* Inside chat/: the pump of a room's queue (append.c), and the delivery of what stands. */
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
/* Another node says that the event stands: what is cached follows, or is known to be old. */
void room_follow(struct room *, const struct event *);
/* An event stands: it takes effect on what is cached and goes to its readers. */
void room_stands(struct room *, const struct event *);

#endif
