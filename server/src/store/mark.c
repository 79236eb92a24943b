#include "store/mark.h"

#include <assert.h>
#include <string.h>

#include "util/numbers.h"

static_assert(MARK_NUMBERS_MAX * (U64_TEXT_MAX + 1) <= STORE_TOKEN_BYTES_MAX, "a mark fits");

void mark_format(char out[STORE_TOKEN_BYTES_MAX], const uint64_t *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            *out++ = '.';
        out += u64_format(out, numbers[i]);
    }
}

bool mark_parse(struct str text, uint64_t *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *dot = text.n ? memchr(text.p, '.', text.n) : NULL;
        size_t part = dot ? (size_t)(dot - text.p) : text.n;
        if ((dot != NULL) != (i + 1 < n) || !u64_parse(str_n(text.p, part), &numbers[i]))
            return false;
        text = str_n(text.p + part + (dot != NULL), text.n - part - (dot != NULL));
    }
    return true;
}
