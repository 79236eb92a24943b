/*
 * struct flock: many who are connected and quiet, as most people are most of the time: signed in,
 * synced, watching one person, beating. When they are cut off they come back, each after a random
 * time, and sync from where they were.
 */
#ifndef PARLEY_BENCH_FLOCK_H
#define PARLEY_BENCH_FLOCK_H

#include "crowd.h"
#include "server.h"

enum { SYNC_TOKEN_MAX = 128 };

struct flock_member {
    struct device *device;
    struct timer retry;
    char token[SYNC_TOKEN_MAX + 1]; /* of its last sync */
    bool in_sync;
    uint32_t missing; /* conversations that it has asked the events of */
    uint64_t in_sync_ns;
};

struct flock {
    struct load *load;
    struct server *server;
    struct crowd crowd;
    struct flock_member *members;
    uint32_t n, in_sync_n, settled_n, lost_n, told_n;
    size_t size;
    uint64_t caught_up; /* messages that a sync brought */
    bool plain;         /* only signs in */
    bool watches;       /* one person each, as soon as it is in sync; so it is unless changed */
    bool returns;       /* comes back when cut off */
};

struct flock *flock_new(struct load *, struct server *, uint32_t n, size_t size);
void flock_free(struct flock *);

/* Connects members [from, to); with `plain` that is all, else until each has settled: has synced,
 * and watches if they do. Returns the seconds it took. */
double flock_connect(struct flock *, uint32_t from, uint32_t to, bool plain);
/* From now on they watch; all of them are connected. */
void flock_watch(struct flock *);
/* Closes all. */
void flock_disconnect(struct flock *);
/* Every second one writes one message to the next; pushed copies do not count: what they have is
 * what they synced. */
void flock_write_each(struct flock *);
/* Cuts all off: kills the server, starts it, lets them come back within `jitter_s`, and waits until
 * the last is in sync. The seconds, counted from when the server took connections again, until 99%
 * and all of them were. */
void flock_storm(struct flock *, double jitter_s, double *most_s, double *all_s);

#endif
