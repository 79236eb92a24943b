/*
 * OpenSSL reads from the socket and writes to it through a BIO of ours. What the socket does not
 * take is kept beside the connection and sent by flush(), so that OpenSSL never has a record half
 * written: SSL_write() wants the same bytes again after that, while a connection may drop what it
 * has queued. What always holds:
 *
 * - a record is begun only when nothing is kept, so what is kept is one record and, while the peer
 *   does not read, the little that reading makes OpenSSL say (UNSENT_MAX);
 * - nothing is sent for the owner before the handshake is over;
 * - an idle connection holds no buffers (SSL_MODE_RELEASE_BUFFERS, and `unsent` is freed when it
 *   is empty).
 *
 * A peer that ends its side without close_notify is taken as one that ended it: browsers do, and
 * HTTP, WebSocket and Cassandra's protocol all say themselves where a message ends, so nothing cut
 * off passes for whole.
 *
 * Refused: memory BIOs on both sides (a copy more of each byte, and 16 KiB held where the kernel
 * already holds it); kernel TLS (not in Debian's kernels by default, and nothing here sends files).
 */
#include "net/tls_side.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

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
};

/* Mozilla, "Server Side TLS" 5.7, intermediate; without its DHE suites, which no browser of the
 * last ten years needs. */
static const char ciphers_1_2[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char ciphers_1_3[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char curves[] = "X25519:prime256v1:secp384r1";

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

BIO_METHOD *tls_side_new_method(void)
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
    long verdict = SSL_get_verify_result(s->ssl);
    if (verdict != X509_V_OK)
        reason = X509_verify_cert_error_string(verdict);
    log_debug("tls_failed", log_str("why", reason ? reason : "unknown"));
    ERR_clear_error();
    return verdict != X509_V_OK ? -EKEYREJECTED : -EPROTO;
}

static ssize_t tls_recv(struct transport *t, void *p, size_t n)
{
    struct side *s = t->state;
    size_t got;
    bool shook = SSL_is_init_finished(s->ssl);
    ERR_clear_error();
    bool read = SSL_read_ex(s->ssl, p, n, &got);
    if (!shook && SSL_is_init_finished(s->ssl) && SSL_is_server(s->ssl))
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
        bool all = n == 0 && c->n == 1; /* most often: conn.c has put it together */
        if (take == RECORD_MAX || all)
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

struct transport tls_side_transport(SSL *ssl, BIO_METHOD *method, int fd)
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
    s->ssl = ssl;
    BIO *bio = BIO_new(method);
    must(bio);
    BIO_set_data(bio, s);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return (struct transport){.ops = &ops, .state = s, .fd = fd};
}

/* --- contexts --- */

void tls_side_set_up(SSL_CTX *c)
{
    must(SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION));
    must(SSL_CTX_set_cipher_list(c, ciphers_1_2));
    must(SSL_CTX_set_ciphersuites(c, ciphers_1_3));
    must(SSL_CTX_set1_groups_list(c, curves));
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
    /* Header and body of a record in one recv(). */
    SSL_CTX_set_read_ahead(c, 1);
}

void tls_side_refuse(const char *file, const char *why)
{
    if (!why && access(file, R_OK))
        why = strerror(errno);
    if (!why)
        why = ERR_reason_error_string(ERR_peek_last_error());
    log_error("tls_refused", log_str("file", file), log_str("why", why ? why : "unknown"));
    ERR_clear_error();
}
