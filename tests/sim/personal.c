/*
 * What is one's own alone, held against one's own log: what each person wants of each conversation
 * stands in their row of it, and every device was told by an entry that it changed; what they
 * starred is listed.
 */
#include "heard.h"
#include "replay.h"
#include "world.h"

/* What the log says up to its end of one conversation. */
struct wanted {
    struct preferences p;
    uint64_t subject;
};

enum { WANTED_MAX = LOGS_MAX };

struct wishes {
    struct wanted of[WANTED_MAX];
    uint32_t n;
};

static struct wanted *wanted_of(struct wishes *all, uint64_t subject)
{
    for (uint32_t i = 0; i < all->n; i++)
        if (all->of[i].subject == subject)
            return &all->of[i];
    must(all->n < WANTED_MAX);
    all->of[all->n] = (struct wanted){.subject = subject};
    return &all->of[all->n++];
}

static void replay(struct preferences *p, const struct line *r)
{
    if (r->changes & PREFERENCE_MUTED)
        p->muted_until_ms = r->until_ms;
    if (r->changes & PREFERENCE_PINNED)
        p->pinned = r->number & PREFERENCE_PINNED ? r->seq : 0;
    if (r->changes & PREFERENCE_ARCHIVED)
        p->archived = r->number & PREFERENCE_ARCHIVED;
    if (r->changes & PREFERENCE_UNREAD)
        p->unread = r->number & PREFERENCE_UNREAD;
    p->rev = r->seq;
}

static bool was_in(const struct truth_log *log, uint64_t user)
{
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == user)
            return true;
    return false;
}

static void replay_own_log(struct truth *t, uint64_t user, struct wishes *all)
{
    const struct truth_log *own = log_of(t, user);
    for (uint64_t i = 0; i < own->n_rows; i++) {
        const struct line *r = &own->rows[i];
        if (r->type != EVENT_PREFERENCES)
            continue;
        if (!was_in(log_of(t, r->subject), user))
            world_fail(t->world, "%llu wants something of %llu, where they never were",
                       (unsigned long long)user, (unsigned long long)r->subject);
        replay(&wanted_of(all, r->subject)->p, r);
        uint32_t pinned = 0;
        for (uint32_t j = 0; j < all->n; j++)
            pinned += all->of[j].p.pinned != 0;
        if (pinned > PINNED_MAX)
            world_fail(t->world, "%llu pins one too many at %llu", (unsigned long long)user,
                       (unsigned long long)r->seq);
    }
}

/* Whether anything the person did there may have been reading: who comes back has read all. */
static bool may_have_read(const struct truth *t, uint64_t user, uint64_t conversation)
{
    const struct truth_log *log = NULL;
    uint32_t came = 0;
    for (uint32_t i = 0; i < t->n_logs; i++)
        if (t->logs[i]->id == conversation)
            log = t->logs[i];
    for (uint32_t i = 0; log && i < log->n_stints; i++)
        came += log->stints[i].user == user;
    if (came > 1)
        return true;
    for (uint64_t i = 0; log && i < log->n_rows; i++)
        if (log->reads[i] && log->rows[i].sender == user)
            return true;
    for (uint32_t i = 0; i < DEVICES; i++) {
        const struct client *d = t->world->clients[i];
        for (uint32_t j = 0; d->user == user && j < d->hearing->n_marked; j++)
            if (d->hearing->marked[j]->read && d->hearing->marked[j]->conversation == conversation)
                return true;
    }
    return false;
}

static void check_row(struct truth *t, uint64_t user, const struct wanted *should)
{
    struct store_member r = {
        .base.done = truth_nothing, .conversation = should->subject, .user = user};
    store_member(t->world->store, &r);
    world_settle(t->world);
    const struct preferences *is = &r.member.preferences, *p = &should->p;
    bool unread = is->unread ? p->unread : !p->unread || may_have_read(t, user, should->subject);
    if (r.base.status != STORE_DONE || is->rev != p->rev || is->pinned != p->pinned ||
        is->muted_until_ms != p->muted_until_ms || is->archived != p->archived || !unread)
        world_fail(t->world, "what %llu wants of %llu is not as their log says up to %llu",
                   (unsigned long long)user, (unsigned long long)should->subject,
                   (unsigned long long)p->rev);
    store_request_deinit(&r.base);
}

