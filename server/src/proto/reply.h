/*
 * How answers are framed, on a socket and in REST. The value between is the command's own, the
 * same for both; in REST it is the whole body. Pure; one thread.
 */
#ifndef PARLEY_PROTO_REPLY_H
#define PARLEY_PROTO_REPLY_H

#include <stdbool.h>
#include <stdint.h>

struct problem;
struct request;
struct writer;

/* {"id":7,"ok": … the caller writes one value … } */
void reply_ok_begin(struct writer *, uint64_t id);
void reply_ok_end(struct writer *);

/* {"id":7,"error":{…}}, without the id where the frame's own could not be read. */
void reply_error(struct writer *, const struct request *, const struct problem *);

/* The body of a REST error: application/problem+json (RFC 9457). Its HTTP status is
 * api_errors[problem->error].status; with retry_after_ms a Retry-After header goes well, and
 * problem->allow is the value of Allow. */
void reply_problem(struct writer *, const struct problem *);

#endif
