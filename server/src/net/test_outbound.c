/* Connections that we begin: the connector, and TLS from the client's side, against a listener and
 * the server's TLS on the same loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/connector.h"
#include "net/listener.h"
#include "net/tls.h"
#include "net/tls_client.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"

enum { WAIT_MS_MAX = 20 * 1000, HELLO_BYTES = 100 * 1000 };

static char dir[] = "/tmp/parley-outbound-XXXXXX";
/* Each pair is its own authority. */
static char certificate[64], key[64], stranger[64];

static void write_pair(const char *certificate_path, const char *key_path)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    must(pair && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                            (const unsigned char *)certificate_path, -1, -1, 0));
    X509_set_issuer_name(x, name);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, pair);
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1,DNS:node.test");
    must(names && X509_add_ext(x, names, -1) && X509_sign(x, pair, EVP_sha256()) > 0);
    X509_EXTENSION_free(names);
    FILE *file = fopen(certificate_path, "w");
    must(file && PEM_write_X509(file, x) == 1 && fclose(file) == 0);
    file = fopen(key_path, "w");
    must(file && PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL) == 1);
    must(fclose(file) == 0 && chmod(key_path, 0600) == 0);
    X509_free(x);
    EVP_PKEY_free(pair);
}

static int group_setup(void **state)
{
    (void)state;
    must(mkdtemp(dir));
    snprintf(stranger, sizeof(stranger), "%s/stranger", dir);
    snprintf(certificate, sizeof(certificate), "%s/certificate", dir);
    snprintf(key, sizeof(key), "%s/key", dir);
    write_pair(stranger, key);
    write_pair(certificate, key);
    log_set_level(LOG_OFF);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    unlink(certificate);
    unlink(key);
    unlink(stranger);
    return rmdir(dir);
}

/* --- both ends --- */

static struct loop loop;
static struct listener listener;
static struct address here;
static struct connector connector;
static struct tls *tls;
static struct tls_client *client_tls;
static const char *client_name;
static struct conn server, client;
static bool server_there, client_there, server_closed, client_closed, established;
static int connected, client_why;
static struct builder got;

/* Sends back what it hears. */
static size_t server_data(struct conn *c, unsigned char *data, size_t n)
{
    struct buf *copy = buf_copy(data, n);
    must(conn_send(c, NULL, 0, copy) == 0);
    buf_unref(copy);
    return n;
}

static void server_over(struct conn *c, int why)
{
    (void)c, (void)why;
    server_closed = true;
}

static size_t client_data(struct conn *c, unsigned char *data, size_t n)
{
    (void)c;
    builder_add(&got, data, n);
    return n;
}

static void client_over(struct conn *c, int why)
{
    (void)c;
    client_closed = true;
    client_why = why;
}

static void say_hello(struct conn *c)
{
    struct buf *hello = buf_new(HELLO_BYTES);
    memset(hello->data, 'x', hello->n);
    established = true;
    must(conn_send(c, NULL, 0, hello) == 0);
    buf_unref(hello);
}

static const struct conn_handler server_handler = {
    .on_data = server_data,
    .on_closed = server_over,
    .read_max = CONN_READ_MAX,
    .queue_bytes_max = 1 << 20,
    .queue_entries_max = 100,
    .linger_ms = 1000,
};
static const struct conn_handler client_handler = {
    .on_established = say_hello,
    .on_data = client_data,
    .on_closed = client_over,
    .read_max = CONN_READ_MAX,
    .queue_bytes_max = 1 << 20,
    .queue_entries_max = 100,
    .linger_ms = 1000,
};

static void on_accept(struct listener *l, int fd, const struct address *peer)
{
    (void)l;
    server_there = true;
    must(conn_init(&server, &loop, tls ? tls_transport(tls, fd) : transport_tcp(fd), peer,
                   &server_handler) == 0);
}

static void on_connected(struct connector *c, int fd)
{
    (void)c;
    connected = fd;
    if (fd < 0)
        return;
    client_there = true;
    struct transport t =
        client_tls ? tls_client_transport(client_tls, fd, &here, client_name) : transport_tcp(fd);
    must(conn_init(&client, &loop, t, &here, &client_handler) == 0);
}

