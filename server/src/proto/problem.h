/* struct problem: why a command was refused, as both ways of answering need it. Plain data. */
#ifndef PARLEY_PROTO_PROBLEM_H
#define PARLEY_PROTO_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/api.gen.h"
#include "util/str.h"

/* Starts as {.error = …}; absent members are left out of the answer. */
struct problem {
    enum api_error error;
    struct str message;      /* for people; absent: the error's own */
    struct str field;        /* the argument that is wrong */
    uint64_t retry_after_ms; /* 0: absent */
    bool has_head;
    uint64_t head;    /* the newest seq of the conversation */
    uint64_t first;   /* the first seq that is kept; 0: absent */
    struct str allow; /* REST, method_not_allowed: the value of the Allow header */
};

#endif
