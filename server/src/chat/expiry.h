/* Inside chat/: the job that empties messages whose time has come. */
#ifndef PARLEY_CHAT_EXPIRY_H
#define PARLEY_CHAT_EXPIRY_H

#include "chat/core.h"

void expiry_init(struct chat *);
void expiry_run(struct chat *);
/* Nothing is under way; the timer is taken back. */
void expiry_deinit(struct chat *);

#endif
