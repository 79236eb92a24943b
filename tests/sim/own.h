/* Drafts, and what people hide from themselves (own.c). */
#ifndef PARLEY_SIM_OWN_H
#define PARLEY_SIM_OWN_H

struct client;

/* Writes a draft, or hides something, at random. */
void act_own(struct client *);

#endif
