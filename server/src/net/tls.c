/*
 * The server's side: certificates and contexts; what a connection does with its own is in
 * net/tls_side.c.
 *
 * The context in force is behind a lock, taken once for each connection: a reload puts another in
 * its place, and the last connection made from the old one frees that. Tickets are sealed under
 * keys of their context, so each new context ends all resumption of older sessions; one is made
 * every TICKET_KEYS_MS too, from the same certificate, since whoever gets such a key can read what
 * TLS 1.2 sessions said that were resumed with it.
 */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net/tls_side.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

enum { TICKET_KEYS_MS = 12 * 3600 * 1000 };

struct tls {
    char *certificate, *key; /* paths */
    BIO_METHOD *socket_method;
    pthread_mutex_t lock; /* of what follows */
    SSL_CTX *context;
    uint64_t made_ms; /* mono */
};

/* --- certificates --- */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
                           const unsigned char *offered, unsigned offered_n, void *arg)
{
    static const unsigned char ours[] = "\x8http/1.1";
    unsigned char *chosen;
    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_n, ours, sizeof(ours) - 1, offered, offered_n) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* OpenSSL would ask the terminal. */
static int no_password(char *p, int n, int writing, void *arg)
{
    (void)p;
    (void)n;
    (void)writing;
    (void)arg;
    return -1;
}

/* Everything but the certificate. */
static SSL_CTX *make_context(void)
{
    static const unsigned char name[] = "parley";
    SSL_CTX *c = SSL_CTX_new(TLS_server_method());
    must(c);
    tls_side_set_up(c);
    must(SSL_CTX_set_session_id_context(c, name, sizeof(name) - 1));
    /* Tickets need no memory of ours. */
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(c, choose_protocol, NULL);
    SSL_CTX_set_default_passwd_cb(c, no_password);
    return c;
}

static int refuse(const char *file, const char *why)
{
    tls_side_refuse(file, why);
    return TLS_BAD;
}

static void warn_of_readers(const char *key)
{
    struct stat st;
    if (stat(key, &st) == 0 && (st.st_mode & S_IRWXO))
        log_warn("tls_key_open_to_others", log_str("file", key));
}

static int load(const struct tls *tls, SSL_CTX *c)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(c, tls->certificate) != 1)
        return refuse(tls->certificate, NULL);
    if (SSL_CTX_use_PrivateKey_file(c, tls->key, SSL_FILETYPE_PEM) != 1)
        return refuse(tls->key, NULL);
    if (SSL_CTX_check_private_key(c) != 1)
        return refuse(tls->key, "it is not the certificate's key");
    warn_of_readers(tls->key);
    return 0;
}

/* Consumes `context`. */
static void put_in_force(struct tls *tls, SSL_CTX *context)
{
    must(pthread_mutex_lock(&tls->lock) == 0);
    SSL_CTX *old = tls->context;
    tls->context = context;
    tls->made_ms = clock_mono_ms();
    must(pthread_mutex_unlock(&tls->lock) == 0);
    SSL_CTX_free(old);
}

int tls_reload(struct tls *tls)
{
    SSL_CTX *context = make_context();
    int r = load(tls, context);
    if (r)
        SSL_CTX_free(context);
    else
        put_in_force(tls, context);
    return r;
}

int tls_new(struct tls **out, const char *certificate, const char *key)
{
    struct tls *tls = mem_new(sizeof(*tls));
    tls->certificate = mem_copy(certificate, strlen(certificate) + 1);
    tls->key = mem_copy(key, strlen(key) + 1);
    tls->socket_method = tls_side_new_method();
    must(pthread_mutex_init(&tls->lock, NULL) == 0);
    int r = tls_reload(tls);
    if (r)
        tls_free(tls);
    else
        *out = tls;
    return r;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->socket_method);
    must(pthread_mutex_destroy(&tls->lock) == 0);
    free(tls->certificate);
    free(tls->key);
    free(tls);
}

/* --- connections --- */

/* The same certificate in a context of its own. The lock is held. */
static void renew(struct tls *tls)
{
    SSL_CTX *old = tls->context, *c = make_context();
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(old, &chain);
    must(SSL_CTX_use_cert_and_key(c, SSL_CTX_get0_certificate(old), SSL_CTX_get0_privatekey(old),
                                  chain, 1));
    tls->context = c;
    tls->made_ms = clock_mono_ms();
    SSL_CTX_free(old);
}

void tls_renew_tickets(struct tls *tls)
{
    must(pthread_mutex_lock(&tls->lock) == 0);
    renew(tls);
    must(pthread_mutex_unlock(&tls->lock) == 0);
}

/* Owned by the caller, made from the context in force. */
static SSL *new_ssl(struct tls *tls)
{
    must(pthread_mutex_lock(&tls->lock) == 0);
    if (clock_mono_ms() - tls->made_ms >= TICKET_KEYS_MS)
        renew(tls);
    SSL *ssl = SSL_new(tls->context);
    must(pthread_mutex_unlock(&tls->lock) == 0);
    must(ssl);
    return ssl;
}

struct transport tls_transport(struct tls *tls, int fd)
{
    SSL *ssl = new_ssl(tls);
    SSL_set_accept_state(ssl);
    return tls_side_transport(ssl, tls->socket_method, fd);
}
