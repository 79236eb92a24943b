/*
 * The checker. After the faults have ended and every device has compared its inbox, it reads every
 * log from the store, replays it by itself, and holds against that: the store's own rows, members
 * and counts; what every device has; what every command was told. Findings go to world_fail().
 */
#ifndef PARLEY_SIM_TRUTH_H
#define PARLEY_SIM_TRUTH_H

#include "world.h"

void truth_check(struct world *);

#endif
