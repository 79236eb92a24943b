/*
 * One HTTP/1.1 request out of a byte buffer that the caller holds (RFC 9112, RFC 9110), strictly:
 * what two parsers could read in two ways is refused, so that no proxy in front of us and we can
 * disagree about where a request ends. Pure: no sockets, no allocation. One thread.
 *
 *     struct http_request request;
 *     http_request_init(&request, body_bytes_max);
 *     ... read into data[n..] ...
 *     switch (http_request_feed(&request, data, n)) {
 *     case HTTP_REQUEST_MORE: keep data, read on (http_request_takes_continue()!)
 *     case HTTP_REQUEST_DONE: answer; drop request.consumed bytes; init again for the next
 *     case HTTP_REQUEST_BAD:  answer request.status, close the connection
 *     }
 *
 * Refused, also where the RFCs would let a recipient guess: Content-Length together with
 * Transfer-Encoding, more than one Content-Length (equal or not), a transfer coding other than one
 * "chunked", line folding, bare CR or LF, white space before a colon, anything but exactly one
 * non-empty Host (none will do in 1.0), bytes in the target that RFC 3986 does not allow, CONNECT
 * and TRACE, a version other than 1.0 and 1.1. HTTP/1.0 is served, without keep-alive. One empty
 * line before the request line is skipped (RFC 9112 §2.2).
 *
 * 405 and 411 are never answered here: which methods a path knows is the router's matter, and a
 * request without a length has no body.
 */
#ifndef PARLEY_HTTP_REQUEST_H
#define PARLEY_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/chunked.h"
#include "util/str.h"

enum {
    /* RFC 9112 §3 asks for 8,000 at least; sync tokens and paging tokens are far below. 414. */
    HTTP_LINE_BYTES_MAX = 8 * 1024,
    /* All header lines together, as most servers have it. 431. */
    HTTP_FIELDS_BYTES_MAX = 16 * 1024,
    /* A browser sends about 20, proxies add a handful. 431. */
    HTTP_FIELDS_MAX = 64,
    /* What a caller must be ready to hold beside the body (also: HTTP_CHUNK_FRAMING_BYTES_MAX). */
    HTTP_HEAD_BYTES_MAX = 2 + HTTP_LINE_BYTES_MAX + 2 + HTTP_FIELDS_BYTES_MAX + 2,
};

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHODS, /* their count */
};

enum http_request_result {
    HTTP_REQUEST_DONE = 0,
    HTTP_REQUEST_MORE,
    HTTP_REQUEST_BAD, /* `status` says what to answer: 400, 413, 414, 417, 431, 501 or 505 */
};

/* Where something stands in the head; {0, 0} is "absent" (nothing of use stands at 0). */
struct http_span {
    uint16_t at, n;
};

/* Opaque but for the first group; readable once its head is complete. */
struct http_request {
    enum http_method method;
    uint16_t status;   /* after HTTP_REQUEST_BAD */
    uint8_t minor;     /* of HTTP/1.x */
    bool keep_alive;   /* another request may follow on this connection */
    bool upgrade;      /* has Upgrade, and Connection names it */
    bool chunked;      /* its body came in chunks */
    bool has_fields;   /* the head is complete */
    size_t consumed;   /* after HTTP_REQUEST_DONE: bytes of the buffer that were this request */
    size_t body_bytes; /* after HTTP_REQUEST_DONE */

    const char *data; /* what the last feed was given */
    size_t body_bytes_max;
    size_t at, scanned; /* bytes taken; looked at */
    struct http_chunked body;
    uint16_t fields_from, head_bytes;
    uint8_t state;
    bool has_length, expects_continue;
    struct http_span target, path, query, host;
    uint8_t fields_n;
    struct {
        struct http_span name, value;
    } fields[HTTP_FIELDS_MAX];
};

void http_request_init(struct http_request *, size_t body_bytes_max);
/* `data` is the request from its first byte, `n` > 0 all that is there by now; a chunked body is
 * decoded in place. The address may differ from call to call. Not to be called again after DONE
 * or BAD. */
enum http_request_result http_request_feed(struct http_request *, char *data, size_t n);
/* True once, when the client waits for "100 Continue" before it sends its body. */
bool http_request_takes_continue(struct http_request *);

/* These borrow from the buffer of the last feed. */

/* As sent: "/a?b", "http://host/a?b" or "*". */
struct str http_request_target(const struct http_request *);
/* Raw, see uri.h; starts with '/', or is "*" (OPTIONS only). */
struct str http_request_path(const struct http_request *);
/* Raw, without the '?'; absent when there is none. */
struct str http_request_query(const struct http_request *);
/* host[:port] of an absolute target, else of the Host field; absent in 1.0 without one. */
struct str http_request_host(const struct http_request *);
struct str http_request_body(const struct http_request *);

/* The value of the first field of this name, whatever the case; absent when there is none. */
struct str http_request_field(const struct http_request *, struct str name);
/* How many fields have this name. */
unsigned http_request_count(const struct http_request *, struct str name);
/* Whether a field that is a list of tokens has this one, over all its lines, whatever the case. */
bool http_request_has_token(const struct http_request *, struct str name, struct str token);
/* The i-th field line, in the order sent; false beyond the last. */
bool http_request_line(const struct http_request *, unsigned i, struct str *name,
                       struct str *value);

#endif
