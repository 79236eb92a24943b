/*
 * Inside the store on Cassandra: whose a name is. A name's row says who took it and by what: with
 * the account, by an event of their own log, or that it was given up. It is theirs only if what
 * took it came to stand, which whoever asks finds out; so a claim that was left half-way is as good
 * as none. A look's row says what name it is kept for, and by what it was taken last (naming.c).
 *
 * Functions answer 0, an enum store_status or a negative errno (strand.h).
 */
#ifndef PARLEY_STORE_CASSANDRA_NAMING_H
#define PARLEY_STORE_CASSANDRA_NAMING_H

#include "store/cassandra/strand.h"

/* What `taken` of a row says beside the seq of a rename. */
enum { NAME_BY_ACCOUNT = 0, NAME_GIVEN_UP = -1 };

/* The first characters, by which names lie together; all of a shorter name. */
struct str naming_start(struct str name);

/* Takes user->username and the look of user->skeleton for them, to hold if event `by` of their own
 * log (or their account: NAME_BY_ACCOUNT) comes to stand. 0, STORE_TAKEN (*looks_like: only its
 * look; also: it is their name already), negative. */
int naming_claim(struct strand *, const struct user *user, uint64_t by, uint64_t now_ms,
                 bool *looks_like);
/* A sign-up that claimed them was called off, for whoever else wanted one of them: STORE_TAKEN
 * (*looks_like), negative. */
int naming_lost(struct strand *, const struct user *, bool *looks_like);
/* A rename that stands, at seq `by`: the name of before leads to them for FORMER_NAME_S; harmless
 * to repeat. */
int naming_give_up(struct strand *, const struct user *before, uint64_t by, uint64_t time_ms);
/* And the look of the name of now, which event `by` gave them, is kept for that. */
int naming_follow(struct strand *, const struct user *now, uint64_t by);
/* The name is nobody's any more, if it is still theirs and not former. */
int naming_free(struct strand *, const struct user *);

/* Who has the name, or had it until lately. 0, STORE_NOT_FOUND, negative. */
int naming_find(struct strand *, struct str name, uint64_t now_ms, struct user *);

/* Names that begin with `prefix`, in order, after the name `after` (absent: from the start), of
 * whoever took them. */
struct naming_walk {
    struct str prefix, after;
    struct str start, from; /* from here on the walk's own */
    bool begun, ended;
};
struct name_taken {
    struct str name;
    uint64_t user;
};
enum { NAMING_STEP_MAX = 64 };
/* The next ones; *n = 0: there are no others. */
int naming_next(struct strand *, struct naming_walk *, struct name_taken names[NAMING_STEP_MAX],
                uint32_t *n);

/* Former names whose time is over go, `n_max` at most; *n of them. */
int naming_expire(struct strand *, uint64_t now_ms, uint32_t n_max, uint32_t *n);

#endif
