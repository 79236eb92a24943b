/* What a device does with its person's name (names.c). */
#ifndef PARLEY_SIM_NAMES_H
#define PARLEY_SIM_NAMES_H

#include "client.h"

enum { NAMES_TO_TRY = 7 };

/* Takes one of a few names. */
void act_rename(struct client *);
void rename_send(struct client *, struct op *);
/* The next name to sign in by. */
void name_to_try(struct client *, char name[32]);

#endif
