/*
 * Reads of one conversation. Chat thread. The rows come from the store, clipped to what the caller
 * may read, in one read.
 */
#include "chat/read.h"

#include <stdlib.h>

#include "chat/access.h"
#include "chat/message_request.h"
#include "chat/sight.h"
#include "model/limits.h"
#include "util/mem.h"

/* --- events --- */

struct read_op {
    struct access access;
    struct chat_read *read;
    struct store_events events;
};

static void read_end(struct read_op *op, enum chat_error error)
{
    struct chat_read *read = op->read;
    struct store_events events = op->events;
    access_deinit(&op->access);
    free(op);
    call_done(&read->call, error);
    store_request_deinit(&events.base);
}

/* Whether a device that catches up asks for what is gone. Where it begins because its user came
 * later, there is nothing that it lacks. */
static bool is_truncated(struct read_op *op)
{
    struct chat_read *read = op->read;
    const struct view *view = &op->access.view;
    read->first = member_first(&view->me, &view->head);
    read->call.first = read->first;
    return read->sync && read->at + 1 < read->first && view->me.from_seq < read->first;
}

static void events_done(struct store_request *request)
{
    struct read_op *op = container_of(request, struct read_op, events.base);
    struct event *events = op->events.events;
    struct log_head *head = &op->access.view.head;
    enum chat_error error = error_of(request->status);
    if (!error) { /* more may be gone than when it was asked */
        head->gone_seq = MAX(head->gone_seq, MIN(op->events.gone_seq, head->seq));
        error = is_truncated(op) ? CHAT_TRUNCATED : CHAT_OK;
    }
    for (uint32_t i = 0; i < op->events.n_events; i++)
        if (access_hides(&events[i], op->read->first))
            events[i] = access_clipped(&events[i]);
    op->read->events = events;
    op->read->n_events = op->events.n_events;
    read_end(op, error);
}

/* The range of seqs that the mode asks for, not yet clipped. */
static void range_of(const struct chat_read *read, uint64_t head, uint64_t *from, uint64_t *to)
{
    uint64_t half = read->limit / 2;
    switch (read->mode) {
    case READ_NEWEST:
        *from = 1;
        *to = head;
        break;
    case READ_BEFORE:
        *from = 1;
        *to = read->at ? read->at - 1 : 0;
        break;
    case READ_AFTER:
        *from = read->at + 1;
        *to = head;
        break;
    case READ_AROUND:
        *from = read->at > half ? read->at - half + (read->limit % 2 == 0) : 1;
        *to = head;
        break;
    }
}

static void read_ready(struct access *access, enum chat_error error)
{
    struct read_op *op = container_of(access, struct read_op, access);
    struct chat_read *read = op->read;
    if (error) {
        read_end(op, error);
        return;
    }
    uint64_t head = access->view.head.seq;
    read->head = head;
    if (is_truncated(op)) {
        read_end(op, CHAT_TRUNCATED);
        return;
    }
    if (read->mode == READ_AFTER && read->at > head) {
        read->call.head = head;
        read_end(op, CHAT_AHEAD);
        return;
    }
    uint64_t from = 1, to = head;
    range_of(read, head, &from, &to);
    from = MAX(from, read->first);
    to = MIN(to, head);
    if (read->sync && to >= from && to - from >= EVENTS_BEHIND_MAX) {
        read->page = true;
        to = 0;
    }
    if (to < from) {
        read_end(op, CHAT_OK);
        return;
    }
    op->events = (struct store_events){
        .base.done = events_done,
        .conversation = read->conversation,
        .from_seq = from,
        .to_seq = to,
        .now_ms = chat_wall_ms(access->room->chat),
        .limit = read->limit,
        .as_of = access->view.me.left ? head : 0,
        .viewer = access->user,
        .newest = read->mode == READ_NEWEST || read->mode == READ_BEFORE,
    };
    store_events(access->room->chat->store, &op->events);
}

void chat_read(struct chat *chat, struct chat_read *read)
{
    read->events = NULL;
    read->n_events = 0;
    read->page = false;
    if (!call_begin(chat, &read->call))
        return;
    if (read->limit < 1 || read->limit > PAGE_MAX) {
        call_later(&read->call, CHAT_INVALID);
        return;
    }
    struct read_op *op = mem_new(sizeof(*op));
    op->read = read;
    op->access.ready = read_ready;
    /* who goes on from what they have takes "no more" for true until they hear otherwise */
    op->access.now = read->mode == READ_NEWEST || read->mode == READ_AFTER;
    access_ask(&op->access, chat, read->conversation, read->call.user);
}

/* --- pins --- */

struct pins_op {
    struct access access;
    struct chat_pins *pins;
    struct store_pins request;
};

static void pins_end(struct pins_op *op, enum chat_error error)
{
    call_done(&op->pins->call, error);
    store_request_deinit(&op->request.base);
    access_deinit(&op->access);
    free(op);
}

static void pins_done(struct store_request *request)
{
    struct pins_op *op = container_of(request, struct pins_op, request.base);
    struct pinned *pins = op->request.pins;
    uint32_t n = 0;
    for (uint32_t i = 0; i < op->request.n_pins; i++)
        if (pins[i].message.seq >= op->access.view.me.from_seq)
            pins[n++] = pins[i];
    op->pins->pins = pins;
    op->pins->n_pins = n;
    pins_end(op, error_of(request->status));
}

