/* SHA-1 (RFC 3174), for the WebSocket handshake (RFC 6455 §4.2.2), where it protects nothing, and
 * inside the HMAC of one-time codes (totp.h), where what is wrong with it does no harm. By
 * OpenSSL's libcrypto, since libsodium rightly has none. Any thread. */
#ifndef PARLEY_UTIL_SHA1_H
#define PARLEY_UTIL_SHA1_H

#include <stdint.h>

#include "util/str.h"

enum { SHA1_BYTES = 20 };

void crypto_sha1(uint8_t out[SHA1_BYTES], struct str s);

#endif
