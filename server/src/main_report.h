/*
 * `parleyd report list|resolve`: the messages that people reported, beside a running server too
 * (main_admin.h). Thread: the one of main().
 */
#ifndef PARLEY_MAIN_REPORT_H
#define PARLEY_MAIN_REPORT_H

struct config;

/* The words stand in config->args. The process's exit code: 0; 1 when it was not carried out (said
 * on stderr); 2 when the words make no sense. */
int report_command(const struct config *);

#endif
