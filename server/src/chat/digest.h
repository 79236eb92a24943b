/*
 * Inside chat/: what a command's key stands for. A digest (HMAC under the store's secret, cut to
 * 16 bytes) of the command's contents is kept with its key: the same key with other contents is
 * refused, and nobody can guess a deleted text from what is kept.
 */
#ifndef PARLEY_CHAT_DIGEST_H
#define PARLEY_CHAT_DIGEST_H

#include "chat/append.h"
#include "chat/core.h"
#include "chat/group.h"

/* Of a forward its source counts, not what stands there. `to` does not count: the key belongs to
 * the conversation that it led to. */
void digest_append(const struct chat *, const struct chat_append *,
                   uint8_t out[EVENT_DIGEST_BYTES]);
void digest_group(const struct chat *, const struct chat_group_create *,
                  uint8_t out[EVENT_DIGEST_BYTES]);
/* A random key for a call that came without one, as text of 24 bytes into `room`. */
struct str digest_made_key(struct chat *, char room[32]);

#endif
