/* The request parser: what it takes apart, what it refuses and with which status, and that the
 * way its input was cut never matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/request.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"

enum { BODY_MAX = 1000 };

/* The bytes fed, kept in a block of exactly their size so that the sanitizer sees a step beyond. */
struct fed {
    struct http_request request;
    enum http_request_result result;
    char *data;
};

static void feed(struct fed *f, struct str text, size_t step)
{
    f->data = NULL;
    f->result = HTTP_REQUEST_MORE;
    http_request_init(&f->request, BODY_MAX);
    for (size_t n = 0; f->result == HTTP_REQUEST_MORE && n < text.n;) {
        size_t more = MIN(step, text.n - n);
        char *moved = mem_new(n + more);
        if (n)
            memcpy(moved, f->data, n);
        memcpy(moved + n, text.p + n, more);
        free(f->data);
        f->data = moved;
        n += more;
        f->result = http_request_feed(&f->request, f->data, n);
    }
}

static unsigned status_of(struct str text, size_t step)
{
    struct fed f;
    feed(&f, text, step);
    free(f.data);
    return f.result == HTTP_REQUEST_BAD ? f.request.status : 0;
}

static void assert_text(struct str s, const char *expected)
{
    assert_int_equal(s.n, strlen(expected));
    if (s.n)
        assert_memory_equal(s.p, expected, s.n);
}

static void assert_refused(const char *text, unsigned status)
{
    static const size_t steps[] = {SIZE_MAX, 1, 7};
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        unsigned got = status_of(str_of(text), steps[i]);
        if (got != status)
            fail_msg("%s\nstep %zu: %u instead of %u", text, steps[i], got, status);
    }
}

static void assert_taken(const char *text, const char *body)
{
    static const size_t steps[] = {SIZE_MAX, 1, 7};
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct fed f;
        feed(&f, str_of(text), steps[i]);
        if (f.result != HTTP_REQUEST_DONE)
            fail_msg("%s\nstep %zu: %d, status %u", text, steps[i], f.result, f.request.status);
        assert_text(http_request_body(&f.request), body);
        free(f.data);
    }
}

#define GET(fields)  "GET / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define POST(fields) "POST /x HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define CHUNKED(raw) POST("Transfer-Encoding: chunked\r\n") raw

static void test_takes_a_request_apart(void **state)
{
    (void)state;
    struct fed f;
    feed(&f,
         STR("POST /v1/messages?a=1&b HTTP/1.1\r\nHost: chat.example:8080\r\nX-One:  a b\t\r\n"
             "x-one: c\r\nEmpty:\r\nContent-Length: 5\r\n\r\nhelloGET"),
         1);
    const struct http_request *r = &f.request;
    assert_int_equal(f.result, HTTP_REQUEST_DONE);
    assert_int_equal(r->method, HTTP_POST);
    assert_int_equal(r->minor, 1);
    assert_true(r->keep_alive);
    assert_false(r->upgrade);
    assert_text(http_request_target(r), "/v1/messages?a=1&b");
    assert_text(http_request_path(r), "/v1/messages");
    assert_text(http_request_query(r), "a=1&b");
    assert_text(http_request_host(r), "chat.example:8080");
    assert_text(http_request_field(r, STR("X-ONE")), "a b");
    assert_int_equal(http_request_count(r, STR("x-one")), 2);
    assert_non_null(http_request_field(r, STR("empty")).p);
    assert_text(http_request_field(r, STR("empty")), "");
    assert_null(http_request_field(r, STR("none")).p);
    assert_text(http_request_body(r), "hello");
    free(f.data);
}

static void test_leaves_the_next_request_alone(void **state)
{
    (void)state;
    struct fed f;
    struct str two = STR(CHUNKED("2\r\nab\r\n1;x=\"y\"\r\nc\r\n0\r\nT: v\r\n\r\n") GET(""));
    feed(&f, two, SIZE_MAX);
    assert_int_equal(f.result, HTTP_REQUEST_DONE);
    assert_text(http_request_body(&f.request), "abc");
    assert_int_equal(f.request.consumed, two.n - strlen(GET("")));
    assert_memory_equal(f.data + f.request.consumed, GET(""), strlen(GET("")));
    free(f.data);
}

