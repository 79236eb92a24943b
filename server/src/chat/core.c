/*
 * The frame of the domain: construction, calls, ids, the cache's bookkeeping, time. The chat
 * thread runs all of it. What holds always: a call that began ends exactly once; something in
 * the cache is in the idle list exactly while nobody holds it.
 *
 * Refused: a cache per kind of thing. One budget in bytes cannot be set wrong twice.
 */
#include "chat/core.h"

#include <stdlib.h>

#include "chat/doubt.h"
#include "chat/elsewhere.h"
#include "chat/expiry.h"
#include "chat/inbox_wait.h"
#include "chat/leaving.h"
#include "chat/notice.h"
#include "chat/person.h"
#include "chat/receipt_state.h"
#include "chat/retention.h"
#include "chat/room.h"
#include "util/mem.h"
#include "util/metric.h"

/* --- construction --- */

struct chat *chat_new(const struct chat_options *options)
{
    struct chat *chat = mem_new(sizeof(*chat));
    chat->options = *options;
    if (!chat->options.cache_bytes_max)
        chat->options.cache_bytes_max = CACHE_BYTES_DEFAULT;
    if (!chat->options.calls_max)
        chat->options.calls_max = CALLS_DEFAULT;
    if (!chat->options.patience_ms)
        chat->options.patience_ms = PATIENCE_MS;
    if (!chat->options.offline_after_ms)
        chat->options.offline_after_ms = OFFLINE_AFTER_MS;
    if (!chat->options.read_age_ms_max)
        chat->options.read_age_ms_max = READ_AGE_MS_MAX;
    if (!chat->options.person_age_ms_max)
        chat->options.person_age_ms_max = PERSON_AGE_MS_MAX;
    chat->env = options->env;
    chat->store = options->store;
    chat->bus = options->bus;
    chat->sink = options->sink;
    chat->names = names_new();
    must(chat->names); /* ICU is part of the installation */
    list_init(&chat->idle);
    list_init(&chat->ids_waiting);
    list_init(&chat->pumping);
    list_init(&chat->parked);
    tries_init(&chat->tries_account, options->tries_account);
    tries_init(&chat->tries_address, options->tries_address);
    tries_init(&chat->signups_address, options->signups_address);
    tries_init(&chat->requests_user, options->requests_user);
    tries_init(&chat->tries_device, options->tries_account);
    rooms_init(chat);
    expiry_init(chat);
    leaving_init(chat);
    retention_init(chat);
    while (!chat->ids_owner)
        chat->env->ops->random(chat->env, &chat->ids_owner, sizeof(chat->ids_owner));
    notices_init(chat);
    return chat;
}

void chat_free(struct chat *chat)
{
    if (!chat)
        return;
    must(chat_busy(chat) == 0);
    chat->options.cache_bytes_max = UINT64_MAX; /* nothing goes while the tables are walked */
    chat_stop_jobs(chat);
    leaving_deinit(chat);
    receipts_forget(chat);
    doubts_forget(chat);
    persons_forget(chat);
    for (struct list *node; (node = list_pop_front(&chat->idle));) {
        struct cached *c = list_entry(node, struct cached, idle);
        c->evict(chat, c);
    }
    elsewhere_forget(chat);
    must(chat->rooms.n == 0 && chat->persons.n == 0);
    must(chat->senders.n == 0);
    map_deinit(&chat->senders);
    map_deinit(&chat->rooms);
    map_deinit(&chat->persons);
    tries_deinit(&chat->tries_account);
    tries_deinit(&chat->tries_address);
    tries_deinit(&chat->signups_address);
    tries_deinit(&chat->requests_user);
    tries_deinit(&chat->tries_device);
    names_free(chat->names);
    arena_deinit(&chat->notice);
    free(chat);
}

void chat_set_registration(struct chat *chat, enum registration registration)
{
    chat->options.registration = registration;
}

uint32_t chat_busy(const struct chat *chat)
{
    return chat->busy + chat->loads;
}

void chat_wake_all(struct chat *chat)
{
    inbox_wake_all(chat);
}

void chat_end(struct chat *chat)
{
    chat->ended = true;
    chat->options.cache_bytes_max = UINT64_MAX; /* nothing goes while the table is walked */
    persons_end(chat);
}

void chat_run_jobs(struct chat *chat)
{
    expiry_run(chat);
    leaving_run(chat);
    retention_run(chat);
}

void chat_stop_jobs(struct chat *chat)
{
    chat->jobs_stopped = true;
    expiry_stop(chat);
    leaving_stop(chat);
    retention_stop(chat);
}

/* --- calls --- */

bool call_begin(struct chat *chat, struct chat_call *call)
{
    call->chat = chat;
    call->error = CHAT_OK;
    call->retry_after_ms = 0;
    call->head = call->first = 0;
    chat->busy++;
    metric_add(METRIC_CALLS, 1);
    if (chat->busy <= chat->options.calls_max)
        return true;
    call_later(call, CHAT_OVERLOADED);
    return false;
}

