/*
 * Bytes are classified by one table, made at compile time, so that a locale or a signed char can
 * never change what passes.
 */
#include "http/field.h"

#include <stdint.h>

enum { TCHAR = 1, VALUE = 2 };

/* clang-format off */
#define T (TCHAR | VALUE)
#define V VALUE
static const uint8_t byte_class[128] = {
    /*       0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f */
    /* 0 */  0, 0, 0, 0, 0, 0, 0, 0, 0, V, 0, 0, 0, 0, 0, 0,
    /* 1 */  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 2 */  V, T, V, T, T, T, T, T, V, V, T, T, V, T, T, V,
    /* 3 */  T, T, T, T, T, T, T, T, T, T, V, V, V, V, V, V,
    /* 4 */  V, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
    /* 5 */  T, T, T, T, T, T, T, T, T, T, T, V, V, V, T, T,
    /* 6 */  T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
    /* 7 */  T, T, T, T, T, T, T, T, T, T, T, V, T, V, T, 0,
};
#undef T
#undef V
/* clang-format on */

enum http_line http_line(const char *data, size_t n, size_t from, size_t *scanned, size_t max,
                         struct str *line)
{
    const char *end = *scanned < n ? memchr(data + *scanned, '\n', n - *scanned) : NULL;
    size_t before_lf = (end ? (size_t)(end - data) : n) - from;

    /* Judged before anything else and by the same count with or without the LF, so that the
     * answer does not depend on how the bytes were cut into reads. */
    if (before_lf > max + 1)
        return HTTP_LINE_TOO_LONG;
    if (!end) {
        *scanned = n;
        return HTTP_LINE_MORE;
    }
    if (before_lf == 0 || end[-1] != '\r')
        return HTTP_LINE_BAD;
    *line = str_n(data + from, before_lf - 1);
    *scanned = from + before_lf + 1;
    return HTTP_LINE_OK;
}

bool http_is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 128 || !(byte_class[c] & TCHAR))
            return false;
    }
    return s.n > 0;
}

bool http_is_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 128 && !(byte_class[c] & VALUE))
            return false;
    }
    return true;
}

struct str http_trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool http_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool http_list_next(struct str *rest, struct str *element)
{
    while (rest->n) {
        const char *comma = memchr(rest->p, ',', rest->n);
        size_t n = comma ? (size_t)(comma - rest->p) : rest->n;
        *element = http_trim(str_n(rest->p, n));
        size_t taken = comma ? n + 1 : n;
        rest->p += taken;
        rest->n -= taken;
        if (element->n)
            return true;
    }
    return false;
}
