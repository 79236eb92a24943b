/*
 * Asks for the operator's commands (admin/command.h): of the server that holds the data directory,
 * by its socket, or, where none does, of a domain on the store opened here.
 *
 * Also `parleyd backup DIR`, `parleyd log-level [LEVEL]` and `parleyd nodes`. Thread: the one of
 * main().
 */
#ifndef PARLEY_MAIN_ADMIN_H
#define PARLEY_MAIN_ADMIN_H

#include "util/buf.h"

struct config;

/* Sends the line, and those that the answer asks for next. What is meant for standard output is
 * added to `out`, or printed if that is NULL; errors are said on stderr. The process's exit code.
 */
int admin_ask(const struct config *, const char *line, struct builder *out);

/* The word stands in config->args. The process's exit code. */
int backup_command(const struct config *);
/* The same; of a server that runs alone. */
int log_level_command(const struct config *);
int nodes_command(const struct config *);
int set_command(const struct config *);

#endif