static void test_takes_targets(void **state)
{
    (void)state;
    static const struct {
        const char *target, *path, *query, *host;
    } cases[] = {
        {"/", "/", NULL, "h"},
        {"/?", "/", "", "h"},
        {"//a//b/../c/.", "//a//b/../c/.", NULL, "h"},
        {"/%41%2f?x=%20?/", "/%41%2f", "x=%20?/", "h"},
        {"http://o.example/p?q", "/p", "q", "o.example"},
        {"HTTPS://o.example:443?q", "/", "q", "o.example:443"},
        {"http://[::1]:80", "/", NULL, "[::1]:80"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[256];
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", cases[i].target);
        struct fed f;
        feed(&f, str_of(text), 3);
        assert_int_equal(f.result, HTTP_REQUEST_DONE);
        assert_text(http_request_target(&f.request), cases[i].target);
        assert_text(http_request_path(&f.request), cases[i].path);
        assert_text(http_request_host(&f.request), cases[i].host);
        struct str query = http_request_query(&f.request);
        assert_int_equal(query.p != NULL, cases[i].query != NULL);
        if (cases[i].query)
            assert_text(query, cases[i].query);
        free(f.data);
    }
    assert_taken("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "");
}

static void test_refuses_targets(void **state)
{
    (void)state;
    static const char *const targets[] = {
        "",
        "a",
        "*",
        "/ ",
        "/a b",
        "/a#b",
        "/\"",
        "/%",
        "/%4",
        "/%4g",
        "/\x7f",
        "/\xc3\xa9",
        "/\t",
        "/?a|b",
        "http://",
        "ftp://a/",
        "http:/a",
        "http:///",
        "http://a:b/",
        "a:80",
        "http://u@h/",
        "http://a:123456/",
        "http://[::1/",
        "http://a b/",
        "/\\",
        "/[",
        "/?%zz",
    };
    for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
        char text[256];
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", targets[i]);
        assert_refused(text, 400);
    }
}

static void test_refuses_request_lines(void **state)
{
    (void)state;
    assert_refused("GET / HTTP/1.1\nHost: a\r\n\r\n", 400);
    assert_refused("GET /\r\n\r\n", 400);
    assert_refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400);
    assert_refused(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_refused("G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET / http/1.1\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET / HTTP/11\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET / HTTP/1.\r\nHost: a\r\n\r\n", 400);
    assert_refused("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505);
    assert_refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505);
    assert_refused("PRI * HTTP/2.0\r\n\r\n", 505);
    assert_refused("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501);
    assert_refused("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501);
    assert_refused("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501);
    assert_refused("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501);
    assert_refused("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_taken("\r\n" GET(""), "");
}

static void test_refuses_fields(void **state)
{
    (void)state;
    assert_refused(GET("X : y\r\n"), 400);
    assert_refused(GET("X\t: y\r\n"), 400);
    assert_refused(GET("X: y\r\n folded\r\n"), 400);
    assert_refused(GET("X: y\r\n\tfolded\r\n"), 400);
    assert_refused(GET(" X: y\r\n"), 400);
    assert_refused(GET(": y\r\n"), 400);
    assert_refused(GET("X\r\n"), 400);
    assert_refused(GET("X: a\rb\r\n"), 400);
    assert_refused(GET("X: a\nY: b\r\n"), 400);
    assert_refused(GET("X: a\r\r\n"), 400);
    assert_refused(GET("X: \x01\r\n"), 400);
    assert_refused(GET("X: \x7f\r\n"), 400);
    assert_refused(GET("X\x80: a\r\n"), 400);
    assert_refused(GET("X(: a\r\n"), 400);
    assert_int_equal(status_of(STR(GET("X: a\0b\r\n")), SIZE_MAX), 400);
    assert_taken(GET("X: \x80\xff\r\n"), "");
    assert_taken(GET("!#$%&'*+-.^_`|~09azAZ: a\r\n"), "");
}

static void test_wants_exactly_one_host(void **state)
{
    (void)state;
    assert_refused("GET / HTTP/1.1\r\n\r\n", 400);
    assert_refused(GET("host: a\r\n"), 400);
    assert_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400);
    static const char *const hosts[] = {"",       "a b",  "a/b",  "a:b",      "u@a",
                                        "[::1",   "::1:", "a\\b", "a:999999", ":80",
                                        "[g::1]", "a%2",  "[]",   "a?b",      "\x80"};
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        char text[128];
        snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
        assert_refused(text, 400);
    }
    assert_taken("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", "");
    assert_taken("GET / HTTP/1.0\r\n\r\n", "");
}

static void test_decides_framing(void **state)
{
    (void)state;
    assert_taken(POST(""), "");
    assert_taken(POST("Content-Length: 0\r\n"), "");
    assert_taken(POST("content-length: 003\r\n") "abc", "abc");
    assert_refused(POST("Content-Length: 3\r\nContent-Length: 4\r\n") "abcd", 400);
    assert_refused(POST("Content-Length: 3\r\nContent-Length: 3\r\n") "abc", 400);
    assert_refused(POST("Content-Length: 3, 3\r\n") "abc", 400);
    assert_refused(POST("Content-Length: +3\r\n") "abc", 400);
    assert_refused(POST("Content-Length: -1\r\n"), 400);
    assert_refused(POST("Content-Length: 0x3\r\n") "abc", 400);
    assert_refused(POST("Content-Length: 3 3\r\n") "abc", 400);
    assert_refused(POST("Content-Length:\r\n"), 400);
    assert_refused(POST("Content-Length: 1001\r\n"), 413);
    assert_refused(POST("Content-Length: 18446744073709551616\r\n"), 413);
    assert_refused(POST("Content-Length: 99999999999999999999999999\r\n"), 413);
    assert_refused(POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") "0\r\n\r\n", 400);
    assert_refused(POST("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n") "0\r\n\r\n", 400);
    assert_refused(POST("Transfer-Encoding: gzip, chunked\r\n"), 501);
    assert_refused(POST("Transfer-Encoding: chunked, chunked\r\n"), 501);
    assert_refused(POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
    assert_refused(POST("Transfer-Encoding: identity\r\n"), 501);
    assert_refused(POST("Transfer-Encoding: \"chunked\"\r\n"), 501);
    assert_refused(POST("Transfer-Encoding:\r\n"), 501);
    assert_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    assert_taken(POST("Transfer-Encoding: Chunked\r\n") "0\r\n\r\n", "");
}

static void test_decodes_chunks(void **state)
{
    (void)state;
    assert_taken(CHUNKED("0\r\n\r\n"), "");
    assert_taken(CHUNKED("000\r\n\r\n"), "");
    assert_taken(CHUNKED("a\r\n0123456789\r\nB\r\nabcdefghijk\r\n0\r\n\r\n"),
                 "0123456789abcdefghijk");
    assert_taken(CHUNKED("1;a;b=c;d=\"e;\\\"\"\r\nx\r\n0\r\n\r\n"), "x");
}

static void test_refuses_chunks(void **state)
{
    (void)state;
    static const char *const raws[] = {
        "\r\n",
        "g\r\n",
        "-1\r\n",
        "0x1\r\nx\r\n",
        " 1\r\nx\r\n",
        "1 \r\nx\r\n",
        "1\nx\r\n",
        "1\r\nxy\r\n",
        "1\r\nx\n",
        "1\r\nx\rx",
        "1;\r\n",
        "1;=a\r\n",
        "1;a=\r\n",
        "1;a=\"\r\n",
        "1;a=\"b\"c\r\n",
        "1; a\r\n",
        "1 ;a\r\n",
        "1;a =b\r\n",
        "1,a\r\n",
        "00000000000000001\r\n",
        "0\r\nx\r\n",
        "0\r\n: y\r\n",
        "0\r\nx : y\r\n",
        "0\r\n x: y\r\n",
        "0\r\nx: \x01\r\n",
        "0\r\nx: y\n",
        "1;a=\"\x01\"\r\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(raws); i++) {
        char text[256];
        snprintf(text, sizeof(text), "%s%s", POST("Transfer-Encoding: chunked\r\n"), raws[i]);
        assert_refused(text, 400);
    }
    assert_refused(CHUNKED("3e9\r\n"), 413);
    assert_refused(CHUNKED("ffffffffffffffff\r\n"), 413);
    assert_refused(CHUNKED("1\r\nx\r\n3e8\r\n"), 413);
}

/* `n` times `unit` behind `head`, then `tail`; the caller frees. */
static struct str repeated(const char *head, const char *unit, size_t n, const char *tail)
{
    size_t unit_n = strlen(unit), size = strlen(head) + n * unit_n + strlen(tail);
    char *text = mem_new(size + 1), *at = stpcpy(text, head);
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, unit);
    strcpy(at, tail);
    return str_n(text, size);
}

static void assert_limit(const char *head, const char *unit, size_t n, const char *tail,
                         unsigned status)
{
    static const size_t steps[] = {SIZE_MAX, 11};
    struct str within = repeated(head, unit, n, tail), over = repeated(head, unit, n + 1, tail);
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        assert_int_equal(status_of(within, steps[i]), 0);
        assert_int_equal(status_of(over, steps[i]), status);
    }
    free((void *)within.p);
    free((void *)over.p);
}

static void test_holds_limits(void **state)
{
    (void)state;
    const char *rest = " HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_limit("GET /", "a", HTTP_LINE_BYTES_MAX - strlen("GET / HTTP/1.1"), rest, 414);
    assert_limit("GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", HTTP_FIELDS_MAX - 1, "\r\n", 431);
    assert_limit("GET / HTTP/1.1\r\nHost: a\r\nX: ", "a",
                 HTTP_FIELDS_BYTES_MAX - strlen("Host: a\r\nX: \r\n"), "\r\n\r\n", 431);
    assert_limit(CHUNKED("1;"), "a", HTTP_CHUNK_LINE_BYTES_MAX - 2, "\r\nx\r\n0\r\n\r\n", 400);
    assert_limit(CHUNKED("0\r\n"), "x:y\r\n", HTTP_TRAILERS_MAX, "\r\n", 400);
    assert_limit(CHUNKED("0\r\nx: "), "y", HTTP_TRAILER_BYTES_MAX - 5, "\r\n\r\n", 400);
    assert_limit(CHUNKED(""), "1\r\nx\r\n", BODY_MAX, "0\r\n\r\n", 413);
}

static void test_bounds_what_frames_chunks(void **state)
{
    (void)state;
    char unit[HTTP_CHUNK_LINE_BYTES_MAX + 16];
    memset(unit, 'a', sizeof(unit));
    memcpy(unit, "1;", 2);
    strcpy(unit + HTTP_CHUNK_LINE_BYTES_MAX, "\r\nx\r\n");
    size_t n = HTTP_CHUNK_FRAMING_BYTES_MAX / (strlen(unit) - 1);
    assert_limit(CHUNKED(""), unit, n, "0\r\n\r\n", 413);
}

static void test_an_endless_line_is_refused_early(void **state)
{
    (void)state;
    struct str line = repeated("GET /", "a", HTTP_LINE_BYTES_MAX, "");
    assert_int_equal(status_of(line, 100), 414);
    free((void *)line.p);
    struct str field = repeated("GET / HTTP/1.1\r\nX: ", "a", HTTP_FIELDS_BYTES_MAX, "");
    assert_int_equal(status_of(field, 100), 431);
    free((void *)field.p);
}

static void test_decides_keep_alive(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool keep_alive;
    } cases[] = {
        {GET(""), true},
        {GET("Connection: close\r\n"), false},
        {GET("Connection: keep-alive\r\n"), true},
        {GET("Connection: x, CLOSE ,y\r\n"), false},
        {GET("Connection: x\r\nConnection: close\r\n"), false},
        {GET("Connection: closed\r\n"), true},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fed f;
        feed(&f, str_of(cases[i].text), SIZE_MAX);
        assert_int_equal(f.result, HTTP_REQUEST_DONE);
        assert_int_equal(f.request.keep_alive, cases[i].keep_alive);
        free(f.data);
    }
}

static void test_surfaces_upgrade_only_if_connection_names_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool upgrade;
    } cases[] = {
        {GET("Upgrade: websocket\r\nConnection: Upgrade\r\n"), true},
        {GET("upgrade: websocket\r\nconnection: keep-alive, upgrade\r\n"), true},
        {GET("Upgrade: websocket\r\n"), false},
        {GET("Connection: upgrade\r\n"), false},
        {GET("Upgrade: websocket\r\nConnection: upgrades\r\n"), false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fed f;
        feed(&f, str_of(cases[i].text), SIZE_MAX);
        assert_int_equal(f.request.upgrade, cases[i].upgrade);
        free(f.data);
    }
}

static void test_asks_for_100_continue_once(void **state)
{
    (void)state;
    struct fed f;
    feed(&f, STR(POST("Expect: 100-Continue\r\nContent-Length: 3\r\n")), SIZE_MAX);
    assert_int_equal(f.result, HTTP_REQUEST_MORE);
    assert_true(http_request_takes_continue(&f.request));
    assert_false(http_request_takes_continue(&f.request));
    free(f.data);

    feed(&f, STR(POST("Expect: 100-continue\r\nContent-Length: 3\r\n") "abc"), SIZE_MAX);
    assert_int_equal(f.result, HTTP_REQUEST_DONE);
    assert_false(http_request_takes_continue(&f.request));
    free(f.data);

    feed(&f, STR(POST("Expect: 100-continue\r\n")), SIZE_MAX);
    assert_int_equal(f.result, HTTP_REQUEST_DONE);
    assert_false(http_request_takes_continue(&f.request));
    free(f.data);

    assert_refused(POST("Expect: 200-ok\r\n"), 417);
    assert_refused(POST("Expect: 100-continue\r\nContent-Length: 1001\r\n"), 413);
}

static void test_tokens_are_found_over_all_lines(void **state)
{
    (void)state;
    struct fed f;
    feed(&f, STR(GET("A: x,\t,y z\r\nb: q\r\na: ,W\r\n")), SIZE_MAX);
    assert_true(http_request_has_token(&f.request, STR("a"), STR("X")));
    assert_true(http_request_has_token(&f.request, STR("a"), STR("w")));
    assert_true(http_request_has_token(&f.request, STR("a"), STR("y z")));
    assert_false(http_request_has_token(&f.request, STR("a"), STR("y")));
    assert_false(http_request_has_token(&f.request, STR("a"), STR("")));
    assert_false(http_request_has_token(&f.request, STR("a"), STR("q")));
    free(f.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_a_request_apart),
        cmocka_unit_test(test_leaves_the_next_request_alone),
        cmocka_unit_test(test_takes_targets),
        cmocka_unit_test(test_refuses_targets),
        cmocka_unit_test(test_refuses_request_lines),
        cmocka_unit_test(test_refuses_fields),
        cmocka_unit_test(test_wants_exactly_one_host),
        cmocka_unit_test(test_decides_framing),
        cmocka_unit_test(test_decodes_chunks),
        cmocka_unit_test(test_refuses_chunks),
        cmocka_unit_test(test_holds_limits),
        cmocka_unit_test(test_bounds_what_frames_chunks),
        cmocka_unit_test(test_an_endless_line_is_refused_early),
        cmocka_unit_test(test_decides_keep_alive),
        cmocka_unit_test(test_surfaces_upgrade_only_if_connection_names_it),
        cmocka_unit_test(test_asks_for_100_continue_once),
        cmocka_unit_test(test_tokens_are_found_over_all_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
