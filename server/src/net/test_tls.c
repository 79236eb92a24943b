/* TLS as the peer sees it: OpenSSL's client on the other end of a real connection, turned by hand
 * with the server's loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/test_rig.h"
#include "net/tls.h"
#include "util/log.h"
#include "util/macros.h"

static char dir[] = "/tmp/parley-tls-XXXXXX";
static char certificate[64], key[64], other_key[64], absent[64];

static struct rig rig;
static struct tls *tls;
static SSL_CTX *context;
static SSL *ssl;
static SSL_SESSION *ticket;

/* --- files --- */

static EVP_PKEY *write_key(const char *path)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    FILE *file = fopen(path, "w");
    must(pair && file && PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL) == 1);
    fclose(file);
    must(chmod(path, 0600) == 0);
    return pair;
}

static void write_certificate(const char *path, EVP_PKEY *pair, long serial)
{
    X509 *x = X509_new();
    FILE *file = fopen(path, "w");
    must(x && file);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, pair);
    must(X509_sign(x, pair, EVP_sha256()) > 0 && PEM_write_X509(file, x) == 1);
    fclose(file);
    X509_free(x);
}

/* A pair, told from others by its serial number. */
static void write_pair(long serial)
{
    EVP_PKEY *pair = write_key(key);
    write_certificate(certificate, pair, serial);
    EVP_PKEY_free(pair);
}

static int group_setup(void **state)
{
    (void)state;
    must(mkdtemp(dir));
    snprintf(certificate, sizeof(certificate), "%s/certificate", dir);
    snprintf(key, sizeof(key), "%s/key", dir);
    snprintf(other_key, sizeof(other_key), "%s/other", dir);
    snprintf(absent, sizeof(absent), "%s/absent", dir);
    EVP_PKEY_free(write_key(other_key));
    log_set_level(LOG_OFF);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    unlink(certificate);
    unlink(key);
    unlink(other_key);
    return rmdir(dir);
}

/* --- a connection --- */

static int keep_ticket(SSL *from, SSL_SESSION *session)
{
    (void)from;
    SSL_SESSION_free(ticket);
    ticket = session;
    return 1;
}

static void hang_up(void)
{
    if (!ssl)
        return;
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN); /* else the session counts as broken */
    SSL_free(ssl);
    ssl = NULL;
    rig_deinit(&rig);
}

/* After the one before, if there was one, has ended. `receive_bytes`: what the kernel takes of the
 * server's words before the client reads them; 0: plenty. */
static void connect_client(size_t receive_bytes)
{
    hang_up();
    rig_init(&rig, receive_bytes);
    int n = (int)receive_bytes;
    if (n)
        must(setsockopt(rig.accepted, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n)) == 0);
    rig.client_read_max = 0;
    ssl = SSL_new(context);
    must(ssl && SSL_set_fd(ssl, rig.client) == 1);
    SSL_set_connect_state(ssl);
}

static int setup(void **state)
{
    (void)state;
    write_pair(1);
    must(tls_new(&tls, certificate, key) == 0);
    context = SSL_CTX_new(TLS_client_method());
    must(context);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hang_up();
    SSL_SESSION_free(ticket);
    ticket = NULL;
    SSL_CTX_free(context);
    tls_free(tls);
    return 0;
}

static void start(void)
{
    rig_start_on(&rig, tls_transport(tls, rig.accepted));
}

/* One step of the client's handshake; whether it is over, either way. */
static bool shakes_hands(void)
{
    int error = SSL_get_error(ssl, SSL_do_handshake(ssl));
    return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
}

static bool connects(void)
{
    start();
    rig_until(&rig, shakes_hands());
    return SSL_is_init_finished(ssl);
}

static void says(const char *text)
{
    size_t n;
    must(SSL_write_ex(ssl, text, strlen(text), &n) == 1);
}

/* Reads what there is; the bytes go to rig.received. False at the end. */
static bool hears(size_t max)
{
    size_t n;
    if (SSL_read_ex(ssl, builder_reserve(&rig.received, max), max, &n))
        builder_advance(&rig.received, n);
    else
        return SSL_get_error(ssl, 0) == SSL_ERROR_WANT_READ;
    return true;
}

static void hears_all(const char *text)
{
    rig_until(&rig, hears(4096) && rig.received.n >= strlen(text));
    assert_true(str_eq(builder_str(&rig.received), str_of(text)));
    builder_reset(&rig.received);
}

static void converse(void)
{
    assert_true(connects());
    says("ping");
    rig_until(&rig, rig.side.got.n == 4);
    assert_int_equal(side_send_text(&rig.side, "pong"), 0);
    hears_all("pong");
}

