/*
 * The modes. Each measures something once, with a server of its own where it needs one, and adds
 * what it found to the rows of the report; main.c repeats and interleaves them.
 */
#ifndef PARLEY_BENCH_MODE_H
#define PARLEY_BENCH_MODE_H

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

#endif