static void pins_ready(struct access *access, enum chat_error error)
{
    struct pins_op *op = container_of(access, struct pins_op, access);
    if (error || access->view.me.left) {
        pins_end(op, error);
        return;
    }
    op->request = (struct store_pins){.base.done = pins_done,
                                      .conversation = access->room->id,
                                      .viewer = access->user,
                                      .now_ms = chat_wall_ms(access->room->chat)};
    store_pins(access->room->chat->store, &op->request);
}

void chat_pins(struct chat *chat, struct chat_pins *pins)
{
    pins->pins = NULL;
    pins->n_pins = 0;
    if (!call_begin(chat, &pins->call))
        return;
    struct pins_op *op = mem_new(sizeof(*op));
    op->pins = pins;
    op->access.ready = pins_ready;
    access_ask(&op->access, chat, pins->conversation, pins->call.user);
}

/* --- the conversation --- */

struct look_op {
    struct chat *chat;
    struct access access;
    struct chat_conversation *look;
    struct inbox_entry entry;
    struct store_member row;
    struct store_users users;
    uint64_t ids[MEMBERS_MAX];
    struct member members[MEMBERS_MAX];
    struct person *viewer;
    struct person_wait viewer_wait;
};

static void look_end(struct look_op *op, enum chat_error error)
{
    struct chat_conversation *look = op->look;
    call_done(&look->call, error);
    store_request_deinit(&op->users.base);
    store_request_deinit(&op->row.base);
    access_deinit(&op->access);
    person_unref(op->viewer);
    free(op);
}

/* What the viewer does not see of how far others read is 0. */
static void hide_reads(struct look_op *op)
{
    const struct room *room = op->access.room;
    bool direct = room->conversation.kind == CONVERSATION_DIRECT && room->peers[0];
    for (uint32_t i = 0; i < op->look->n_members; i++) {
        struct member *m = &op->members[i];
        uint64_t privacy = 0;
        for (uint32_t u = 0; u < op->users.n_users; u++)
            if (op->users.users[u].id == m->user)
                privacy = op->users.users[u].privacy;
        bool sees = sight_of_member(op->viewer, m->user, privacy);
        for (int side = 0; direct && side < 2; side++)
            if (room->peers[side]->id == m->user)
                sees = person_shows_reads(room->peers[side], op->viewer);
        if (sees)
            continue;
        m->read_seq = m->read_n = 0;
        op->entry.peer_read_seq = 0;
    }
}

static void look_viewer_ready(struct person_wait *wait, enum chat_error error)
{
    struct look_op *op = container_of(wait, struct look_op, viewer_wait);
    if (!error)
        hide_reads(op);
    look_end(op, error);
}

static void look_users_done(struct store_request *request)
{
    struct look_op *op = container_of(request, struct look_op, users.base);
    op->look->users = op->users.users;
    op->look->n_users = op->users.n_users;
    enum chat_error error = error_of(request->status);
    if (error) {
        look_end(op, error);
        return;
    }
    op->viewer = person_get(op->access.room->chat, op->access.user);
    op->viewer_wait.ready = look_viewer_ready;
    if (person_load(op->viewer, &op->viewer_wait))
        look_viewer_ready(&op->viewer_wait, CHAT_OK);
}

static void look_ready(struct access *access, enum chat_error error)
{
    struct look_op *op = container_of(access, struct look_op, access);
    if (error) {
        look_end(op, error);
        return;
    }
    const struct room *room = access->room;
    op->entry = (struct inbox_entry){
        .conversation = room->conversation,
        .me = access->view.me,
        .head = access->view.head,
    };
    op->entry.me.preferences = op->row.member.preferences;
    op->look->entry = &op->entry;
    if (access->view.me.left) {
        conversation_as_left(&op->entry.conversation, &access->view.me);
        look_end(op, CHAT_OK);
        return;
    }
    uint32_t n = MIN(room->n_members, (uint32_t)MEMBERS_MAX);
    for (uint32_t i = 0; i < n; i++) {
        op->members[i] = room->members[i];
        op->ids[i] = room->members[i].user;
        if (op->ids[i] != access->user && request_hides_marks(room, &room->members[i]))
            op->members[i].delivered_seq = op->members[i].read_seq = op->members[i].read_n = 0;
        if (room->conversation.kind == CONVERSATION_DIRECT && op->ids[i] != access->user) {
            op->entry.peer_delivered_seq = op->members[i].delivered_seq;
            op->entry.peer_read_seq = op->members[i].read_seq;
        }
    }
    op->look->members = op->members;
    op->look->n_members = n;
    op->users = (struct store_users){.base.done = look_users_done, .ids = op->ids, .n_ids = n};
    store_users(room->chat->store, &op->users);
}

/* The row first: the room is as it is now only while access is told. */
static void look_row_done(struct store_request *request)
{
    struct look_op *op = container_of(request, struct look_op, row.base);
    if (request->status != STORE_DONE)
        look_end(op, error_of(request->status));
    else
        access_ask(&op->access, op->chat, op->look->conversation, op->look->call.user);
}

void chat_conversation(struct chat *chat, struct chat_conversation *look)
{
    look->entry = NULL;
    look->members = NULL;
    look->users = NULL;
    look->n_members = look->n_users = 0;
    if (!call_begin(chat, &look->call))
        return;
    struct look_op *op = mem_new(sizeof(*op));
    op->look = look;
    op->chat = chat;
    op->access.ready = look_ready;
    op->access.now = true;
    op->row = (struct store_member){
        .base.done = look_row_done,
        .conversation = look->conversation,
        .user = look->call.user,
    };
    store_member(chat->store, &op->row);
}
