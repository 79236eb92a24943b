#include "secure.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "die.h"
#include "util/mem.h"

struct secure {
    SSL_CTX *context;
    SSL_SESSION *ticket; /* of the connection that was closed last; NULL: none yet */
    bool resuming;
    unsigned resumed;
};

struct secure_end {
    struct secure *all;
    SSL *ssl;
    bool counted;
};

_Noreturn static void die_tls(const char *what)
{
    char why[256];
    ERR_error_string_n(ERR_get_error(), why, sizeof(why));
    die("%s: %s", what, why);
}

/* --- the certificate --- */

static X509 *self_signed(EVP_PKEY *key)
{
    enum { VALID_S = 24 * 3600 };
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    if (!X509_set_version(x, X509_VERSION_3) || !ASN1_INTEGER_set(X509_get_serialNumber(x), 1) ||
        !X509_gmtime_adj(X509_getm_notBefore(x), 0) ||
        !X509_gmtime_adj(X509_getm_notAfter(x), VALID_S) ||
        !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                    -1, -1, 0) ||
        !X509_set_issuer_name(x, name) || !X509_set_pubkey(x, key) ||
        !X509_sign(x, key, EVP_sha256()))
        die_tls("a certificate");
    return x;
}

void secure_certificate_make(const char *certificate, const char *key)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    if (!pair)
        die_tls("a key");
    X509 *x = self_signed(pair);
    FILE *certificate_file = fopen(certificate, "we"), *key_file = fopen(key, "we");
    if (!certificate_file || !key_file || !PEM_write_X509(certificate_file, x) ||
        !PEM_write_PrivateKey(key_file, pair, NULL, NULL, 0, NULL, NULL) ||
        fclose(certificate_file) || fclose(key_file))
        die("%s and %s cannot be written", certificate, key);
    X509_free(x);
    EVP_PKEY_free(pair);
}

/* --- connections --- */

struct secure *secure_new(void)
{
    struct secure *all = mem_new(sizeof(*all));
    all->context = SSL_CTX_new(TLS_client_method());
    if (!all->context)
        die_tls("TLS");
    SSL_CTX_set_mode(all->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_quiet_shutdown(all->context, 1);
    /* Off: OpenSSL's own cache gives up a session once it has led to a newer one, also where others
     * are about to resume it. */
    SSL_CTX_set_session_cache_mode(all->context, SSL_SESS_CACHE_OFF);
    return all;
}

void secure_free(struct secure *all)
{
    if (!all)
        return;
    SSL_SESSION_free(all->ticket);
    SSL_CTX_free(all->context);
    free(all);
}

void secure_set_resuming(struct secure *all, bool resuming)
{
    all->resuming = resuming;
}

unsigned secure_resumed(const struct secure *all)
{
    return all->resumed;
}

struct secure_end *secure_open(struct secure *all, int fd)
{
    struct secure_end *end = mem_new(sizeof(*end));
    *end = (struct secure_end){.all = all, .ssl = SSL_new(all->context)};
    if (!end->ssl || !SSL_set_fd(end->ssl, fd))
        die_tls("TLS");
    if (all->resuming && all->ticket)
        SSL_set_session(end->ssl, all->ticket);
    SSL_set_connect_state(end->ssl);
    return end;
}

static void keep_ticket(struct secure_end *end)
{
    SSL_SESSION *session = SSL_get1_session(end->ssl);
    if (!session || !SSL_SESSION_is_resumable(session)) {
        SSL_SESSION_free(session);
        return;
    }
    SSL_SESSION_free(end->all->ticket);
    end->all->ticket = session;
}

void secure_close(struct secure_end *end)
{
    if (!end)
        return;
    keep_ticket(end);
    SSL_shutdown(end->ssl); /* sends nothing; left out, the session counts as one that failed */
    SSL_free(end->ssl);
    free(end);
}

/* What a call that took `n` bytes came to, as a socket's call says it. */
static ssize_t outcome(struct secure_end *end, int n)
{
    if (!end->counted && SSL_is_init_finished(end->ssl)) {
        end->counted = true;
        end->all->resumed += SSL_session_reused(end->ssl) == 1;
    }
    if (n > 0)
        return n;
    switch (SSL_get_error(end->ssl, n)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        return errno ? -1 : 0;
    default:
        errno = EPROTO;
        return -1;
    }
}

ssize_t secure_recv(struct secure_end *end, void *p, size_t n)
{
    size_t taken = 0;
    ssize_t got = 0;
    ERR_clear_error();
    errno = 0;
    while (taken < n &&
           (got = outcome(end, SSL_read(end->ssl, (char *)p + taken, (int)(n - taken)))) > 0)
        taken += (size_t)got;
    return taken ? (ssize_t)taken : got;
}

ssize_t secure_send(struct secure_end *end, const void *p, size_t n)
{
    ERR_clear_error();
    errno = 0;
    ssize_t sent = outcome(end, SSL_write(end->ssl, p, (int)n));
    return sent < 0 && errno == EAGAIN && SSL_want_read(end->ssl) ? 0 : sent;
}