void call_done(struct chat_call *call, enum chat_error error)
{
    struct chat *chat = call->chat;
    must(chat->busy > 0);
    chat->busy--;
    metric_drop_at(METRIC_CALLS, 0);
    call->error = error;
    if (!call->retry_after_ms && (error == CHAT_OVERLOADED || error == CHAT_UNAVAILABLE))
        call->retry_after_ms = RETRY_AFTER_MS;
    call->done(call);
}

static void run_later(struct task *task)
{
    struct chat_call *call = container_of(task, struct chat_call, task);
    call_done(call, call->error);
}

void call_later(struct chat_call *call, enum chat_error error)
{
    call->error = error;
    call->task.run = run_later;
    post(call->chat->env->self, &call->task);
}

bool call_is_late(const struct chat_call *call)
{
    uint64_t patience_ms = call->chat->options.patience_ms;
    return call->since_ms && chat_mono_ms(call->chat) > call->since_ms + patience_ms;
}

enum chat_error error_of(enum store_status status)
{
    switch (status) {
    case STORE_DONE:
        return CHAT_OK;
    case STORE_NOT_FOUND:
        return CHAT_NOT_FOUND;
    case STORE_TRUNCATED:
        return CHAT_TRUNCATED;
    case STORE_MOVED:
    case STORE_KNOWN:
    case STORE_TAKEN:
    case STORE_UNKNOWN:
    case STORE_FAILED:
        break;
    }
    return CHAT_UNAVAILABLE;
}

/* --- ids --- */

static void reserve_done(struct store_request *request)
{
    struct store_reserve *reserve = (struct store_reserve *)request;
    struct chat *chat = container_of(reserve, struct chat, reserve);
    chat->ids_asked = false;
    enum chat_error error = error_of(request->status);
    if (!error) {
        if (!chat->ids_ready || reserve->another || reserve->worker != chat->ids.worker)
            snowflake_init(&chat->ids, reserve->worker, reserve->used_up_to_ms);
        chat->ids_ready = true;
        snowflake_extend(&chat->ids, reserve->up_to_ms);
    }
    store_request_deinit(request);
    struct list waiting = LIST_INIT(waiting);
    list_splice_back(&waiting, &chat->ids_waiting);
    for (struct list *node; (node = list_pop_front(&waiting));) {
        struct ids_wait *wait = list_entry(node, struct ids_wait, link);
        wait->ready(wait, error);
    }
    /* who drains counts the reservation as a call under way */
    chat->busy--;
}

bool ids_take(struct chat *chat, uint64_t *id, struct ids_wait *wait)
{
    uint64_t now = chat_wall_ms(chat);
    if (chat->ids_ready && snowflake_next(&chat->ids, now, id))
        return true;
    list_push_back(&chat->ids_waiting, &wait->link);
    if (chat->ids_asked)
        return false;
    chat->ids_asked = true;
    chat->busy++;
    /* a clock before the first timestamp there is must not be walked up to it by the minute */
    uint64_t from = MAX(MAX(now, SNOWFLAKE_EPOCH_MS), chat->ids_ready ? chat->ids.up_to_ms : 0);
    chat->reserve = (struct store_reserve){
        .base.done = reserve_done,
        .owner = chat->ids_owner,
        .worker = chat->ids_ready ? chat->ids.worker : chat->options.worker,
        .up_to_ms = from + IDS_RESERVE_MS,
    };
    store_reserve(chat->store, &chat->reserve);
    return false;
}

/* --- the cache --- */

static void evict_over_budget(struct chat *chat)
{
    while (chat->cache_bytes > chat->options.cache_bytes_max && !list_empty(&chat->idle)) {
        struct list *node = list_pop_front(&chat->idle);
        struct cached *c = list_entry(node, struct cached, idle);
        cached_resize(chat, c, 0);
        metric_add(METRIC_CACHE_EVICTIONS, 1);
        c->evict(chat, c);
    }
}

void cached_init(struct chat *chat, struct cached *c, uint32_t bytes,
                 void (*evict)(struct chat *, struct cached *))
{
    list_init(&c->idle);
    c->refs = 1;
    c->bytes = 0;
    c->evict = evict;
    cached_resize(chat, c, bytes);
}

void cached_ref(struct cached *c)
{
    if (c->refs++ == 0)
        list_remove(&c->idle);
}

void cached_unref(struct chat *chat, struct cached *c)
{
    must(c->refs > 0);
    if (--c->refs > 0)
        return;
    list_push_back(&chat->idle, &c->idle);
    evict_over_budget(chat);
}

void cached_resize(struct chat *chat, struct cached *c, uint32_t bytes)
{
    chat->cache_bytes += bytes;
    chat->cache_bytes -= c->bytes;
    metric_add(METRIC_CACHE_BYTES, (uint64_t)bytes - c->bytes);
    c->bytes = bytes;
}
