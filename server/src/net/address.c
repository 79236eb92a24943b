/* Numeric forms by inet_pton(); a name would have to be resolved, which blocks. Port 0..65535 in
 * digits alone. "No host" is ::, which a socket without IPV6_V6ONLY serves for both families. */
#include "net/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const unsigned char IP4_PREFIX[12] = {[10] = 0xff, [11] = 0xff};

static bool parse_port(struct str s, uint16_t *port)
{
    uint32_t value = 0;
    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(s.p[i] - '0');
    }
    if (value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

static bool parse_ip(struct str host, bool bracketed, unsigned char ip[16])
{
    char z[INET6_ADDRSTRLEN];
    if (host.n == 0 || host.n >= sizeof(z) || memchr(host.p, 0, host.n))
        return false;
    memcpy(z, host.p, host.n);
    z[host.n] = 0;
    if (bracketed)
        return inet_pton(AF_INET6, z, ip) == 1;
    memcpy(ip, IP4_PREFIX, sizeof(IP4_PREFIX));
    return inet_pton(AF_INET, z, ip + sizeof(IP4_PREFIX)) == 1;
}

int address_parse(struct address *a, struct str text)
{
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return ADDRESS_INVALID;
    struct address parsed = {0};
    struct str host = str_n(text.p, colon - 1);
    if (!parse_port(str_n(text.p + colon, text.n - colon), &parsed.port))
        return ADDRESS_INVALID;

    bool bracketed = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracketed)
        host = str_n(host.p + 1, host.n - 2);
    else if (str_eq(host, STR("localhost")))
        host = STR("127.0.0.1");
    if ((host.n || bracketed) && !parse_ip(host, bracketed, parsed.ip))
        return ADDRESS_INVALID;
    *a = parsed;
    return 0;
}

int address_parse_ip(struct address *a, struct str text)
{
    struct address parsed = {0};
    if (!parse_ip(text, false, parsed.ip) && !parse_ip(text, true, parsed.ip))
        return ADDRESS_INVALID;
    *a = parsed;
    return 0;
}

int address_parse_node(struct address *a, struct str text)
{
    struct address parsed = {0};
    bool bracketed = text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']';
    if (!bracketed && address_parse_ip(a, text) == 0)
        return 0;
    if (bracketed && parse_ip(str_n(text.p + 1, text.n - 2), true, parsed.ip)) {
        *a = parsed;
        return 0;
    }
    /* With a port: what begins otherwise is a name or nothing. */
    bool numeric = text.n && (text.p[0] == '[' || (text.p[0] >= '0' && text.p[0] <= '9'));
    return numeric ? address_parse(a, text) : ADDRESS_INVALID;
}

bool address_is_any(const struct address *a)
{
    static const unsigned char any[16];
    return memcmp(a->ip, any, sizeof(any)) == 0;
}

bool address_is_ip4(const struct address *a)
{
    return memcmp(a->ip, IP4_PREFIX, sizeof(IP4_PREFIX)) == 0;
}

bool address_is_loopback(const struct address *a)
{
    static const unsigned char ip6[16] = {[15] = 1};
    return address_is_ip4(a) ? a->ip[sizeof(IP4_PREFIX)] == 127
                             : memcmp(a->ip, ip6, sizeof(ip6)) == 0;
}

char *address_format_ip(const struct address *a, char out[static ADDRESS_TEXT_MAX])
{
    if (address_is_ip4(a))
        inet_ntop(AF_INET, a->ip + sizeof(IP4_PREFIX), out, ADDRESS_TEXT_MAX);
    else
        inet_ntop(AF_INET6, a->ip, out, ADDRESS_TEXT_MAX);
    return out;
}

char *address_format(const struct address *a, char out[static ADDRESS_TEXT_MAX])
{
    char ip[ADDRESS_TEXT_MAX];
    address_format_ip(a, ip);
    if (address_is_ip4(a))
        snprintf(out, ADDRESS_TEXT_MAX, "%.*s:%u", INET_ADDRSTRLEN, ip, (unsigned)a->port);
    else
        snprintf(out, ADDRESS_TEXT_MAX, "[%.*s]:%u", INET6_ADDRSTRLEN, ip, (unsigned)a->port);
    return out;
}

struct address address_network(const struct address *a)
{
    struct address network = *a;
    network.port = 0;
    if (!address_is_ip4(a))
        memset(network.ip + 8, 0, 8);
    return network;
}

socklen_t address_to_sockaddr(const struct address *a, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (address_is_ip4(a)) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        in->sin_family = AF_INET;
        in->sin_port = htons(a->port);
        memcpy(&in->sin_addr, a->ip + sizeof(IP4_PREFIX), 4);
        return sizeof(*in);
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(a->port);
    memcpy(&in6->sin6_addr, a->ip, 16);
    return sizeof(*in6);
}

struct address address_from_sockaddr(const struct sockaddr_storage *from)
{
    struct address a = {0};
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        memcpy(a.ip, IP4_PREFIX, sizeof(IP4_PREFIX));
        memcpy(a.ip + sizeof(IP4_PREFIX), &in->sin_addr, 4);
        a.port = ntohs(in->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
        memcpy(a.ip, &in6->sin6_addr, 16);
        a.port = ntohs(in6->sin6_port);
    }
    return a;
}
