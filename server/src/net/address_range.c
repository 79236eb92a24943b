/* An IPv4 range is one of ::ffff:0:0/96, as an IPv4 address is an address of it. So no IPv6 range
 * but one that is shorter than that holds IPv4 addresses; ::/0 holds all. */
#include "net/address_range.h"

#include <string.h>

#include "util/numbers.h"

enum { BITS_MAX = 128, IP4_FROM = 96 };

static bool same_prefix(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    unsigned char mask = (unsigned char)(0xff00 >> rest);
    return memcmp(a, b, whole) == 0 && (rest == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

static bool zero_beyond(const unsigned char *ip, unsigned bits)
{
    for (unsigned i = bits; i < BITS_MAX; i++)
        if (ip[i / 8] & (0x80 >> i % 8))
            return false;
    return true;
}

int address_range_parse(struct address_range *range, struct str text)
{
    const char *slash = memchr(text.p, '/', text.n);
    size_t ip_n = slash ? (size_t)(slash - text.p) : text.n;
    struct address first;
    uint64_t bits = BITS_MAX;
    if (address_parse_ip(&first, str_n(text.p, ip_n)))
        return ADDRESS_INVALID;
    if (slash) {
        unsigned from = address_is_ip4(&first) && !memchr(text.p, ':', ip_n) ? IP4_FROM : 0;
        if (!u64_parse(str_n(slash + 1, text.n - ip_n - 1), &bits) || bits > BITS_MAX - from)
            return ADDRESS_INVALID;
        bits += from;
    }
    if (!zero_beyond(first.ip, (unsigned)bits))
        return ADDRESS_INVALID;
    memcpy(range->ip, first.ip, sizeof(range->ip));
    range->bits = (uint8_t)bits;
    return 0;
}

bool address_ranges_hold(const struct address_range *ranges, size_t n, const struct address *a)
{
    for (size_t i = 0; i < n; i++)
        if (same_prefix(ranges[i].ip, a->ip, ranges[i].bits))
            return true;
    return false;
}
