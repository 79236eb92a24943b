/* Plain records of people and their devices. No behaviour. */
#ifndef PARLEY_MODEL_ACCOUNT_H
#define PARLEY_MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/crypto.h"
#include "util/str.h"

struct user {
    uint64_t id;
    struct str username;
    struct str display_name;
    struct str about;
    struct str skeleton; /* hash of what look-alike names have in common; empty: claimed by none */
    struct str password; /* Argon2id string; never leaves chat/ and store/ */
    bool disabled;
    uint64_t created_ms;
    uint64_t last_seen_ms; /* 0: never */
    uint64_t rev;          /* seq of the own log's event that last changed the profile */
};

struct device {
    uint64_t id;
    uint64_t user;
    struct str name;
    uint8_t token_hash[CRYPTO_HASH_BYTES];
    uint64_t created_ms;
    uint64_t last_seen_ms;
};

#endif
