/*
 * Who asks: the peer, or behind trusted proxies whom these name. Thread: the lane's.
 */
#ifndef PARLEY_GATEWAY_FORWARDED_H
#define PARLEY_GATEWAY_FORWARDED_H

#include "net/address.h"

struct gateway;
struct http_request;

/* The rightmost address that is none of options.trusted; where all are, the leftmost. The peer, if
 * that is not trusted; also if the request has both Forwarded and X-Forwarded-For and they do not
 * name the same, since a proxy that writes one passes on the other as the client made it up. */
struct address forwarded_from(const struct gateway *, const struct address *peer,
                              const struct http_request *);

#endif
