/* Inside chat/: the job that empties messages whose time has come. */
#ifndef PARLEY_CHAT_EXPIRY_H
#define PARLEY_CHAT_EXPIRY_H

#include "chat/core.h"

void expiry_init(struct chat *);
void expiry_run(struct chat *);
/* The timer is taken back; it ends with what is under way (core.h: jobs_stopped). */
void expiry_stop(struct chat *);

#endif
