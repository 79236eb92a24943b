/*
 * The handlers, one for each command of api/; only call.c calls them. They stand in cmd_<group>.c.
 * Thread: chat.
 */
#ifndef PARLEY_CMD_CMD_H
#define PARLEY_CMD_CMD_H

#include "proto/api.gen.h"

struct call;

#define PARLEY_CMD_DECLARE(NAME, name) void cmd_##name(struct call *);
API_COMMANDS(PARLEY_CMD_DECLARE)
#undef PARLEY_CMD_DECLARE

#endif
