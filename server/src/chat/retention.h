/* Inside chat/: the job that removes what is older than it is to be kept. */
#ifndef PARLEY_CHAT_RETENTION_H
#define PARLEY_CHAT_RETENTION_H

#include "chat/core.h"

void retention_init(struct chat *);
void retention_run(struct chat *);
/* The timer is taken back; it ends with what is under way (core.h: jobs_stopped). */
void retention_stop(struct chat *);

#endif
