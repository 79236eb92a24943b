/*
 * struct writer: writes JSON text onto a builder. It sets the commas; the caller opens and closes.
 *
 *     struct builder out = {0};
 *     struct writer w = {.out = &out};
 *     writer_object_begin(&w);
 *     writer_field_id(&w, "user", user);
 *     writer_name(&w, "events");
 *     writer_array_begin(&w);
 *     ...
 *
 * Strings must be valid UTF-8 (what a client sent has been checked when it was read); names are
 * literals that need no escaping. Cannot fail: allocation does not, and a member out of place is
 * the caller's bug. One thread.
 */
#ifndef PARLEY_PROTO_WRITER_H
#define PARLEY_PROTO_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

struct builder;

struct writer {
    struct builder *out; /* borrowed */
    bool comma;          /* one belongs before the next name or value */
};

void writer_object_begin(struct writer *);
void writer_object_end(struct writer *);
void writer_array_begin(struct writer *);
void writer_array_end(struct writer *);
/* The next value's name. */
void writer_name(struct writer *, const char *name);

void writer_string(struct writer *, struct str);
/* As a decimal string. */
void writer_id(struct writer *, uint64_t id);
/* As a number; at most 2^53 - 1. */
void writer_integer(struct writer *, uint64_t value);
void writer_bool(struct writer *, bool value);
/* A value that is JSON already, as one encoded once for many. */
void writer_raw(struct writer *, struct str json);

/* Name and value at once. */
void writer_field_string(struct writer *, const char *name, struct str);
void writer_field_id(struct writer *, const char *name, uint64_t id);
void writer_field_integer(struct writer *, const char *name, uint64_t value);
void writer_field_bool(struct writer *, const char *name, bool value);
void writer_field_object(struct writer *, const char *name); /* opens it */
void writer_field_array(struct writer *, const char *name);  /* opens it */

#endif
