/* How far a message got: who has it, who read it, and by when. Thread: chat. */
#ifndef PARLEY_CHAT_INFO_H
#define PARLEY_CHAT_INFO_H

#include "chat/chat.h"

struct message_reader {
    uint64_t user;
    bool delivered, read;
    uint64_t delivered_ms, read_ms; /* at the latest; 0: not known any more, or not at all */
};

/* Of the present members, other than who wrote it, who may read the message; for a former member
 * nobody. NOT_FOUND: no message that stands and the caller may read
 * and has not hidden. */
struct chat_info {
    struct chat_call call;
    uint64_t conversation, seq;
    /* out */
    const struct message_reader *readers;
    uint32_t n_readers;
};
void chat_info(struct chat *, struct chat_info *);

#endif