static long serial(void)
{
    X509 *x = SSL_get1_peer_certificate(ssl);
    long n = ASN1_INTEGER_get(X509_get_serialNumber(x));
    X509_free(x);
    return n;
}

/* --- cases --- */

static void test_both_modern_versions_carry_bytes(void **state)
{
    (void)state;
    connect_client(0);
    converse();
    assert_string_equal(SSL_get_version(ssl), "TLSv1.3");
    hang_up();
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    connect_client(0);
    converse();
    assert_string_equal(SSL_get_version(ssl), "TLSv1.2");
    assert_non_null(strstr(SSL_get_cipher_name(ssl), "ECDHE"));
}

static void test_an_old_version_is_refused(void **state)
{
    (void)state;
    SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    connect_client(0);
    assert_false(connects());
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, -EPROTO);
}

static void test_cipher_without_forward_secrecy_is_refused(void **state)
{
    (void)state;
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
    connect_client(0);
    assert_false(connects());
    rig_until(&rig, rig.side.closeds);
}

static void test_alpn_names_http_or_nothing(void **state)
{
    (void)state;
    const unsigned char *chosen;
    unsigned n;
    connect_client(0);
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\x2h2\x8http/1.1", 12);
    assert_true(connects());
    SSL_get0_alpn_selected(ssl, &chosen, &n);
    assert_true(str_eq(str_n(chosen, n), STR("http/1.1")));
    connect_client(0);
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\x2h2", 3);
    assert_false(connects());
    rig_until(&rig, rig.side.closeds);
}

static void test_records_that_come_together_are_all_read(void **state)
{
    (void)state;
    enum { RECORDS = 500 };
    connect_client(0);
    assert_true(connects());
    for (int i = 0; i < RECORDS; i++)
        says("0123456789");
    rig_until(&rig, rig.side.got.n == 10 * RECORDS);
}

static void test_half_a_record_does_not_hold_up_what_is_left(void **state)
{
    (void)state;
    unsigned char record[100];
    connect_client(0);
    rig.side.unit = 10;
    assert_true(connects());
    says("0123456789abcde");
    rig_until(&rig, rig.side.got.n == 10);
    BIO *to_memory = BIO_new(BIO_s_mem());
    SSL_set0_wbio(ssl, to_memory);
    says("fghij");
    int n = BIO_read(to_memory, record, sizeof(record));
    must(n > 20);
    client_sends(&rig, record, 20);
    rig_turns(&rig, 5);
    rig.side.unit = 5;
    side_set_handler(&rig.side, &rig.side.handler);
    rig_until(&rig, rig.side.got.n == 15);
    client_sends(&rig, record + 20, (size_t)n - 20);
    rig_until(&rig, rig.side.got.n == 20);
}

static void test_nothing_is_negotiated_again(void **state)
{
    (void)state;
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    connect_client(0);
    converse();
    assert_int_equal(SSL_renegotiate(ssl), 1);
    rig_until(&rig, shakes_hands());
    assert_false(SSL_is_init_finished(ssl));
    assert_int_equal(rig.side.got.n, 4);
}

static void test_a_slow_reader_gets_all_although_the_queue_was_dropped(void **state)
{
    (void)state;
    enum { BODY = 400 * 1000 };
    connect_client(4096);
    assert_true(connects());
    struct buf *body = buf_new(BODY);
    memset(body->data, 'b', BODY);
    assert_int_equal(side_send(&rig.side, "first", body), 0);
    assert_int_equal(side_send(&rig.side, "second", body), 0);
    rig_turns(&rig, 20);
    assert_true(conn_queued_bytes(&rig.side.conn) > BODY);
    assert_int_equal(side_drop_queue(&rig.side), 1);
    assert_int_equal(side_send_text(&rig.side, "last"), 0);
    side_close(&rig.side);
    rig_until(&rig, !hears(30000));
    assert_int_equal(SSL_get_shutdown(ssl), SSL_RECEIVED_SHUTDOWN);
    struct str all = builder_str(&rig.received);
    assert_int_equal(all.n, 5 + BODY + 4);
    assert_memory_equal(all.p, "firstb", 6);
    assert_memory_equal(all.p + all.n - 5, "blast", 5);
    buf_unref(body);
}

static void test_both_ends_close_in_order(void **state)
{
    (void)state;
    connect_client(0);
    converse();
    side_close(&rig.side);
    rig_until(&rig, !hears(100));
    assert_int_equal(SSL_get_shutdown(ssl), SSL_RECEIVED_SHUTDOWN);
    assert_int_equal(rig.side.closeds, 0);
    SSL_shutdown(ssl);
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, 0);
}

