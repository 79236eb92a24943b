/*
 * Inside the store on Cassandra: a person is one partition, their record and their devices, so that
 * one condition guards both (schema.cql). Each change draws a number of its own and holds only if
 * the number is still the one that was read: whoever decided on something else decides again.
 *
 * Functions answer 0 or a negative errno (strand.h).
 */
#ifndef PARLEY_STORE_CASSANDRA_PEOPLE_H
#define PARLEY_STORE_CASSANDRA_PEOPLE_H

#include "store/cassandra/strand.h"

/* Whether an operation may decide for the nth time (from 0), because what it had decided on has
 * changed: not without end, and with a pause that grows, since those who are in the same rows at
 * once are so many that each holds up all others. */
bool decide(struct strand *, int n);

struct person {
    uint64_t id;
    bool known;           /* there is a partition; else nobody ever wrote it */
    uint64_t change;      /* its number */
    uint64_t carried_seq; /* of their own log: whose event's `with` was carried out last */
    struct user user;     /* id 0: nobody; a sign-up that came to nothing, if known */
    struct device devices[DEVICES_MAX]; /* by slot; id 0: free */
};

/* As it is for whoever asks; and as it is for whoever is about to change it. */
int people_get(struct strand *, uint64_t id, struct person *);
int people_look(struct strand *, uint64_t id, struct person *);
/* Writes p->user (id 0: nobody) and the devices of the slots in the mask as they now are in *p.
 * *made is false where somebody else changed it since it was read: then nothing is written. */
int people_put(struct strand *, const struct person *, uint32_t slots, bool *made);

/* The records alone, of those who are there. */
int people_users(struct strand *, const uint64_t *ids, uint32_t n_ids, struct user *users,
                 uint32_t *n_users);

/* Its texts outlive the operation from here on. */
void user_keep(struct strand *, struct user *);

/* The slot of a device, or -1. */
int person_slot(const struct person *, uint64_t device);

/* The tokens of devices: a row each, which says where to look; the person's partition decides. */
int tokens_put(struct strand *, const struct device *);
/* Those that stay, should that fail, lead to nothing. */
void tokens_delete(struct strand *, const struct device *devices, uint32_t n);

#endif
