/*
 * struct wire: the bus of a cluster. A message to a node is lost, or comes later than a younger
 * one, or not while the two are cut off from each other, one way or both. Sometimes a node notices
 * that it missed something, sometimes never.
 */
#ifndef PARLEY_SIM_WIRE_H
#define PARLEY_SIM_WIRE_H

#include <stdbool.h>
#include <stdint.h>

struct bus;
struct node;
struct wire;
struct world;

struct wire *wire_new(struct world *);
void wire_free(struct wire *);
/* A node's end of it. */
struct bus *wire_bus(struct wire *, struct node *);
/* The node died: what was on its way to it is gone. */
void wire_forget(struct wire *, const struct node *);
/* Cuts some nodes off from some, for a time. */
void wire_cut(struct wire *, uint64_t ms);
/* From here on everything comes. */
void wire_calm(struct wire *);
/* Hands over one message that is due. False: there is none. */
bool wire_deliver(struct wire *);
/* Time has passed. */
void wire_advance(struct wire *);

#endif
