/*
 * What is written down of a command that belongs to a trace (W3C Trace Context) which its asker
 * samples: one line of the log, a span of the trace, with how long it was in each stage. A push
 * carries no trace: it is encoded once for all who get it.
 *
 * Thread: the lane's.
 */
#ifndef PARLEY_GATEWAY_SPAN_H
#define PARLEY_GATEWAY_SPAN_H

#include <stdint.h>

struct exchange;

/* The answer is queued. Does nothing unless the trace is sampled and the operator wants it. */
void span_log(const struct exchange *, uint64_t now_ns);

#endif
