#include "util/numbers.h"

bool u64_parse(struct str text, uint64_t *v)
{
    if (text.n == 0 || text.n > U64_TEXT_MAX || (text.p[0] == '0' && text.n > 1))
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(sum, (uint64_t)10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(text.p[i] - '0'), &sum))
            return false;
    }
    *v = sum;
    return true;
}

size_t u64_format(char out[U64_TEXT_MAX + 1], uint64_t v)
{
    char reversed[U64_TEXT_MAX];
    size_t n = 0;
    do {
        reversed[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = 0;
    return n;
}

size_t varint_put(uint8_t out[VARINT_MAX], uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (uint8_t)(v | 0x80);
    out[n++] = (uint8_t)v;
    return n;
}

size_t varint_get(struct str in, uint64_t *v)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < in.n && i < VARINT_MAX; i++) {
        uint8_t byte = (uint8_t)in.p[i];
        /* The tenth byte has room for one bit. */
        if (i == VARINT_MAX - 1 && byte > 1)
            return 0;
        sum |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        if (byte == 0 && i > 0)
            return 0;
        *v = sum;
        return i + 1;
    }
    return 0;
}
