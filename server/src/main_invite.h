/*
 * `parleyd invite add|list|revoke`: the codes with which people sign up where `registration =
 * invite`, beside a running server too (main_admin.h). Thread: the one of main().
 */
#ifndef PARLEY_MAIN_INVITE_H
#define PARLEY_MAIN_INVITE_H

struct config;

/* The words stand in config->args. The process's exit code: 0; 1 when it was not carried out (said
 * on stderr); 2 when the words make no sense. */
int invite_command(const struct config *);

#endif
