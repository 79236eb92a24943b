/* What the commands that append an event have in common: the request and its answer. Thread:
 * chat. */
#ifndef PARLEY_CMD_APPEND_H
#define PARLEY_CMD_APPEND_H

#include "chat/append.h"

struct call;
struct writer;

/* A request to append, in the call's arena; its done() answers the call. */
struct chat_append *append_ask(struct call *, enum event_type, struct str key, uint64_t after);
/* Writes conversation, seq, n, time, rev of what stands into the object that was begun. */
void append_write(struct writer *, const struct chat_append *);
/* Writes {conversation, seq, n, time, rev} and answers. */
void append_answer(struct call *, uint64_t conversation, uint64_t seq, uint64_t n, uint64_t time_ms,
                   uint64_t rev);

#endif
