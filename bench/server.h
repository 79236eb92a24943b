/*
 * struct server: a server of one's own, in a fresh directory, on a free port of this machine, with
 * the counter of syncs in it. It ends with the bench, however that ends, and its directory goes.
 */
#ifndef PARLEY_BENCH_SERVER_H
#define PARLEY_BENCH_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "syncs.h"

enum { SERVER_PATH_MAX = 512, SERVER_OPTIONS_MAX = 16, SERVERS_MAX = 8 };

struct server {
    const char *binary; /* borrowed */
    char dir[SERVER_PATH_MAX];
    pid_t pid; /* 0: does not run */
    uint16_t port;
    uint16_t metrics_port;                                             /* another with each start */
    char certificate[SERVER_PATH_MAX + 16], key[SERVER_PATH_MAX + 16]; /* files; empty: no TLS */
    struct syncs *syncs;        /* NULL: what it acknowledges is another's to sync */
    const char *const *options; /* more of its command line, up to a NULL; borrowed; NULL: none */
    double started_s;           /* how long the last start took, until it took connections */
};

/* Makes the directory, below `parent`, and starts `binary` in it. Dies where that fails. */
void server_begin(struct server *, const char *binary, const char *parent);
/* With more options. With a store of its own, what it acknowledges is held against its syncs; with
 * `shared`, not. At most SERVERS_MAX run at once. */
void server_begin_with(struct server *, const char *binary, const char *parent,
                       const char *const *options, bool shared);
/* One that speaks TLS. */
void server_begin_tls(struct server *, const char *binary, const char *parent);
static inline bool server_is_tls(const struct server *s)
{
    return s->certificate[0] != 0;
}
/* Again on the same directory and port. */
void server_start(struct server *);
/* SIGTERM, and waits. */
void server_stop(struct server *);
/* kill -9. */
void server_kill(struct server *);
/* Stops it, if it runs, and removes the directory. */
void server_end(struct server *);

#endif
