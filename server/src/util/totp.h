/*
 * One-time codes by time (RFC 6238, with HMAC-SHA-1 of RFC 4226, 30 s, six digits: what every
 * authenticator has), and base32 (RFC 4648 §6), in which they take their secret. Pure; any thread.
 */
#ifndef PARLEY_UTIL_TOTP_H
#define PARLEY_UTIL_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_STEP_MS = 30 * 1000, TOTP_DIGITS = 6 };

/* The code of the time step `step` (Unix time / TOTP_STEP_MS), and a final 0 byte. */
void totp_code(char out[TOTP_DIGITS + 1], const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step);

/* `n` bytes, a multiple of 5, as n / 5 * 8 characters of A-Z2-7, and a final 0 byte. */
void base32_format(char *out, const uint8_t *bytes, size_t n);
/* Exactly `n` bytes, a multiple of 5; letters of either case. False: the text is no such. */
bool base32_parse(uint8_t *bytes, size_t n, struct str text);

#endif
