/*
 * OpenSSL reads from the socket and writes to it through a BIO of ours. What the socket does not
 * take is kept beside the connection and sent by flush(), so that OpenSSL never has a record half
 * written: SSL_write() wants the same bytes again after that, while a connection may drop what it
 * has queued. What always holds:
 *
 * - a record is begun only when nothing is kept, so what is kept is one record and, while the peer
 *   does not read, the little that reading makes OpenSSL say (UNSENT_MAX);
 * - nothing is sent for the owner before the handshake is over: it has heard nothing, so it has
 *   nothing to answer, and its end of the connection is then a plain close;
 * - an idle connection holds no buffers (SSL_MODE_RELEASE_BUFFERS, and `unsent` is freed when it
 *   is empty).
 *
 * A peer that ends its side without close_notify is taken as one that ended it: browsers do, and
 * both HTTP and WebSocket say themselves where a message ends, so nothing cut off passes for whole.
 *
 * The context in force is behind a lock, taken once for each connection: a reload puts another in
 * its place, and the last connection made from the old one frees that. Tickets are sealed under
 * keys of their context, so each new context ends all resumption of older sessions; one is made
 * every TICKET_KEYS_MS too, from the same certificate, since whoever gets such a key can read what
 * TLS 1.2 sessions said that were resumed with it.
 *
 * Refused: memory BIOs on both sides (a copy more of each byte, and 16 KiB held where the kernel
 * already holds it); kernel TLS (not in Debian's kernels by default, and nothing here sends files).
 */
#include "net/tls.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

enum {
    RECORD_MAX = SSL3_RT_MAX_PLAIN_LENGTH,
    /* Records of one writev(): what a socket takes at once, and about 100 µs of work. */
    RECORDS_MAX = 16,
    /* A record, and the longest chain of certificates that anybody has. A peer that makes us say
     * more without reading is cut off. */
    UNSENT_MAX = 64 * 1024,
    TICKET_KEYS_MS = 12 * 3600 * 1000,
};

/* Mozilla, "Server Side TLS" 5.7, intermediate; without its DHE suites, which no browser of the
 * last ten years needs. */
