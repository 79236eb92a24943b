/*
 * Inside chat/: writes of a room that were answered `unknown`. An append may stand, or come to
 * stand as long as its first seq and its keys are free; a mark likewise. It is settled by sending
 * the same write again, and until then the room is not ready for anybody (room_load()).
 */
#ifndef PARLEY_CHAT_DOUBT_H
#define PARLEY_CHAT_DOUBT_H

#include "chat/room.h"

/* Each takes a copy of what has just ended. An append's room is loaded. */
void room_doubt_append(struct room *, const struct store_append *);
void room_doubt_mark(struct room *, const struct store_mark *);
/* Sends it again. `settled` is called later: CHAT_OK, the room is no longer in doubt and perhaps
 * to be loaded again; or UNAVAILABLE, it still is. */
void room_settle(struct room *, void (*settled)(struct room *, enum chat_error));
/* For chat_free(). */
void doubts_forget(struct chat *);

#endif
