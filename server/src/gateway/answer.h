/*
 * struct answer: one HTTP response of ours, with the fields that all of them carry. Thread: the
 * lane's.
 */
#ifndef PARLEY_GATEWAY_ANSWER_H
#define PARLEY_GATEWAY_ANSWER_H

#include <stddef.h>

#include "http/response.h"

struct buf;
struct client;
struct problem;

enum { ANSWER_FIELDS_MAX = 7 };

struct answer {
    unsigned status;
    struct str type, etag; /* or absent */
    struct buf *body;      /* borrowed; NULL: none */
    struct http_field fields[ANSWER_FIELDS_MAX];
    size_t fields_n;
};

void answer_field(struct answer *, struct str name, struct str value);
/* Queues the head of one whose body comes in parts (stream.h). */
void answer_begin(struct client *);
/* Queues it; a connection whose queue cannot take it is closed. */
void answer_send(struct client *, const struct answer *);
/* Answers with a problem (application/problem+json). */
void answer_problem(struct client *, const struct problem *);
/* The same with a body that was written elsewhere. */
void answer_problem_body(struct client *, const struct problem *, struct buf *body);
/* Answers a request that is not HTTP as we take it, with the status that http/ found. */
void answer_malformed(struct client *, unsigned status);

#endif
