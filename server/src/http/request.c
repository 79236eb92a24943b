/*
 * A state machine over lines: each line is judged once, when it is complete, and first by its
 * length, so the outcome does not depend on how the bytes were cut (fuzz_http holds this). Only
 * offsets are kept, hence the caller may move or grow its buffer between calls.
 *
 * A table of wanted headers instead of all of them was refused: the callers' needs differ and 64
 * spans are half a KiB that lives only while a request is under way.
 */
#include "http/request.h"

#include <assert.h>

#include "http/field.h"
#include "http/uri.h"
#include "util/macros.h"

static_assert(HTTP_HEAD_BYTES_MAX <= UINT16_MAX, "spans are 16 bits wide");

enum { START, LINE, FIELDS, BODY_LENGTH, BODY_CHUNKED, DONE, BAD };

static const struct str methods[] = {
    [HTTP_GET] = {"GET", 3},         [HTTP_HEAD] = {"HEAD", 4},   [HTTP_POST] = {"POST", 4},
    [HTTP_PUT] = {"PUT", 3},         [HTTP_PATCH] = {"PATCH", 5}, [HTTP_DELETE] = {"DELETE", 6},
    [HTTP_OPTIONS] = {"OPTIONS", 7},
};
static_assert(ARRAY_SIZE(methods) == HTTP_METHODS, "a name for each method");

void http_request_init(struct http_request *r, size_t body_bytes_max)
{
    memset(r, 0, offsetof(struct http_request, fields));
    r->body_bytes_max = body_bytes_max;
}

static struct str text(const struct http_request *r, struct http_span span)
{
    return span.at ? str_n(r->data + span.at, span.n) : (struct str){NULL, 0};
}

/* `s` lies within the head. */
static struct http_span span_of(const struct http_request *r, struct str s)
{
    return (struct http_span){(uint16_t)(s.p - r->data), (uint16_t)s.n};
}

/* The steps below answer 0 or the status that refuses the request. */

static unsigned take_method(struct http_request *r, struct str s)
{
    if (!http_is_token(s))
        return 400;
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (str_eq(s, methods[i])) {
            r->method = (enum http_method)i;
            return 0;
        }
    }
    return 501;
}

static unsigned take_version(struct http_request *r, struct str s)
{
    const struct str name = STR("HTTP/");
    if (s.n != name.n + 3 || !str_starts(s, name) || s.p[6] != '.')
        return 400;
    char major = s.p[5], minor = s.p[7];
    if (major < '0' || major > '9' || minor < '0' || minor > '9')
        return 400;
    if (major != '1' || minor > '1')
        return 505;
    r->minor = (uint8_t)(minor - '0');
    return 0;
}

/* Steps over "http://host:port"; false when it is not an absolute target. */
static bool take_origin(struct http_request *r, struct str *s)
{
    static const struct str schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        size_t n = schemes[i].n;
        if (s->n < n || !http_eq_nocase(str_n(s->p, n), schemes[i]))
            continue;
        size_t end = n;
        while (end < s->n && s->p[end] != '/' && s->p[end] != '?')
            end++;
        struct str authority = str_n(s->p + n, end - n), host, port;
        if (!uri_authority(authority, &host, &port))
            return false;
        r->host = span_of(r, authority);
        *s = str_n(s->p + end, s->n - end);
        return true;
    }
    return false;
}

static unsigned take_target(struct http_request *r, struct str s)
{
    r->target = span_of(r, s);
    if (str_eq(s, STR("*"))) {
        r->path = r->target;
        return r->method == HTTP_OPTIONS ? 0 : 400;
    }
    if (s.n == 0 || (s.p[0] != '/' && !take_origin(r, &s)))
        return 400;
    const char *mark = s.n ? memchr(s.p, '?', s.n) : NULL;
    struct str path = str_n(s.p, mark ? (size_t)(mark - s.p) : s.n);
    if (!uri_is_path(path))
        return 400;
    if (path.n)
        r->path = span_of(r, path);
    if (!mark)
        return 0;
    struct str query = str_n(mark + 1, s.n - path.n - 1);
    r->query = span_of(r, query);
    return uri_is_query(query) ? 0 : 400;
}

