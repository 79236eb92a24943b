/*
 * The lexical rules that HTTP's parts share (RFC 9110 §5.6, RFC 9112 §2.2): lines, tokens, field
 * values and comma-separated lists. Everything borrows from what it is given. Pure; any thread.
 */
#ifndef PARLEY_HTTP_FIELD_H
#define PARLEY_HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

enum http_line {
    HTTP_LINE_OK = 0,
    HTTP_LINE_MORE,     /* no end yet, and still short enough */
    HTTP_LINE_TOO_LONG, /* more than `max` bytes before the end */
    HTTP_LINE_BAD,      /* ended by a LF without its CR */
};

/* The line that starts at `from`, without its CRLF. `*scanned` (>= from) is where the last call
 * stopped looking, so that a line that trickles in is looked at once. */
enum http_line http_line(const char *data, size_t n, size_t from, size_t *scanned, size_t max,
                         struct str *line);

/* One or more tchar. */
bool http_is_token(struct str s);
/* A field value as it may be sent: visible, space, tab or above 127; no other controls, no CR or
 * LF. May be empty. */
bool http_is_value(struct str s);
/* Without spaces and tabs at both ends. */
struct str http_trim(struct str s);
/* Equal but for the case of ASCII letters. */
bool http_eq_nocase(struct str a, struct str b);
/* Takes the next element, trimmed, off a comma-separated list; empty elements are skipped; false
 * at the end. Knows no quoted strings: for lists of tokens. */
bool http_list_next(struct str *rest, struct str *element);

#endif
