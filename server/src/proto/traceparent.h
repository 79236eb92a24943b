/*
 * The `traceparent` of W3C Trace Context: which trace a command belongs to, and which span of it
 * asked. What is malformed is as if it were not there, as that specification (§3.2) wants it: no
 * command fails for it. Pure.
 */
#ifndef PARLEY_PROTO_TRACEPARENT_H
#define PARLEY_PROTO_TRACEPARENT_H

#include <stdbool.h>

#include "util/str.h"

enum {
    TRACE_ID_CHARS = 32,
    SPAN_ID_CHARS = 16,
    TRACEPARENT_BYTES = 55, /* version 00; later ones begin with the same */
};

/* Hexadecimal texts in lower case, each ended by a 0 byte; empty where there is none. */
struct traceparent {
    char trace_id[TRACE_ID_CHARS + 1];
    char span_id[SPAN_ID_CHARS + 1]; /* the asker's */
    bool sampled;                    /* the asker writes its part down */
};

/* False, and all of it empty, when the text is not one. */
bool traceparent_parse(struct traceparent *, struct str text);

#endif
