/*
 * Which command a REST request means: method and path to command_spec and path parameters.
 * Stateless, pure; any thread.
 */
#ifndef PARLEY_PROTO_ROUTE_H
#define PARLEY_PROTO_ROUTE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/api.gen.h"
#include "util/str.h"

/* A name and its percent-decoded text. */
struct arg_text {
    struct str name, text;
};

struct route_match {
    const struct command_spec *spec;            /* NULL: none */
    enum command command;                       /* where spec is not NULL */
    struct arg_text params[ROUTE_SEGMENTS_MAX]; /* borrowed from the path */
    size_t params_n;
    uint32_t methods; /* bit m: this path takes enum api_method m; 0: it is no route */
};

enum { ROUTE_ALLOW_BYTES_MAX = 40 };

/* `path` is raw, without the query; parameters are taken as they stand, since no id needs
 * percent-encoding. `method` is compared exactly (RFC 9110 §9.1: it is case-sensitive). */
void route_find(struct route_match *, struct str method, struct str path);
/* The value of the Allow header for a set of methods, in `out`. */
struct str route_allow(uint32_t methods, char out[ROUTE_ALLOW_BYTES_MAX]);

#endif
