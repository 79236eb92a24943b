/*
 * Marks move forward in the store, then in the room, then the others are told: at once, or, when
 * the room was told within the last RECEIPTS_EVERY_MS, together with whatever moves until
 * then. A hundred readers of one message cost each device a few frames, not a hundred. Chat
 * thread.
 *
 * A send that came behind its sender's read mark is decided when the mark has ended (pump.c): only
 * then is it known whether anything is unread. So the room lists the marks that are under way.
 */
#include "chat/receipt.h"

#include <stdlib.h>

#include "chat/doubt.h"
#include "chat/message_request.h"
#include "chat/notice.h"
#include "chat/receipt_state.h"
#include "chat/room.h"
#include "chat/session.h"
#include "util/mem.h"

enum { RECEIPTS_EVERY_MS = 100 };

/* --- telling --- */

/* A member whose marks moved since the room was told. In room->unsaid; each holds a reference. */
struct unsaid {
    struct list link;
    uint64_t user;
};

/* In a group it is the member's own setting, and who sees it is looked at where it is shown. */
static enum audience audience_of(const struct room *room, uint64_t user)
{
    if (room->conversation.kind == CONVERSATION_DIRECT && room->peers[0]) {
        int side = room->peers[0]->id == user ? 0 : 1;
        bool shown = person_shows_reads(room->peers[side], room->peers[1 - side]);
        return shown ? AUDIENCE_EVERYONE : AUDIENCE_NOBODY;
    }
    const struct person *p = map_get(&room->chat->persons, user);
    return p && p->loaded ? privacy_of(p->privacy, PRIVACY_RECEIPTS) : AUDIENCE_NOBODY;
}

/* Marks that are for one's own devices. */
static void tell_self(struct chat *chat, uint64_t conversation, const struct member *m,
                      uint64_t unread)
{
    struct mark mark = {
        .user = m->user,
        .delivered_seq = m->delivered_seq,
        .read_seq = m->read_seq,
        .unread = unread,
    };
    notice_receipts(chat, &m->user, 1, conversation, &mark, 1);
}

static void tell(struct room *room)
{
    struct mark marks[MEMBERS_MAX]; /* enough: a member stands in `unsaid` once */
    size_t n_marks = 0;
    uint32_t released = 0;
    for (struct list *node; (node = list_pop_front(&room->unsaid)); released++) {
        struct unsaid *u = list_entry(node, struct unsaid, link);
        const struct member *m = room_member(room, u->user);
        free(u);
        if (!m)
            continue;
        must(n_marks < MEMBERS_MAX);
        marks[n_marks++] = (struct mark){
            .user = m->user,
            .delivered_seq = m->delivered_seq,
            .read_seq = m->read_seq,
            .unread = member_unread(m, &room->head),
            .reads = audience_of(room, m->user),
        };
    }
    uint64_t users[MEMBERS_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < room->n_members; i++)
        users[n++] = room->members[i].user;
    room->told_ms = chat_mono_ms(room->chat);
    if (n_marks)
        notice_receipts(room->chat, users, n, room->id, marks, n_marks);
    while (released-- > 0)
        room_unref(room);
}

void receipts_timer(struct timer *timer)
{
    tell(container_of(timer, struct room, receipts));
}

void receipts_forget(struct chat *chat)
{
    size_t at = 0;
    uint64_t id;
    for (struct room *room; (room = map_next(&chat->rooms, &at, &id));) {
        timer_cancel(chat->env->wheel, &room->receipts);
        for (struct list *node; (node = list_pop_front(&room->unsaid));) {
            free(list_entry(node, struct unsaid, link));
            room_unref(room);
        }
    }
}

static void tell_soon(struct room *room, uint64_t user)
{
    bool listed = false;
    list_for_each(&room->unsaid, node) listed =
        listed || list_entry(node, struct unsaid, link)->user == user;
    if (!listed) {
        struct unsaid *u = mem_new(sizeof(*u));
        u->user = user;
        list_push_back(&room->unsaid, &u->link);
        cached_ref(&room->cached);
    }
    uint64_t now = chat_mono_ms(room->chat);
    if (now >= room->told_ms + RECEIPTS_EVERY_MS)
        tell(room);
    else if (!timer_armed(&room->receipts))
        timer_set(room->chat->env->wheel, &room->receipts, room->told_ms + RECEIPTS_EVERY_MS);
}

