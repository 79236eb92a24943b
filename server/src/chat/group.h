/* Making a group: a claim (user, key), then event 1 (docs/log.md, 4). Thread: chat. */
#ifndef PARLEY_CHAT_GROUP_H
#define PARLEY_CHAT_GROUP_H

#include "chat/chat.h"
#include "model/event.h"

/* INVALID (title, a member twice or oneself), NOT_FOUND (a member), CANNOT_WRITE (a member blocks
 * the caller or is blocked), FULL, KEY_REUSED, UNAVAILABLE. */
struct chat_group_create {
    struct chat_call call;
    struct str title;
    enum history history;
    const uint64_t *members; /* besides the caller, who becomes the owner */
    uint32_t n_members;      /* to MEMBERS_MAX - 1 */
    struct str key;          /* absent: one is made */
    /* out */
    uint64_t conversation, seq, n, time_ms;
};
void chat_group_create(struct chat *, struct chat_group_create *);

#endif
