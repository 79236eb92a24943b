/*
 * The list of conversations and the sync of a device. Chat thread.
 *
 * A waiting sync (long polling) holds its person and a subscription to them from before its first
 * look, so that nothing falls between the look and the wait. What wakes it is only a reason to
 * look again; it answers when the look shows a change, or when its time is over.
 */
#include "chat/inbox.h"

#include <stdlib.h>

#include "chat/inbox_wait.h"
#include "chat/person.h"
#include "chat/sight.h"
#include "model/limits.h"
#include "util/mem.h"

enum { WAIT_MS_MAX = 25 * 1000 };

/* --- the list --- */

struct list_op {
    struct chat *chat;
    struct chat_list *list;
    struct store_inbox_list request;
    struct sight sight;
};

static void list_end(struct list_op *op, enum chat_error error)
{
    struct chat_list *list = op->list;
    if (!error) {
        list->entries = op->request.entries;
        list->n_entries = op->request.n_entries;
        list->next = op->request.page;
        list->total_unread = op->request.total_unread;
    }
    call_done(&list->call, error);
    store_request_deinit(&op->request.base);
    free(op);
}

static void list_seen(struct sight *sight, enum chat_error error)
{
    list_end(container_of(sight, struct list_op, sight), error);
}

static void list_done(struct store_request *request)
{
    struct list_op *op = container_of(request, struct list_op, request.base);
    enum chat_error error = error_of(request->status);
    if (error) {
        list_end(op, error);
        return;
    }
    op->sight = (struct sight){.viewer = op->list->call.user,
                               .entries = op->request.entries,
                               .n_entries = op->request.n_entries,
                               .ready = list_seen};
    sight_entries(&op->sight, op->chat);
}

void chat_list(struct chat *chat, struct chat_list *list)
{
    list->entries = NULL;
    list->n_entries = 0;
    list->next = (struct str){0};
    if (!call_begin(chat, &list->call))
        return;
    if (list->limit < 1 || list->limit > LIST_MAX) {
        call_later(&list->call, CHAT_INVALID);
        return;
    }
    struct list_op *op = mem_new(sizeof(*op));
    op->chat = chat;
    op->list = list;
    op->request = (struct store_inbox_list){
        .base.done = list_done,
        .user = list->call.user,
        .page = list->page,
        .limit = list->limit,
        .requests = list->requests,
        .unread_only = list->unread_only,
        .now_ms = chat_wall_ms(chat),
        .by_archived = list->by_archived,
        .by_id = list->by_id,
        .after_id = list->after_id,
        .archived = list->archived,
    };
    store_inbox_list(chat->store, &op->request);
}

/* --- sync --- */

struct sync_op {
    struct chat *chat;
    struct chat_sync *sync;
    struct store_inbox_changes request;
    struct sight sight;
    struct person *person; /* while it may wait */
    struct list of_person; /* in person->waits */
    struct list of_chat;   /* in chat->parked */
    struct timer timer;
    struct task look_again;
    bool looking; /* a read is under way, or look_again is posted */
    bool woken;   /* something changed since that began */
    bool over;    /* the time is over: answer whatever the next look shows */
    bool ended;   /* the device is: show nothing */
};

static void sync_look(struct sync_op *);

static void sync_end(struct sync_op *op, enum chat_error error)
{
    struct chat_sync *sync = op->sync;
    if (op->person) {
        list_remove(&op->of_person);
        list_remove(&op->of_chat);
        timer_cancel(op->chat->env->wheel, &op->timer);
        bus_unsubscribe(op->chat->bus, BUS_USER, op->person->id);
        person_unref(op->person);
    }
    sync->op = NULL;
    if (!error) {
        sync->entries = op->request.entries;
        sync->n_entries = op->request.n_entries;
        sync->next = str_of(op->request.next);
        sync->more = op->request.more;
    }
    call_done(&sync->call, error);
    store_request_deinit(&op->request.base);
    free(op);
}

static void sync_seen(struct sight *sight, enum chat_error error)
{
    sync_end(container_of(sight, struct sync_op, sight),
             container_of(sight, struct sync_op, sight)->ended ? CHAT_UNAUTHENTICATED : error);
}

