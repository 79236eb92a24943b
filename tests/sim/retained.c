/*
 * What retention took away, held against the logs. The rule is written on its own, from
 * docs/log.md, 18, and asked for the time at which it was decided that something goes. What was
 * known then lies between two heads, since on Cassandra nothing is decided at one moment; where
 * they differ the check takes the side on which it accuses nobody wrongly.
 */
#include "archive.h"
#include "heard.h"
#include "replay.h"
#include "util/macros.h"
#include "world.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static const struct line *row_at(const struct truth_log *log, uint64_t seq)
{
    return &log->rows[seq - 1];
}

/* --- not before its time --- */

/* The least that the people of it may have wanted to keep when it was decided; 0: all. What the
 * append of the head changed may not have been done yet. */
static uint64_t days_wanted(const struct truth_log *log, const struct cut *cut)
{
    uint64_t days = 0, least = UINT64_MAX;
    uint64_t before = log->first_seq[cut->from_head_seq - 1];
    for (uint64_t seq = 1; seq <= cut->to_head_seq; seq++) {
        if (row_at(log, seq)->type == EVENT_RETENTION)
            days = row_at(log, seq)->number;
        if (seq + 1 >= before && days)
            least = MIN(least, days);
    }
    return least == UINT64_MAX ? 0 : least;
}

/* Whether the user's marks may have come to `seq` by then: by coming in, by writing, by a mark. */
static bool may_have_had(const struct truth *t, const struct truth_log *log, uint64_t user,
                         uint64_t seq, const struct cut *cut)
{
    for (uint64_t at = seq; at <= cut->to_head_seq; at++)
        if (log->reads[at - 1] && row_at(log, at)->sender == user)
            return true;
    for (uint32_t i = 0; i < DEVICES; i++) {
        const struct client *d = t->world->clients[i];
        const struct hearing *h = d->hearing;
        for (uint32_t j = 0; d->user == user && j < h->n_marked; j++)
            if (h->marked[j]->conversation == log->id && h->marked[j]->seq >= seq &&
                h->marked[j]->first_step <= cut->decided_step)
                return true;
    }
    return false;
}

/* Nobody is told that somebody has it to whom it is a request, or who has not heard of it. */
static bool is_silent(const struct truth_log *log, uint64_t user, const struct cut *cut)
{
    return log->load.conversation.kind == CONVERSATION_DIRECT &&
           (!row_at(log, cut->to_head_seq)->n || asked_at(log, cut->to_head_seq) == user);
}

/* Whether all who were there may have had it. */
static bool may_be_everywhere(const struct truth *t, const struct truth_log *log, uint64_t seq,
                              const struct cut *cut)
{
    bool direct = log->load.conversation.kind == CONVERSATION_DIRECT;
    for (const struct stint *s = log->stints; s < log->stints + log->n_stints; s++) {
        bool there = s->since < seq && s->to > cut->to_head_seq;
        bool waited_for =
            there && s->user != row_at(log, seq)->sender && !(direct && s->user == t->left);
        if (waited_for &&
            (is_silent(log, s->user, cut) || !may_have_had(t, log, s->user, seq, cut)))
            return false;
    }
    return true;
}

static bool may_go(const struct truth *t, const struct truth_log *log, uint64_t seq,
                   const struct cut *cut)
{
    const struct retention *keep = &t->world->keep;
    uint64_t time_ms = row_at(log, seq)->time_ms, days_ms = days_wanted(log, cut) * DAY_MS;
    uint64_t age_ms = cut->wall_ms_max > time_ms ? cut->wall_ms_max - time_ms : 0;
    if (log->load.conversation.kind == CONVERSATION_OWN)
        return false;
    if ((days_ms && age_ms >= days_ms) || (keep->after_ms && age_ms >= keep->after_ms))
        return true;
    return keep->delivered_ms && age_ms >= keep->delivered_ms &&
           may_be_everywhere(t, log, seq, cut);
}

static void check_cut(struct truth *t, const struct truth_log *log, const struct cut *cut)
{
    if (cut->to_head_seq > log->n_rows || cut->gone_seq > cut->to_head_seq) {
        world_fail(t->world, "log %llu: what is beyond its head goes", (unsigned long long)log->id);
        return;
    }
    for (uint64_t seq = cut->from_seq; seq <= cut->gone_seq; seq++)
        if (!may_go(t, log, seq, cut))
            world_fail(t->world, "log %llu: %llu went before its time", (unsigned long long)log->id,
                       (unsigned long long)seq);
    if (cut->gone_n != row_at(log, cut->gone_seq)->n)
        world_fail(t->world, "log %llu: of what is gone %llu are messages, not %llu",
                   (unsigned long long)log->id, (unsigned long long)cut->gone_n,
                   (unsigned long long)row_at(log, cut->gone_seq)->n);
}

