/*
 * The binary form of an event, as stores keep it and the bus carries it: a version byte, then
 * varints and length-prefixed bytes, fields by type. Decoding trusts nothing: any byte string
 * either gives an event within the limits or is refused. Pure, any thread.
 */
#ifndef PARLEY_MODEL_RECORD_H
#define PARLEY_MODEL_RECORD_H

#include "model/event.h"
#include "util/arena.h"
#include "util/buf.h"

enum record_error { RECORD_BAD = 1, RECORD_NEWER_VERSION };

/* Appends the record of `e`, all fields, to `out`. */
void record_encode(struct builder *out, const struct event *e);
/* Fills *e; its texts point into `bytes`, its lists into `arena`. 0 or RECORD_*. */
int record_decode(struct event *e, struct str bytes, struct arena *arena);

#endif
