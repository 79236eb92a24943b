/* Inside chat/: receipts of a room that wait to be published (receipt.c). */
#ifndef PARLEY_CHAT_RECEIPT_STATE_H
#define PARLEY_CHAT_RECEIPT_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct chat;
struct member;
struct room;
struct timer;

/* A member's marks stand as `now` says: if the room is loaded it follows, and the others are told.
 */
void receipt_moved(struct room *, const struct member *now);
/* Whether one of the room's first `marks_ever` read marks is this user's and still under way. */
bool receipt_under_way(const struct room *, uint64_t user, uint64_t marks_ever);
void receipts_timer(struct timer *);
/* For chat_free(): what waits is not said any more. */
void receipts_forget(struct chat *);

#endif
