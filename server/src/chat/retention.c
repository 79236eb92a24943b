/*
 * Walks over all conversations, round after round: the store looks at the next few hundred heads,
 * and where something is too old its front goes, a batch at a time. Each turn is bounded, and turns
 * are a second apart, or less while there is something to remove: so a round over a million
 * conversations takes about an hour, and what is written meanwhile waits for one batch at most.
 * Where it stands is in memory: after a start it begins anew, which costs reads alone. It may run
 * on every node. Chat thread.
 *
 * Refused: a queue by time, as for what expires. A place in it would be wrong as soon as somebody
 * changes how long their conversation is kept, and every event would need one.
 */
#include "chat/retention.h"

#include "chat/pump.h"
#include "util/macros.h"
#include "util/metric.h"

enum {
    TURN_EVERY_MS = 1000,
    BUSY_EVERY_MS = 50, /* while something is removed */
    ROUND_EVERY_MS = 60 * 60 * 1000,
    ROUNDS = 24, /* in the time that the least is kept, if that is less than a day */
};

/* What is kept for days is looked at by the hour. */
static uint64_t round_ms(const struct chat *chat)
{
    const struct retention *keep = &chat->options.retention;
    uint64_t ms = ROUND_EVERY_MS;
    if (keep->after_ms)
        ms = MIN(ms, keep->after_ms / ROUNDS);
    if (keep->delivered_ms)
        ms = MIN(ms, keep->delivered_ms / ROUNDS);
    return MAX(ms, (uint64_t)TURN_EVERY_MS);
}

static void rest(struct chat *chat, uint64_t ms)
{
    if (!chat->jobs_stopped)
        timer_set(chat->env->wheel, &chat->retention_timer, chat_mono_ms(chat) + ms);
}

static void retain_next(struct chat *chat);

static void retain_done(struct store_request *request)
{
    struct store_retain *r = container_of(request, struct store_retain, base);
    struct chat *chat = container_of(r, struct chat, retain);
    if (request->status == STORE_DONE && r->n_events) {
        struct room *room = map_get(&chat->rooms, r->conversation);
        if (room)
            room_gone(room, r->head.gone_seq, r->head.gone_n);
        metric_add(METRIC_EVENTS_REMOVED, r->n_events);
        metric_add(METRIC_MESSAGES_REMOVED, r->n_messages);
    }
    if (request->status == STORE_DONE && r->more)
        chat->retention_due.after = chat->retention_from; /* the next turn finds it again */
    store_request_deinit(request);
    chat->busy--;
    retain_next(chat);
}

/* The next of those found; behind the last the turn is over. Each is counted as a call under way:
 * whoever drains waits for it. */
static void retain_next(struct chat *chat)
{
    const struct store_retention_due *due = &chat->retention_due;
    if (chat->retention_at == due->n || chat->jobs_stopped) {
        bool found = due->n > 0;
        rest(chat, found ? BUSY_EVERY_MS : due->after ? TURN_EVERY_MS : round_ms(chat));
        return;
    }
    chat->busy++;
    chat->retain = (struct store_retain){
        .base.done = retain_done,
        .conversation = due->conversations[chat->retention_at++],
        .keep = chat->options.retention,
        .now_ms = chat_wall_ms(chat),
    };
    store_retain(chat->store, &chat->retain);
}

static void due_done(struct store_request *request)
{
    struct store_retention_due *due = container_of(request, struct store_retention_due, base);
    struct chat *chat = container_of(due, struct chat, retention_due);
    bool found = request->status == STORE_DONE;
    chat->retention_at = 0;
    store_request_deinit(request);
    chat->busy--;
    if (found)
        retain_next(chat);
    else
        rest(chat, TURN_EVERY_MS);
}

static void look(struct timer *timer)
{
    struct chat *chat = container_of(timer, struct chat, retention_timer);
    chat->retention_from = chat->retention_due.after;
    chat->busy++;
    chat->retention_due = (struct store_retention_due){
        .base.done = due_done,
        .keep = chat->options.retention,
        .now_ms = chat_wall_ms(chat),
        .after = chat->retention_from,
    };
    store_retention_due(chat->store, &chat->retention_due);
}

void retention_init(struct chat *chat)
{
    timer_init(&chat->retention_timer, look);
}

void retention_stop(struct chat *chat)
{
    timer_cancel(chat->env->wheel, &chat->retention_timer);
}

void retention_run(struct chat *chat)
{
    rest(chat, TURN_EVERY_MS);
}
