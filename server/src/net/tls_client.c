/* What differs from the server's side (net/tls.c): it trusts instead of being trusted, and it
 * speaks first. No session is resumed: such connections are few and stay. */
#include "net/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "net/address.h"
#include "net/tls_side.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

struct tls_client {
    SSL_CTX *context;
    BIO_METHOD *socket_method;
};

int tls_client_new(struct tls_client **out, const char *authorities)
{
    struct tls_client *tls = mem_new(sizeof(*tls));
    tls->socket_method = tls_side_new_method();
    tls->context = SSL_CTX_new(TLS_client_method());
    must(tls->context);
    tls_side_set_up(tls->context);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    ERR_clear_error();
    if (SSL_CTX_load_verify_file(tls->context, authorities) != 1) {
        tls_side_refuse(authorities, NULL);
        tls_client_free(tls);
        return TLS_CLIENT_BAD;
    }
    *out = tls;
    return 0;
}

void tls_client_free(struct tls_client *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->socket_method);
    free(tls);
}

static void expect(SSL *ssl, const struct address *peer, const char *name)
{
    if (name) {
        must(SSL_set_tlsext_host_name(ssl, name));
        must(SSL_set1_host(ssl, name));
        return;
    }
    size_t n = address_is_ip4(peer) ? 4 : sizeof(peer->ip);
    must(X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), peer->ip + sizeof(peer->ip) - n, n));
}

struct transport tls_client_transport(struct tls_client *tls, int fd, const struct address *peer,
                                      const char *name)
{
    SSL *ssl = SSL_new(tls->context);
    must(ssl);
    expect(ssl, peer, name);
    SSL_set_connect_state(ssl);
    struct transport t = tls_side_transport(ssl, tls->socket_method, fd);
    /* Our hello. If the socket fails already, the first recv() will say so. */
    ERR_clear_error();
    SSL_do_handshake(ssl);
    return t;
}
