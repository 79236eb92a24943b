#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "net/address.h"
#include "util/macros.h"

static void test_text_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown, *ip;
        uint16_t port;
        bool ip4;
    } cases[] = {
        {"127.0.0.1:8080", "127.0.0.1:8080", "127.0.0.1", 8080, true},
        {"0.0.0.0:0", "0.0.0.0:0", "0.0.0.0", 0, true},
        {"255.255.255.255:65535", "255.255.255.255:65535", "255.255.255.255", 65535, true},
        {"localhost:1", "127.0.0.1:1", "127.0.0.1", 1, true},
        {"[::1]:443", "[::1]:443", "::1", 443, false},
        {"[::]:00080", "[::]:80", "::", 80, false},
        {":9", "[::]:9", "::", 9, false},
        {"[2001:db8::1:2]:5", "[2001:db8::1:2]:5", "2001:db8::1:2", 5, false},
        {"[::ffff:10.1.2.3]:7", "10.1.2.3:7", "10.1.2.3", 7, true},
        {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
         "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address a, again;
        char out[ADDRESS_TEXT_MAX];
        assert_int_equal(address_parse(&a, str_of(cases[i].text)), 0);
        assert_int_equal(a.port, cases[i].port);
        assert_int_equal(address_is_ip4(&a), cases[i].ip4);
        assert_string_equal(address_format(&a, out), cases[i].shown);
        assert_int_equal(address_parse(&again, str_of(out)), 0);
        assert_memory_equal(a.ip, again.ip, sizeof(a.ip));
        assert_int_equal(a.port, again.port);
        assert_string_equal(address_format_ip(&a, out), cases[i].ip);
    }
}

static void test_what_is_no_address(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ":",
        "1.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:65536",
        "1.2.3.4:-1",
        "1.2.3:80",
        "1.2.3.4:8x",
        "1.2.3.4: 80",
        " 1.2.3.4:80",
        "1.2.3.4.5:80",
        "::1:80",
        "::1",
        "[::1]",
        "[::1]80",
        "[::1:80",
        "::1]:80",
        "[]:80",
        "[::g]:80",
        "[1.2.3.4]:8",
        "[[::1]]:80",
        "example.org:8",
        "*:80",
        "256.1.1.1:1",
        "1.2.3.4:000080",
        "[::1%lo]:80",
        "[0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0]:1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct address a = {.port = 77};
        assert_int_equal(address_parse(&a, str_of(bad[i])), ADDRESS_INVALID);
        assert_int_equal(a.port, 77);
    }
    struct address a;
    assert_int_equal(address_parse(&a, str_n("1.2.3.4\0:80", 11)), ADDRESS_INVALID);
    assert_int_equal(address_parse(&a, str_n("[::1\0]:80", 9)), ADDRESS_INVALID);
}

static void test_sockaddr_there_and_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"10.1.2.3:4567", "[2001:db8::7]:80"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct address a;
        assert_int_equal(address_parse(&a, str_of(texts[i])), 0);
        struct sockaddr_storage at;
        socklen_t n = address_to_sockaddr(&a, &at);
        assert_int_equal(at.ss_family, i == 0 ? AF_INET : AF_INET6);
        assert_int_equal(n, i == 0 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        struct address back = address_from_sockaddr(&at);
        char out[ADDRESS_TEXT_MAX];
        assert_string_equal(address_format(&back, out), texts[i]);
    }
    struct sockaddr_storage other = {.ss_family = AF_UNIX};
    struct address none = address_from_sockaddr(&other);
    assert_true(address_is_any(&none));
    assert_int_equal(none.port, 0);
}

static void test_network_is_what_one_customer_holds(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"10.1.2.3:4567", "10.1.2.3:0"},
        {"[2001:db8:1:2:3:4:5:6]:80", "[2001:db8:1:2::]:0"},
        {"[::ffff:10.1.2.3]:4567", "10.1.2.3:0"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address a;
        char out[ADDRESS_TEXT_MAX];
        assert_int_equal(address_parse(&a, str_of(cases[i][0])), 0);
        struct address network = address_network(&a);
        assert_string_equal(address_format(&network, out), cases[i][1]);
    }
}

static void test_knows_what_stays_on_this_machine(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool loopback;
    } cases[] = {
        {"127.0.0.1:1", true}, {"127.255.0.9:1", true},        {"[::1]:1", true},
        {"localhost:1", true}, {"[::ffff:127.0.0.1]:1", true}, {":1", false},
        {"0.0.0.0:1", false},  {"128.0.0.1:1", false},         {"[::127.0.0.1]:1", false},
        {"[::2]:1", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address a;
        assert_int_equal(address_parse(&a, str_of(cases[i].text)), 0);
        assert_int_equal(address_is_loopback(&a), cases[i].loopback);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_forms),
        cmocka_unit_test(test_what_is_no_address),
        cmocka_unit_test(test_sockaddr_there_and_back),
        cmocka_unit_test(test_network_is_what_one_customer_holds),
        cmocka_unit_test(test_knows_what_stays_on_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
