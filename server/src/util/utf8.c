/*
 * The state is what the table of RFC 3629 §4 still asks for: how many bytes the character is short
 * of, and which values the next one may have. Only the first continuation byte is ever narrower
 * than 80..BF (E0, ED, F0, F4), and that is where overlong forms, surrogates and what lies above
 * U+10FFFF are refused. An invalid state asks for a byte that does not exist, so it stays invalid.
 */
#include "util/utf8.h"

#include "util/macros.h"

/* `short_of` more bytes, the next one within low..high. */
#define WANT(short_of, low, high)                                                                  \
    ((utf8_state)(short_of) << 16 | (utf8_state)(high) << 8 | (utf8_state)(low))
#define INVALID WANT(1, 1, 0)

static inline utf8_state start_character(unsigned char lead)
{
    if (lead < 0x80)
        return 0;
    if (lead < 0xc2)
        return INVALID;
    if (lead < 0xe0)
        return WANT(1, 0x80, 0xbf);
    if (lead < 0xf0)
        return WANT(2, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
    if (lead < 0xf5)
        return WANT(3, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
    return INVALID;
}

static inline utf8_state continue_character(utf8_state state, unsigned char c)
{
    if (c < (state & 0xff) || c > (state >> 8 & 0xff))
        return INVALID;
    unsigned short_of = (state >> 16) - 1;
    return short_of ? WANT(short_of, 0x80, 0xbf) : 0;
}

/* How many bytes at the front are surely ASCII; the last few may be left to the caller. */
static size_t skip_ascii(const unsigned char *p, size_t n)
{
    size_t i = 0;
    for (uint64_t eight[4]; n - i >= sizeof(eight); i += sizeof(eight)) {
        memcpy(eight, p + i, sizeof(eight));
        if ((eight[0] | eight[1] | eight[2] | eight[3]) & UINT64_C(0x8080808080808080))
            break;
    }
    return i;
}

bool utf8_feed(utf8_state *state, const void *p, size_t n)
{
    const unsigned char *text = p;
    utf8_state s = *state;
    for (size_t i = 0; i < n; i++) {
        if (s) {
            s = continue_character(s, text[i]);
        } else {
            i += skip_ascii(text + i, n - i);
            if (i == n)
                break;
            s = start_character(text[i]);
        }
        if (s == INVALID)
            break;
    }
    *state = s;
    return s != INVALID;
}

bool utf8_complete(utf8_state state)
{
    return state == 0;
}

bool utf8_valid(struct str s)
{
    utf8_state state = 0;
    return utf8_feed(&state, s.p, s.n) && utf8_complete(state);
}

size_t utf8_length(struct str s)
{
    size_t length = 0;
    for (size_t i = 0; i < s.n; i++)
        length += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return length;
}
