/*
 * struct group: one conversation of many; some write, all others read, acknowledge and check. A
 * message counts as delivered when every reader that listens has it.
 */
#ifndef PARLEY_BENCH_GROUP_H
#define PARLEY_BENCH_GROUP_H

#include "ack.h"
#include "crowd.h"
#include "measure.h"

enum { GROUP_WRITERS_MAX = 100, GROUP_FLIGHTS = 1024 };

struct group_flight {
    uint64_t sent_ns, syncs_before;
    uint32_t readers; /* that have it */
};

struct group_writer {
    uint32_t sent, acknowledged, delivered;
    struct group_flight flights[GROUP_FLIGHTS]; /* message k in the place k % GROUP_FLIGHTS */
};

struct group_member {
    struct device *device;
    uint64_t seq; /* the newest it has */
    bool slow;    /* does not read */
    struct ack ack;
    uint32_t next[GROUP_WRITERS_MAX]; /* of each writer, the message that must come next */
};

struct group {
    struct load *load;
    struct server *servers;
    uint32_t servers_n;
    struct crowd crowd;
    uint32_t n, writers_n, window; /* window 0: sends nothing of itself */
    uint32_t listeners;            /* members that read what they are sent */
    bool slow_told, slow_lost;     /* one that does not was told to resync, or was closed */
    size_t size;                   /* of a text; may be changed when all is settled */
    char conversation[ID_TEXT_MAX + 1];
    struct group_member *members; /* the first ones write */
    struct group_writer *writers;
    uint64_t sent, acknowledged, delivered, deliveries, frames_before;
    struct histogram ok_ns, delivered_ns; /* delivered_ns: of each delivery */
};

/* With `reads`, members say that they have read, not only that they have stored. */
struct group *group_new(struct load *, struct server *, uint32_t n, uint32_t writers, size_t size,
                        bool reads);
/* With several servers of one cluster, to each of which as many are connected. */
struct group *group_new_over(struct load *, struct server *, uint32_t servers_n, uint32_t n,
                             uint32_t writers, size_t size, bool reads);
void group_free(struct group *);

void group_window(struct group *, uint32_t window);
/* The next message of a writer; its time counts from `due_ns`. */
void group_say(struct group *, uint32_t writer, uint64_t due_ns);
/* As those of pairs.h; delivered_s are deliveries. */
void group_begin(struct group *, struct measure *);
void group_end(struct group *, struct measure *, struct talk *);
void group_settle(struct group *);
/* A member stops reading what it is sent. Its answers and events do not count from then on. */
void group_slow_down(struct group *, uint32_t member);
/* It reads on. Dies unless the server tells it that it was too slow, or has closed it. */
void group_wake(struct group *, uint32_t member);

#endif
