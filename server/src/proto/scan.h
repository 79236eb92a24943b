/* How JSON strings are walked, by whoever reads and by whoever writes them. Private to proto. */
#ifndef PARLEY_PROTO_SCAN_H
#define PARLEY_PROTO_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether one of eight bytes is a quote, a backslash or a control character: the high bit of a
 * byte is set where it is one (and perhaps in bytes above it, which the caller looks at again). */
static inline uint64_t scan_special(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
    uint64_t control = (eight - ones * 0x20) & ~eight;
    quote = (quote - ones) & ~quote;
    backslash = (backslash - ones) & ~backslash;
    return (control | quote | backslash) & highs;
}

/* How many bytes at the front stand in a JSON string as they are. `*bytes` collects them by OR,
 * so that its high bits tell whether all were ASCII. */
static inline size_t scan_plain(const char *p, size_t n, uint64_t *bytes)
{
    size_t i = 0;
    for (uint64_t eight; n - i >= sizeof(eight); i += sizeof(eight)) {
        memcpy(&eight, p + i, sizeof(eight));
        if (scan_special(eight))
            break;
        *bytes |= eight;
    }
    for (; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        *bytes |= c;
    }
    return i;
}

#endif
