/*
 * `parleyd restore DIR` and `parleyd verify [DIR]`: both for directories that no server holds.
 * `parleyd backup DIR` is an admin's command (main_admin.h). Thread: the one of main().
 */
#ifndef PARLEY_MAIN_BACKUP_H
#define PARLEY_MAIN_BACKUP_H

struct config;

/* The words stand in config->args. The process's exit code: 0; 1 when it was not carried out (said
 * on stderr), or when verify found faults (said on stdout); 2 when the words make no sense. */
int restore_command(const struct config *);
int verify_command(const struct config *);

#endif
