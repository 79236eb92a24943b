/* Inside chat/: the presence of a person, driven by sessions coming and going (presence.c). */
#ifndef PARLEY_CHAT_PRESENCE_STATE_H
#define PARLEY_CHAT_PRESENCE_STATE_H

#include "chat/person.h"
#include "chat/session.h"

/* The first session of a person came, or the last one went. */
void presence_arrived(struct person *);
void presence_left(struct person *);
void presence_timer(struct timer *);
/* What the bus brought: tells those who watch. */
void presence_told(struct person *, bool online, uint64_t last_seen_ms);
/* Blocks, contacts or settings of `p` are others: whoever sees them now, or does so no more, is
 * told. */
void presence_sight_changed(struct person *p);
/* Ends all watches of a session. */
void presence_unwatch(struct chat *, struct session *);
/* For chat_end(): ends the grace of whoever is in it. Nobody is told: their clients are on their
 * way to other nodes, and who does not get there is found to be offline by those. */
void presence_end(struct person *);
/* For chat_free(): drops the reference that being online holds. */
void presence_forget(struct person *);

#endif
