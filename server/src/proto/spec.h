/*
 * What the tables generated from api/ are made of: one command_spec a command, one arg_spec an
 * argument, one error_spec an error. All of it is constant data; any thread may read it.
 */
#ifndef PARLEY_PROTO_SPEC_H
#define PARLEY_PROTO_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum arg_kind {
    ARG_ID,     /* uint64_t; a decimal string in JSON */
    ARG_INT,    /* uint64_t; an integer in JSON */
    ARG_BOOL,   /* bool */
    ARG_STRING, /* struct str: valid UTF-8 without NUL */
    ARG_ENUM,   /* an enum whose values are 0, 1, 2, … in the order of `values` */
    ARG_IDS,    /* struct api_ids: no id twice; an array of decimal strings in JSON */
};

enum arg_presence {
    ARG_REQUIRED,
    ARG_OPTIONAL, /* `has_<name>` tells */
    ARG_DEFAULT,  /* filled in when absent */
};

/* A list argument: lives in the arena of its request. */
struct api_ids {
    const uint64_t *p;
    size_t n;
};

/* Which ASCII characters a string may have; bit c % 64 of bits[c / 64]. */
struct arg_charset {
    uint64_t bits[2];
    const char *help;
};

struct arg_spec {
    struct str name;
    enum arg_kind kind;
    enum arg_presence presence;
    bool secret;       /* never logged, never in a URL */
    size_t offset;     /* of the value in the args struct */
    size_t has_offset; /* of `has_<name>`, when optional */
    uint64_t min, max; /* the value; for a string its bytes; for a list its length */
    size_t chars_max;  /* for a string, in code points; 0: bytes alone count */
    const struct arg_charset *charset; /* for a string; NULL: any text */
    const struct str *values;          /* for an enum: its names */
    size_t values_n;
    uint64_t default_value; /* integer, bool or enum */
    struct str default_text;
};

enum api_needs { API_NEEDS_NONE, API_NEEDS_SESSION };
/* ROUTE: the answer comes in parts, as no frame can. */
enum api_transport { API_TRANSPORT_BOTH, API_TRANSPORT_SOCKET, API_TRANSPORT_ROUTE };
enum api_method { API_GET, API_POST, API_PUT, API_PATCH, API_DELETE, API_METHOD_COUNT };

enum { COMMAND_ARGS_MAX = 16, ROUTE_SEGMENTS_MAX = 8 };

/* One part of a route's path: a fixed text, or the argument that it fills. */
struct route_segment {
    struct str text; /* of a parameter: the argument's name */
    bool param;
};

struct command_spec {
    struct str name;
    enum api_needs needs;
    uint8_t counts; /* enum api_rate: to which it counts, besides those of all commands; or none */
    enum api_transport transport;
    enum api_method method;               /* where there is a route */
    const struct route_segment *segments; /* of its path */
    size_t segments_n;
    const struct arg_spec *args;
    size_t args_n; /* at most COMMAND_ARGS_MAX */
    size_t args_size;
    uint32_t at_most_one;  /* bit i: argument i; of these not more than one may be given */
    uint32_t at_least_one; /* of these some must be given; 0: no such rule */
};

struct error_spec {
    struct str code;
    uint16_t status;        /* in HTTP */
    struct str status_text; /* RFC 9110's name of it */
    struct str message;     /* for people, in English */
};

struct limit_spec {
    struct str name;
    uint64_t value;
};

#endif
