/*
 * Inside the embedded store: whose a name is. A name is claimed together with its look; one that
 * was given up leads to who had it for FORMER_NAME_S, and nobody else may have it, or one that
 * looks like it, until then. Functions answer 0, an enum store_status, or a negative errno.
 */
#ifndef PARLEY_STORE_USERNAMES_H
#define PARLEY_STORE_USERNAMES_H

#include "store/turn.h"

/* Whose the name is, or was until lately. 0, KV_ABSENT, negative. */
int usernames_find(struct turn *, struct str name, uint64_t now_ms, uint64_t *user);
/* The same of former names alone. */
int usernames_former(struct turn *, struct str name, uint64_t now_ms, uint64_t *user);
/* Whether the user may take their name: 0, STORE_TAKEN (*looks_like: only its look). */
int usernames_look(struct turn *, const struct user *, uint64_t now_ms, bool *looks_like);
/* Looks, and takes it: a refusal writes nothing. */
int usernames_claim(struct turn *, const struct user *, uint64_t now_ms, bool *looks_like);
/* A rename that stands: `before` is the user's row as it was, `now` as it is. */
int usernames_follow(struct turn *, const struct user *before, const struct user *now,
                     uint64_t time_ms);
/* Former names whose time is over go, `n_max` at most; *n of them. 0 or negative. */
int usernames_expire(struct turn *, uint64_t now_ms, uint32_t n_max, uint32_t *n);

#endif
