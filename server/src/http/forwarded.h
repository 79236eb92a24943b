/*
 * Whom proxies name as the sender of a request: the header fields Forwarded (RFC 7239) and
 * X-Forwarded-For. Each proxy adds whom it was reached by at the end, so the last node is what the
 * proxy next to us says, and everything before a node that is not trusted may be made up. What a
 * node means, and which to believe, is the caller's matter. Pure; any thread.
 */
#ifndef PARLEY_HTTP_FORWARDED_H
#define PARLEY_HTTP_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

struct http_request;

/* The last ones are kept: nobody stands behind so many proxies of their own. */
enum { HTTP_NODES_MAX = 16 };

struct http_nodes {
    struct str nodes[HTTP_NODES_MAX]; /* without quotes; absent where an element names none */
    size_t n;
};

/* The nodes of all Forwarded fields, in order; none if there is no such field. They borrow from the
 * request's buffer. False when a field is malformed: then nothing of it can be believed. */
bool http_forwarded(const struct http_request *, struct http_nodes *);
/* The same of X-Forwarded-For, a list whose elements are not looked at. */
void http_x_forwarded_for(const struct http_request *, struct http_nodes *);

#endif