/* --- what was too old --- */

/* Is not there. */
static void check_overdue(struct truth *t, const struct truth_log *log)
{
    uint64_t first = log->load.head.gone_seq + 1, wall_ms_max = t->world->wall_ms_max;
    struct event e = {.seq = first};
    if (first > log->n_rows)
        return;
    e.time_ms = row_at(log, first)->time_ms;
    e.sender = row_at(log, first)->sender;
    t->world->wall_ms_max = t->world->overdue_ms;
    if (archive_may_go(t->world, &log->load, &e))
        world_fail(t->world, "log %llu: %llu is too old and still there",
                   (unsigned long long)log->id, (unsigned long long)first);
    t->world->wall_ms_max = wall_ms_max;
}

/* --- what goes with it --- */

/* Whether who decided that its message goes surely saw the edit. On Cassandra one that comes at
 * that moment keeps its words until its own age, if the message goes with a whole bucket
 * (store/cassandra/retention.c); the changes of an append are done before the next one stands. */
static bool was_seen(const struct truth *t, const struct truth_log *log, const struct line *edit)
{
    uint32_t n;
    const struct cut *cuts = archive_cuts(t->world->archive, &n);
    for (uint32_t i = 0; i < n; i++)
        if (cuts[i].conversation == log->id && edit->target >= cuts[i].from_seq &&
            edit->target <= cuts[i].gone_seq &&
            edit->seq < log->first_seq[cuts[i].from_head_seq - 1])
            return true;
    return !t->world->cassandra;
}

/* Nor does the store keep what nobody is shown. */
static void check_words(struct truth *t, const struct truth_log *log)
{
    for (uint64_t seq = 1; seq <= log->load.head.gone_seq; seq++)
        if (archive_has_words(t->world, log->id, seq))
            world_fail(t->world, "log %llu: the words of %llu are kept, which is gone",
                       (unsigned long long)log->id, (unsigned long long)seq);
}

/* The words of an edit go with its message. */
static void check_edits(struct truth *t, const struct truth_log *log)
{
    uint64_t gone_seq = log->load.head.gone_seq;
    for (uint64_t seq = gone_seq + 1; seq <= log->n_rows; seq++) {
        const struct line *r = row_at(log, seq);
        if (r->type == EVENT_EDIT && r->text && r->target <= gone_seq && was_seen(t, log, r))
            world_fail(t->world, "log %llu: %llu has the words of %llu, which is gone",
                       (unsigned long long)log->id, (unsigned long long)seq,
                       (unsigned long long)r->target);
    }
}

/* --- it stays gone --- */

static void check_shown(struct truth *t, const struct truth_log *log, const struct client *d)
{
    uint32_t n;
    const struct cut *cuts = archive_cuts(t->world->archive, &n);
    for (uint32_t i = 0; i < d->hearing->n_heard; i++) {
        const struct heard *h = &d->hearing->heard[i];
        for (uint32_t j = 0; h->asked && h->conversation == log->id && j < n; j++)
            if (cuts[j].conversation == log->id && h->seq <= cuts[j].gone_seq &&
                h->asked_step > cuts[j].stands_step)
                world_fail(t->world, "device %u was shown %llu of %llu, which was gone", d->index,
                           (unsigned long long)h->seq, (unsigned long long)log->id);
    }
}

void retained_check(struct truth *t, const struct truth_log *log)
{
    uint32_t n;
    const struct cut *cuts = archive_cuts(t->world->archive, &n);
    for (uint32_t i = 0; i < n; i++)
        if (cuts[i].conversation == log->id)
            check_cut(t, log, &cuts[i]);
    if (log->load.head.gone_seq != archive_gone(t->world, log->id))
        world_fail(t->world, "log %llu: its beginning went back", (unsigned long long)log->id);
    check_overdue(t, log);
    check_edits(t, log);
    check_words(t, log);
    for (uint32_t i = 0; i < DEVICES; i++)
        check_shown(t, log, t->world->clients[i]);
}
