/*
 * The parts of a request target (RFC 3986): splitting and percent-decoding. A path is split
 * before it is decoded, so that "%2F" is a byte of a name and never a separator; dot segments are
 * left alone and mean nothing. Pure; any thread.
 */
#ifndef PARLEY_HTTP_URI_H
#define PARLEY_HTTP_URI_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/str.h"

/* The bytes that RFC 3986 §3.3 and §3.4 allow, each '%' with its two hex digits. */
bool uri_is_path(struct str s);
bool uri_is_query(struct str s);
/* host [ ":" port ] without user information: a name, an IPv4 address or a bracketed IPv6
 * address, and up to 5 digits. `*port` is {NULL, 0} without a colon. False when it is not one. */
bool uri_authority(struct str s, struct str *host, struct str *port);

/* Takes the next segment, raw, off a path that starts with '/'; false at the end. "/" has one
 * empty segment, "/a/" has "a" and an empty one. */
bool uri_path_next(struct str *rest, struct str *segment);
/* Takes the next name and value, raw, off a query; empty pieces are skipped; false at the end. A
 * piece without '=' has an absent value. */
bool uri_query_next(struct str *rest, struct str *name, struct str *value);

enum uri_space {
    URI_PLUS_IS_PLUS,  /* in a path */
    URI_PLUS_IS_SPACE, /* in a query, as forms write it */
};
/* Decodes into the arena. False on a '%' without two hex digits, on a NUL, and when the result
 * is not UTF-8. */
bool uri_decode(struct arena *, struct str raw, enum uri_space, struct str *text);

enum uri_query {
    URI_QUERY_OK = 0,
    URI_QUERY_ABSENT,
    URI_QUERY_BAD, /* not decodable, or there more than once */
};
/* The decoded value of the one parameter called `name`; one without '=' is empty. Names are
 * compared decoded. */
enum uri_query uri_query_get(struct arena *, struct str query, struct str name, struct str *value);

#endif
