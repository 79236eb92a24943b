/* `parleyd copy DIR`: from a data directory to a store that many servers share. */
#ifndef PARLEY_MAIN_COPY_H
#define PARLEY_MAIN_COPY_H

struct config;

/* The word stands in config->args. The process's exit code: 0; 1 when it was not carried out (said
 * on stderr); 2 when the words make no sense. */
int copy_command(const struct config *);

#endif
