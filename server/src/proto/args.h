/*
 * struct args_decoder: fills the argument struct of one command, from JSON or from texts (the path
 * and query of a REST request), and holds every limit that api/ names.
 *
 *     args_begin(&decoder, spec, arena, &problem);
 *     args_set_...() for each argument given; stop at the first error
 *     args_finish(&decoder, &args)
 *
 * Refused: an argument missing, given twice, not known to the command, of the wrong type, outside
 * its limits. A null is a value of the wrong type, not an absent one.
 *
 * Errors: 0, or the enum api_error that problem then tells of (bad_request, with its field).
 * Ownership: the struct and what had to be decoded live in the arena; strings may borrow from the
 * text that was parsed, so that text must live as long. Pure; one thread.
 */
#ifndef PARLEY_PROTO_ARGS_H
#define PARLEY_PROTO_ARGS_H

#include <stdint.h>

#include "proto/api.gen.h"
#include "proto/json.h"
#include "proto/problem.h"

struct arena;

struct args_decoder {
    const struct command_spec *spec;
    struct arena *arena;
    struct problem *problem;
    void *args;
    uint32_t given; /* bit i: argument i was set */
};

/* All is borrowed until args_finish(). */
void args_begin(struct args_decoder *, const struct command_spec *, struct arena *,
                struct problem *);
/* Sets the argument that the object's name at token `name` says, to the value behind it. */
int args_set_json(struct args_decoder *, const struct json *, uint32_t name);
/* Sets an argument from text that is percent-decoded: ids, integers, true and false as they stand
 * in JSON, without quotes. */
int args_set_text(struct args_decoder *, struct str name, struct str text);
/* Fills in defaults and tells of what is missing; *args is the command's struct. */
int args_finish(struct args_decoder *, void **args);

#endif
