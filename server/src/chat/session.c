/*
 * Sessions begin and end; typing goes straight through. Runs on the chat thread. While a person
 * has sessions this core is subscribed to them on the bus, and holds a reference to them.
 */
#include "chat/session.h"

#include <stdlib.h>

#include "chat/device_check.h"
#include "chat/message_request.h"
#include "chat/notice.h"
#include "chat/person.h"
#include "chat/presence_state.h"
#include "chat/room.h"
#include "chat/rules.h"
#include "util/mem.h"

bool session_may_begin(struct chat *chat, uint64_t user)
{
    const struct person *p = map_get(&chat->persons, user);
    uint32_t max = chat->options.sockets_user_max;
    return !max || !p || p->n_sessions < max;
}

void session_begin(struct chat *chat, struct session *s, uint64_t user, uint64_t device)
{
    *s = (struct session){.user = user, .device = device, .moment = need_now(chat).moment};
    list_init(&s->of_person);
    s->person = person_get(chat, user);
    list_push_back(&s->person->sessions, &s->of_person);
    s->person->n_sessions++;
    bus_subscribe(chat->bus, BUS_USER, user);
    person_preload(s->person); /* what is pushed to them asks their settings */
    device_check_begin(s->person);
    presence_arrived(s->person);
}

void session_end(struct chat *chat, struct session *s, uint64_t heard_ms)
{
    struct person *p = s->person;
    presence_unwatch(chat, s);
    list_remove(&s->of_person);
    p->n_sessions--;
    bus_unsubscribe(chat->bus, BUS_USER, s->user);
    p->heard_ms = MAX(p->heard_ms, heard_ms);
    p->signed_out = s->signed_out;
    if (!p->n_sessions) {
        device_check_stop(p);
        presence_left(p);
    }
    s->person = NULL;
    person_unref(p);
}

/* --- typing --- */

struct typing_op {
    struct chat_typing *typing;
    struct room *room;
    struct room_wait wait;
};

static enum chat_error typing_tell(struct room *room, uint64_t user)
{
    if (!room_member(room, user))
        return CHAT_NOT_FOUND;
    enum chat_error error = rules_may_type(room, user);
    if (error)
        return error;
    if (request_hides_typing(room))
        return CHAT_OK;
    uint64_t users[MEMBERS_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < room->n_members; i++)
        if (room->members[i].user != user)
            users[n++] = room->members[i].user;
    notice_typing(room->chat, users, n, room->id, user);
    return CHAT_OK;
}

static void typing_ready(struct room_wait *wait, enum chat_error error)
{
    struct typing_op *op = container_of(wait, struct typing_op, wait);
    struct chat_call *call = &op->typing->call;
    if (!error)
        error = typing_tell(op->room, call->user);
    room_unref(op->room);
    free(op);
    call_done(call, error);
}

void chat_typing(struct chat *chat, struct chat_typing *typing)
{
    if (!call_begin(chat, &typing->call))
        return;
    struct room *room = room_get(chat, typing->conversation);
    struct typing_op *op = mem_new(sizeof(*op));
    *op = (struct typing_op){.typing = typing, .room = room, .wait.ready = typing_ready};
    op->wait.need = need_within(chat, chat->options.read_age_ms_max);
    if (!room_load(room, &op->wait))
        return;
    enum chat_error error = typing_tell(room, typing->call.user);
    room_unref(room);
    free(op);
    call_later(&typing->call, error);
}
