/*
 * struct address_range: the addresses that begin with the same bits (CIDR, RFC 4632), both families
 * alike. Pure; any thread.
 *
 * Errors: address_range_parse() answers 0 or ADDRESS_INVALID.
 */
#ifndef PARLEY_NET_ADDRESS_RANGE_H
#define PARLEY_NET_ADDRESS_RANGE_H

#include "net/address.h"

struct address_range {
    unsigned char ip[16];
    uint8_t bits; /* of the 128 */
};

/* "192.0.2.0/24", "2001:db8::/32", or one address. Bits beyond the prefix must be 0: whoever wrote
 * others meant something else. */
int address_range_parse(struct address_range *, struct str text);
/* Whether the address, whatever its port, is in one of `n` ranges. */
bool address_ranges_hold(const struct address_range *, size_t n, const struct address *);

#endif
