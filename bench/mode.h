/*
 * The modes. Each measures something once, with a server of its own where it needs one, and adds
 * what it found to the rows of the report; main.c repeats and interleaves them.
 */
#ifndef PARLEY_BENCH_MODE_H
#define PARLEY_BENCH_MODE_H

#include "flock.h"
#include "limit_relay.h"
#include "limit_rocksdb.h"
#include "load.h"
#include "measure.h"
#include "options.h"
#include "pairs.h"
#include "report.h"

struct bench {
    const struct options *options;
    struct load load;
    struct report report;
};

/* limit: one repetition of each bare figure. */
void limit_engine(struct bench *, double seconds, struct engine *);
void limit_pairs(struct bench *, uint32_t window, double seconds, struct relayed *);
void limit_group(struct bench *, double seconds, struct relayed *);
void mode_limit(struct bench *);

/* Starts a server, connects --pairs pairs, measures, and ends both. */
void mode_with_pairs(struct bench *, void (*measure)(struct bench *, struct pairs *));
/* pairs, closed loop, on pairs that are there already. */
void pairs_closed(struct pairs *, uint32_t window, double warm_s, double seconds, struct talk *);
void row_talk(struct row *, const struct talk *); /* its details */
void mode_pairs(struct bench *);

/* rate: open loop. */
void pairs_open(struct pairs *, double rate, double warm_s, double seconds, struct talk *);
void mode_rate(struct bench *);

/* tls: pairs over TLS, beside plain ones, and handshakes. On a server of its own. */
struct secured {
    struct talk talk;
    double handshakes_s, resumed_s;
};
void tls_measure(struct bench *, double warm_s, double seconds, struct secured *);
void row_tls(struct bench *, const struct secured *, double plain_s);
void mode_tls(struct bench *);

/* group: closed loop of one group, on a server of its own. */
void group_measure(struct bench *, double warm_s, double seconds, bool reads, struct talk *);
void mode_group(struct bench *);

/* slow_reader: what the others of a group notice of one that does not read. */
struct slow_reader {
    double without_ms, with_ms; /* the others' p99 to delivery */
    double grown_bytes;         /* the server's memory, with what it writes in that time */
    bool closed;                /* the server gave the one up */
};
void slow_reader_measure(struct bench *, double rate, double seconds, struct slow_reader *);
void row_slow_reader(struct bench *, const struct slow_reader *);
void mode_slow_reader(struct bench *);

/* Starts a server with --connections people, measures, and ends both. */
void mode_with_flock(struct bench *, void (*measure)(struct bench *, struct flock *));

/* idle: memory of a connection that does nothing. */
struct idle {
    double bytes;        /* of the server's memory */
    double cached_bytes; /* of the store's blocks, beside it */
    double kernel_bytes; /* of the kernel's, for one end */
    double beat_us;      /* of the server's CPU, for a beat and its answer */
    double connected, connects_s;
};
void idle_measure(struct bench *, struct flock *, struct idle *);
/* What it adds when each of them, connected and not watching yet, watches one: bytes of memory. */
double idle_watch_measure(struct bench *, struct flock *);
void row_idle(struct bench *, const struct flock *, const struct idle *);
void idle_tls(struct bench *); /* with fewer, over TLS, and its row */
void mode_idle(struct bench *);

/* connect */
void row_connect(struct bench *, const struct flock *, double connects_s, double accepts_s);
void mode_connect(struct bench *);

/* storm: everybody comes back at once. The flock is connected. */
struct storm {
    double most_s, all_s; /* after the jitter: until 99%, and all, were in sync */
    double connections, started_s, caught_up;
    double memory_ratio; /* the peak to what it had before */
};
void storm_measure(struct flock *, struct storm *);
void row_storm(struct bench *, const struct storm *);
void mode_storm(struct bench *);

/* history: random pages of a store of many events. */
struct history {
    double p50_ms, p99_ms, pages_s, start_s, fill_s, events;
};
void history_measure(struct bench *, uint64_t events, double seconds, struct history *);
void row_history(struct bench *, const struct history *);
void mode_history(struct bench *);

/* mix: what people do. */
void mode_mix(struct bench *);

/* soak: an open loop for --soak seconds. */
void mode_soak(struct bench *);

/* cluster: one, two and three nodes on engines that run already. */
void mode_cluster(struct bench *);

/* Every row of the table; and the same in small. */
void mode_all(struct bench *);
void mode_smoke(struct bench *);

#endif