static void test_a_peer_that_only_hangs_up_has_ended_its_side(void **state)
{
    (void)state;
    connect_client(0);
    converse();
    client_ends(&rig);
    rig_until(&rig, rig.side.eofs);
    assert_int_equal(side_send_text(&rig.side, "late"), 0);
    hears_all("late");
    side_close(&rig.side);
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, 0);
}

static void test_what_is_no_tls_ends_without_a_reset(void **state)
{
    (void)state;
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    connect_client(0);
    start();
    client_sends(&rig, request, sizeof(request) - 1);
    rig.client_read_max = 4096;
    rig_until(&rig, rig.side.closeds && (rig.client_eof || rig.client_error));
    assert_int_equal(rig.side.why, -EPROTO);
    assert_int_equal(rig.client_error, 0);
    assert_int_equal(rig.side.datas, 0);
}

static void test_before_the_handshake_an_owner_can_only_close(void **state)
{
    (void)state;
    connect_client(0);
    start();
    client_sends(&rig, "\x16\x03\x01", 3);
    rig_turns(&rig, 5);
    assert_false(rig.side.spy.inner.ops->established(&rig.side.spy.inner));
    assert_int_equal(side_send_text(&rig.side, "too early"), 0);
    side_close(&rig.side);
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, -ENOTCONN);
}

/* A connection that may resume the last one; whether it did. */
static bool resumes(void)
{
    connect_client(0);
    must(ticket && SSL_set_session(ssl, ticket) == 1);
    converse();
    return SSL_session_reused(ssl);
}

static void test_a_session_is_resumed_until_the_keys_change(void **state)
{
    (void)state;
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        SSL_CTX_set_max_proto_version(context, version);
        connect_client(0);
        converse();
        assert_false(SSL_session_reused(ssl));
        assert_true(resumes());
        assert_int_equal(tls_reload(tls), 0);
        assert_false(resumes());
        assert_true(resumes());
        tls_renew_tickets(tls);
        assert_false(resumes());
        assert_int_equal(serial(), 1);
        assert_true(resumes());
    }
}

static void test_a_reload_is_for_new_connections(void **state)
{
    (void)state;
    connect_client(0);
    converse();
    write_pair(2);
    assert_int_equal(tls_reload(tls), 0);
    says("more");
    rig_until(&rig, rig.side.got.n == 8);
    assert_int_equal(serial(), 1);
    connect_client(0);
    converse();
    assert_int_equal(serial(), 2);
}

static void test_bad_files_change_nothing(void **state)
{
    (void)state;
    struct tls *none = NULL;
    connect_client(0);
    assert_int_equal(tls_new(&none, absent, key), TLS_BAD);
    assert_int_equal(tls_new(&none, certificate, absent), TLS_BAD);
    assert_int_equal(tls_new(&none, certificate, other_key), TLS_BAD);
    assert_int_equal(tls_new(&none, key, key), TLS_BAD);
    assert_int_equal(tls_new(&none, certificate, certificate), TLS_BAD);
    assert_null(none);
    EVP_PKEY_free(write_key(key));
    assert_int_equal(tls_reload(tls), TLS_BAD);
    unlink(certificate);
    assert_int_equal(tls_reload(tls), TLS_BAD);
    converse();
    assert_int_equal(serial(), 1);
}

/* Asks for new keys and does not read the answers. */
static void test_a_peer_that_makes_us_talk_and_does_not_read_is_cut_off(void **state)
{
    (void)state;
    connect_client(4096);
    assert_true(connects());
    for (uint64_t deadline_ms = rig_deadline_ms(); !rig.side.closeds;) {
        for (int i = 0; i < 50; i++) {
            SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
            SSL_do_handshake(ssl);
        }
        rig_turn(&rig, deadline_ms);
    }
    assert_int_equal(rig.side.why, -ENOBUFS);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_both_modern_versions_carry_bytes),
        test(test_an_old_version_is_refused),
        test(test_cipher_without_forward_secrecy_is_refused),
        test(test_alpn_names_http_or_nothing),
        test(test_records_that_come_together_are_all_read),
        test(test_half_a_record_does_not_hold_up_what_is_left),
        test(test_nothing_is_negotiated_again),
        test(test_a_slow_reader_gets_all_although_the_queue_was_dropped),
        test(test_both_ends_close_in_order),
        test(test_a_peer_that_only_hangs_up_has_ended_its_side),
        test(test_what_is_no_tls_ends_without_a_reset),
        test(test_before_the_handshake_an_owner_can_only_close),
        test(test_a_session_is_resumed_until_the_keys_change),
        test(test_a_reload_is_for_new_connections),
        test(test_bad_files_change_nothing),
        test(test_a_peer_that_makes_us_talk_and_does_not_read_is_cut_off),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