static unsigned take_request_line(struct http_request *r, struct str line)
{
    /* The first and the last space part the line; a third is then inside the target, where no
     * space is allowed. */
    const char *first = memchr(line.p, ' ', line.n), *last = memrchr(line.p, ' ', line.n);
    if (!first || first == last)
        return 400;
    struct str method = str_n(line.p, (size_t)(first - line.p));
    struct str target = str_n(first + 1, (size_t)(last - first) - 1);
    struct str version = str_n(last + 1, line.n - (size_t)(last - line.p) - 1);

    unsigned status = take_version(r, version);
    if (!status)
        status = take_method(r, method);
    return status ? status : take_target(r, target);
}

static unsigned take_field(struct http_request *r, struct str line)
{
    const char *colon = memchr(line.p, ':', line.n);
    if (!colon)
        return 400;
    struct str name = str_n(line.p, (size_t)(colon - line.p));
    struct str value = http_trim(str_n(colon + 1, line.n - name.n - 1));
    /* A name that is no token covers folded lines and a space before the colon. */
    if (!http_is_token(name) || !http_is_value(value))
        return 400;
    if (r->fields_n == HTTP_FIELDS_MAX)
        return 431;
    r->fields[r->fields_n].name = span_of(r, name);
    r->fields[r->fields_n].value = span_of(r, value);
    r->fields_n++;
    return 0;
}

static unsigned take_host(struct http_request *r)
{
    const struct str name = STR("host");
    unsigned n = http_request_count(r, name);
    if (n > 1 || (n == 0 && r->minor >= 1))
        return 400;
    if (n == 0)
        return 0;
    struct str value = http_request_field(r, name), host, port;
    if (!uri_authority(value, &host, &port))
        return 400;
    if (!r->host.at)
        r->host = span_of(r, value);
    return 0;
}

static unsigned take_length(struct http_request *r, struct str value)
{
    size_t length = 0;
    if (value.n == 0)
        return 400;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return 400;
        /* Stays one above the limit instead of overflowing. */
        length = MIN(length * 10 + (size_t)(value.p[i] - '0'), r->body_bytes_max + 1);
    }
    r->body_bytes = length;
    r->has_length = true;
    return length > r->body_bytes_max ? 413 : 0;
}

/* How long the body is (RFC 9112 §6.3). */
static unsigned take_framing(struct http_request *r)
{
    const struct str length = STR("content-length"), coding = STR("transfer-encoding");
    unsigned lengths = http_request_count(r, length), codings = http_request_count(r, coding);
    if (lengths > 1 || codings > 1 || (lengths && codings))
        return 400;
    if (lengths)
        return take_length(r, http_request_field(r, length));
    if (codings) {
        /* RFC 9112 §6.1: in a 1.0 message the framing must be taken as faulty. */
        if (r->minor == 0)
            return 400;
        if (!http_eq_nocase(http_request_field(r, coding), STR("chunked")))
            return 501;
        r->chunked = true;
    }
    return 0;
}

static unsigned take_expectation(struct http_request *r)
{
    const struct str name = STR("expect");
    unsigned n = http_request_count(r, name);
    if (n == 0 || r->minor == 0) /* RFC 9110 §10.1.1: ignored from a 1.0 client */
        return 0;
    if (n > 1 || !http_eq_nocase(http_request_field(r, name), STR("100-continue")))
        return 417;
    r->expects_continue = r->chunked || r->body_bytes > 0;
    return 0;
}

/* The line after the last field. */
static unsigned end_head(struct http_request *r)
{
    r->has_fields = true;
    r->head_bytes = (uint16_t)r->at;
    r->keep_alive = r->minor >= 1 && !http_request_has_token(r, STR("connection"), STR("close"));
    r->upgrade = http_request_count(r, STR("upgrade")) &&
                 http_request_has_token(r, STR("connection"), STR("upgrade"));
    unsigned status = take_host(r);
    if (!status)
        status = take_framing(r);
    if (!status)
        status = take_expectation(r);
    r->state = r->chunked ? BODY_CHUNKED : BODY_LENGTH;
    r->body = (struct http_chunked){.body_bytes_max = r->body_bytes_max};
    return status;
}

static unsigned take_line(struct http_request *r, struct str line)
{
    switch (r->state) {
    case START:
        r->state = LINE;
        if (line.n == 0)
            return 0;
        /* fall through */
    case LINE:
        r->state = FIELDS;
        r->fields_from = (uint16_t)r->at;
        return take_request_line(r, line);
    default:
        return line.n ? take_field(r, line) : end_head(r);
    }
}

