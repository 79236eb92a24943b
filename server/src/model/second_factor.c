#include "model/second_factor.h"

#include "model/pack.h"
#include "util/crypto.h"

void second_factor_pack(struct builder *out, const struct second_factor *f)
{
    builder_add(out, f->secret, sizeof(f->secret));
    pack_u64(out, f->last_step);
    for (uint32_t i = 0; i < f->n_recovery; i++)
        builder_add(out, f->recovery[i], sizeof(f->recovery[i]));
}

bool second_factor_unpack(struct second_factor *f, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *f = (struct second_factor){0};
    unpack_fixed(&u, f->secret, sizeof(f->secret));
    f->last_step = unpack_u64(&u);
    while (u.left.n && !u.bad && f->n_recovery < RECOVERY_CODES)
        unpack_fixed(&u, f->recovery[f->n_recovery++], RECOVERY_HASH_BYTES);
    return unpack_done(&u);
}

void recovery_hash(uint8_t out[RECOVERY_HASH_BYTES], const uint8_t bytes[RECOVERY_BYTES])
{
    uint8_t hash[CRYPTO_HASH_BYTES];
    crypto_sha256(hash, str_n(bytes, RECOVERY_BYTES));
    memcpy(out, hash, RECOVERY_HASH_BYTES);
}

/* A clock may be off by a step; a code that was seen over a shoulder is of no use any more. */
static bool take_timed(struct second_factor *f, struct str code, uint64_t now_ms)
{
    char right[TOTP_DIGITS + 1];
    uint64_t now = now_ms / TOTP_STEP_MS, first = now ? now - 1 : 0;
    for (uint64_t step = first; step <= now + 1; step++) {
        totp_code(right, f->secret, step);
        if (step > f->last_step && crypto_equal(right, code.p, TOTP_DIGITS)) {
            f->last_step = step;
            return true;
        }
    }
    return false;
}

static bool take_recovery(struct second_factor *f, struct str code)
{
    uint8_t bytes[RECOVERY_BYTES], hash[RECOVERY_HASH_BYTES];
    if (!base32_parse(bytes, sizeof(bytes), code))
        return false;
    recovery_hash(hash, bytes);
    for (uint32_t i = 0; i < f->n_recovery; i++) {
        if (!crypto_equal(hash, f->recovery[i], sizeof(hash)))
            continue;
        f->n_recovery--;
        memcpy(f->recovery[i], f->recovery[f->n_recovery], sizeof(hash));
        return true;
    }
    return false;
}

bool second_factor_take(struct second_factor *f, struct str code, uint64_t now_ms)
{
    return code.n == TOTP_DIGITS ? take_timed(f, code, now_ms) : take_recovery(f, code);
}
