/*
 * The head of an HTTP/1.1 response (RFC 9110, RFC 9112), written in one piece into a builder, and
 * what goes with it: dates and entity tags. Pure; any thread.
 */
#ifndef PARLEY_HTTP_RESPONSE_H
#define PARLEY_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/str.h"

struct http_request;

struct http_field {
    struct str name, value;
};

struct http_response {
    unsigned status;     /* 100 to 599 */
    bool keep_alive;     /* false: says "Connection: close" */
    struct str date;     /* from http_date(), or absent */
    struct str type;     /* Content-Type, or absent */
    struct str etag;     /* with its quotes, or absent */
    uint64_t body_bytes; /* Content-Length; unsaid where none may stand: 1xx, 204, 304 */
    bool chunked;        /* instead of body_bytes */
    bool to_the_end;     /* neither: the body ends with the connection (HTTP/1.0) */
    const struct http_field *fields; /* the others, borrowed for the call */
    size_t fields_n;
};

/* Adds the head up to and with its empty line; the body is the caller's to add (none after a
 * HEAD request). 0; or -EINVAL, and nothing added, when a name is no token or a value could end
 * its line: so nothing that a client sent can put a header into a reply. */
int http_response_write(const struct http_response *, struct builder *out);
/* "Not Found" for 404; "Unknown" for what RFC 9110 does not name. */
struct str http_reason(unsigned status);

enum { HTTP_DATE_BYTES = 29 };
/* "Sun, 06 Nov 1994 08:49:37 GMT" and a 0 byte; years 1 to 9999. */
void http_date(char out[HTTP_DATE_BYTES + 1], int64_t unix_s);

/* The header of a chunk of `n` bytes, with the end of the one before; with n = 0 what ends the
 * body. Returns its length. */
enum { HTTP_CHUNK_HEADER_MAX = 14 };
size_t http_chunk_header(char out[HTTP_CHUNK_HEADER_MAX + 1], uint32_t n, bool first);

/* Whether If-None-Match lets us answer 304: it is "*" or has this tag (weak comparison, RFC 9110
 * §13.1.2). A list that is malformed matches nothing from there on. */
bool http_not_modified(const struct http_request *, struct str etag);

#endif
