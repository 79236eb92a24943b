/*
 * struct tls: a certificate and its key, and the transport that puts TLS (RFC 8446, RFC 5246)
 * around a connection's bytes. Versions 1.3 and 1.2 with what Mozilla's "intermediate" profile
 * allows of them, ALPN http/1.1, resumption by tickets, no renegotiation.
 *
 * Errors: 0; or TLS_BAD: the files are no certificate and key that belong together, and a log line
 * says why. What a peer does wrong ends its connection with -EPROTO. Keys are never logged.
 * Threads: tls_transport() any; tls_reload() one at a time; a transport its connection's.
 */
#ifndef PARLEY_NET_TLS_H
#define PARLEY_NET_TLS_H

#include "net/transport.h"

struct tls;

enum { TLS_BAD = 1 };

/* Reads two PEM files: the certificate with the chain that leads to its root, and its key, which
 * no password protects. The paths are copied. */
int tls_new(struct tls **out, const char *certificate, const char *key);
/* NULL is fine. Transports made before stay as they are. */
void tls_free(struct tls *);

/* Reads the files again, for the transports made from here on. After TLS_BAD all stays as it
 * was. */
int tls_reload(struct tls *);

/* New keys for tickets: sessions from before are not resumed. Comes by itself every 12 hours. */
void tls_renew_tickets(struct tls *);

/* The server's side on a connected non-blocking socket, which it owns from here on. The handshake
 * begins with the first recv(). */
struct transport tls_transport(struct tls *, int fd);

#endif
