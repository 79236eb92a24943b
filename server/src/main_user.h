/*
 * `parleyd user add|list|disable|enable|reset-password|admin|no-admin|no-second-factor|delete`:
 * accounts, beside a running server too (main_admin.h). Thread: the one of main().
 */
#ifndef PARLEY_MAIN_USER_H
#define PARLEY_MAIN_USER_H

struct config;

/* The words stand in config->args. A new password is the first line of standard input; an empty
 * one has one made and printed. The process's exit code: 0; 1 when it was not carried out (said on
 * stderr); 2 when the words make no sense. */
int user_command(const struct config *);

#endif
