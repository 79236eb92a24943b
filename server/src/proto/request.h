/*
 * struct request: one command as it came, by a socket's frame or by REST: which one, with its
 * arguments decoded and checked; or why it is refused.
 *
 * Errors: 0, or the enum api_error that `problem` tells of.
 * Ownership: the arguments live in the arena and may borrow from the frame or body and from the
 * path and query, which must live as long (arena_str() them first if they would not). Pure; one
 * thread.
 */
#ifndef PARLEY_PROTO_REQUEST_H
#define PARLEY_PROTO_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/api.gen.h"
#include "proto/problem.h"
#include "proto/route.h"
#include "proto/traceparent.h"

struct arena;

struct request {
    bool has_id; /* of a frame; also when it is refused, if the id could be read */
    uint64_t id;
    struct traceparent trace;        /* empty where none came, or what came is none */
    const struct command_spec *spec; /* NULL: the command is not known */
    enum command command;            /* where spec is not NULL */
    void *args;                      /* its struct args_<name>; after success only */
    struct problem problem;          /* after an error */
};

/* A socket's text message: {"id":7,"cmd":"…",arguments…}, perhaps with a traceparent beside id. */
int request_from_frame(struct request *, struct arena *, struct str frame);

struct rest_request {
    struct str method, path;      /* the path raw, without the query */
    const struct arg_text *query; /* percent-decoded */
    size_t query_n;
    struct str body;        /* JSON, or absent */
    struct str traceparent; /* the field of that name; absent: none, or more than one */
};

/* problem.allow is set after method_not_allowed. */
int request_from_rest(struct request *, struct arena *, const struct rest_request *);

/* The command of that name, or NULL. */
const struct command_spec *command_find(struct str name);

#endif
