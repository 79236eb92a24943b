/*
 * Which events are to go by their age: the rule, without the rows; each backend finds those itself.
 * Pure.
 */
#ifndef PARLEY_STORE_RETENTION_RULE_H
#define PARLEY_STORE_RETENTION_RULE_H

#include <stdbool.h>

#include "model/conversation.h"
#include "model/event.h"

/* Up to where the devices of all that are in it have the log: of all, and of all but `least`, since
 * what somebody wrote is on the device that wrote it. */
struct delivered {
    uint64_t seq, but_least_seq;
    uint64_t least;
};

/* With nobody counted yet. */
struct delivered delivered_everywhere(void);
void delivered_count(struct delivered *, const struct member *);

struct retention_rule {
    struct retention keep;
    struct delivered delivered;
    uint64_t now_ms;
};

bool retention_is_due(const struct retention_rule *, const struct event *);

#endif
