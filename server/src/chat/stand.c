/*
 * What follows from an event that stands, in this order: the room, the people, what waits for a
 * decision, those who are told. Chat thread.
 */
#include "chat/stand.h"

#include "chat/access.h"
#include "chat/notice.h"
#include "chat/presence_state.h"
#include "chat/pump.h"
#include "chat/receipt_state.h"
#include "store/project.h"

void room_tell(struct room *room, const uint64_t *users, size_t n, const struct event *e)
{
    uint64_t all[MEMBERS_MAX + 1], clipped[MEMBERS_MAX + 1];
    size_t n_all = 0, n_clipped = 0;
    must(n <= MEMBERS_MAX + 1);
    if (!access_hides(e, UINT64_MAX)) { /* of nobody */
        notice_event(room->chat, users, n, e);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct member *m = room_member(room, users[i]);
        if (m && access_hides(e, m->from_seq))
            clipped[n_clipped++] = users[i];
        else
            all[n_all++] = users[i];
    }
    if (n_all)
        notice_event(room->chat, all, n_all, e);
    if (n_clipped) {
        struct event bare = access_clipped(e);
        notice_event(room->chat, clipped, n_clipped, &bare);
    }
}

static void person_follow(struct chat *chat, uint64_t id, const struct event *e)
{
    struct person *p = person_get(chat, id);
    if (event_is_contact(e->type))
        person_follow_contact(p, e);
    else if (e->type == EVENT_PRIVACY)
        person_follow_privacy(p, e);
    else if (e->type == EVENT_RENAME)
        person_follow_rename(p, e);
    else
        person_set_block(p, e->user, e->type == EVENT_BLOCK);
    presence_sight_changed(p);
    person_unref(p);
}

static bool changes_persons(const struct event *e)
{
    return event_is_contact(e->type) || e->type == EVENT_BLOCK || e->type == EVENT_UNBLOCK ||
           e->type == EVENT_PRIVACY || e->type == EVENT_RENAME;
}

/* What an event changes in what is cached of people. */
static void apply_to_persons(struct room *room, const struct event *e)
{
    if (!changes_persons(e))
        return;
    person_follow(room->chat, e->sender, e);
    if (event_is_contact(e->type))
        person_follow(room->chat, e->user, e);
}

/* Other nodes have them cached. */
static void tell_nodes(struct room *room, const struct event *e)
{
    if (!changes_persons(e))
        return;
    notice_person_changed(room->chat, e->sender);
    if (event_is_contact(e->type))
        notice_person_changed(room->chat, e->user);
}

void room_follow(struct room *room, const struct event *e)
{
    bool next = room->loaded && !room->load && !room->append && !room->doubt &&
                room->heard_seq <= room->head.seq && e->seq == room->head.seq + 1;
    if (e->seq <= room->head.seq)
        return;
    if (!next || e->rev != e->seq) {
        room_heard(room, e->seq);
        return;
    }
    room_apply(room, e);
    apply_to_persons(room, e);
    room_drop_facts(room);
}

void room_stands(struct room *room, const struct event *e)
{
    uint64_t users[MEMBERS_MAX + 1];
    size_t n = 0;
    bool goes = e->type == EVENT_REMOVED || e->type == EVENT_LEFT;
    if (!goes)
        room_apply(room, e);
    for (uint32_t i = 0; i < room->n_members; i++)
        users[n++] = room->members[i].user;
    if (goes)
        room_apply(room, e);
    apply_to_persons(room, e);
    tell_nodes(room, e);
    room_drop_facts_of(room, e);
    struct event told = *e; /* what took long may be due already */
    project_due(&told, chat_wall_ms(room->chat));
    room_tell(room, users, n, &told);
    const struct member *accepting = e->accepts ? room_member(room, e->sender) : NULL;
    if (accepting && accepting->delivered_seq) /* the other has not been told of it so far */
        receipt_moved(room, accepting);
}
