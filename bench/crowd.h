/* struct crowd: many people, signed up and connected at once; what most modes start with. */
#ifndef PARLEY_BENCH_CROWD_H
#define PARLEY_BENCH_CROWD_H

#include "device.h"
#include "server.h"

struct crowd {
    struct load *load;
    struct account *accounts;
    struct device *devices;
    uint32_t n, ready_n; /* how often one became ready */
    /* More than one server: which of them a device is connected to. Two neighbours, of whom the
     * first has an even number, are with two of them, and each server has as many as another. */
    const struct server *servers;
    uint32_t servers_n; /* 0: the one whose port is given */
};

static inline uint32_t crowd_server(const struct crowd *c, uint32_t device)
{
    return (device / 2 + device % 2) % c->servers_n;
}

/* Signs up `n` people with the server at `port`. Dies where it cannot. */
void crowd_sign_up(struct crowd *, struct load *, uint16_t port, uint32_t n);
/* Opens devices [from, to) with at most a few hundred under way at once, and returns the seconds
 * until all are ready. */
double crowd_connect(struct crowd *, uint16_t port, uint32_t from, uint32_t to, bool beats);
/* The same, where one is under way until the counter `done` has gone up for it. */
double crowd_connect_until(struct crowd *, uint16_t port, uint32_t from, uint32_t to, bool beats,
                           const uint32_t *done, uint32_t at_once);
/* Gives every device its ops and the mode. Before it is connected. */
void crowd_init_devices(struct crowd *, const struct device_ops *, void *mode);
/* Received so far, by all. */
uint64_t crowd_frames(const struct crowd *);
void crowd_deinit(struct crowd *);

#endif
