/* Strict UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF), also in pieces. */
#ifndef PARLEY_UTIL_UTF8_H
#define PARLEY_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* The state between two pieces; starts as 0. */
typedef uint32_t utf8_state;

/* False as soon as no continuation could make the text valid. */
bool utf8_feed(utf8_state *, const void *p, size_t n);
/* Whether the text may end here: no character is half done. */
bool utf8_complete(utf8_state);
bool utf8_valid(struct str s);
/* Code points of a valid text. */
size_t utf8_length(struct str s);

#endif
