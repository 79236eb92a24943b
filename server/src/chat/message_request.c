/*
 * A request is a state of the member row of who is asked, made and ended by what events of the 1:1
 * carry, so it is decided in the order of that log. Chat thread.
 *
 * Refused: an event of one's own log to accept. Who wrote sees it anyway, by the ticks that begin,
 * and the room would have to follow a second log to decide how much a stranger may still write.
 */
#include "chat/message_request.h"

const struct member *request_asked(const struct room *room)
{
    for (uint32_t i = 0; room->conversation.kind == CONVERSATION_DIRECT && i < room->n_members; i++)
        if (room->members[i].listed == LISTED_REQUEST)
            return &room->members[i];
    return NULL;
}

/* Who has asked to be a contact wants to hear from them. */
bool request_made(const struct room *room, const struct event *e)
{
    if (room->conversation.kind != CONVERSATION_DIRECT || e->type != EVENT_MESSAGE || e->n != 1)
        return false;
    const struct person *to = room->peers[room->peers[0]->id == e->sender ? 1 : 0];
    enum contact_state state = person_contact(to, e->sender);
    return state != CONTACT_STANDS && state != CONTACT_SENT;
}

/* What is a word, or a wish, to the other. */
static bool is_answer(const struct event *e)
{
    switch (e->type) {
    case EVENT_MESSAGE:
    case EVENT_PIN:
    case EVENT_TIMER:
    case EVENT_RETENTION:
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_ACCEPT:
        return true;
    case EVENT_REACTION:
        return e->text.n;
    default:
        return false;
    }
}

bool request_accepted(const struct room *room, const struct event *e)
{
    const struct member *asked = request_asked(room);
    return asked && asked->user == e->sender && is_answer(e);
}

/* A request to be a contact reaches a stranger's devices too, before there is a message. */
bool request_hides_marks(const struct room *room, const struct member *m)
{
    bool direct = room->conversation.kind == CONVERSATION_DIRECT;
    return direct && (m->listed == LISTED_REQUEST || !room->head.n);
}

bool request_hides_typing(const struct room *room)
{
    if (room->conversation.kind != CONVERSATION_DIRECT || room->head.n)
        return request_asked(room);
    return person_contact(room->peers[0], room->peers[1]->id) != CONTACT_STANDS;
}

static bool is_stranger(const struct room *room, uint64_t user)
{
    const struct member *asked = request_asked(room);
    return asked && asked->user != user;
}

bool request_full(const struct room *room, uint64_t user)
{
    return is_stranger(room, user) && room->head.n >= REQUEST_MESSAGES_MAX;
}

bool request_worn(const struct room *room, uint64_t user)
{
    return is_stranger(room, user) && room->head.seq >= REQUEST_EVENTS_MAX;
}
