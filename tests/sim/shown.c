/*
 * What the store lists beside the logs, held against the logs: where people are mentioned,
 * what is pinned; by when marks had come where; and when words go.
 */
#include "archive.h"
#include "replay.h"
#include "world.h"

/* --- mentions --- */

static uint32_t bit_of(const struct world *w, uint64_t user)
{
    for (uint32_t i = 0; i < USERS; i++)
        if (w->users[i] == user)
            return 1u << i;
    return 0;
}

/* Whoever is out sees no message that was edited after that. */
bool mentions(const struct truth *t, const struct truth_log *log, uint64_t user, uint64_t seq,
              uint64_t end)
{
    const struct line *r = &log->rows[seq - 1];
    return r->type == EVENT_MESSAGE && (r->mentions & bit_of(t->world, user)) &&
           r->edited_seq <= end && !is_hidden(t, user, log->id, seq);
}

uint64_t unread_mention(const struct truth *t, const struct truth_log *log, const struct member *me,
                        uint64_t head)
{
    uint64_t first = member_first(me, &log->load.head);
    for (uint64_t seq = head; seq > me->read_seq && seq >= first; seq--) {
        const struct line *r = &log->rows[seq - 1];
        bool mentioned = r->type == EVENT_MESSAGE && (r->mentions & bit_of(t->world, me->user));
        if (mentioned && !is_hidden(t, me->user, log->id, seq))
            return seq;
    }
    return 0;
}

/* Whether somebody has so many mentions that the newest ones, which alone are looked at on
 * Cassandra (noted.h), may all be elsewhere. Of those many do not stand any more, and are looked at
 * too. */
static bool has_many_mentions(const struct truth *t, uint64_t user)
{
    enum { LOOKED_AT = 100 };
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_logs; i++)
        for (uint64_t j = 0; j < t->logs[i]->n_rows; j++)
            n += (t->logs[i]->rows[j].mentions & bit_of(t->world, user)) != 0;
    return n > LOOKED_AT / 2;
}

/* On Cassandra a mention stands until its time has come by the reader's clock (noted.c); a node
 * whose clock is ahead has emptied its message before. */
bool is_unread_mention(const struct truth *t, const struct truth_log *log, const struct member *me,
                       uint64_t head, uint64_t seq)
{
    uint64_t newest = unread_mention(t, log, me, head);
    if (seq == newest || !t->world->cassandra)
        return seq == newest;
    if (!seq)
        return has_many_mentions(t, me->user);
    if (seq <= newest || seq <= me->read_seq || seq > head ||
        seq < member_first(me, &log->load.head) || is_hidden(t, me->user, log->id, seq))
        return false;
    const struct line *r = &log->rows[seq - 1];
    return r->type == EVENT_MESSAGE && r->deleted && r->sender != me->user &&
           r->expires_ms > t->world->wall_ms && log->rows[r->rev - 1].type != EVENT_DELETE;
}

/* A row mentions nobody but others who were there then and could read it. */
static void check_mentioned(struct truth *t, const struct truth_log *log, const struct line *r)
{
    uint64_t by = r->edited_seq ? r->edited_seq : r->seq;
    uint64_t message = r->type == EVENT_EDIT ? r->target : r->seq;
    for (uint32_t i = 0; i < USERS; i++) {
        uint64_t user = t->world->users[i];
        if (!(r->mentions & 1u << i))
            continue;
        if (user == r->sender || !may_read(log, user, by) || !may_read(log, user, message))
            world_fail(t->world, "log %llu: %llu mentions %llu, who may not read it",
                       (unsigned long long)log->id, (unsigned long long)r->seq,
                       (unsigned long long)user);
    }
}

/* The last time that somebody was there, or NULL. */
static const struct stint *last_stint(const struct truth_log *log, uint64_t user)
{
    for (uint32_t i = log->n_stints; i > 0; i--)
        if (log->stints[i - 1].user == user)
            return &log->stints[i - 1];
    return NULL;
}

static uint32_t mentions_by_logs(const struct truth *t, uint64_t user)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_logs; i++) {
        const struct truth_log *log = t->logs[i];
        const struct stint *s = last_stint(log, user);
        if (asked_in(log) == user)
            continue;
        uint64_t first = log->load.head.gone_seq + 1;
        for (uint64_t seq = s ? MAX(s->from, first) : 1; s && seq <= MIN(s->to, log->n_rows); seq++)
            n += mentions(t, log, user, seq, s->to);
    }
    return n;
}

