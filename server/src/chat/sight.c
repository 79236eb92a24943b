/*
 * Asks the cache of people, which is exact. Refused: to have the store leave out what is not seen,
 * which would put a second copy of the rules there.
 */
#include "chat/sight.h"

#include <stdlib.h>

#include "util/mem.h"

struct sight_op {
    struct chat_sight *sight;
    struct persons persons; /* the caller, the other */
};

static void sight_ready(struct persons *persons, enum chat_error error)
{
    struct sight_op *op = container_of(persons, struct sight_op, persons);
    struct chat_sight *sight = op->sight;
    const struct person *me = persons->persons[0], *other = persons->persons[1];
    sight->blocked = person_blocks(me, other->id);
    sight->picture = !other->deleted && person_lets(other, me->id, PRIVACY_PICTURE);
    sight->contact = person_contact(me, other->id);
    persons_deinit(persons);
    free(op);
    call_done(&sight->call, error);
}

void chat_sight(struct chat *chat, struct chat_sight *sight)
{
    if (!call_begin(chat, &sight->call))
        return;
    struct sight_op *op = mem_new(sizeof(*op));
    op->sight = sight;
    op->persons.ready = sight_ready;
    uint64_t ids[] = {sight->call.user, sight->user};
    persons_load(chat, &op->persons, ids, 2);
}

/* The other one of a 1:1 of which something may be hidden, or 0. */
static uint64_t peer_of(const struct sight *s, const struct inbox_entry *e)
{
    const struct conversation *c = &e->conversation;
    if (c->kind != CONVERSATION_DIRECT || !e->peer_read_seq)
        return 0;
    return c->users[0] == s->viewer ? c->users[1] : c->users[0];
}

static void entries_ready(struct persons *persons, enum chat_error error)
{
    struct sight *s = container_of(persons, struct sight, persons);
    const struct person *viewer = persons->persons[0];
    uint32_t n = 1;
    for (uint32_t i = 0; i < s->n_entries && !error; i++)
        if (peer_of(s, &s->entries[i]) && !person_shows_reads(persons->persons[n++], viewer))
            s->entries[i].peer_read_seq = 0;
    persons_deinit(persons);
    s->ready(s, error);
}

void sight_entries(struct sight *s, struct chat *chat)
{
    uint64_t ids[1 + MAX(LIST_MAX, SYNC_MAX)] = {s->viewer};
    uint32_t n = 1;
    must(s->n_entries <= ARRAY_SIZE(ids) - 1);
    for (uint32_t i = 0; i < s->n_entries; i++) {
        struct inbox_entry *e = &s->entries[i];
        if (e->peer_asked)
            e->peer_delivered_seq = e->peer_read_seq = 0;
        uint64_t peer = peer_of(s, e);
        if (peer)
            ids[n++] = peer;
    }
    s->persons.ready = entries_ready;
    persons_load(chat, &s->persons, ids, n);
}

bool sight_of_member(const struct person *viewer, uint64_t member, uint64_t privacy)
{
    if (viewer->id == member)
        return true;
    bool contact = person_contact(viewer, member) == CONTACT_STANDS;
    return audience_has(privacy_of(privacy, PRIVACY_RECEIPTS), contact) &&
           audience_has(privacy_of(viewer->privacy, PRIVACY_RECEIPTS), contact);
}
