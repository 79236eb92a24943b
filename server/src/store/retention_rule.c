#include "store/retention_rule.h"

#include "util/macros.h"

struct delivered delivered_everywhere(void)
{
    return (struct delivered){.seq = UINT64_MAX, .but_least_seq = UINT64_MAX};
}

/* What somebody was asked and has not accepted counts as on no device of theirs: that it went would
 * tell who wrote it that it came. */
void delivered_count(struct delivered *d, const struct member *m)
{
    uint64_t seq = m->listed == LISTED_IN_LIST ? m->delivered_seq : 0;
    if (seq < d->seq) {
        d->but_least_seq = d->seq;
        d->seq = seq;
        d->least = m->user;
    } else {
        d->but_least_seq = MIN(d->but_least_seq, seq);
    }
}

bool retention_is_due(const struct retention_rule *rule, const struct event *e)
{
    uint64_t age_ms = rule->now_ms > e->time_ms ? rule->now_ms - e->time_ms : 0;
    const struct delivered *d = &rule->delivered;
    uint64_t everywhere = e->sender == d->least ? d->but_least_seq : d->seq;
    return (rule->keep.after_ms && age_ms >= rule->keep.after_ms) ||
           (rule->keep.delivered_ms && age_ms >= rule->keep.delivered_ms && e->seq <= everywhere);
}
