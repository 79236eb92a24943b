/* Delivered and read: two watermarks a member, which only move forward. Thread: chat. */
#ifndef PARLEY_CHAT_RECEIPT_H
#define PARLEY_CHAT_RECEIPT_H

#include "chat/chat.h"

/* A former member marks what they may read, and nobody else is told: else it were unread for ever.
 * NOT_FOUND (never a member), AHEAD (beyond the head, or the removal), UNAVAILABLE. */
struct chat_mark {
    struct chat_call call;
    uint64_t conversation;
    uint64_t seq;
    bool read; /* else delivered */
    /* out */
    uint64_t delivered_seq, read_seq, unread;
};
void chat_mark(struct chat *, struct chat_mark *);

#endif
