/*
 * How people stand to each other, worked out of the events of their 1:1s, to whom a 1:1 is a
 * message request, and their settings, out of their own logs; held against the rows. Written on its
 * own, from docs/log.md: who is asking whom, whether they are contacts, and who said no; of these
 * one at a time holds.
 */
#include "model/contact.h"
#include "model/privacy.h"
#include "replay.h"
#include "store/directory.h"
#include "util/macros.h"
#include "world.h"

struct pair {
    uint64_t asks, refuses; /* one of the two, or 0 */
    bool contacts;
    uint64_t seq;
};

/* False: nobody may do this as they stand. Who `left` for good ends whatever there is. */
static bool pair_follow(struct pair *p, const struct line *e, uint64_t left)
{
    struct pair before = *p;
    *p = (struct pair){.seq = e->seq};
    switch (e->type) {
    case EVENT_CONTACT_REQUEST:
        p->contacts = before.asks == e->user;
        p->asks = p->contacts ? 0 : e->sender;
        return before.asks != e->sender && !before.contacts && before.refuses != e->user;
    case EVENT_CONTACT_ACCEPT:
        p->contacts = true;
        return before.asks == e->user;
    case EVENT_CONTACT_DECLINE:
        p->refuses = e->sender;
        return before.asks == e->user;
    case EVENT_CONTACT_REMOVE:
        return before.contacts || before.asks == e->sender || before.refuses == e->sender ||
               (e->sender == left && (before.asks || before.refuses));
    default:
        *p = before;
        return true;
    }
}

static enum contact_state seen_by(const struct pair *p, uint64_t user)
{
    if (p->contacts)
        return CONTACT_STANDS;
    if (p->asks)
        return p->asks == user ? CONTACT_SENT : CONTACT_RECEIVED;
    if (p->refuses)
        return p->refuses == user ? CONTACT_DECLINED : CONTACT_TURNED_DOWN;
    return CONTACT_NONE;
}

/* Of what there is in a 1:1. */
static bool is_answer(const struct line *e)
{
    return e->type == EVENT_MESSAGE || (e->type == EVENT_REACTION && e->text) ||
           e->type == EVENT_PIN || e->type == EVENT_TIMER || e->type == EVENT_RETENTION ||
           e->type == EVENT_CONTACT_REQUEST || e->type == EVENT_CONTACT_ACCEPT ||
           e->type == EVENT_ACCEPT;
}

/* A first message is a request unless its receiver has, or asked, to know the sender; it ends with
 * what they answer, and until then the sender writes so much and no more. `asked`: to whom it is
 * one before `e`; `pair`: how they stand then. */
static void check_request(struct truth *t, const struct truth_log *log, const struct pair *pair,
                          uint64_t asked, const struct line *e)
{
    const uint64_t *users = log->load.conversation.users;
    uint64_t other = users[0] == e->sender ? users[1] : users[0];
    bool request = e->type == EVENT_MESSAGE && e->n == 1 && !pair->contacts && pair->asks != other;
    bool accepts = asked == e->sender && is_answer(e);
    if (e->request != request || e->accepts != accepts || (e->type == EVENT_ACCEPT && !accepts))
        world_fail(t->world, "log %llu: %llu makes a request %d, accepts %d, not %d and %d",
                   (unsigned long long)log->id, (unsigned long long)e->seq, e->request, e->accepts,
                   request, accepts);
    if (e->type == EVENT_MESSAGE && asked == other && e->n > REQUEST_MESSAGES_MAX)
        world_fail(t->world, "log %llu: message %llu of somebody who was not accepted",
                   (unsigned long long)log->id, (unsigned long long)e->n);
    bool changes = e->type == EVENT_EDIT || e->type == EVENT_REACTION || e->type == EVENT_PIN ||
                   e->type == EVENT_UNPIN || e->type == EVENT_TIMER || e->type == EVENT_RETENTION;
    if (changes && asked == other && e->seq > REQUEST_EVENTS_MAX)
        world_fail(t->world, "log %llu: %llu of somebody who was not accepted changes something",
                   (unsigned long long)log->id, (unsigned long long)e->seq);
}

static uint64_t asked_after(const struct truth_log *log, uint64_t asked, const struct line *e)
{
    const uint64_t *users = log->load.conversation.users;
    if (e->request)
        return users[0] == e->sender ? users[1] : users[0];
    return e->accepts ? 0 : asked;
}

uint64_t asked_at(const struct truth_log *log, uint64_t seq)
{
    uint64_t asked = 0;
    for (uint64_t i = 0; i < seq && i < log->n_rows; i++)
        asked = asked_after(log, asked, &log->rows[i]);
    return asked;
}

uint64_t asked_in(const struct truth_log *log)
{
    return asked_at(log, log->n_rows);
}

