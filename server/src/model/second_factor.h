/* A person's second factor, as their row keeps it: the secret of the one-time codes, the newest
 * time step of which a code was taken, and hashes of recovery codes not yet used. Never leaves
 * chat/ and store/. Pure; any thread. */
#ifndef PARLEY_MODEL_SECOND_FACTOR_H
#define PARLEY_MODEL_SECOND_FACTOR_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/totp.h"

enum {
    RECOVERY_CODES = 10,
    RECOVERY_BYTES = 10, /* chance: nobody guesses one, so a fast hash keeps it */
    RECOVERY_TEXT = 16,  /* the same in base32 */
    RECOVERY_HASH_BYTES = 16,
    SECOND_FACTOR_BYTES_MAX = TOTP_SECRET_BYTES + 10 + RECOVERY_CODES * RECOVERY_HASH_BYTES,
};

struct second_factor {
    uint8_t secret[TOTP_SECRET_BYTES];
    uint64_t last_step;
    uint8_t recovery[RECOVERY_CODES][RECOVERY_HASH_BYTES];
    uint32_t n_recovery;
};

void second_factor_pack(struct builder *, const struct second_factor *);
bool second_factor_unpack(struct second_factor *, struct str bytes);

/* Takes a code, of the time `now_ms` or a step beside it, or a recovery code: each is taken once.
 * False: it is none, and nothing changed. */
bool second_factor_take(struct second_factor *, struct str code, uint64_t now_ms);
/* What stands of a recovery code's text. */
void recovery_hash(uint8_t out[RECOVERY_HASH_BYTES], const uint8_t bytes[RECOVERY_BYTES]);

#endif
