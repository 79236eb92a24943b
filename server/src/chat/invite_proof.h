/* Inside chat/: whether the token that somebody shows is that of an invite (invite.c). */
#ifndef PARLEY_CHAT_INVITE_PROOF_H
#define PARLEY_CHAT_INVITE_PROOF_H

#include "chat/room.h"

/* The invite that the event `seq` made, if it is not over and the proof is its own; else NULL. */
const struct invite *invite_proven(const struct room *, uint64_t seq,
                                   const uint8_t proof[INVITE_PROOF_BYTES]);

#endif
