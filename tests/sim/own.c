/*
 * Drafts and what people hide from themselves: done at random, and held against their own logs. Of
 * each draft the newest text alone stands and is listed; what somebody hid no answer shows them,
 * from the `ok` on.
 */
#include "own.h"

#include <stdlib.h>

#include "heard.h"
#include "model/limits.h"
#include "op.h"
#include "replay.h"
#include "util/hash.h"

/* --- by chance --- */

/* A command about a conversation that one is in, or whose id somebody told. */
static struct op *op_about(struct client *d, enum event_type type, struct copy **copy)
{
    struct rng *rng = &d->world->rng;
    struct client *of = rng_percent(rng, 90) ? d : d->world->clients[rng_below(rng, DEVICES)];
    *copy = client_any_copy(of);
    struct op *op = *copy ? op_new(d, type) : NULL;
    if (op)
        op->source = (*copy)->conversation;
    return op;
}

static void act_draft(struct client *d)
{
    struct copy *c;
    struct op *op = op_about(d, EVENT_DRAFT, &c);
    if (!op)
        return;
    if (rng_percent(&d->world->rng, 30))
        op->text[0] = 0;
    else if (rng_percent(&d->world->rng, 20))
        op->source_seq = client_any_seq(d, c);
    op_send(d, op);
}

static void act_hide(struct client *d)
{
    struct copy *c;
    struct op *op = op_about(d, EVENT_HIDE, &c);
    if (!op)
        return;
    op->text[0] = 0;
    op->source_seq = client_any_seq(d, c);
    op->number = rng_percent(&d->world->rng, 15) ? HIDE_UP_TO : HIDE_ONE;
    op_send(d, op);
}

void act_own(struct client *d)
{
    if (rng_percent(&d->world->rng, 40))
        act_draft(d);
    else
        act_hide(d);
}

/* --- drafts --- */

/* The newest draft of a conversation up to `end`, or NULL: there is none. */
static const struct line *draft_of(const struct truth_log *own, uint64_t subject, uint64_t end)
{
    for (uint64_t i = end; i > 0; i--) {
        const struct line *r = &own->rows[i - 1];
        if (r->type == EVENT_DRAFT && r->subject == subject)
            return r->no_draft ? NULL : r;
    }
    return NULL;
}

/* How many there are after the event at `end`. */
static uint32_t drafts_at(const struct truth_log *own, uint64_t end)
{
    uint32_t n = 0;
    for (uint64_t i = 0; i < end; i++) {
        const struct line *r = &own->rows[i];
        n += r->type == EVENT_DRAFT && draft_of(own, r->subject, end) == r;
    }
    return n;
}

static void check_draft_events(struct truth *t, const struct truth_log *own)
{
    for (uint64_t i = 0; i < own->n_rows; i++) {
        const struct line *r = &own->rows[i];
        if (r->type != EVENT_DRAFT)
            continue;
        if (drafts_at(own, r->seq) > DRAFTS_MAX)
            world_fail(t->world, "%llu has one draft too many at %llu", (unsigned long long)own->id,
                       (unsigned long long)r->seq);
        bool stands = draft_of(own, r->subject, own->n_rows) == r;
        if (stands != (r->text != 0) || (!r->text && !r->no_draft && !r->deleted))
            world_fail(t->world, "%llu: the text of draft %llu is not as the next one left it",
                       (unsigned long long)own->id, (unsigned long long)r->seq);
    }
}

/* In pages of two, by the conversations. */
static void check_draft_list(struct truth *t, const struct truth_log *own)
{
    uint64_t after = 0;
    uint32_t n = 0;
    for (bool more = true; more;) {
        struct store_drafts r = {
            .base.done = truth_nothing, .user = own->id, .after = after, .limit = 2};
        store_drafts(t->world->store, &r);
        world_settle(t->world);
        for (uint32_t i = 0; i < r.n_drafts; i++) {
            const struct event *e = &r.drafts[i];
            const struct line *is = draft_of(own, e->subject, own->n_rows);
            if (e->subject <= after || !is || is->seq != e->seq || is->text != hash_bytes(e->text))
                world_fail(t->world, "%llu is listed with a draft of %llu at %llu",
                           (unsigned long long)own->id, (unsigned long long)e->subject,
                           (unsigned long long)e->seq);
            after = e->subject;
        }
        n += r.n_drafts;
        more = r.n_drafts == 2;
        store_request_deinit(&r.base);
    }
    if (n != drafts_at(own, own->n_rows))
        world_fail(t->world, "%llu has %u drafts by the list", (unsigned long long)own->id, n);
}

/* --- what is hidden --- */

/* Whether the event hides the message. */
static bool hides(const struct line *r, uint64_t conversation, uint64_t seq)
{
    return r->type == EVENT_HIDE && r->subject == conversation &&
           (r->number == HIDE_UP_TO ? seq <= r->target : seq == r->target);
}

static const struct truth_log *own_log(const struct truth *t, uint64_t user)
{
    for (uint32_t i = 0; i < t->n_logs; i++)
        if (t->logs[i]->id == user)
            return t->logs[i];
    return NULL;
}

bool is_hidden(const struct truth *t, uint64_t user, uint64_t conversation, uint64_t seq)
{
    const struct truth_log *own = own_log(t, user);
    for (uint64_t i = 0; own && i < own->n_rows; i++)
        if (hides(&own->rows[i], conversation, seq))
            return true;
    return false;
}

