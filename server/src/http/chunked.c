/*
 * Between calls body_n <= at <= n: [0, body_n) is decoded, [body_n, at) is junk, [at, n) is still
 * raw. Decoding in place was preferred to a buffer of its own because a body is bounded anyway and
 * then stands next to its head in one run of memory.
 */
#include "http/chunked.h"

#include <stdbool.h>
#include <string.h>

#include "http/field.h"
#include "util/macros.h"

enum { SIZE, DATA, DATA_END, TRAILER, END };

enum { SIZE_DIGITS_MAX = 16 };

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of the quoted string that `s` starts with, or 0. */
static size_t quoted_string(struct str s)
{
    if (s.n == 0 || s.p[0] != '"')
        return 0;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '"')
            return i + 1;
        if (s.p[i] == '\\')
            i++;
        if (i < s.n && !http_is_value(str_n(s.p + i, 1)))
            return 0;
    }
    return 0;
}

static size_t token(struct str s)
{
    size_t n = 0;
    while (n < s.n && http_is_token(str_n(s.p + n, 1)))
        n++;
    return n;
}

static struct str after(struct str s, size_t n)
{
    return str_n(s.p + n, s.n - n);
}

/* *( ";" name [ "=" value ] ). The white space that RFC 9112 §7.1.1 lets a recipient tolerate
 * there has been used to smuggle and is refused. */
static bool extensions_valid(struct str s)
{
    while (s.n) {
        if (s.p[0] != ';')
            return false;
        s = after(s, 1);
        size_t n = token(s);
        if (n == 0)
            return false;
        s = after(s, n);
        if (s.n == 0 || s.p[0] != '=')
            continue;
        s = after(s, 1);
        n = s.n && s.p[0] == '"' ? quoted_string(s) : token(s);
        if (n == 0)
            return false;
        s = after(s, n);
    }
    return true;
}

static enum http_chunked_result take_size(struct http_chunked *c, struct str line)
{
    uint64_t size = 0;
    size_t i = 0;
    for (; i < line.n && hex(line.p[i]) >= 0; i++) {
        if (i == SIZE_DIGITS_MAX)
            return HTTP_CHUNKED_BAD;
        size = size << 4 | (uint64_t)hex(line.p[i]);
    }
    if (i == 0 || !extensions_valid(after(line, i)))
        return HTTP_CHUNKED_BAD;
    if (size > c->body_bytes_max - c->body_n)
        return HTTP_CHUNKED_TOO_LARGE;
    c->left = (size_t)size;
    c->state = size ? DATA : TRAILER;
    c->trailers_from = c->scanned;
    return HTTP_CHUNKED_DONE;
}

static enum http_chunked_result take_trailer(struct http_chunked *c, struct str line)
{
    if (line.n == 0) {
        c->state = END;
        return HTTP_CHUNKED_DONE;
    }
    const char *colon = memchr(line.p, ':', line.n);
    if (!colon || !http_is_token(str_n(line.p, (size_t)(colon - line.p))) || !http_is_value(line) ||
        c->trailers_n++ == HTTP_TRAILERS_MAX)
        return HTTP_CHUNKED_BAD;
    return HTTP_CHUNKED_DONE;
}

static size_t line_bytes_max(const struct http_chunked *c)
{
    switch (c->state) {
    case SIZE:
        return HTTP_CHUNK_LINE_BYTES_MAX;
    case TRAILER:
        return HTTP_TRAILER_BYTES_MAX - MIN(c->at - c->trailers_from + 2, HTTP_TRAILER_BYTES_MAX);
    default:
        return 0;
    }
}

/* The next line of framing. DONE: it was taken, go on. */
static enum http_chunked_result take_line(struct http_chunked *c, const char *data, size_t n)
{
    struct str line;
    switch (http_line(data, n, c->at, &c->scanned, line_bytes_max(c), &line)) {
    case HTTP_LINE_OK:
        break;
    case HTTP_LINE_MORE:
        return HTTP_CHUNKED_MORE;
    default:
        return HTTP_CHUNKED_BAD;
    }
    enum http_chunked_result result = HTTP_CHUNKED_DONE;
    if (c->state == SIZE)
        result = take_size(c, line);
    else if (c->state == TRAILER)
        result = take_trailer(c, line);
    else
        c->state = SIZE;
    c->at = c->scanned;
    if (result == HTTP_CHUNKED_DONE && c->at - c->body_n > HTTP_CHUNK_FRAMING_BYTES_MAX)
        return HTTP_CHUNKED_TOO_LARGE;
    return result;
}

enum http_chunked_result http_chunked_feed(struct http_chunked *c, char *data, size_t n)
{
    while (c->state != END) {
        if (c->state != DATA) {
            enum http_chunked_result result = take_line(c, data, n);
            if (result != HTTP_CHUNKED_DONE)
                return result;
            continue;
        }
        size_t take = MIN(n - c->at, c->left);
        if (take == 0)
            return HTTP_CHUNKED_MORE;
        memmove(data + c->body_n, data + c->at, take);
        c->body_n += take;
        c->at += take;
        c->left -= take;
        c->scanned = c->at;
        if (c->left == 0)
            c->state = DATA_END;
    }
    return HTTP_CHUNKED_DONE;
}
