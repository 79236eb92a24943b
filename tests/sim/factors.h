/* What a device does with its person's second factor (factors.c). */
#ifndef PARLEY_SIM_FACTORS_H
#define PARLEY_SIM_FACTORS_H

#include "client.h"

/* Switches it on, as far as the device knows with a secret that only it has. */
void act_factor(struct client *);
/* The operator takes it away from whoever cannot sign in. */
void factor_help(struct client *);

#endif
