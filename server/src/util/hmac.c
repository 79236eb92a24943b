/*
 * HMAC-SHA-256 by OpenSSL, which uses what the processor has for it: a message of 290 bytes takes
 * about 1.8 us, 2.4 to 4 with libsodium. The context with the algorithm is looked up once, and
 * copied for each.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

#include "util/crypto.h"
#include "util/macros.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MAC_CTX *sha256; /* for as long as the process; only copied */

static void find_sha256(void)
{
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    sha256 = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    must(sha256 && EVP_MAC_CTX_set_params(sha256, parameters) == 1);
}

void crypto_hmac(uint8_t out[CRYPTO_HASH_BYTES], const uint8_t secret[CRYPTO_SECRET_BYTES],
                 struct str message)
{
    size_t n;
    pthread_once(&once, find_sha256);
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(sha256);
    /* Fail only for want of memory. */
    must(context && EVP_MAC_init(context, secret, CRYPTO_SECRET_BYTES, NULL) == 1);
    must(EVP_MAC_update(context, (const unsigned char *)message.p, message.n) == 1);
    must(EVP_MAC_final(context, out, &n, CRYPTO_HASH_BYTES) == 1 && n == CRYPTO_HASH_BYTES);
    EVP_MAC_CTX_free(context);
}