void receipt_moved(struct room *room, const struct member *now)
{
    struct member *m = room_member(room, now->user);
    if (!m)
        return;
    m->delivered_seq = MAX(m->delivered_seq, now->delivered_seq);
    m->read_n = MAX(m->read_n, now->read_n);
    m->read_seq = MAX(m->read_seq, now->read_seq);
    /* At once, and not by the room's turn: a mark of the other that waited behind this one would
     * show them that there was one. */
    if (request_hides_marks(room, m))
        tell_self(room->chat, room->id, m, member_unread(m, &room->head));
    else
        tell_soon(room, m->user);
}

/* --- marking --- */

struct mark_op {
    struct list link; /* in room->marking */
    uint64_t number;  /* the room's how many-th */
    struct chat *chat;
    struct chat_mark *mark;
    struct room *room;
    struct room_wait wait;
    uint64_t moment;   /* when it was asked for */
    struct person *me; /* their settings say who is told */
    struct person_wait me_wait;
    union {                      /* one after the other */
        struct store_member row; /* of a former member */
        struct store_events event;
        struct store_mark request;
    };
    struct log_head head; /* where what the caller may read ends */
    struct member told;   /* of a former member: marks that were told since it began */
    struct task task;
};

bool receipt_under_way(const struct room *room, uint64_t user, uint64_t marks_ever)
{
    list_for_each(&room->marking, node)
    {
        const struct mark_op *op = list_entry(node, struct mark_op, link);
        if (op->number > marks_ever)
            break;
        if (op->mark->read && op->mark->call.user == user)
            return true;
    }
    return false;
}

static void mark_end(struct mark_op *op, enum chat_error error)
{
    struct chat_mark *mark = op->mark;
    list_remove(&op->link);
    if (mark->read && !list_empty(&op->room->waiting))
        room_pump_soon(op->room);
    room_unref(op->room);
    person_unref(op->me);
    free(op);
    call_done(&mark->call, error);
}

static void mark_answer(struct mark_op *op, const struct member *m)
{
    struct chat_mark *mark = op->mark;
    const struct log_head *head = &op->room->head;
    struct log_head left = head_as_left(head, m);
    mark->delivered_seq = m->delivered_seq;
    mark->read_seq = m->read_seq;
    mark->unread = member_unread(m, m->left ? &left : head);
}

static void take_marks(struct member *m, const struct member *other)
{
    m->delivered_seq = MAX(m->delivered_seq, other->delivered_seq);
    m->read_seq = MAX(m->read_seq, other->read_seq);
    m->read_n = MAX(m->read_n, other->read_n);
}

/* A former member's marks stand in no room. Answers may come in another order than the marks were
 * carried out: none takes back what was told. */
static void former_moved(struct mark_op *op, struct member *m)
{
    take_marks(m, &op->told);
    list_for_each(&op->room->marking, node)
    {
        struct mark_op *other = list_entry(node, struct mark_op, link);
        if (other->mark->call.user == m->user)
            take_marks(&other->told, m);
    }
}

static void mark_done(struct store_request *request)
{
    struct mark_op *op = container_of(request, struct mark_op, request.base);
    enum chat_error error = error_of(request->status);
    if (!error) {
        if (op->request.member.left)
            former_moved(op, &op->request.member);
        mark_answer(op, &op->request.member);
        receipt_moved(op->room, &op->request.member);
        if (op->request.member.left)
            tell_self(op->chat, op->room->id, &op->request.member, op->mark->unread);
    } else if (request->status == STORE_UNKNOWN) {
        room_doubt_mark(op->room, &op->request);
        room_pump_soon(op->room);
    }
    store_request_deinit(request);
    mark_end(op, error);
}

static void mark_write(struct mark_op *op, uint64_t seq, uint64_t n)
{
    const struct chat_mark *mark = op->mark;
    op->request = (struct store_mark){
        .base.done = mark_done,
        .conversation = mark->conversation,
        .user = mark->call.user,
        .delivered_seq = seq,
        .read_seq = mark->read ? seq : 0,
        .read_n = mark->read ? n : 0,
        .time_ms = chat_wall_ms(op->chat),
    };
    store_mark(op->chat->store, &op->request);
}

