/* The message first, then the room's marks, then their times: these may be newer than the marks, so
 * a time is told only beside the mark that it is of. Chat thread. */
#include "chat/info.h"

#include <stdlib.h>
#include <string.h>

#include "chat/access.h"
#include "chat/message_request.h"
#include "chat/sight.h"
#include "util/mem.h"

struct info_op {
    struct access access;
    struct chat_info *info;
    struct store_events message;
    struct store_reached reached;
    uint64_t users[MEMBERS_MAX];
    struct message_reader readers[MEMBERS_MAX];
    uint32_t n;
    struct persons persons; /* the caller, then `users` */
};

static void info_end(struct info_op *op, enum chat_error error)
{
    op->info->readers = op->readers;
    op->info->n_readers = op->n;
    call_done(&op->info->call, error);
    store_request_deinit(&op->message.base);
    store_request_deinit(&op->reached.base);
    access_deinit(&op->access);
    persons_deinit(&op->persons);
    free(op);
}

/* Who read is told where the caller sees it; who has it is told always. */
static void persons_ready(struct persons *persons, enum chat_error error)
{
    struct info_op *op = container_of(persons, struct info_op, persons);
    bool direct = op->access.room->conversation.kind == CONVERSATION_DIRECT;
    const struct person *me = persons->persons[0];
    for (uint32_t i = 0; i < op->n && !error; i++) {
        const struct person *p = persons->persons[i + 1];
        bool sees = direct ? person_shows_reads(p, me) : sight_of_member(me, p->id, p->privacy);
        op->readers[i].read = op->readers[i].read && sees;
        op->readers[i].read_ms = sees ? op->readers[i].read_ms : 0;
    }
    info_end(op, error);
}

static void reached_done(struct store_request *request)
{
    struct info_op *op = container_of(request, struct info_op, reached.base);
    for (uint32_t i = 0; request->status == STORE_DONE && i < op->n; i++) {
        struct message_reader *r = &op->readers[i];
        r->delivered_ms = r->delivered ? op->reached.at[i].delivered_ms : 0;
        r->read_ms = r->read ? op->reached.at[i].read_ms : 0;
    }
    if (request->status != STORE_DONE) {
        info_end(op, error_of(request->status));
        return;
    }
    uint64_t ids[1 + MEMBERS_MAX] = {op->info->call.user};
    memcpy(ids + 1, op->users, op->n * sizeof(ids[0]));
    op->persons.ready = persons_ready;
    persons_load(op->access.room->chat, &op->persons, ids, op->n + 1);
}

/* Whether the caller is told how far this member got. */
static bool is_shown(const struct member *m, const struct event *message)
{
    return m->user != message->sender && m->from_seq <= message->seq;
}

static void message_done(struct store_request *request)
{
    struct info_op *op = container_of(request, struct info_op, message.base);
    const struct room *room = op->access.room;
    const struct event *message = op->message.events;
    enum chat_error error = error_of(request->status);
    if (!error && (op->message.n_events != 1 || message->type != EVENT_MESSAGE ||
                   message->deleted || message->hidden))
        error = CHAT_NOT_FOUND;
    if (error || op->access.view.me.left) {
        info_end(op, error);
        return;
    }
    for (uint32_t i = 0; i < room->n_members; i++) {
        const struct member *m = &room->members[i];
        if (!is_shown(m, message))
            continue;
        bool hidden = m->user != op->info->call.user && request_hides_marks(room, m);
        op->users[op->n] = m->user;
        op->readers[op->n++] = (struct message_reader){
            .user = m->user,
            .delivered = !hidden && m->delivered_seq >= message->seq,
            .read = !hidden && m->read_seq >= message->seq,
        };
    }
    op->reached = (struct store_reached){
        .base.done = reached_done,
        .conversation = room->id,
        .seq = message->seq,
        .users = op->users,
        .n_users = op->n,
    };
    store_reached(room->chat->store, &op->reached);
}

static void info_ready(struct access *access, enum chat_error error)
{
    struct info_op *op = container_of(access, struct info_op, access);
    if (!error && !access_event(access, op->info->seq, &op->message))
        error = CHAT_NOT_FOUND;
    if (error) {
        info_end(op, error);
        return;
    }
    op->message.base.done = message_done;
    op->message.viewer = access->user;
    store_events(access->room->chat->store, &op->message);
}

void chat_info(struct chat *chat, struct chat_info *info)
{
    info->readers = NULL;
    info->n_readers = 0;
    if (!call_begin(chat, &info->call))
        return;
    struct info_op *op = mem_new(sizeof(*op));
    op->info = info;
    op->access.ready = info_ready;
    access_ask(&op->access, chat, info->conversation, info->call.user);
}
