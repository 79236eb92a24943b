/*
 * HMAC-SHA-256 over OpenSSL's SHA-256, which uses what the processor has for it: a message of 290
 * bytes takes 0.8 us, 2.4 to 4 with libsodium. OpenSSL's own HMAC takes 1.8, most of it for finding
 * its way to the hash, which is looked up once here.
 */
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "util/crypto.h"
#include "util/macros.h"

enum { BLOCK_BYTES = 64 };

static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* for as long as the process */

static void find_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(sha256);
}

/* The hash of the secret, each byte of its block changed by `pad`, and the message. */
static void hash(EVP_MD_CTX *context, uint8_t out[CRYPTO_HASH_BYTES], const uint8_t *secret,
                 uint8_t pad, const void *message, size_t n)
{
    uint8_t block[BLOCK_BYTES];
    memset(block, pad, sizeof(block));
    for (size_t i = 0; i < CRYPTO_SECRET_BYTES; i++)
        block[i] ^= secret[i];
    /* Fail only for want of memory. */
    must(EVP_DigestInit_ex2(context, sha256, NULL) == 1);
    must(EVP_DigestUpdate(context, block, sizeof(block)) == 1);
    must(EVP_DigestUpdate(context, message, n) == 1);
    must(EVP_DigestFinal_ex(context, out, NULL) == 1);
    explicit_bzero(block, sizeof(block));
}

void crypto_hmac(uint8_t out[CRYPTO_HASH_BYTES], const uint8_t secret[CRYPTO_SECRET_BYTES],
                 struct str message)
{
    enum { INNER_PAD = 0x36, OUTER_PAD = 0x5c }; /* RFC 2104 §2 */
    uint8_t inner[CRYPTO_HASH_BYTES];
    pthread_once(&sha256_once, find_sha256);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(context);
    hash(context, inner, secret, INNER_PAD, message.p, message.n);
    hash(context, out, secret, OUTER_PAD, inner, sizeof(inner));
    EVP_MD_CTX_free(context);
}
