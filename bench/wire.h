/*
 * A WebSocket as its client speaks it (RFC 6455): the request that opens it, masked frames out,
 * whole frames in. The server's side is what is measured; it has its own code. Pure.
 */
#ifndef PARLEY_BENCH_WIRE_H
#define PARLEY_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"
#include "ws/frame.h"

/* Adds the request for an upgrade at `path`. */
void wire_upgrade_add(struct builder *, const char *path);
/* Bytes of the reply, once it is complete, and whether it agrees; 0: more is needed. */
size_t wire_upgraded(const unsigned char *p, size_t n, bool *agreed);

/* Adds one masked frame with a copy of the payload. */
void wire_add(struct builder *, enum ws_opcode, const void *p, size_t n);

struct wire_frame {
    enum ws_opcode opcode;
    struct str payload; /* points into the input */
};
/* The frame at the front and how many bytes it has; 0: it is not complete. Dies on what a server
 * must not send. */
size_t wire_take(const unsigned char *p, size_t n, struct wire_frame *);

#endif