static void check_told(struct truth *t, const struct client *d, const struct wanted *should)
{
    for (uint32_t i = 0; i < d->n_copies; i++)
        if (d->copies[i].conversation == should->subject &&
            d->copies[i].wanted_rev != should->p.rev)
            world_fail(
                t->world, "device %u was told of what is wanted of %llu up to %llu, not %llu",
                d->index, (unsigned long long)should->subject,
                (unsigned long long)d->copies[i].wanted_rev, (unsigned long long)should->p.rev);
}

/* --- stars --- */

/* Whether the own log's newest word on a message is a star. */
static bool starred(const struct truth_log *own, uint64_t subject, uint64_t target)
{
    for (uint64_t i = own->n_rows; i > 0; i--) {
        const struct line *r = &own->rows[i - 1];
        if ((r->type == EVENT_STAR || r->type == EVENT_UNSTAR) && r->subject == subject &&
            r->target == target)
            return r->type == EVENT_STAR;
    }
    return false;
}

/* A message that stands, for somebody who was last in it from..to. */
static bool stands(const struct truth *t, const struct truth_log *log, uint64_t user, uint64_t seq)
{
    const struct stint *s = NULL;
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == user)
            s = &log->stints[i];
    const struct line *r = seq && seq <= log->n_rows ? &log->rows[seq - 1] : NULL;
    return s && r && seq > log->load.head.gone_seq && seq >= s->from && seq <= s->to &&
           r->type == EVENT_MESSAGE && !r->deleted && r->edited_seq <= s->to &&
           !is_hidden(t, user, log->id, seq);
}

static uint32_t stars_by_log(struct truth *t, uint64_t user)
{
    const struct truth_log *own = log_of(t, user);
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_logs; i++)
        for (uint64_t seq = 1; seq <= t->logs[i]->n_rows; seq++)
            n += starred(own, t->logs[i]->id, seq) && stands(t, t->logs[i], user, seq);
    return n;
}

/* One page; the mark of the next goes into `mark`. */
static struct str stars_page(struct truth *t, uint64_t user, struct str page, char mark[160],
                             uint32_t *n)
{
    struct store_mentions r = {.base.done = truth_nothing,
                               .user = user,
                               .stars = true,
                               .page = page,
                               .limit = 2,
                               .now_ms = t->world->wall_ms};
    store_mentions(t->world->store, &r);
    world_settle(t->world);
    for (uint32_t i = 0; i < r.n_events; i++) {
        const struct event *e = &r.events[i];
        if (!starred(log_of(t, user), e->conversation, e->seq) ||
            !stands(t, log_of(t, e->conversation), user, e->seq))
            world_fail(t->world, "%llu is listed with a star of %llu at %llu",
                       (unsigned long long)user, (unsigned long long)e->conversation,
                       (unsigned long long)e->seq);
    }
    *n += r.n_events;
    must(r.page.n < 160);
    if (r.page.n)
        memcpy(mark, r.page.p, r.page.n);
    page = str_n(mark, r.page.n);
    store_request_deinit(&r.base);
    return page;
}

static void check_stars(struct truth *t, uint64_t user)
{
    char mark[160];
    struct str page = {0};
    uint32_t n = 0, should = stars_by_log(t, user);
    do
        page = stars_page(t, user, page, mark, &n);
    while (page.n && n <= should);
    if (n != should)
        world_fail(t->world, "%llu has %u stars by the list, not %u", (unsigned long long)user, n,
                   should);
}

void personal_check(struct truth *t)
{
    for (uint32_t i = 0; i < USERS; i++) {
        struct wishes all = {.n = 0};
        uint64_t user = t->world->users[i];
        replay_own_log(t, user, &all);
        check_stars(t, user);
        for (uint32_t j = 0; j < all.n; j++) {
            check_row(t, user, &all.of[j]);
            for (uint32_t k = 0; k < DEVICES; k++)
                if (t->world->clients[k]->user == user)
                    check_told(t, t->world->clients[k], &all.of[j]);
        }
    }
}
