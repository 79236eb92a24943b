/* `parleyd migrate`: makes the tables of a store that many servers share. */
#ifndef PARLEY_MAIN_MIGRATE_H
#define PARLEY_MAIN_MIGRATE_H

struct config;

/* The process's exit code. */
int migrate_command(const struct config *);

#endif
