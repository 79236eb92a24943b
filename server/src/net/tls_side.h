/*
 * One side of a TLS connection as a transport: what net/tls.h (the server's) and net/tls_client.h
 * share. Only these two include this.
 */
#ifndef PARLEY_NET_TLS_SIDE_H
#define PARLEY_NET_TLS_SIDE_H

#include "net/transport.h"

struct bio_method_st;
struct ssl_ctx_st;
struct ssl_st;

/* Versions, suites and modes, for either side. */
void tls_side_set_up(struct ssl_ctx_st *);
/* What tls_side_transport() puts between OpenSSL and the socket; BIO_meth_free() it, after the last
 * transport. */
struct bio_method_st *tls_side_new_method(void);
/* Owns the connection and the non-blocking socket from here on. */
struct transport tls_side_transport(struct ssl_st *, struct bio_method_st *, int fd);
/* Logs why the file was of no use; NULL: what the system says of it, else what OpenSSL said last.
 */
void tls_side_refuse(const char *file, const char *why);

#endif
