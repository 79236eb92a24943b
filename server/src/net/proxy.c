/* Offsets are those of the specification: signature 12, version and command, family, length 2; then
 * source address, destination address, their ports; then type-length-values, which are walked and
 * not looked at. Refused: version 1, a line of text whose end must be searched for. */
#include "net/proxy.h"

#include <stdint.h>
#include <string.h>

#include "util/macros.h"

static const unsigned char signature[12] = "\r\n\r\n\0\r\nQUIT\n";

enum {
    AT_COMMAND = 12,
    AT_FAMILY = 13,
    AT_LENGTH = 14,
    LOCAL = 0x20, /* version 2 in the upper half */
    PROXY = 0x21,
    TCP4 = 0x11,
    TCP6 = 0x21,
    TLV_HEAD_BYTES = 3,
};

static uint16_t u16(const unsigned char *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static bool is_tlvs(const unsigned char *p, size_t n)
{
    while (n >= TLV_HEAD_BYTES) {
        size_t value_n = u16(p + 1);
        if (n - TLV_HEAD_BYTES < value_n)
            return false;
        p += TLV_HEAD_BYTES + value_n;
        n -= TLV_HEAD_BYTES + value_n;
    }
    return n == 0;
}

/* `n` bytes follow the head. */
static bool take_addresses(struct proxy *proxy, unsigned family, const unsigned char *p, size_t n)
{
    size_t ip_n = family == TCP4 ? 4 : 16, addresses_n = 2 * (ip_n + 2);
    if (n < addresses_n)
        return false;
    proxy->client = (struct address){.ip = {[10] = 0xff, [11] = 0xff}};
    memcpy(proxy->client.ip + 16 - ip_n, p, ip_n);
    proxy->client.port = u16(p + 2 * ip_n);
    return is_tlvs(p + addresses_n, n - addresses_n);
}

enum proxy_result proxy_parse(struct proxy *proxy, const unsigned char *p, size_t n)
{
    *proxy = (struct proxy){.bytes = PROXY_HEAD_BYTES};
    if (memcmp(p, signature, MIN(n, sizeof(signature))) != 0)
        return PROXY_BAD;
    if (n > AT_COMMAND && p[AT_COMMAND] != LOCAL && p[AT_COMMAND] != PROXY)
        return PROXY_BAD;
    if (n < PROXY_HEAD_BYTES)
        return PROXY_MORE;
    size_t rest_n = u16(p + AT_LENGTH);
    unsigned family = p[AT_FAMILY];
    proxy->bytes = PROXY_HEAD_BYTES + rest_n;
    proxy->local = p[AT_COMMAND] == LOCAL;
    if (proxy->bytes > PROXY_BYTES_MAX || (!proxy->local && family != TCP4 && family != TCP6))
        return PROXY_BAD;
    if (n < proxy->bytes)
        return PROXY_MORE;
    /* What stands behind LOCAL is to be ignored, whatever it is. */
    if (!proxy->local && !take_addresses(proxy, family, p + PROXY_HEAD_BYTES, rest_n))
        return PROXY_BAD;
    return PROXY_DONE;
}
