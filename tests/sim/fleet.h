/*
 * The rows of Snowflake workers as the store of a cluster keeps them, and reservations as a backend
 * makes them on store/workers.h: read all, choose, change one row if it is as it was read. Between
 * the two anybody may be faster; the outcome may stay unknown, and the change land later or never.
 */
#ifndef PARLEY_SIM_FLEET_H
#define PARLEY_SIM_FLEET_H

#include <stdbool.h>
#include <stdint.h>

struct fleet;
struct node;
struct store_reserve;
struct world;

struct fleet *fleet_new(struct world *);
void fleet_free(struct fleet *);
/* Answers on the node's chat thread. */
void fleet_reserve(struct fleet *, struct node *, struct store_reserve *);
/* A node gives out this id: the run fails if its process never reserved it. */
void fleet_gives(struct fleet *, const struct node *, uint64_t id);
/* What a process knew of the rows goes with it. */
void fleet_forget(struct fleet *, const struct node *);
/* One late change is made, or never will be. False: there is none. */
bool fleet_land(struct fleet *);

#endif
