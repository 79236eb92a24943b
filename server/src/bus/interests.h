/*
 * struct interests: the topics with a subject for each id that a node listens to, counted, and how
 * long ago each was subscribed to. Errors: none. Any one thread.
 */
#ifndef PARLEY_BUS_INTERESTS_H
#define PARLEY_BUS_INTERESTS_H

#include "bus/bus.h"
#include "util/hash.h"
#include "util/list.h"

enum { INTEREST_KINDS = BUS_KINDS }; /* BUS_NODES has no subject for each id */

struct interest {
    struct list by_age; /* of interests.by_age */
    enum bus_topic_kind kind;
    uint32_t count;
    uint64_t id;
    void *subscription; /* whoever owns the interests sets it, and clears it before the end */
};

struct interests {
    struct map maps[INTEREST_KINDS];
    struct list by_age; /* subscribed longest ago first */
    size_t n;
    uint64_t renew_credit; /* thousandths of an interest that is due */
};

void interests_init(struct interests *);
void interests_deinit(struct interests *);
/* Counts one more. The interest if it is new, else NULL. */
struct interest *interests_add(struct interests *, enum bus_topic_kind, uint64_t id);
/* Counts one less; there is one. The interest if that was the last one, no longer among them and
 * the caller's to free(), else NULL. */
struct interest *interests_drop(struct interests *, enum bus_topic_kind, uint64_t id);
/* Time passed: as many are due as makes each be subscribed to once in `every_ms`. */
void interests_pass(struct interests *, uint64_t passed_ms, uint64_t every_ms);
/* The oldest one, which then is the youngest; NULL: no more is due. */
struct interest *interests_due(struct interests *);

#endif
