/* Whom a proxy names: ranges of trusted addresses, the header's bytes, and the transport that waits
 * for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/address_range.h"
#include "net/proxy.h"
#include "net/test_rig.h"
#include "util/macros.h"

/* --- addresses --- */

static void test_ranges_hold_what_begins_alike(void **state)
{
    (void)state;
    static const struct {
        const char *range, *ip;
        bool holds;
    } cases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"192.168.4.0/22", "192.168.7.255", true},
        {"192.168.4.0/22", "192.168.8.0", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"0.0.0.0/0", "203.0.113.7", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1", "::1", true},
        {"::1", "127.0.0.1", false},
        {"::/0", "127.0.0.1", true},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address_range range;
        struct address ip;
        assert_int_equal(address_range_parse(&range, str_of(cases[i].range)), 0);
        assert_int_equal(address_parse_ip(&ip, str_of(cases[i].ip)), 0);
        assert_int_equal(address_ranges_hold(&range, 1, &ip), cases[i].holds);
    }
}

static void test_malformed_ranges_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0/8",
        "10.0.0.1/8",
        "2001:db8::/129",
        "2001:db8::1/32",
        "localhost",
        "10.0.0.0/8/8",
        "10.0.0.0:80",
        "[::1]",
        "10.0.0.0/ 8",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct address_range range;
        assert_int_equal(address_range_parse(&range, str_of(bad[i])), ADDRESS_INVALID);
    }
}

static void test_nodes_are_addresses_with_or_without_a_port(void **state)
{
    (void)state;
    static const struct {
        const char *node, *ip;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},          {"192.0.2.1:80", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},      {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:80", "2001:db8::1"}, {"::ffff:192.0.2.1", "192.0.2.1"},
    };
    static const char *const bad[] = {"",      "unknown", "_hidden", "localhost",   "localhost:80",
                                      ":80",   "[]",      "[::1",    "192.0.2.1:x", "[1.2.3.4]",
                                      "1.2.3", "[]:80"};
    struct address a;
    char text[ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(address_parse_node(&a, str_of(cases[i].node)), 0);
        assert_string_equal(address_format_ip(&a, text), cases[i].ip);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(address_parse_node(&a, str_of(bad[i])), ADDRESS_INVALID);
    assert_int_equal(address_parse_node(&a, (struct str){0}), ADDRESS_INVALID);
}

/* --- the header --- */

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define IP4       "\xcb\x00\x71\x07\x7f\x00\x00\x01\xd4\x31\x1e\xc6" /* 203.0.113.7:54321 */
#define IP6                                                                                        \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x50\0\x51"
#define BYTES(literal) (const unsigned char *)(literal), sizeof(literal) - 1

static void parses_as(const unsigned char *p, size_t n, const char *client)
{
    struct proxy proxy;
    char text[ADDRESS_TEXT_MAX];
    assert_int_equal(proxy_parse(&proxy, p, n), PROXY_DONE);
    assert_int_equal(proxy.bytes, n);
    assert_int_equal(proxy.local, client == NULL);
    if (client)
        assert_string_equal(address_format(&proxy.client, text), client);
    /* Less is never enough, more is not looked at. */
    for (size_t cut = 0; cut < n; cut++) {
        assert_int_equal(proxy_parse(&proxy, p, cut), PROXY_MORE);
        assert_true(proxy.bytes > cut && proxy.bytes <= n);
    }
}

static void test_headers_name_the_client(void **state)
{
    (void)state;
    parses_as(BYTES(SIGNATURE "\x21\x11\0\x0c" IP4), "203.0.113.7:54321");
    parses_as(BYTES(SIGNATURE "\x21\x21\0\x24" IP6), "[2001:db8::1]:80");
    parses_as(BYTES(SIGNATURE "\x21\x11\0\x13" IP4 "\x04\0\0\x05\0\x01z"), "203.0.113.7:54321");
    parses_as(BYTES(SIGNATURE "\x20\0\0\0"), NULL);
    parses_as(BYTES(SIGNATURE "\x20\x7f\0\x03zzz"), NULL);
}

static void test_malformed_headers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const unsigned char *p;
        size_t n;
    } cases[] = {
        {BYTES("GET / HTTP/1.1\r\n")},
        {BYTES("PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n")},
        {BYTES("\x16\x03\x01")},
        {BYTES(SIGNATURE "\x11")},               /* version 1 */
        {BYTES(SIGNATURE "\x22")},               /* an unknown command */
        {BYTES(SIGNATURE "\x21\0\0\0")},         /* of no family */
        {BYTES(SIGNATURE "\x21\x12\0\x0c" IP4)}, /* UDP */
        {BYTES(SIGNATURE "\x21\x31\0\xd8")},     /* a Unix socket */
        {BYTES(SIGNATURE "\x21\x11\x08\x01")},   /* too long */
        {BYTES(SIGNATURE "\x20\0\xff\xff")},
        {BYTES(SIGNATURE "\x21\x11\0\x0b\xcb\0\x71\x07\x7f\0\0\x01\xd4\x31\x1e")}, /* too short */
        {BYTES(SIGNATURE "\x21\x21\0\x0c" IP4)},
        {BYTES(SIGNATURE "\x21\x11\0\x0d" IP4 "\x04")}, /* half a value */
        {BYTES(SIGNATURE "\x21\x11\0\x10" IP4 "\x04\0\x02z")},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct proxy proxy;
        assert_int_equal(proxy_parse(&proxy, cases[i].p, cases[i].n), PROXY_BAD);
    }
}

