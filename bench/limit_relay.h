/*
 * What the sockets of this machine give: a bare relay, a process of its own, that hands each
 * WebSocket frame of a connection on to all others of its room, without looking at it. Its loop and
 * its merged writes are the bench's (load.h).
 */
#ifndef PARLEY_BENCH_LIMIT_RELAY_H
#define PARLEY_BENCH_LIMIT_RELAY_H

#include <sys/types.h>

#include "load.h"

struct relay {
    pid_t pid;
    uint16_t port;
};

void relay_begin(struct relay *);
void relay_end(struct relay *);

/* What a run over the relay came to. */
struct relayed {
    double messages_s, deliveries_s;
    double p50_ms, p99_ms;
    double cpu_us, delivery_cpu_us; /* the relay's, of a message and of a delivery */
};

struct relay_load {
    uint32_t rooms, members; /* of each room: one writes, the others read */
    uint32_t window;
    size_t size;
    double warm_s, seconds;
};

/* Closed loop: the next message goes when the last was delivered to all in its room. */
void relay_measure(struct load *, const struct relay_load *, struct relayed *);
/* WebSockets opened per second, `n` in all. */
double relay_accepts(struct load *, uint32_t n);

#endif
