/* Decided on the room for present members, on their member row for former ones. Nobody is taken for
 * an outsider by what was known before they asked: they may have come in elsewhere. Chat thread. */
#include "chat/access.h"

bool access_hides(const struct event *e, uint64_t from_seq)
{
    return e->type == EVENT_EDIT && e->target < from_seq;
}

struct event access_clipped(const struct event *e)
{
    struct event clipped = *e;
    clipped.text = (struct str){0};
    clipped.mentions = NULL;
    clipped.n_mentions = 0;
    return clipped;
}

static void access_row_done(struct store_request *request)
{
    struct access *a = container_of(request, struct access, row.base);
    enum chat_error error = error_of(request->status);
    a->view.me = a->row.member;
    a->view.head = a->room->head;
    if (!error && a->view.me.left)
        a->view.head = head_as_left(&a->room->head, &a->view.me);
    else if (!error)
        error = CHAT_UNAVAILABLE; /* joined between the two looks: ask again */
    a->ready(a, error);
}

static void access_look(struct access *a, enum chat_error error)
{
    if (error) {
        a->ready(a, error);
        return;
    }
    const struct member *me = room_member(a->room, a->user);
    if (me) {
        a->view = (struct view){*me, a->room->head};
        a->ready(a, CHAT_OK);
        return;
    }
    if (!room_is_since(a->room, a->moment)) {
        a->wait.need.moment = a->moment;
        must(!room_load(a->room, &a->wait));
        return;
    }
    a->row = (struct store_member){
        .base.done = access_row_done,
        .conversation = a->room->id,
        .user = a->user,
    };
    store_member(a->room->chat->store, &a->row);
}

static void access_loaded(struct room_wait *wait, enum chat_error error)
{
    access_look(container_of(wait, struct access, wait), error);
}

static void access_later(struct task *task)
{
    access_look(container_of(task, struct access, task), CHAT_OK);
}

void access_ask(struct access *a, struct chat *chat, uint64_t conversation, uint64_t user)
{
    a->user = user;
    a->wait.ready = access_loaded;
    a->moment = need_now(chat).moment;
    a->wait.need = need_within(chat, chat->options.read_age_ms_max);
    if (a->now)
        a->wait.need.moment = a->moment;
    a->room = room_get(chat, conversation);
    if (!room_load(a->room, &a->wait))
        return;
    a->task.run = access_later;
    post(chat->env->self, &a->task);
}

void access_deinit(struct access *a)
{
    store_request_deinit(&a->row.base);
    room_unref(a->room);
}

bool access_event(const struct access *a, uint64_t seq, struct store_events *out)
{
    const struct view *view = &a->view;
    if (seq < view->me.from_seq || seq > view->head.seq)
        return false;
    *out = (struct store_events){
        .conversation = a->room->id,
        .from_seq = seq,
        .to_seq = seq,
        .now_ms = chat_wall_ms(a->room->chat),
        .as_of = view->me.left ? view->head.seq : 0,
        .limit = 1,
    };
    return true;
}