/* --- the transport --- */

static struct rig rig;
static struct address peer;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig, 0);
    peer = rig.peer;
    rig_start_on(&rig, transport_behind_proxy(transport_tcp(rig.accepted), &peer));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_deinit(&rig);
    return 0;
}

static void test_what_follows_the_header_is_the_owners(void **state)
{
    (void)state;
    static const char bytes[] = SIGNATURE "\x21\x11\0\x0c" IP4 "hello";
    char text[ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
        client_sends(&rig, bytes + i, 1);
        rig_turns(&rig, 3);
    }
    rig_until(&rig, rig.side.got.n == 5);
    assert_string_equal(address_format(&peer, text), "203.0.113.7:54321");
    assert_memory_equal(builder_str(&rig.side.got).p, "hello", 5);
    assert_int_equal(side_send_text(&rig.side, "welcome"), 0);
    rig_until(&rig, rig.received.n == 7);
}

static void test_a_proxy_that_speaks_for_itself_stays_the_peer(void **state)
{
    (void)state;
    static const char bytes[] = SIGNATURE "\x20\0\0\0hello";
    client_sends(&rig, bytes, sizeof(bytes) - 1);
    rig_until(&rig, rig.side.got.n == 5);
    assert_memory_equal(&peer, &rig.peer, sizeof(peer));
}

static void test_what_is_no_header_ends_it(void **state)
{
    (void)state;
    client_sends(&rig, "GET / HTTP/1.1\r\n\r\n", 18);
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, -EPROTO);
    assert_int_equal(rig.side.datas, 0);
}

static void test_before_the_header_an_owner_can_only_close(void **state)
{
    (void)state;
    client_sends(&rig, SIGNATURE, 12);
    rig_turns(&rig, 5);
    assert_int_equal(side_send_text(&rig.side, "too early"), 0);
    side_close(&rig.side);
    rig_until(&rig, rig.side.closeds);
    assert_int_equal(rig.side.why, -ENOTCONN);
}

static void test_an_end_before_the_header_is_told(void **state)
{
    (void)state;
    client_sends(&rig, SIGNATURE, 12);
    client_ends(&rig);
    rig_until(&rig, rig.side.eofs);
}

#define wired(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_hold_what_begins_alike),
        cmocka_unit_test(test_malformed_ranges_are_refused),
        cmocka_unit_test(test_nodes_are_addresses_with_or_without_a_port),
        cmocka_unit_test(test_headers_name_the_client),
        cmocka_unit_test(test_malformed_headers_are_refused),
        wired(test_what_follows_the_header_is_the_owners),
        wired(test_a_proxy_that_speaks_for_itself_stays_the_peer),
        wired(test_what_is_no_header_ends_it),
        wired(test_before_the_header_an_owner_can_only_close),
        wired(test_an_end_before_the_header_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
