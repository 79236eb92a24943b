/*
 * How people stand to each other, worked out of the events of their 1:1s and held against the rows.
 * Written on its own, from docs/log.md: who is asking whom, whether they are contacts, and who said
 * no; of these one at a time holds.
 */
#include "model/contact.h"
#include "replay.h"
#include "world.h"

struct pair {
    uint64_t asks, refuses; /* one of the two, or 0 */
    bool contacts;
    uint64_t seq;
};

/* False: nobody may do this as they stand. */
static bool pair_follow(struct pair *p, const struct line *e)
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
        return before.contacts || before.asks == e->sender || before.refuses == e->sender;
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
    for (uint64_t i = 0; i < log->n_rows; i++)
        if (!pair_follow(&pair, &log->rows[i]))
            world_fail(t->world, "log %llu: the two do not stand so that %llu could do it at %llu",
                       (unsigned long long)log->id, (unsigned long long)log->rows[i].sender,
                       (unsigned long long)i + 1);
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

void contacts_check(struct truth *t)
{
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
