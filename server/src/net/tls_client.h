/*
 * struct tls_client: whom our own connections trust, and the client's side of TLS on them. The peer
 * always shows a certificate that one of the given authorities has signed and that is made out to
 * whom we mean; there is no way to leave that out. Versions 1.3 and 1.2, with the suites of
 * net/tls.h.
 *
 * Errors: 0; or TLS_CLIENT_BAD: the file holds no certificates, and a log line says why. A peer
 * that cannot prove itself ends its connection with -EKEYREJECTED, one whose bytes are no TLS with
 * -EPROTO. Threads: tls_client_transport() any; a transport its connection's.
 */
#ifndef PARLEY_NET_TLS_CLIENT_H
#define PARLEY_NET_TLS_CLIENT_H

#include "net/transport.h"

struct address;
struct tls_client;

enum { TLS_CLIENT_BAD = 1 };

/* Reads a PEM file with the certificates of the authorities. */
int tls_client_new(struct tls_client **out, const char *authorities);
/* NULL is fine. After the last of its transports. */
void tls_client_free(struct tls_client *);

/* On a connected non-blocking socket, which it owns from here on. The certificate must be made out
 * to the DNS name `name`, or, if that is NULL, to the IP address of `peer`. The handshake has begun
 * when this returns, so that the peer answers what the owner waits to read. */
struct transport tls_client_transport(struct tls_client *, int fd, const struct address *peer,
                                      const char *name);

#endif
