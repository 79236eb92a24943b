/* Response heads, dates and entity tags. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "http/request.h"
#include "http/response.h"
#include "util/macros.h"

static void assert_written(const struct http_response *r, const char *expected)
{
    struct builder out = {0};
    assert_int_equal(http_response_write(r, &out), 0);
    struct str text = builder_str(&out);
    if (!str_eq(text, str_of(expected)))
        fail_msg("%.*s instead of %s", (int)text.n, text.p, expected);
    builder_deinit(&out);
}

static void test_writes_a_head(void **state)
{
    (void)state;
    const struct http_field fields[] = {{STR("X-A"), STR("b c")}, {STR("X-Empty"), STR("")}};
    assert_written(&(struct http_response){.status = 200,
                                           .keep_alive = true,
                                           .date = STR("Sun, 06 Nov 1994 08:49:37 GMT"),
                                           .type = STR("text/plain"),
                                           .etag = STR("\"x\""),
                                           .body_bytes = UINT64_MAX,
                                           .fields = fields,
                                           .fields_n = ARRAY_SIZE(fields)},
                   "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                   "Content-Type: text/plain\r\nETag: \"x\"\r\nX-A: b c\r\nX-Empty: \r\n"
                   "Content-Length: 18446744073709551615\r\n\r\n");
    assert_written(&(struct http_response){.status = 404},
                   "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_written(&(struct http_response){.status = 599, .keep_alive = true},
                   "HTTP/1.1 599 Unknown\r\nContent-Length: 0\r\n\r\n");
}

static void test_says_how_a_body_of_unknown_length_ends(void **state)
{
    char header[HTTP_CHUNK_HEADER_MAX + 1];
    (void)state;
    assert_written(&(struct http_response){.status = 200, .keep_alive = true, .chunked = true},
                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_written(&(struct http_response){.status = 200, .to_the_end = true},
                   "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    assert_int_equal(http_chunk_header(header, 0x1f, true), 4);
    assert_string_equal(header, "1f\r\n");
    assert_int_equal(http_chunk_header(header, UINT32_MAX, false), 12);
    assert_string_equal(header, "\r\nffffffff\r\n");
    assert_int_equal(http_chunk_header(header, 0, false), 7);
    assert_string_equal(header, "\r\n0\r\n\r\n");
}

static void test_says_no_length_where_none_may_stand(void **state)
{
    (void)state;
    assert_written(&(struct http_response){.status = 100}, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_written(&(struct http_response){.status = 204, .keep_alive = true},
                   "HTTP/1.1 204 No Content\r\n\r\n");
    assert_written(&(struct http_response){.status = 304, .keep_alive = true, .body_bytes = 5},
                   "HTTP/1.1 304 Not Modified\r\n\r\n");
}

static void assert_not_written(const struct http_response *r)
{
    struct builder out = {0};
    builder_add_str(&out, STR("before"));
    assert_int_equal(http_response_write(r, &out), -EINVAL);
    assert_true(str_eq(builder_str(&out), STR("before")));
    builder_deinit(&out);
}

static void test_refuses_header_injection(void **state)
{
    (void)state;
    static const struct http_field bad[] = {
        {{"X", 1}, {"a\r\nSet-Cookie: b", 16}},
        {{"X", 1}, {"a\nb", 3}},
        {{"X", 1}, {"a\rb", 3}},
        {{"X", 1}, {"a\0b", 3}},
        {{"X", 1}, {"\x7f", 1}},
        {{"X: y\r\nZ", 7}, {"a", 1}},
        {{"X ", 2}, {"a", 1}},
        {{"", 0}, {"a", 1}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_not_written(
            &(struct http_response){.status = 200, .fields = &bad[i], .fields_n = 1});
    assert_not_written(&(struct http_response){.status = 200, .type = STR("a\r\nb")});
    assert_not_written(&(struct http_response){.status = 200, .etag = STR("\"\n\"")});
    assert_not_written(&(struct http_response){.status = 200, .date = STR("\r\n")});
}

static void test_formats_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t unix_s;
        const char *text;
    } cases[] = {
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {951868799, "Tue, 29 Feb 2000 23:59:59 GMT"},
        {951868800, "Wed, 01 Mar 2000 00:00:00 GMT"},
        {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"},
        {1735689600, "Wed, 01 Jan 2025 00:00:00 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[HTTP_DATE_BYTES + 1];
        http_date(text, cases[i].unix_s);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(strlen(text), HTTP_DATE_BYTES);
    }
}

static bool not_modified(const char *fields, const char *etag)
{
    char text[512];
    int n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
    struct http_request r;
    http_request_init(&r, 0);
    assert_int_equal(http_request_feed(&r, text, (size_t)n), HTTP_REQUEST_DONE);
    return http_not_modified(&r, str_of(etag));
}

static void test_matches_entity_tags(void **state)
{
    (void)state;
    assert_true(not_modified("If-None-Match: \"a\"\r\n", "\"a\""));
    assert_true(not_modified("If-None-Match: *\r\n", "\"a\""));
    assert_true(not_modified("If-None-Match: \"x\", W/\"a\"\r\n", "\"a\""));
    assert_true(not_modified("If-None-Match: \"x\",\"a\"\r\n", "W/\"a\""));
    assert_true(not_modified("if-none-match: \"x\"\r\nIf-None-Match: \"a\"\r\n", "\"a\""));
    assert_true(not_modified("If-None-Match: \"x,y\", ,\"a,b\"\r\n", "\"a,b\""));
    assert_false(not_modified("", "\"a\""));
    assert_false(not_modified("If-None-Match: \"b\"\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match: a\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match: \"A\"\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match: \"x\"\"a\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match: w/\"a\"\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match: \"\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match: W/\r\n", "\"a\""));
    assert_false(not_modified("If-None-Match:\r\n", "\"a\""));
    assert_false(not_modified("If-Match: \"a\"\r\n", "\"a\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_a_head),
        cmocka_unit_test(test_says_how_a_body_of_unknown_length_ends),
        cmocka_unit_test(test_says_no_length_where_none_may_stand),
        cmocka_unit_test(test_refuses_header_injection),
        cmocka_unit_test(test_formats_dates),
        cmocka_unit_test(test_matches_entity_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
