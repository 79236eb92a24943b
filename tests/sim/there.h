/* The checker's last question: does each node say of everybody whether they are there, whichever
 * node holds them? */
#ifndef PARLEY_SIM_THERE_H
#define PARLEY_SIM_THERE_H

struct world;

/* When the faults are over and nothing is under way. Takes somebody offline, at the end. */
void there_check(struct world *);

#endif
