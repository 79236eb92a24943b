/*
 * The binary form of an event, as stores keep it and the bus carries it:
 *
 *     version | type | flags | conversation seq n first_seq rev time_ms sender | key | digest |
 *     mask of the fields that follow | those fields, lowest bit first
 *
 * in bytes, varints and length-prefixed bytes (pack.h). An event has one record and a record one
 * event. Decoding trusts nothing: any byte string either gives an event within the limits
 * (model/limits.h) or is refused. Pure, any thread.
 */
#ifndef PARLEY_MODEL_RECORD_H
#define PARLEY_MODEL_RECORD_H

#include "model/event.h"
#include "util/arena.h"
#include "util/buf.h"

enum record_error { RECORD_BAD = 1, RECORD_NEWER_VERSION };

/* Appends the record of `e`, all fields, to `out`. `e` is within the limits, has a key, and
 * 1 <= first_seq <= seq <= rev: anything else is the caller's bug. */
void record_encode(struct builder *out, const struct event *e);
/* Fills *e; its texts point into `bytes`, its lists into `arena`. 0 or RECORD_*, *e then being
 * anything. */
int record_decode(struct event *e, struct str bytes, struct arena *arena);
/* *to becomes a copy of `e` that lies in `arena`, all fields. `e` as for record_encode(). */
void record_copy(struct event *to, const struct event *e, struct arena *arena);

#endif
