/*
 * An IP address and port in 18 bytes, both families alike: IPv4 is kept as ::ffff:a.b.c.d
 * (RFC 4291 §2.5.5.2). No names are resolved.
 *
 * Errors: address_parse() answers 0 or ADDRESS_INVALID.
 */
#ifndef PARLEY_NET_ADDRESS_H
#define PARLEY_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "util/str.h"

enum { ADDRESS_INVALID = 1 };
/* "[ffff:…:255.255.255.255]:65535" and its end. */
enum { ADDRESS_TEXT_MAX = INET6_ADDRSTRLEN + 9 };

struct address {
    unsigned char ip[16];
    uint16_t port;
};

/* "host:port" with a numeric IPv4 host, an IPv6 host in brackets, "localhost" (127.0.0.1), or no
 * host at all: every address of this machine, of both families where it has both. 0 or
 * ADDRESS_INVALID. */
int address_parse(struct address *, struct str text);
/* An IPv4 or an IPv6 address, without brackets and port (which becomes 0). 0 or ADDRESS_INVALID. */
int address_parse_ip(struct address *, struct str text);
/* As proxies write an address: with or without a port, IPv6 with or without brackets. No names, not
 * localhost either. 0 or ADDRESS_INVALID. */
int address_parse_node(struct address *, struct str text);
/* Writes the form that address_parse() takes, terminated; returns `out`. */
char *address_format(const struct address *, char out[static ADDRESS_TEXT_MAX]);
/* The same without port and brackets, for logs. */
char *address_format_ip(const struct address *, char out[static ADDRESS_TEXT_MAX]);

/* Parsed from text without a host. */
bool address_is_any(const struct address *);
bool address_is_ip4(const struct address *);
/* Reached from this machine only: 127.0.0.0/8 or ::1. */
bool address_is_loopback(const struct address *);
/* The part that one customer of a network holds, for rate limits: the whole of an IPv4 address,
 * the first 64 bits of an IPv6 one; port 0. */
struct address address_network(const struct address *);

/* Fills `out` and returns its length. */
socklen_t address_to_sockaddr(const struct address *, struct sockaddr_storage *out);
/* A family other than the two gives all zeroes. */
struct address address_from_sockaddr(const struct sockaddr_storage *);

#endif
