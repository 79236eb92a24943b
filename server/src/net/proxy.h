/*
 * The PROXY protocol, version 2: what a proxy that only forwards bytes says before them, so that
 * the server behind it knows who connected. Strict: version 2 alone, TCP over IPv4 or IPv6 alone,
 * and what follows the addresses must be whole. Pure; any thread.
 *
 * Specification: HAProxy, "The PROXY protocol, versions 1 & 2", §2.2.
 */
#ifndef PARLEY_NET_PROXY_H
#define PARLEY_NET_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "net/address.h"

enum {
    PROXY_HEAD_BYTES = 16, /* tell how long the whole is */
    /* Addresses and what proxies add to them: checksums, a host name, an identifier. The
     * specification asks for no more than 520. */
    PROXY_BYTES_MAX = PROXY_HEAD_BYTES + 2048,
};

enum proxy_result {
    PROXY_DONE = 0,
    PROXY_MORE, /* not all of `bytes` is there */
    PROXY_BAD,
};

struct proxy {
    size_t bytes;          /* of the whole, or of the head while that is not there */
    bool local;            /* the proxy speaks for itself: no address was given */
    struct address client; /* unless local */
};

/* `p` is all that came, from the first byte. Answers BAD as soon as no more bytes can help. */
enum proxy_result proxy_parse(struct proxy *, const unsigned char *p, size_t n);

#endif