/* One page; the mark of the next goes into `mark`. */
static struct str mentions_page(struct truth *t, uint64_t user, struct str page, char mark[160],
                                uint32_t *n, uint64_t *newest_ms)
{
    struct store_mentions r = {.base.done = truth_nothing,
                               .user = user,
                               .page = page,
                               .limit = 3,
                               .now_ms = t->world->wall_ms};
    store_mentions(t->world->store, &r);
    world_settle(t->world);
    for (uint32_t i = 0; i < r.n_events; i++) {
        const struct event *e = &r.events[i];
        const struct truth_log *log = log_of(t, e->conversation);
        const struct stint *s = last_stint(log, user);
        if (!s || asked_in(log) == user || e->seq < s->from || e->seq > s->to ||
            !mentions(t, log, user, e->seq, s->to))
            world_fail(t->world, "%llu is listed as mentioned by %llu of %llu",
                       (unsigned long long)user, (unsigned long long)e->seq,
                       (unsigned long long)log->id);
        if (e->time_ms > *newest_ms)
            world_fail(t->world, "the mentions of %llu are out of order", (unsigned long long)user);
        *newest_ms = e->time_ms;
    }
    *n += r.n_events;
    must(r.page.n < 160);
    if (r.page.n)
        memcpy(mark, r.page.p, r.page.n);
    page = str_n(mark, r.page.n);
    store_request_deinit(&r.base);
    return page;
}

static void check_mentions(struct truth *t, uint64_t user)
{
    char mark[160];
    struct str page = {0};
    uint32_t n = 0, should = mentions_by_logs(t, user);
    uint64_t newest_ms = UINT64_MAX;
    do
        page = mentions_page(t, user, page, mark, &n, &newest_ms);
    while (page.n && n <= should);
    if (n != should)
        world_fail(t->world, "%llu is mentioned %u times by the list, not %u",
                   (unsigned long long)user, n, should);
}

/* --- pins --- */

/* The one that goes first; 0: none is to go. */
static uint64_t first_to_go(const struct truth_log *log, const uint64_t *pinned, uint32_t n)
{
    uint64_t first = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t expires_ms = log->rows[pinned[i] - 1].expires_ms;
        if (expires_ms && (!first || expires_ms < log->rows[first - 1].expires_ms))
            first = pinned[i];
    }
    return first;
}

/* Takes the message out of what is pinned; the answer: how many are left. */
static uint32_t unpin(uint64_t *pinned, uint32_t n, uint64_t seq)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (pinned[i] != seq)
            pinned[kept++] = pinned[i];
    return kept;
}

/* What was gone when an event came, and at the end, is pinned no more. */
static uint32_t unpin_gone(uint64_t *pinned, uint32_t n, uint64_t gone_seq)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (pinned[i] > gone_seq)
            pinned[kept++] = pinned[i];
    return kept;
}

/* What had lost its words when the event at `seq` came is not among what is pinned either. */
static uint32_t unpin_emptied(struct truth *t, const struct truth_log *log, uint64_t *pinned,
                              uint32_t n, uint64_t seq)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (archive_emptied_at(t->world, log->id, pinned[i]) >= seq)
            pinned[kept++] = pinned[i];
    return kept;
}

/* What is pinned, as the events say, the newest last. */
static uint32_t pins_by_log(struct truth *t, const struct truth_log *log, uint64_t pinned[PINS_MAX])
{
    uint32_t n = 0;
    for (uint64_t i = 0; i < log->n_rows; i++) {
        const struct line *r = &log->rows[i];
        if (r->type == EVENT_PIN || r->type == EVENT_UNPIN || r->type == EVENT_DELETE)
            n = unpin(pinned, n, r->target);
        if (r->type != EVENT_PIN)
            continue;
        n = unpin_gone(pinned, n, archive_gone_at(t->world, log->id, r->seq));
        if (n == PINS_MAX)
            n = unpin_emptied(t, log, pinned, n, r->seq);
        if (n == PINS_MAX)
            n = unpin(pinned, n, first_to_go(log, pinned, n));
        if (n == PINS_MAX) {
            world_fail(t->world, "log %llu: %llu pins one too many", (unsigned long long)log->id,
                       (unsigned long long)r->seq);
            return n;
        }
        pinned[n++] = r->target;
    }
    return n;
}

static void check_pins(struct truth *t, const struct truth_log *log)
{
    uint64_t pinned[PINS_MAX];
    uint32_t n = unpin_gone(pinned, pins_by_log(t, log, pinned), log->load.head.gone_seq);
    for (uint32_t i = n; i > 0; i--)
        if (log->rows[pinned[i - 1] - 1].deleted)
            n = unpin(pinned, n, pinned[i - 1]);
    struct store_pins r = {
        .base.done = truth_nothing, .conversation = log->id, .now_ms = t->world->wall_ms};
    store_pins(t->world->store, &r);
    world_settle(t->world);
    bool right = r.n_pins == n;
    for (uint32_t i = 0; right && i < n; i++)
        right = r.pins[i].message.seq == pinned[n - 1 - i];
    if (!right)
        world_fail(t->world, "log %llu: %u messages are pinned, not as the %u by the events",
                   (unsigned long long)log->id, r.n_pins, n);
    store_request_deinit(&r.base);
}

