#include "util/totp.h"

#include <stdio.h>

#include "util/macros.h"
#include "util/numbers.h"
#include "util/sha1.h"

enum { BLOCK_BYTES = 64, COUNTER_BYTES = 8 };

/* RFC 2104; the secret fits a block and the message the room behind it. */
static void hmac_sha1(uint8_t out[SHA1_BYTES], const uint8_t secret[TOTP_SECRET_BYTES],
                      const uint8_t counter[COUNTER_BYTES])
{
    uint8_t inner[BLOCK_BYTES + COUNTER_BYTES], outer[BLOCK_BYTES + SHA1_BYTES];
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        uint8_t key = i < TOTP_SECRET_BYTES ? secret[i] : 0;
        inner[i] = key ^ 0x36;
        outer[i] = key ^ 0x5c;
    }
    memcpy(inner + BLOCK_BYTES, counter, COUNTER_BYTES);
    crypto_sha1(outer + BLOCK_BYTES, str_n(inner, sizeof(inner)));
    crypto_sha1(out, str_n(outer, sizeof(outer)));
}

void totp_code(char out[TOTP_DIGITS + 1], const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step)
{
    uint8_t counter[COUNTER_BYTES], hash[SHA1_BYTES];
    be64_put(counter, step);
    hmac_sha1(hash, secret, counter);
    const uint8_t *at = hash + (hash[SHA1_BYTES - 1] & 0x0f);
    uint32_t number =
        (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    snprintf(out, TOTP_DIGITS + 1, "%06u", number % 1000000);
}

/* --- base32 --- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void base32_format(char *out, const uint8_t *bytes, size_t n)
{
    must(n % 5 == 0);
    for (; n; n -= 5, bytes += 5) {
        uint64_t five = 0;
        for (int i = 0; i < 5; i++)
            five = five << 8 | bytes[i];
        for (int shift = 35; shift >= 0; shift -= 5)
            *out++ = digits[five >> shift & 31];
    }
    *out = 0;
}

static int digit_of(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

bool base32_parse(uint8_t *bytes, size_t n, struct str text)
{
    must(n % 5 == 0);
    if (text.n != n / 5 * 8)
        return false;
    for (size_t at = 0; at < text.n; at += 8, bytes += 5) {
        uint64_t five = 0;
        for (size_t i = 0; i < 8; i++) {
            int digit = digit_of(text.p[at + i]);
            if (digit < 0)
                return false;
            five = five << 5 | (uint64_t)digit;
        }
        for (int i = 0; i < 5; i++)
            bytes[i] = (uint8_t)(five >> (32 - 8 * i));
    }
    return true;
}