static int setup(void **state)
{
    (void)state;
    struct address any;
    server_there = client_there = server_closed = client_closed = established = false;
    connected = client_why = 0;
    client_name = NULL;
    must(loop_init(&loop) == 0);
    must(address_parse(&any, STR("127.0.0.1:0")) == 0);
    must(listener_init(&listener, &loop, &any, on_accept) == 0);
    here = listener_address(&listener);
    connector_init(&connector, &loop, on_connected);
    return 0;
}

static void turn(void)
{
    loop_stop(&loop);
    loop_run(&loop);
    usleep(200);
}

#define until(condition)                                                                           \
    for (uint64_t until_ms_ = clock_mono_ms() + WAIT_MS_MAX; !(condition); turn())                 \
    assert_true(clock_mono_ms() < until_ms_)

static int teardown(void **state)
{
    (void)state;
    if (client_there && !client_closed)
        conn_close_now(&client);
    if (server_there && !server_closed)
        conn_close_now(&server);
    until((!client_there || client_closed) && (!server_there || server_closed));
    connector_cancel(&connector);
    if (listener.watch.fd >= 0)
        listener_deinit(&listener);
    loop_deinit(&loop);
    tls_free(tls);
    tls_client_free(client_tls);
    tls = NULL;
    client_tls = NULL;
    builder_deinit(&got);
    return 0;
}

/* --- the connector --- */

static void test_connects(void **state)
{
    (void)state;
    assert_int_equal(connector_start(&connector, &here), 0);
    assert_int_equal(connected, 0);
    until(client_there);
    /* Plain TCP needs no handshake, of which the owner is not told either. */
    assert_true(conn_is_established(&client));
    say_hello(&client);
    until(got.n == HELLO_BYTES);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    listener_deinit(&listener);
    int r = connector_start(&connector, &here);
    if (r == 0) {
        until(connected);
        r = connected;
    }
    assert_int_equal(r, -ECONNREFUSED);
    assert_false(client_there);
}

static void test_cancelled_is_not_told(void **state)
{
    (void)state;
    assert_int_equal(connector_start(&connector, &here), 0);
    connector_cancel(&connector);
    connector_cancel(&connector);
    for (int i = 0; i < 10; i++)
        turn();
    assert_int_equal(connected, 0);
    /* And may begin anew. */
    assert_int_equal(connector_start(&connector, &here), 0);
    until(client_there);
}

/* --- TLS --- */

static void connect_with(const char *authority, const char *name)
{
    must(tls_new(&tls, certificate, key) == 0);
    must(tls_client_new(&client_tls, authority) == 0);
    client_name = name;
    assert_int_equal(connector_start(&connector, &here), 0);
}

static void assert_talks(void)
{
    until(got.n == HELLO_BYTES);
    assert_true(established);
}

static void assert_refused(void)
{
    until(client_closed);
    assert_false(established);
    assert_int_equal(client_why, -EKEYREJECTED);
}

static void test_tls_to_an_address(void **state)
{
    (void)state;
    connect_with(certificate, NULL);
    assert_talks();
}

static void test_tls_to_a_name(void **state)
{
    (void)state;
    connect_with(certificate, "node.test");
    assert_talks();
}

static void test_tls_made_out_to_another_name(void **state)
{
    (void)state;
    connect_with(certificate, "another.test");
    assert_refused();
}

static void test_tls_made_out_to_another_address(void **state)
{
    (void)state;
    must(tls_new(&tls, certificate, key) == 0);
    must(tls_client_new(&client_tls, certificate) == 0);
    assert_int_equal(connector_start(&connector, &here), 0);
    here.ip[15] = 2;
    assert_refused();
}

static void test_tls_signed_by_a_stranger(void **state)
{
    (void)state;
    connect_with(stranger, NULL);
    assert_refused();
}

static void test_file_without_certificates(void **state)
{
    (void)state;
    assert_int_equal(tls_client_new(&client_tls, key), TLS_CLIENT_BAD);
    assert_int_equal(tls_client_new(&client_tls, "/nonexistent"), TLS_CLIENT_BAD);
    client_tls = NULL;
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case_of(test_connects),
        case_of(test_nobody_listens),
        case_of(test_cancelled_is_not_told),
        case_of(test_tls_to_an_address),
        case_of(test_tls_to_a_name),
        case_of(test_tls_made_out_to_another_name),
        case_of(test_tls_made_out_to_another_address),
        case_of(test_tls_signed_by_a_stranger),
        case_of(test_file_without_certificates),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
