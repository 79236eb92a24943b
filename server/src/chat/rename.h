/*
 * Taking another username. The old one leads to its owner for FORMER_NAME_S, and nobody else may
 * have it until then; its owner may take it back. Thread: chat. Errors: chat/error.h.
 */
#ifndef PARLEY_CHAT_RENAME_H
#define PARLEY_CHAT_RENAME_H

#include "chat/append.h"
#include "names/names.h"

/* NAME_REFUSED, NAME_TAKEN, TOO_SOON (RENAME_S have not passed since the last one),
 * WRONG_CREDENTIALS, TOO_MANY_TRIES, and what chat_append() says. A name is as it is typed. */
struct chat_rename {
    struct chat_call call;
    struct str username, password;
    /* key and after are the caller's; the place is told by it */
    struct chat_append append;

    /* the domain's own */
    struct folded_name name;
    uint8_t skeleton[CRYPTO_HASH_BYTES];
    struct rename_work *work;
};
/* From when on somebody who took a name then (0: never) may take another. Unix. */
static inline uint64_t rename_from_ms(uint64_t renamed_ms)
{
    return renamed_ms ? renamed_ms + RENAME_S * UINT64_C(1000) : 0;
}

void chat_rename(struct chat *, struct chat_rename *);

#endif
