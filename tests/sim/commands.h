/* What a person does with a device, at random: writing, changing, marking, looking. */
#ifndef PARLEY_SIM_COMMANDS_H
#define PARLEY_SIM_COMMANDS_H

#include "client.h"

/* Sends a command, or sends it again under its key. */
void op_send(struct client *, struct op *);
/* One thing by chance. */
void command_any(struct client *);
/* Asks for all conversations as the core now shows them, into copy->looked, and whether the token
 * that the device is connected with still holds. */
void command_look_at_all(struct client *);

#endif