/* The message whose words a row has. */
static uint64_t message_of(const struct line *r)
{
    if (r->type == EVENT_EDIT)
        return r->target;
    return r->type == EVENT_MESSAGE ? r->seq : 0;
}

void line_hide(const struct truth *t, uint64_t user, uint64_t conversation, struct line *r)
{
    if (!message_of(r) || !is_hidden(t, user, conversation, message_of(r)))
        return;
    r->text = 0;
    r->mentions = 0;
    memset(r->reactions, 0, sizeof(r->reactions));
}

/* What was hidden one by one up to `end`, is beyond `gone_seq`, and not hidden with others since.
 */
static uint64_t hidden_at(const struct truth_log *own, uint64_t subject, uint64_t end,
                          uint64_t gone_seq, uint64_t *cleared)
{
    uint64_t n = 0;
    *cleared = 0;
    for (uint64_t i = 0; i < end; i++)
        if (own->rows[i].type == EVENT_HIDE && own->rows[i].subject == subject &&
            own->rows[i].number == HIDE_UP_TO)
            *cleared = MAX(*cleared, own->rows[i].target);
    for (uint64_t i = 0; i < end; i++) {
        const struct line *r = &own->rows[i];
        bool one = r->type == EVENT_HIDE && r->subject == subject && r->number == HIDE_ONE &&
                   r->target > MAX(*cleared, gone_seq);
        for (uint64_t j = 0; one && j < i; j++)
            one = !(own->rows[j].type == EVENT_HIDE && own->rows[j].subject == subject &&
                    own->rows[j].target == r->target);
        n += one;
    }
    return n;
}

static void check_hide_event(struct truth *t, const struct truth_log *own, const struct line *r)
{
    const struct truth_log *log = log_of(t, r->subject);
    uint64_t cleared;
    bool there = r->target && r->target <= log->n_rows && may_read(log, own->id, r->target);
    if (!there || (r->number == HIDE_ONE && log->rows[r->target - 1].type != EVENT_MESSAGE))
        world_fail(t->world, "%llu hid %llu of %llu, which they may not",
                   (unsigned long long)own->id, (unsigned long long)r->target,
                   (unsigned long long)r->subject);
    uint64_t gone_seq = log->load.head.gone_seq;
    if (hidden_at(own, r->subject, r->seq, gone_seq, &cleared) > HIDDEN_MAX)
        world_fail(t->world, "%llu hides one too many at %llu", (unsigned long long)own->id,
                   (unsigned long long)r->seq);
    /* what went since counts no more, unless it was hidden later than it went, or by who was out */
    uint64_t n = hidden_at(own, r->subject, own->n_rows, gone_seq, &cleared);
    uint64_t ever = hidden_at(own, r->subject, own->n_rows, 0, &cleared);
    struct store_member row = {
        .base.done = truth_nothing, .conversation = r->subject, .user = own->id};
    store_member(t->world->store, &row);
    world_settle(t->world);
    const struct preferences *p = &row.member.preferences;
    bool fits = p->hidden >= n && p->hidden <= ever && p->cleared_seq == cleared;
    if (row.base.status != STORE_DONE || !fits)
        world_fail(t->world, "%llu hides %llu of %llu beyond %llu, not %llu beyond %llu",
                   (unsigned long long)own->id, (unsigned long long)p->hidden,
                   (unsigned long long)r->subject, (unsigned long long)p->cleared_seq,
                   (unsigned long long)n, (unsigned long long)cleared);
    store_request_deinit(&row.base);
}

/* No answer that was asked for after the `ok` shows the words. Pushes are the same for all. */
static void check_unseen(struct truth *t, const struct client *d, const struct op *op)
{
    const struct truth_log *own = own_log(t, d->user);
    const struct line *by = own && op->ok_seq <= own->n_rows ? &own->rows[op->ok_seq - 1] : NULL;
    for (uint32_t i = 0; by && i < DEVICES; i++) {
        const struct client *other = t->world->clients[i];
        for (uint32_t j = 0; other->user == d->user && j < other->hearing->n_heard; j++) {
            const struct heard *h = &other->hearing->heard[j];
            const struct truth_log *log = log_of(t, h->conversation);
            if (!h->text || !h->asked || h->asked_step <= op->ok_step || h->seq > log->n_rows)
                continue;
            uint64_t message = message_of(&log->rows[h->seq - 1]);
            if (message && hides(by, h->conversation, message))
                world_fail(t->world, "device %u was shown %llu of %llu, which is hidden", i,
                           (unsigned long long)h->seq, (unsigned long long)h->conversation);
        }
    }
}

void own_check(struct truth *t)
{
    for (uint32_t i = 0; i < USERS; i++) {
        const struct truth_log *own = log_of(t, t->world->users[i]);
        check_draft_events(t, own);
        check_draft_list(t, own);
        for (uint64_t j = 0; j < own->n_rows; j++)
            if (own->rows[j].type == EVENT_HIDE)
                check_hide_event(t, own, &own->rows[j]);
    }
    for (uint32_t i = 0; i < DEVICES; i++) {
        const struct client *d = t->world->clients[i];
        for (uint32_t j = 0; j < d->n_ops; j++)
            if (d->ops[j].ok && d->ops[j].type == EVENT_HIDE)
                check_unseen(t, d, &d->ops[j]);
    }
}
