/* Inside chat/: receipts of a room that wait to be published (receipt.c). */
#ifndef PARLEY_CHAT_RECEIPT_STATE_H
#define PARLEY_CHAT_RECEIPT_STATE_H

struct chat;
struct member;
struct room;
struct timer;

/* A member's marks stand as `now` says: if the room is loaded it follows, and the others are told.
 */
void receipt_moved(struct room *, const struct member *now);
void receipts_timer(struct timer *);
/* For chat_free(): what waits is not said any more. */
void receipts_forget(struct chat *);

#endif
