#include "util/crypto.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>

#include "util/macros.h"

/* RFC 9106 §4 asks for 2 GiB or for 64 MiB and three passes; a server that many log in to at once
 * takes the lower end of what is still advised, and a pass more for it. */
enum { PASSES = 3, MEMORY_BYTES = 32 << 20 };

static_assert(CRYPTO_HASH_BYTES == crypto_hash_sha256_BYTES, "SHA-256");
static_assert(CRYPTO_PASSWORD_BYTES == crypto_pwhash_STRBYTES, "an Argon2id string");
static_assert(CRYPTO_TOKEN_TEXT == (CRYPTO_TOKEN_BYTES * 4 + 2) / 3, "base64 of a token");

int crypto_init(void)
{
    return sodium_init() < 0 ? -EIO : 0;
}

void crypto_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

void crypto_sha256(uint8_t out[CRYPTO_HASH_BYTES], struct str s)
{
    crypto_hash_sha256(out, (const unsigned char *)s.p, s.n);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

void crypto_base64url(char *out, const void *p, size_t n)
{
    sodium_bin2base64(out, 4 * n / 3 + 2, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypto_unbase64url(void *out, size_t n, struct str text)
{
    /* libsodium 1.0.18 reads some bytes above 0x7f as letters where char is signed. */
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    }
    size_t got;
    /* Without an end pointer, libsodium takes nothing but the whole text. */
    return sodium_base642bin(out, n, text.p, text.n, NULL, &got, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           got == n;
}

int crypto_password_hash(char out[CRYPTO_PASSWORD_BYTES], struct str password, bool cheap)
{
    unsigned long long passes = cheap ? crypto_pwhash_argon2id_OPSLIMIT_MIN : PASSES;
    size_t memory = cheap ? crypto_pwhash_argon2id_MEMLIMIT_MIN : MEMORY_BYTES;
    if (crypto_pwhash_argon2id_str(out, password.p, password.n, passes, memory))
        return -ENOMEM;
    return 0;
}

bool crypto_password_verify(const char *hash, struct str password)
{
    return crypto_pwhash_argon2id_str_verify(hash, password.p, password.n) == 0;
}
