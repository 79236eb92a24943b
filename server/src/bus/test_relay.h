/*
 * For the tests of the bus: a TCP relay on loopback that can be cut, so that one link of a cluster
 * fails and nothing else. It carries one connection at a time, on a thread of its own.
 */
#ifndef PARLEY_BUS_TEST_RELAY_H
#define PARLEY_BUS_TEST_RELAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct relay {
    uint16_t port; /* where it listens */
    uint16_t to;
    int listener;
    pthread_t thread;
    _Atomic bool cut;     /* closes what stands, and what comes */
    _Atomic bool stalled; /* carries nothing, and closes nothing */
    _Atomic bool stopping;
};

void relay_start(struct relay *, uint16_t to);
void relay_stop(struct relay *);

#endif
