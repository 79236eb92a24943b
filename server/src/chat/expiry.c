/*
 * Every second the store empties what is due, a batch at a time. Nothing depends on the job being
 * in time: whatever is read is held against the clock again (docs/log.md). It may run on every
 * node, and again, since emptying twice changes nothing. Chat thread.
 *
 * Refused: a timer for each message. It would be state of a node, to be found again after a start,
 * for what one look at the front of a queue says.
 */
#include "chat/expiry.h"

enum { EXPIRY_EVERY_MS = 1000 };

static void expire(struct chat *chat);

static void rest(struct chat *chat)
{
    if (!chat->jobs_stopped)
        timer_set(chat->env->wheel, &chat->expiry_timer, chat_mono_ms(chat) + EXPIRY_EVERY_MS);
}

static void expire_done(struct store_request *request)
{
    struct store_expire *expiry = container_of(request, struct store_expire, base);
    struct chat *chat = container_of(expiry, struct chat, expiry);
    bool more = request->status == STORE_DONE && expiry->more;
    store_request_deinit(request);
    chat->busy--;
    if (more && !chat->jobs_stopped)
        expire(chat);
    else
        rest(chat);
}

/* Counted as a call under way: whoever drains waits for it. */
static void expire(struct chat *chat)
{
    chat->busy++;
    chat->expiry = (struct store_expire){.base.done = expire_done, .now_ms = chat_wall_ms(chat)};
    store_expire(chat->store, &chat->expiry);
}

static void expiry_timer(struct timer *timer)
{
    expire(container_of(timer, struct chat, expiry_timer));
}

void expiry_init(struct chat *chat)
{
    timer_init(&chat->expiry_timer, expiry_timer);
}

void expiry_stop(struct chat *chat)
{
    timer_cancel(chat->env->wheel, &chat->expiry_timer);
}

void expiry_run(struct chat *chat)
{
    rest(chat);
}
