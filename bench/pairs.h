/*
 * struct pairs: people who write to each other two by two; the first of a pair writes, the second
 * reads. Every text, seq and repeat is checked on both sides, every `ok` must come after a sync
 * that began after its send, and whatever is wrong ends the run.
 */
#ifndef PARLEY_BENCH_PAIRS_H
#define PARLEY_BENCH_PAIRS_H

#include "ack.h"
#include "crowd.h"
#include "measure.h"

/* A message that is not yet both acknowledged and delivered. */
struct flight {
    uint64_t sent_ns; /* open loop: when it should have been sent */
    uint64_t syncs_before;
};

struct pair {
    struct device *writer, *reader;
    char conversation[ID_TEXT_MAX + 1];
    uint32_t sent, acknowledged, delivered, own; /* own: pushed to the writer itself */
    struct ack ack;
    struct flight *flights; /* message k in the place k % flights_n */
};

struct pairs {
    struct load *load;
    struct server *servers;
    uint32_t servers_n;
    struct crowd crowd;
    struct pair *pairs;
    uint32_t n, window; /* window 0: sends nothing of itself */
    uint32_t flights_n; /* most under way in one pair; a power of two */
    size_t size;        /* of a text */
    bool accepting;     /* at first, when nobody writes */
    uint32_t accepted;  /* how many devices were told of it */
    uint64_t sent, acknowledged, delivered, frames_before;
    struct histogram ok_ns, delivered_ns;
};

enum { PAIRS_FLIGHTS = 1024 };

/* Signs up and connects n pairs, has each exchange its first message, and accept it. */
struct pairs *pairs_new(struct load *, struct server *, uint32_t n, uint32_t flights_max,
                        size_t size);
/* With several servers of one cluster: the two of a pair are connected to different ones. */
struct pairs *pairs_new_over(struct load *, struct server *, uint32_t servers_n, uint32_t n,
                             uint32_t flights_max, size_t size);
void pairs_free(struct pairs *);

/* The next message of a pair; its time counts from `due_ns`. Dies when flights_max are under way:
 * the server has fallen behind. */
void pairs_say(struct pairs *, struct pair *, uint64_t due_ns);
/* From now on each pair keeps so many messages under way. */
void pairs_window(struct pairs *, uint32_t window);
/* Forgets latencies and begins to measure. */
void pairs_begin(struct pairs *, struct measure *);
/* Ends measuring and says what it came to. */
void pairs_end(struct pairs *, struct measure *, struct talk *);
/* Lets everything under way arrive. Dies when something does not. */
void pairs_settle(struct pairs *);

#endif