static struct contact row_of(struct truth *t, uint64_t user, uint64_t other, uint32_t *n)
{
    struct store_contacts r = {.base.done = truth_nothing, .user = user};
    struct contact found = {0};
    store_contacts(t->world->store, &r);
    world_settle(t->world);
    *n = r.n_contacts;
    for (uint32_t i = 0; i < r.n_contacts; i++) {
        log_of(t, r.contacts[i].conversation); /* perhaps no device ever heard of it */
        if (r.contacts[i].other == other)
            found = r.contacts[i];
    }
    store_request_deinit(&r.base);
    return found;
}

static void check_pair(struct truth *t, const struct truth_log *log, uint32_t should[USERS])
{
    const struct conversation *c = &log->load.conversation;
    struct pair pair = {0};
    uint64_t asked = 0;
    for (uint64_t i = 0; i < log->n_rows; i++) {
        check_request(t, log, &pair, asked, &log->rows[i]);
        asked = asked_after(log, asked, &log->rows[i]);
        if (!pair_follow(&pair, &log->rows[i], t->left))
            world_fail(t->world, "log %llu: the two do not stand so that %llu could do it at %llu",
                       (unsigned long long)log->id, (unsigned long long)log->rows[i].sender,
                       (unsigned long long)i + 1);
    }
    for (uint32_t i = 0; i < log->load.n_members; i++)
        if ((log->load.members[i].listed == LISTED_REQUEST) != (log->load.members[i].user == asked))
            world_fail(t->world, "log %llu: to %llu it is a request, or is not, against its events",
                       (unsigned long long)log->id, (unsigned long long)log->load.members[i].user);
    for (int i = 0; i < 2; i++) {
        uint32_t n;
        enum contact_state state = seen_by(&pair, c->users[i]);
        struct contact row = row_of(t, c->users[i], c->users[1 - i], &n);
        if (row.state != state || (state && (row.seq != pair.seq || row.conversation != log->id)))
            world_fail(t->world, "log %llu: %llu stands as %d by %llu, not %d by %llu",
                       (unsigned long long)log->id, (unsigned long long)c->users[i], row.state,
                       (unsigned long long)row.seq, state, (unsigned long long)pair.seq);
        for (uint32_t u = 0; u < USERS; u++)
            should[u] += state && t->world->users[u] == c->users[i];
    }
}

/* What the events of somebody's own log make their settings. */
static void check_settings(struct truth *t, uint64_t user)
{
    const struct truth_log *own = log_of(t, user);
    uint64_t should = 0;
    for (uint64_t i = 0; i < own->n_rows; i++)
        for (unsigned at = 0; at < 64; at += 4) {
            uint64_t to = own->rows[i].privacy >> at & 15;
            if (to)
                should = (should & ~(UINT64_C(15) << at)) | (to - 1) << at;
        }
    struct store_users r = {.base.done = truth_nothing, .ids = &user, .n_ids = 1};
    store_users(t->world->store, &r);
    world_settle(t->world);
    if (r.n_users != 1 || r.users[0].privacy != should)
        world_fail(t->world, "the settings of %llu are not what their log says",
                   (unsigned long long)user);
    store_request_deinit(&r.base);
}

/* Whoever shut themselves to groups for all was not added by a command that was first sent after
 * that was ok, and ended before they may have opened again. */
static void check_added(struct truth *t, const struct op *shut)
{
    const struct world *w = t->world;
    if (!shut->ok || privacy_of(shut->privacy, PRIVACY_GROUPS) != 1 + AUDIENCE_NOBODY)
        return;
    uint64_t user = w->clients[shut->device]->user, until = UINT64_MAX;
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            if (op->privacy && op != shut && w->clients[i]->user == user &&
                (!op->ok_step || op->ok_step > shut->first_step))
                until = MIN(until, op->first_step);
        }
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            bool in = op->type == EVENT_ADDED && op->user == user;
            for (uint32_t m = 0; op->type == EVENT_CREATED && m < op->n_members; m++)
                in = in || op->members[m] == user;
            if (op->ok && in && op->first_step > shut->ok_step && op->ok_step < until)
                world_fail(t->world, "command %s passed the setting %s", op->key, shut->key);
        }
}

void contacts_check(struct truth *t)
{
    for (uint32_t i = 0; i < USERS; i++)
        check_settings(t, t->world->users[i]);
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < t->world->clients[i]->n_ops; j++)
            check_added(t, &t->world->clients[i]->ops[j]);
    uint32_t should[USERS] = {0}, n;
    for (uint32_t i = 0; i < USERS; i++)
        row_of(t, t->world->users[i], 0, &n);
    for (uint32_t i = 0; i < t->n_logs; i++)
        if (t->logs[i]->load.conversation.kind == CONVERSATION_DIRECT)
            check_pair(t, t->logs[i], should);
    for (uint32_t i = 0; i < USERS; i++) {
        row_of(t, t->world->users[i], 0, &n);
        if (n != should[i])
            world_fail(t->world, "%llu stands in some state to %u people, not %u",
                       (unsigned long long)t->world->users[i], n, should[i]);
    }
}
