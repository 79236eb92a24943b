/* Whom proxies name, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "http/forwarded.h"
#include "http/request.h"
#include "util/buf.h"
#include "util/macros.h"

static char text[8192];
static struct http_request request;

/* A request with these header lines. */
static void has(const char *lines)
{
    int n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", lines);
    http_request_init(&request, 0);
    assert_int_equal(http_request_feed(&request, text, (size_t)n), HTTP_REQUEST_DONE);
}

/* The nodes with a bar after each. */
static void are(const struct http_nodes *nodes, const char *expected)
{
    struct builder all = {0};
    for (size_t i = 0; i < nodes->n; i++) {
        builder_add_str(&all, nodes->nodes[i]);
        builder_add_byte(&all, '|');
    }
    builder_add_byte(&all, 0);
    assert_string_equal(builder_str(&all).p, expected);
    builder_deinit(&all);
}

static void test_forwarded_names_nodes_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *nodes;
    } cases[] = {
        {"", ""},
        {"X-Forwarded-For: 192.0.2.1\r\n", ""},
        {"Forwarded:\r\n", ""},
        {"Forwarded: for=192.0.2.1\r\n", "192.0.2.1|"},
        {"forwarded: FOR=\"[2001:db8::1]:80\" ; proto=https;by=_a\r\n", "[2001:db8::1]:80|"},
        {"Forwarded: for=a, for=b ,for=c\r\nForwarded: for=d\r\n", "a|b|c|d|"},
        {"Forwarded: proto=http, for=b\r\n", "|b|"},
        {"Forwarded: , ;, for=a;,\r\n", "a|"},
        {"Forwarded: for=unknown;host=\"a, for=b; c\", for=_hidden\r\n", "unknown|_hidden|"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct http_nodes nodes;
        has(cases[i].lines);
        assert_true(http_forwarded(&request, &nodes));
        are(&nodes, cases[i].nodes);
    }
}

static void test_malformed_forwarded_is_refused_whole(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "for",         "for=",          "for =a",    "for= a",
        "for=a b",     "for=a for=b",   "for=\"a",   "for=\"a, for=b",
        "for=\"a\"b",  "for=a\"b\"",    "for=[::1]", "for=1.2.3.4:80",
        "for=a;for=b", "for=\"a\\\"\"", "=a",        "for=\"\";for=b",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct http_nodes nodes;
        char lines[128];
        snprintf(lines, sizeof(lines), "Forwarded: for=c\r\nForwarded: %s\r\n", bad[i]);
        has(lines);
        assert_false(http_forwarded(&request, &nodes));
    }
}

static void test_x_forwarded_for_is_a_list_over_lines(void **state)
{
    (void)state;
    struct http_nodes nodes;
    has("X-Forwarded-For: 192.0.2.1, 2001:db8::1\r\nForwarded: for=x\r\nx-forwarded-for:, junk "
        "\"\r\n");
    http_x_forwarded_for(&request, &nodes);
    are(&nodes, "192.0.2.1|2001:db8::1|junk \"|");
}

static void test_of_too_many_the_last_are_kept(void **state)
{
    (void)state;
    struct builder lines = {0};
    struct http_nodes nodes;
    for (int i = 0; i < 3 * HTTP_NODES_MAX; i++)
        builder_add_str(&lines, i % HTTP_NODES_MAX ? STR("a,") : STR("\r\nX-Forwarded-For: f,"));
    builder_add_str(&lines, STR("last\r\n"));
    builder_add_byte(&lines, 0);
    has(builder_str(&lines).p + 2);
    http_x_forwarded_for(&request, &nodes);
    assert_int_equal(nodes.n, HTTP_NODES_MAX);
    assert_true(str_eq(nodes.nodes[HTTP_NODES_MAX - 1], STR("last")));
    assert_true(str_eq(nodes.nodes[0], STR("a")));
    builder_deinit(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forwarded_names_nodes_in_order),
        cmocka_unit_test(test_malformed_forwarded_is_refused_whole),
        cmocka_unit_test(test_x_forwarded_for_is_a_list_over_lines),
        cmocka_unit_test(test_of_too_many_the_last_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
