/* Plain records of people and their devices. No behaviour. */
#ifndef PARLEY_MODEL_ACCOUNT_H
#define PARLEY_MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/limits.h"
#include "util/crypto.h"
#include "util/str.h"

struct user {
    uint64_t id;
    struct str username;
    struct str display_name;
    struct str about;
    struct str skeleton; /* hash of what look-alike names have in common; empty: claimed by none */
    struct str password; /* Argon2id string; never leaves chat/ and store/ */
    struct str second_factor; /* model/second_factor.h; empty: none; never leaves them either */
    bool admin;               /* may ask for what chat/admin.h has */
    bool disabled;
    uint64_t created_ms;
    uint64_t last_seen_ms; /* 0: never */
    uint64_t rev;          /* seq of the own log's event that last changed what follows */
    uint64_t privacy;      /* who may what (privacy.h) */
    uint64_t renamed_ms;   /* 0: never */
    uint64_t picture;      /* a medium's id, opaque here; 0: none */
    uint64_t deleted_ms; /* when the account was deleted; 0: it stands. Then only the name is left,
                            until that is free for others, too */
};

/* When the name of a deleted account is free for others. */
static inline uint64_t user_name_free_ms(const struct user *user)
{
    return user->deleted_ms + NAME_KEPT_DAYS * UINT64_C(24) * 60 * 60 * 1000;
}

/* What of a sign-in the person's other devices are yet to be told. Stored: never renumber. */
enum device_news {
    DEVICE_NO_NEWS = 0,
    DEVICE_SIGNED_IN = 1,
    DEVICE_RECOVERED = 2, /* the same, by a recovery code */
};

struct device {
    uint64_t id;
    uint64_t user;
    struct str name;
    uint8_t token_hash[CRYPTO_HASH_BYTES];
    uint64_t created_ms;
    uint64_t last_seen_ms;
    enum device_news news;
};

/* A code with which people may sign up. */
struct invite_code {
    uint64_t id;
    uint8_t hash[CRYPTO_HASH_BYTES]; /* of its text */
    uint64_t by;                     /* who made it; 0: the operator */
    uint64_t created_ms, until_ms;
    uint64_t uses_max, uses;
};

/* Whether one may still sign up with it. */
static inline bool invite_code_holds(const struct invite_code *code, uint64_t now_ms)
{
    return code->uses < code->uses_max && now_ms < code->until_ms;
}

#endif