static enum http_request_result refuse(struct http_request *r, unsigned status)
{
    r->state = BAD;
    r->status = (uint16_t)status;
    r->keep_alive = false;
    return HTTP_REQUEST_BAD;
}

/* What the line under way may hold, without its CRLF; the empty line always may come. */
static size_t line_bytes_max(const struct http_request *r)
{
    if (r->state != FIELDS)
        return HTTP_LINE_BYTES_MAX;
    size_t with_end = r->at - r->fields_from + 2;
    return HTTP_FIELDS_BYTES_MAX - MIN(with_end, HTTP_FIELDS_BYTES_MAX);
}

static enum http_request_result feed_head(struct http_request *r, size_t n)
{
    while (r->state <= FIELDS) {
        bool in_fields = r->state == FIELDS;
        struct str line;
        switch (http_line(r->data, n, r->at, &r->scanned, line_bytes_max(r), &line)) {
        case HTTP_LINE_OK:
            break;
        case HTTP_LINE_MORE:
            return HTTP_REQUEST_MORE;
        case HTTP_LINE_TOO_LONG:
            return refuse(r, in_fields ? 431 : 414);
        case HTTP_LINE_BAD:
            return refuse(r, 400);
        }
        r->at = r->scanned;
        unsigned status = take_line(r, line);
        if (status)
            return refuse(r, status);
    }
    return HTTP_REQUEST_DONE;
}

enum http_request_result http_request_feed(struct http_request *r, char *data, size_t n)
{
    must(r->state < DONE && n >= r->at);
    r->data = data;
    if (r->state <= FIELDS) {
        enum http_request_result result = feed_head(r, n);
        if (result != HTTP_REQUEST_DONE)
            return result;
    }
    if (r->state == BODY_CHUNKED) {
        switch (http_chunked_feed(&r->body, data + r->head_bytes, n - r->head_bytes)) {
        case HTTP_CHUNKED_DONE:
            break;
        case HTTP_CHUNKED_MORE:
            return HTTP_REQUEST_MORE;
        case HTTP_CHUNKED_BAD:
            return refuse(r, 400);
        case HTTP_CHUNKED_TOO_LARGE:
            return refuse(r, 413);
        }
        r->body_bytes = r->body.body_n;
        r->consumed = r->head_bytes + r->body.at;
    } else {
        if (n - r->head_bytes < r->body_bytes)
            return HTTP_REQUEST_MORE;
        r->consumed = r->head_bytes + r->body_bytes;
    }
    r->state = DONE;
    return HTTP_REQUEST_DONE;
}

bool http_request_takes_continue(struct http_request *r)
{
    bool takes = r->expects_continue && (r->state == BODY_LENGTH || r->state == BODY_CHUNKED);
    r->expects_continue = false;
    return takes;
}

struct str http_request_target(const struct http_request *r)
{
    return str_n(r->data + r->target.at, r->target.n);
}

struct str http_request_path(const struct http_request *r)
{
    return r->path.at ? text(r, r->path) : STR("/");
}

struct str http_request_query(const struct http_request *r)
{
    return text(r, r->query);
}

struct str http_request_host(const struct http_request *r)
{
    return text(r, r->host);
}

struct str http_request_body(const struct http_request *r)
{
    return str_n(r->data + r->head_bytes, r->body_bytes);
}

bool http_request_line(const struct http_request *r, unsigned i, struct str *name,
                       struct str *value)
{
    if (i >= r->fields_n)
        return false;
    *name = text(r, r->fields[i].name);
    *value = text(r, r->fields[i].value);
    return true;
}

struct str http_request_field(const struct http_request *r, struct str name)
{
    struct str line_name, value;
    for (unsigned i = 0; http_request_line(r, i, &line_name, &value); i++)
        if (http_eq_nocase(line_name, name))
            return value;
    return (struct str){NULL, 0};
}

unsigned http_request_count(const struct http_request *r, struct str name)
{
    struct str line_name, value;
    unsigned n = 0;
    for (unsigned i = 0; http_request_line(r, i, &line_name, &value); i++)
        n += http_eq_nocase(line_name, name);
    return n;
}

bool http_request_has_token(const struct http_request *r, struct str name, struct str token)
{
    struct str line_name, value, element;
    for (unsigned i = 0; http_request_line(r, i, &line_name, &value); i++) {
        if (!http_eq_nocase(line_name, name))
            continue;
        while (http_list_next(&value, &element))
            if (http_eq_nocase(element, token))
                return true;
    }
    return false;
}
