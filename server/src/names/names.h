/*
 * Usernames: which of the ways to type one are the same name, which may be taken, and which look
 * alike. By Unicode's rules: NFKC with case folded (UAX 15), identifiers of one script (UTS 39,
 * "highly restrictive"), and the skeletons of UTS 39, which are equal where two names look alike.
 *
 * Slow beside the rest of the server (some microseconds): for sign-up, sign-in and search, never
 * for a message. Pure once made; any thread.
 */
#ifndef PARLEY_NAMES_NAMES_H
#define PARLEY_NAMES_NAMES_H

#include <stdbool.h>

#include "model/limits.h"
#include "util/crypto.h"
#include "util/str.h"

struct names;

/* NULL: ICU's data cannot be used. */
struct names *names_new(void);
/* NULL is fine. */
void names_free(struct names *);

struct folded_name {
    char bytes[USERNAME_BYTES_MAX];
    size_t n;
};

static inline struct str folded_str(const struct folded_name *name)
{
    return str_n(name->bytes, name->n);
}

/* The one form of a name, or of the start of one. False: it is of no name, being no text, empty or
 * too long. */
bool names_fold(const struct names *, struct str typed, struct folded_name *);

/* Whether a new account may have this name. If so, `skeleton` is what look-alikes have in common
 * (hashed, for it may be long). */
bool names_allow(const struct names *, const struct folded_name *,
                 uint8_t skeleton[CRYPTO_HASH_BYTES]);

#endif
