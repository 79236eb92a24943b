/* Inside chat/: the job that removes what is older than it is to be kept. */
#ifndef PARLEY_CHAT_RETENTION_H
#define PARLEY_CHAT_RETENTION_H

#include "chat/core.h"

void retention_init(struct chat *);
void retention_run(struct chat *);
/* It ends with what is under way. */
void retention_stop(struct chat *);
/* Nothing is under way; the timer is taken back. */
void retention_deinit(struct chat *);

#endif
