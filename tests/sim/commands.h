/* What a person does with a device, at random: writing, changing, marking, looking. */
#ifndef PARLEY_SIM_COMMANDS_H
#define PARLEY_SIM_COMMANDS_H

#include "client.h"

/* What people do in this world, and what is left out. */
void commands_choose(struct world *);
/* One thing by chance. */
void command_any(struct client *);
/* Writes something. */
void command_message(struct client *);
/* Asks for all conversations as the core now shows them, into copy->looked, and whether the token
 * that the device is connected with still holds. */
void command_look_at_all(struct client *);

#endif