static const char ciphers_1_2[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char ciphers_1_3[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char curves[] = "X25519:prime256v1:secp384r1";

struct tls {
    char *certificate, *key; /* paths */
    BIO_METHOD *socket_method;
    pthread_mutex_t lock; /* of what follows */
    SSL_CTX *context;
    uint64_t made_ms; /* mono */
};

/* A transport's state. */
struct side {
    SSL *ssl;
    int fd;
    int error; /* errno of the socket; 0: none */
    bool eof;  /* the socket has ended */
    bool notified;
    unsigned char *unsent; /* NULL while empty */
    size_t unsent_from, unsent_n;
};

/* --- the socket below --- */

static int bio_read(BIO *bio, char *p, size_t n, size_t *got)
{
    struct side *s = BIO_get_data(bio);
    ssize_t r;
    do {
        r = recv(s->fd, p, n, 0);
    } while (r < 0 && errno == EINTR);
    BIO_clear_retry_flags(bio);
    *got = r > 0 ? (size_t)r : 0;
    if (r < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    else if (r < 0)
        s->error = errno;
    s->eof = r == 0;
    return r > 0;
}

/* 0, also when the socket took only a part (`*sent`); -errno. */
static int send_some(struct side *s, const void *p, size_t n, size_t *sent)
{
    ssize_t r;
    do {
        r = send(s->fd, p, n, MSG_NOSIGNAL);
    } while (r < 0 && errno == EINTR);
    *sent = r > 0 ? (size_t)r : 0;
    return r < 0 && errno != EAGAIN ? -errno : 0;
}

static int bio_write(BIO *bio, const char *p, size_t n, size_t *taken)
{
    struct side *s = BIO_get_data(bio);
    size_t sent = 0, left;
    BIO_clear_retry_flags(bio);
    int r = s->unsent ? 0 : send_some(s, p, n, &sent);
    left = n - sent;
    if (r == 0 && s->unsent_n + left > UNSENT_MAX)
        r = -ENOBUFS;
    if (r) {
        s->error = -r;
        return 0;
    }
    if (left) {
        s->unsent = mem_resize(s->unsent, s->unsent_n + left);
        memcpy(s->unsent + s->unsent_n, p + sent, left);
        s->unsent_n += left;
    }
    *taken = n;
    return 1;
}

static long bio_ctrl(BIO *bio, int what, long number, void *arg)
{
    const struct side *s = BIO_get_data(bio);
    (void)number;
    (void)arg;
    if (what == BIO_CTRL_EOF)
        return s->eof;
    return what == BIO_CTRL_FLUSH;
}

static BIO_METHOD *make_socket_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
    must(method);
    must(BIO_meth_set_read_ex(method, bio_read));
    must(BIO_meth_set_write_ex(method, bio_write));
    must(BIO_meth_set_ctrl(method, bio_ctrl));
    return method;
}

/* --- the transport --- */

/* Why a call failed: 0 the peer ended; -EAGAIN; -errno. */
static ssize_t fate(struct side *s)
{
    int error = SSL_get_error(s->ssl, 0);
    if (error == SSL_ERROR_WANT_READ)
        return -EAGAIN;
    if (s->error)
        return -s->error;
    if (error == SSL_ERROR_ZERO_RETURN || (error == SSL_ERROR_SYSCALL && s->eof))
        return 0;
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    log_debug("tls_failed", log_str("why", reason ? reason : "unknown"));
    ERR_clear_error();
    return -EPROTO;
}

static ssize_t tls_recv(struct transport *t, void *p, size_t n)
{
    struct side *s = t->state;
    size_t got;
    bool shook = SSL_is_init_finished(s->ssl);
    ERR_clear_error();
    bool read = SSL_read_ex(s->ssl, p, n, &got);
    if (!shook && SSL_is_init_finished(s->ssl))
        metric_add(METRIC_TLS_HANDSHAKES, 1);
    return read ? (ssize_t)got : fate(s);
}

static bool tls_pending(struct transport *t)
{
    const struct side *s = t->state;
    return SSL_has_pending(s->ssl);
}

static bool tls_established(struct transport *t)
{
    const struct side *s = t->state;
    return SSL_is_init_finished(s->ssl);
}

static int tls_flush(struct transport *t)
{
    struct side *s = t->state;
    size_t sent;
    if (!s->unsent)
        return 0;
    int r = send_some(s, s->unsent + s->unsent_from, s->unsent_n - s->unsent_from, &sent);
    s->unsent_from += sent;
    if (r == 0 && s->unsent_from < s->unsent_n)
        return -EAGAIN;
    free(s->unsent);
    s->unsent = NULL;
    s->unsent_from = s->unsent_n = 0;
    return r;
}

/* Where the parts have been read up to. */
struct cursor {
    const struct iovec *parts;
    int n;
    size_t at; /* in the first */
};

/* The next bytes for one record: where they stand if they stand together, else gathered in `room`.
 * 0: the end. */
static size_t next_record(struct cursor *c, unsigned char room[RECORD_MAX], const void **record)
{
    size_t n = 0;
    *record = room;
    while (c->n && n < RECORD_MAX) {
        const unsigned char *from = (const unsigned char *)c->parts->iov_base + c->at;
        size_t take = MIN(c->parts->iov_len - c->at, RECORD_MAX - n);
        if (take == RECORD_MAX)
            *record = from;
        else
            memcpy(room + n, from, take);
        n += take;
        c->at += take;
        if (c->at == c->parts->iov_len)
            *c = (struct cursor){c->parts + 1, c->n - 1, 0};
    }
    return n;
}

static ssize_t tls_writev(struct transport *t, const struct iovec *parts, int n)
{
    struct side *s = t->state;
    struct cursor cursor = {parts, n, 0};
    unsigned char room[RECORD_MAX];
    ssize_t taken = 0;
    const void *record;
    size_t record_n;
    if (!SSL_is_init_finished(s->ssl))
        return -ENOTCONN;
    int r = tls_flush(t);
    if (r)
        return r;
    for (int i = 0; i < RECORDS_MAX && !s->unsent; i++) {
        record_n = next_record(&cursor, room, &record);
        if (!record_n)
            break;
        ERR_clear_error();
        if (!SSL_write_ex(s->ssl, record, record_n, &record_n)) {
            ssize_t why = fate(s);
            return why == 0 || why == -EAGAIN ? -EPROTO : why;
        }
        taken += (ssize_t)record_n;
    }
    return taken;
}

static int tls_shutdown(struct transport *t)
{
    struct side *s = t->state;
    if (!SSL_is_init_finished(s->ssl))
        return -ENOTCONN;
    ERR_clear_error();
    if (!s->notified && SSL_shutdown(s->ssl) < 0)
        return s->error ? -s->error : -EPROTO;
    s->notified = true;
    int r = tls_flush(t);
    if (r == 0 && shutdown(s->fd, SHUT_WR) < 0)
        r = -errno;
    return r;
}

static void tls_close(struct transport *t)
{
    struct side *s = t->state;
    close(s->fd);
    SSL_free(s->ssl);
    free(s->unsent);
    free(s);
}

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
    must(SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION));
    must(SSL_CTX_set_cipher_list(c, ciphers_1_2));
    must(SSL_CTX_set_ciphersuites(c, ciphers_1_3));
    must(SSL_CTX_set1_groups_list(c, curves));
    must(SSL_CTX_set_session_id_context(c, name, sizeof(name) - 1));
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
    /* Header and body of a record in one recv(). */
    SSL_CTX_set_read_ahead(c, 1);
    /* Tickets need no memory of ours. */
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(c, choose_protocol, NULL);
    SSL_CTX_set_default_passwd_cb(c, no_password);
    return c;
}

static int refuse(const char *file, const char *why)
{
    log_error("tls_refused", log_str("file", file), log_str("why", why ? why : "unknown"));
    ERR_clear_error();
    return TLS_BAD;
}

/* What the system says of a file that cannot be opened, else what OpenSSL makes of it. */
static const char *why_unusable(const char *file)
{
    if (access(file, R_OK))
        return strerror(errno);
    return ERR_reason_error_string(ERR_peek_last_error());
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
        return refuse(tls->certificate, why_unusable(tls->certificate));
    if (SSL_CTX_use_PrivateKey_file(c, tls->key, SSL_FILETYPE_PEM) != 1)
        return refuse(tls->key, why_unusable(tls->key));
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
    tls->socket_method = make_socket_method();
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
    static const struct transport_ops ops = {
        .recv = tls_recv,
        .writev = tls_writev,
        .flush = tls_flush,
        .pending = tls_pending,
        .established = tls_established,
        .shutdown = tls_shutdown,
        .close = tls_close,
    };
    struct side *s = mem_new(sizeof(*s));
    s->fd = fd;
    s->ssl = new_ssl(tls);
    BIO *bio = BIO_new(tls->socket_method);
    must(bio);
    BIO_set_data(bio, s);
    BIO_set_init(bio, 1);
    SSL_set_bio(s->ssl, bio, bio);
    SSL_set_accept_state(s->ssl);
    return (struct transport){.ops = &ops, .state = s, .fd = fd};
}