/* --- timers --- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a && b ? MIN(a, b) : MAX(a, b);
}

/* A message goes when the timer before it says, a copy perhaps sooner; its edits go with it. */
static void check_timers(struct truth *t, const struct truth_log *log)
{
    uint64_t timer_ms = 0;
    for (uint64_t i = 0; i < log->n_rows; i++) {
        const struct line *r = &log->rows[i];
        uint64_t should = r->type == EVENT_INVITE ? r->expires_ms : 0;
        if (r->type == EVENT_TIMER)
            timer_ms = r->number * 1000;
        if (r->type == EVENT_MESSAGE && timer_ms)
            should = r->time_ms + timer_ms;
        if (r->type == EVENT_MESSAGE && r->forwarded)
            should = sooner(should, r->expires_ms);
        if (r->type == EVENT_EDIT)
            should = log->rows[r->target - 1].expires_ms;
        if (r->expires_ms != should)
            world_fail(t->world, "log %llu: %llu goes at %llu, not at %llu",
                       (unsigned long long)log->id, (unsigned long long)r->seq,
                       (unsigned long long)r->expires_ms, (unsigned long long)should);
    }
    if (log->load.conversation.timer_s * 1000 != timer_ms)
        world_fail(t->world, "log %llu: its timer is not its newest", (unsigned long long)log->id);
}

/* --- when marks moved --- */

/* Whether the member's mark stands where only a mark put it, neither coming in nor writing. */
static bool has_marked(const struct truth_log *log, const struct member *m)
{
    uint64_t seq = m->read_seq;
    if (!seq || seq > log->n_rows || (log->reads[seq - 1] && log->rows[seq - 1].sender == m->user))
        return false;
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == m->user && log->stints[i].since == seq)
            return false;
    return true;
}

/* What is told of one seq fits the marks, and the seq before it. */
static void check_reached(struct truth *t, const struct truth_log *log, const struct member *m,
                          uint64_t seq, struct reached *before)
{
    struct store_reached r = {.base.done = truth_nothing,
                              .conversation = log->id,
                              .seq = seq,
                              .users = &m->user,
                              .n_users = 1};
    store_reached(t->world->store, &r);
    world_settle(t->world);
    struct reached now = r.at[0];
    bool right = now.delivered_ms <= t->world->wall_ms_max && now.read_ms <= t->world->wall_ms_max;
    /* a mark may not have come to stand behind its time */
    bool ahead = t->world->cassandra && (t->world->faulty || t->world->crashes);
    if (seq > m->delivered_seq && !ahead)
        right = right && !now.delivered_ms;
    if (seq > m->read_seq && !ahead)
        right = right && !now.read_ms;
    if (now.delivered_ms)
        right = right && now.delivered_ms >= before->delivered_ms;
    if (now.read_ms)
        right = right && now.read_ms >= before->read_ms && now.read_ms >= now.delivered_ms;
    if (!right)
        world_fail(t->world, "log %llu: %llu reached %llu at %llu and read it at %llu",
                   (unsigned long long)log->id, (unsigned long long)m->user,
                   (unsigned long long)seq, (unsigned long long)now.delivered_ms,
                   (unsigned long long)now.read_ms);
    *before = now;
    store_request_deinit(&r.base);
}

static void check_steps(struct truth *t, const struct truth_log *log)
{
    for (uint32_t i = 0; i < log->load.n_members; i++) {
        const struct member *m = &log->load.members[i];
        struct reached reached = {0};
        bool untold = false;
        for (uint64_t seq = 1; seq <= log->n_rows; seq++) {
            check_reached(t, log, m, seq, &reached);
            if (seq == m->read_seq)
                untold = !reached.read_ms && has_marked(log, m);
            /* on Cassandra another device's mark may have taken its place, of more that was
             * delivered (member.c) */
            if (seq == m->read_seq + 1 && t->world->cassandra && reached.delivered_ms)
                untold = false;
        }
        if (untold)
            world_fail(t->world, "log %llu: nothing tells by when %llu had read %llu",
                       (unsigned long long)log->id, (unsigned long long)m->user,
                       (unsigned long long)m->read_seq);
    }
}

void shown_check(struct truth *t)
{
    for (uint32_t i = 0; i < t->n_logs; i++)
        for (uint64_t j = 0; j < t->logs[i]->n_rows; j++)
            check_mentioned(t, t->logs[i], &t->logs[i]->rows[j]);
    for (uint32_t i = 0; i < t->n_logs; i++) {
        check_pins(t, t->logs[i]);
        check_timers(t, t->logs[i]);
        check_steps(t, t->logs[i]);
    }
    for (uint32_t i = 0; i < USERS; i++)
        if (t->world->users[i] != t->left)
            check_mentions(t, t->world->users[i]);
}
