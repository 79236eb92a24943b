/* What a run was asked for. */
#ifndef PARLEY_BENCH_OPTIONS_H
#define PARLEY_BENCH_OPTIONS_H

#include <stdbool.h>

struct options {
    const char *mode;
    const char *server; /* the binary */
    const char *dir;    /* fresh directories are made below it */
    /* What cluster runs on, each a list with commas: Cassandra's nodes, NATS's servers, and the
     * process ids of those, where their memory is to be measured. NULL: not given. */
    const char *cassandra, *nats, *nats_pids;
    double pairs, window, size, seconds, warm, rate, connections, members, senders, events,
        repetitions, soak;
    bool json, quick;
};

/* Reads the command line; on --help, or what it does not know, it prints and exits. */
void options_read(struct options *, int argc, char **argv);

#endif
