/*
 * Invites: how people come into a group by a link. An invite is an event of the group, and so are
 * its end and each use, so that the bounds hold whoever comes at the same moment. Thread: chat.
 *
 * Its token is what the link carries: the group, the event, and a proof of 128 bits that only the
 * store's secret makes (docs/decisions/0007-invite-tokens.md). It stands nowhere, neither in the
 * log nor in the store; whoever may make invites is given the tokens of those that hold.
 */
#ifndef PARLEY_CHAT_INVITE_H
#define PARLEY_CHAT_INVITE_H

#include "chat/append.h"
#include "model/limits.h"

enum { INVITE_TOKEN_TEXT = 43 }; /* without its final 0 byte */

/* The token of the invite that `user` made by the event `seq` at `time_ms`. */
void chat_invite_token(const struct chat *, uint64_t conversation, uint64_t seq, uint64_t user,
                       uint64_t time_ms, char out[INVITE_TOKEN_TEXT + 2]);

/* JOINED, by a token; chat_append() with what it names. NOT_FOUND (no such invite, or it holds no
 * more), ALREADY_MEMBER, FORBIDDEN (an admin put the caller out), FULL, and those of keys. */
void chat_join(struct chat *, struct chat_append *, struct str token);

/* The invites of a group that hold now, for those who may make them. NOT_FOUND, FORBIDDEN. */
struct chat_invites {
    struct chat_call call;
    uint64_t conversation;
    /* out, the oldest first */
    const struct invite *invites;
    uint32_t n_invites;
};
void chat_invites(struct chat *, struct chat_invites *);

/* What somebody sees of a group before they join. NOT_FOUND and FORBIDDEN as for a join; one who is
 * in already, or meets a group that is full, sees it too. */
struct chat_preview {
    struct chat_call call;
    struct str token;
    /* out */
    const struct conversation *conversation;
    uint32_t n_members;
    bool member; /* the caller is in already */
};
void chat_preview(struct chat *, struct chat_preview *);

#endif
