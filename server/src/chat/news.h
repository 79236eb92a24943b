/*
 * Inside chat/: telling a person's devices of a sign-in. The device's row says that it is news from
 * the write that makes it until the event in the own log stands, whose write takes that back; so
 * nobody is kept out because the event cannot be written, and no sign-in goes untold: what uses the
 * device's token tries again.
 */
#ifndef PARLEY_CHAT_NEWS_H
#define PARLEY_CHAT_NEWS_H

#include "chat/core.h"

/* Appends, in the background, what is news of the device; its name is copied. Harmless to repeat.
 */
void news_tell(struct chat *, const struct device *);

#endif