static void event_done(struct store_request *request)
{
    struct mark_op *op = container_of(request, struct mark_op, event.base);
    uint64_t seq = op->mark->seq, gone_seq = op->event.gone_seq, gone_n = op->event.gone_n;
    bool found = request->status == STORE_DONE && op->event.n_events == 1;
    bool gone = request->status == STORE_DONE && gone_seq >= seq;
    uint64_t n = found ? op->event.events[0].n : 0;
    store_request_deinit(request);
    if (found)
        mark_write(op, seq, n);
    else if (gone && gone_seq < op->head.seq)
        mark_write(op, gone_seq, gone_n);
    else if (gone)
        mark_write(op, op->head.seq, op->head.n);
    else
        mark_end(op, CHAT_UNAVAILABLE);
}

/* The messages up to the mark: the head's at the head, else the event's own count. A mark at what
 * is gone goes to where that ends: there is nothing to read before it. */
static void mark_find_n(struct mark_op *op)
{
    const struct chat_mark *mark = op->mark;
    if (!mark->read || mark->seq == op->head.seq) {
        mark_write(op, mark->seq, op->head.n);
        return;
    }
    op->event = (struct store_events){
        .base.done = event_done,
        .conversation = mark->conversation,
        .from_seq = mark->seq,
        .to_seq = mark->seq,
        .limit = 1,
    };
    store_events(op->chat->store, &op->event);
}

/* Nobody is refused by what was known before they asked. True: the room is on its way again. */
static bool mark_look_again(struct mark_op *op)
{
    if (room_is_since(op->room, op->moment))
        return false;
    op->wait.need.moment = op->moment;
    must(!room_load(op->room, &op->wait));
    return true;
}

static void mark_as(struct mark_op *op, const struct member *me)
{
    struct chat_mark *mark = op->mark;
    op->head = me->left ? head_as_left(&op->room->head, me) : op->room->head;
    if (mark->seq > op->head.seq && mark_look_again(op))
        return;
    if (mark->seq > op->head.seq) {
        mark->call.head = op->head.seq;
        mark_end(op, CHAT_AHEAD);
        return;
    }
    uint64_t now = mark->read ? me->read_seq : me->delivered_seq;
    if (mark->seq <= now) {
        mark_answer(op, me);
        mark_end(op, CHAT_OK);
        return;
    }
    mark_find_n(op);
}

static void row_done(struct store_request *request)
{
    struct mark_op *op = container_of(request, struct mark_op, row.base);
    enum chat_error error = error_of(request->status);
    struct member me = op->row.member;
    store_request_deinit(request);
    if (!error && !me.left)
        error = CHAT_UNAVAILABLE; /* joined between the two looks: ask again */
    if (error)
        mark_end(op, error);
    else
        mark_as(op, &me);
}

static void mark_me_ready(struct person_wait *wait, enum chat_error error)
{
    struct mark_op *op = container_of(wait, struct mark_op, me_wait);
    if (error) {
        mark_end(op, error);
        return;
    }
    const struct member *me = room_member(op->room, op->mark->call.user);
    if (me) {
        mark_as(op, me);
        return;
    }
    if (mark_look_again(op))
        return;
    op->row = (struct store_member){
        .base.done = row_done,
        .conversation = op->room->id,
        .user = op->mark->call.user,
    };
    store_member(op->chat->store, &op->row);
}

static void mark_ready(struct mark_op *op, enum chat_error error)
{
    if (error) {
        mark_end(op, error);
        return;
    }
    if (!op->me)
        op->me = person_get(op->chat, op->mark->call.user);
    op->me_wait.ready = mark_me_ready;
    if (person_load(op->me, &op->me_wait))
        mark_me_ready(&op->me_wait, CHAT_OK);
}

static void mark_loaded(struct room_wait *wait, enum chat_error error)
{
    mark_ready(container_of(wait, struct mark_op, wait), error);
}

static void mark_later(struct task *task)
{
    mark_ready(container_of(task, struct mark_op, task), CHAT_OK);
}

void chat_mark(struct chat *chat, struct chat_mark *mark)
{
    if (!call_begin(chat, &mark->call))
        return;
    struct mark_op *op = mem_new(sizeof(*op));
    *op = (struct mark_op){
        .chat = chat, .mark = mark, .wait.ready = mark_loaded, .moment = need_now(chat).moment};
    op->room = room_get(chat, mark->conversation);
    op->number = ++op->room->marks_ever;
    list_push_back(&op->room->marking, &op->link);
    if (!room_load(op->room, &op->wait))
        return;
    op->task.run = mark_later;
    post(chat->env->self, &op->task);
}
