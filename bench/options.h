/* What a run was asked for. */
#ifndef PARLEY_BENCH_OPTIONS_H
#define PARLEY_BENCH_OPTIONS_H

#include <stdbool.h>

struct options {
    const char *mode;
    const char *server; /* the binary */
    const char *dir;    /* fresh directories are made below it */
    double pairs, window, size, seconds, warm, rate, connections, members, senders, events,
        repetitions, soak;
    bool json, quick;
};

/* Reads the command line; on --help, or what it does not know, it prints and exits. */
void options_read(struct options *, int argc, char **argv);

#endif