/* The last step; what wakes it meanwhile changes nothing any more. */
static void sync_show(struct sync_op *op, enum chat_error error)
{
    if (error) {
        sync_end(op, error);
        return;
    }
    op->looking = true;
    op->sight = (struct sight){.viewer = op->sync->call.user,
                               .entries = op->request.entries,
                               .n_entries = op->request.n_entries,
                               .ready = sync_seen};
    sight_entries(&op->sight, op->chat);
}

/* A store may tell again what it told before, as long as an event that was announced has not come:
 * then the token is the same, too. */
static bool has_news(const struct sync_op *op)
{
    return op->request.n_entries && !str_eq(str_of(op->request.next), op->sync->token);
}

static void sync_looked(struct store_request *request)
{
    struct sync_op *op = container_of(request, struct sync_op, request.base);
    op->looking = false;
    enum chat_error error = op->ended ? CHAT_UNAUTHENTICATED : error_of(request->status);
    bool wait = op->person && !error && !has_news(op) && op->sync->token.n && !op->over;
    if (!wait)
        sync_show(op, error);
    else if (op->woken)
        sync_look(op);
    else
        store_request_deinit(request); /* while it waits it needs none of that memory */
}

static void sync_look(struct sync_op *op)
{
    op->looking = true;
    op->woken = false;
    store_request_deinit(&op->request.base);
    op->request = (struct store_inbox_changes){
        .base.done = sync_looked,
        .user = op->sync->call.user,
        .token = op->sync->token,
        .limit = SYNC_MAX,
        .now_ms = chat_wall_ms(op->chat),
    };
    store_inbox_changes(op->chat->store, &op->request);
}

static void sync_look_again(struct task *task)
{
    sync_look(container_of(task, struct sync_op, look_again));
}

static void sync_wake(struct sync_op *op)
{
    op->woken = true;
    if (op->looking)
        return;
    op->looking = true;
    op->look_again.run = sync_look_again;
    post(op->chat->env->self, &op->look_again);
}

static void sync_time_over(struct timer *timer)
{
    struct sync_op *op = container_of(timer, struct sync_op, timer);
    op->over = true;
    sync_wake(op);
}

void chat_sync(struct chat *chat, struct chat_sync *sync)
{
    sync->entries = NULL;
    sync->n_entries = 0;
    sync->next = (struct str){0};
    sync->more = false;
    sync->op = NULL;
    if (!call_begin(chat, &sync->call))
        return;
    struct sync_op *op = mem_new(sizeof(*op));
    op->chat = chat;
    op->sync = sync;
    sync->op = op;
    if (sync->wait_ms && sync->token.n) {
        op->person = person_get(chat, sync->call.user);
        list_push_back(&op->person->waits, &op->of_person);
        list_push_back(&chat->parked, &op->of_chat);
        bus_subscribe(chat->bus, BUS_USER, op->person->id);
        timer_init(&op->timer, sync_time_over);
        timer_set(chat->env->wheel, &op->timer,
                  chat_mono_ms(chat) + MIN(sync->wait_ms, (uint32_t)WAIT_MS_MAX));
    }
    sync_look(op);
}

void chat_sync_cancel(struct chat *chat, struct chat_sync *sync)
{
    (void)chat;
    struct sync_op *op = sync->op;
    if (!op)
        return;
    op->over = true;
    sync_wake(op);
}

void inbox_wake(struct person *p)
{
    list_for_each(&p->waits, node) sync_wake(list_entry(node, struct sync_op, of_person));
}

void inbox_device_ended(struct person *p, uint64_t device)
{
    list_for_each(&p->waits, node)
    {
        struct sync_op *op = list_entry(node, struct sync_op, of_person);
        if (op->sync->call.device != device)
            continue;
        op->ended = true;
        sync_wake(op);
    }
}

void inbox_wake_all(struct chat *chat)
{
    list_for_each(&chat->parked, node)
    {
        struct sync_op *op = list_entry(node, struct sync_op, of_chat);
        op->over = true;
        sync_wake(op);
    }
}
