/*
 * Strict by RFC 3986 where browsers are looser (WHATWG lets "|" or "[" stand raw in a query): our
 * clients encode, and one grammar for all hops leaves nothing to disagree about.
 */
#include "http/uri.h"

#include "http/field.h"
#include "util/utf8.h"

enum { PORT_DIGITS_MAX = 5 };

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters, digits, those of `marks`, and percent-encoded bytes. */
static bool made_of(struct str s, const char *marks)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            if (s.n - i < 3 || hex(s.p[i + 1]) < 0 || hex(s.p[i + 2]) < 0)
                return false;
            i += 2;
        } else if (c == 0 || !(is_alnum(c) || strchr(marks, c))) {
            return false;
        }
    }
    return true;
}

#define UNRESERVED_SUB "-._~!$&'()*+,;="

bool uri_is_path(struct str s)
{
    return made_of(s, UNRESERVED_SUB ":@/");
}

bool uri_is_query(struct str s)
{
    return made_of(s, UNRESERVED_SUB ":@/?");
}

static bool is_bracketed(struct str s)
{
    if (s.n < 4 || s.p[0] != '[' || s.p[s.n - 1] != ']')
        return false;
    for (size_t i = 1; i < s.n - 1; i++)
        if (hex(s.p[i]) < 0 && s.p[i] != ':' && s.p[i] != '.')
            return false;
    return true;
}

bool uri_authority(struct str s, struct str *host, struct str *port)
{
    size_t n = s.n;
    while (n && is_digit(s.p[n - 1]))
        n--;
    *port = (struct str){NULL, 0};
    if (n && s.p[n - 1] == ':') {
        *port = str_n(s.p + n, s.n - n);
        *host = str_n(s.p, n - 1);
    } else {
        *host = s;
    }
    if (host->n == 0 || port->n > PORT_DIGITS_MAX)
        return false;
    return host->p[0] == '[' ? is_bracketed(*host) : made_of(*host, UNRESERVED_SUB);
}

bool uri_path_next(struct str *rest, struct str *segment)
{
    if (rest->n == 0 || rest->p[0] != '/')
        return false;
    const char *start = rest->p + 1;
    const char *slash = memchr(start, '/', rest->n - 1);
    size_t n = slash ? (size_t)(slash - start) : rest->n - 1;
    *segment = str_n(start, n);
    *rest = str_n(start + n, rest->n - 1 - n);
    return true;
}

bool uri_query_next(struct str *rest, struct str *name, struct str *value)
{
    while (rest->n) {
        const char *amp = memchr(rest->p, '&', rest->n);
        struct str piece = str_n(rest->p, amp ? (size_t)(amp - rest->p) : rest->n);
        size_t taken = piece.n + (amp ? 1 : 0);
        rest->p += taken;
        rest->n -= taken;
        if (piece.n == 0)
            continue;
        const char *equals = memchr(piece.p, '=', piece.n);
        *name = piece;
        *value = (struct str){NULL, 0};
        if (equals) {
            name->n = (size_t)(equals - piece.p);
            *value = str_n(equals + 1, piece.n - name->n - 1);
        }
        return true;
    }
    return false;
}

bool uri_decode(struct arena *arena, struct str raw, enum uri_space space, struct str *text)
{
    char *out = arena_alloc(arena, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int high = raw.n - i >= 3 ? hex(raw.p[i + 1]) : -1;
            int low = high >= 0 ? hex(raw.p[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && space == URI_PLUS_IS_SPACE) {
            c = ' ';
        }
        if (c == 0)
            return false;
        out[n++] = c;
    }
    *text = str_n(out, n);
    return utf8_valid(*text);
}

enum uri_query uri_query_get(struct arena *arena, struct str query, struct str name,
                             struct str *value)
{
    struct str raw_name, raw_value, decoded, found = {NULL, 0};
    bool seen = false;
    while (uri_query_next(&query, &raw_name, &raw_value)) {
        if (!uri_decode(arena, raw_name, URI_PLUS_IS_SPACE, &decoded))
            return URI_QUERY_BAD;
        if (!str_eq(decoded, name))
            continue;
        if (seen || !uri_decode(arena, raw_value, URI_PLUS_IS_SPACE, &found))
            return URI_QUERY_BAD;
        seen = true;
    }
    *value = found;
    return seen ? URI_QUERY_OK : URI_QUERY_ABSENT;
}
