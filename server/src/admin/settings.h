/*
 * struct settings: options that hold on all nodes of a cluster, from when an operator sets one on
 * any of them: who may sign up, what is logged. What was set stands in the store, and comes before
 * what each node's own configuration says, until it is taken back.
 *
 * Each change has a number. Nodes say in their gossip which they know of, so that the others read
 * within a second what was set; and all look every SETTINGS_EVERY_MS, so that it holds within twice
 * that without a bus.
 *
 * Thread: chat.
 */
#ifndef PARLEY_ADMIN_SETTINGS_H
#define PARLEY_ADMIN_SETTINGS_H

#include <stdbool.h>

#include "chat/chat.h"
#include "store/directory.h"
#include "util/log.h"
#include "util/wheel.h"

struct discovery;

enum setting {
    SETTING_REGISTRATION,
    SETTING_LOG_LEVEL,
    SETTINGS,
};

enum {
    SETTINGS_EVERY_MS = 25 * 1000,
    SETTINGS_AGAIN_MS = 500, /* the store did not answer, or not yet with what somebody told of */
    SETTINGS_AGAIN_MAX = 10, /* that it is not there by then is somebody's mistake */
    SETTING_BYTES_MAX = 15,
};

/* All borrowed, outlive it. */
struct settings_options {
    struct env *env;
    struct store *store; /* that all nodes share */
    struct chat *chat;
    struct discovery *discovery;
    enum registration registration; /* as this node is configured */
    enum log_level log_level;
};

/* Starts as {0}. */
struct settings {
    struct settings_options options;
    struct timer timer;
    struct store_board read;
    bool reading, over;
    bool known;      /* it was read once: until then nobody may sign up */
    uint64_t number; /* the newest change that was read, */
    uint64_t told;   /* and of those that somebody told of; read again so often: */
    uint32_t again;
    char values[SETTINGS][SETTING_BYTES_MAX + 1]; /* as set; "": as each node is configured */
};

void settings_open(struct settings *, const struct settings_options *);
/* A node knows of this change. */
void settings_told(struct settings *, uint64_t number);
/* Before the store is closed; it must have answered before the memory goes. */
void settings_stop(struct settings *);

/* Sets one, for all nodes. Embedded by the caller until done(), which runs once, never inside the
 * call. */
struct settings_change {
    struct settings *settings;
    enum setting setting;
    struct str value; /* that settings_takes(); "": as each is configured */
    void (*done)(struct settings_change *);
    /* DONE: it holds here, and the others are told. MOVED: somebody else set it meanwhile. */
    enum store_status status;
    struct store_board read;
    struct store_board_put put;
    struct buf *row; /* the change's own */
};
void settings_set(struct settings_change *);

/* By its name as an option. -1: it cannot be set so. */
int setting_named(struct str name);
const char *setting_name(enum setting);
bool setting_takes(enum setting, struct str value);

#endif
