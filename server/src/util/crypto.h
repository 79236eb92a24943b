/* The few cryptographic steps the server takes, by libsodium, which stays inside crypto.c; but for
 * the HMAC, of which every message takes one: see hmac.c. */
#ifndef PARLEY_UTIL_CRYPTO_H
#define PARLEY_UTIL_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum {
    CRYPTO_HASH_BYTES = 32,
    CRYPTO_SECRET_BYTES = 32,
    CRYPTO_TOKEN_BYTES = 32,     /* random */
    CRYPTO_TOKEN_TEXT = 43,      /* the same in base64url without padding */
    CRYPTO_PASSWORD_BYTES = 128, /* an Argon2id string with its 0 byte */
};

/* Call once before threads start; all below is for any thread. 0, or a negative errno. */
int crypto_init(void);
void crypto_random(void *p, size_t n);
/* HMAC-SHA-256 (RFC 2104). */
void crypto_hmac(uint8_t out[CRYPTO_HASH_BYTES], const uint8_t secret[CRYPTO_SECRET_BYTES],
                 struct str message);
/* SHA-256 (FIPS 180-4) of a token: what is stored of it. */
void crypto_sha256(uint8_t out[CRYPTO_HASH_BYTES], struct str s);
/* Equal, in constant time. */
bool crypto_equal(const void *a, const void *b, size_t n);
/* base64url (RFC 4648 §5) without padding, and a final 0 byte: out has room for 4n/3 + 2. */
void crypto_base64url(char *out, const void *p, size_t n);
/* Decodes exactly `n` bytes; false when the text is anything else. */
bool crypto_unbase64url(void *out, size_t n, struct str text);
/* Argon2id (RFC 9106): slow (some 50 ms) and 16-64 MiB; only in the worker pool. `cheap` is for
 * tests. 0, or -ENOMEM. */
int crypto_password_hash(char out[CRYPTO_PASSWORD_BYTES], struct str password, bool cheap);
/* As slow as the hash was. False also when it had no memory to find out. */
bool crypto_password_verify(const char *hash, struct str password);

#endif
