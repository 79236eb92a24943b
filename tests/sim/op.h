/* A command of a device: how it is sent, again and again under its key, and what its answer must
 * be. */
#ifndef PARLEY_SIM_OP_H
#define PARLEY_SIM_OP_H

#include "client.h"
#include "store/log.h"

/* So long after it was sent a node decides on it, and no later. */
enum { OP_PATIENCE_MS = 10 * 1000 };

/* A command that is yet to be sent; NULL: there is no room for one now. */
struct op *op_new(struct client *, enum event_type);
/* Sends a command, or sends it again under its key. */
void op_send(struct client *, struct op *);
/* A node appends: what it has decided on was not sent too long ago. */
void ops_decided(const struct node *, const struct store_append *);
/* The attempt of a command ended: where it stands, if it does. */
void op_answered(struct attempt *, uint64_t conversation, uint64_t seq);

#endif
