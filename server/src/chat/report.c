/*
 * The copy is made of the store's row, not of what the reporter says it was. It is one message
 * alone: those around it were written by people whom nobody reports. Chat thread.
 */
#include "chat/report.h"

#include <stdlib.h>

#include "chat/access.h"
#include "util/mem.h"

struct report_op {
    struct chat_report *report;
    struct chat *chat;
    struct access access;
    struct store_events message;
    struct ids_wait ids_wait;
    struct store_report_put put;
};

static void report_end(struct report_op *op, enum chat_error error)
{
    struct chat_call *call = &op->report->call;
    op->report->id = op->put.id;
    store_request_deinit(&op->message.base);
    store_request_deinit(&op->put.base);
    access_deinit(&op->access);
    free(op);
    call_done(call, error);
}

static void put_done(struct store_request *request)
{
    struct report_op *op = container_of(request, struct report_op, put.base);
    report_end(op, request->status == STORE_TAKEN ? CHAT_FULL : error_of(request->status));
}

static void put(struct report_op *op, uint64_t id)
{
    const struct event *e = op->message.events;
    op->put = (struct store_report_put){
        .base.done = put_done,
        .report =
            {
                .id = id,
                .reporter = op->report->call.user,
                .reason = op->report->reason,
                .comment = op->report->comment,
                .created_ms = chat_wall_ms(op->chat),
                .conversation = e->conversation,
                .seq = e->seq,
                .kind = op->access.room->conversation.kind,
                .sender = e->sender,
                .time_ms = e->time_ms,
                .message_kind = e->kind,
                .text = e->text,
            },
    };
    store_report_put(op->chat->store, &op->put);
}

static void id_ready(struct ids_wait *wait, enum chat_error error)
{
    struct report_op *op = container_of(wait, struct report_op, ids_wait);
    uint64_t id;
    if (error)
        report_end(op, error);
    else if (ids_take(op->chat, &id, &op->ids_wait))
        put(op, id);
}

static void message_done(struct store_request *request)
{
    struct report_op *op = container_of(request, struct report_op, message.base);
    const struct event *e = op->message.events;
    enum chat_error error = error_of(request->status);
    uint64_t id;
    if (!error && (op->message.n_events != 1 || e->type != EVENT_MESSAGE || e->deleted))
        error = CHAT_NOT_FOUND;
    if (!error && e->sender == op->report->call.user)
        error = CHAT_INVALID;
    op->ids_wait.ready = id_ready;
    if (error)
        report_end(op, error);
    else if (ids_take(op->chat, &id, &op->ids_wait))
        put(op, id);
}

static void access_ready(struct access *access, enum chat_error error)
{
    struct report_op *op = container_of(access, struct report_op, access);
    if (!error && !access_event(access, op->report->seq, &op->message))
        error = CHAT_NOT_FOUND;
    if (error) {
        report_end(op, error);
        return;
    }
    op->message.base.done = message_done;
    store_events(op->chat->store, &op->message);
}

void chat_report(struct chat *chat, struct chat_report *report)
{
    if (!call_begin(chat, &report->call))
        return;
    if (report->reason < REPORT_SPAM || report->reason >= REPORT_REASONS ||
        report->comment.n > REPORT_COMMENT_BYTES_MAX) {
        call_later(&report->call, CHAT_INVALID);
        return;
    }
    struct report_op *op = mem_new(sizeof(*op));
    op->report = report;
    op->chat = chat;
    op->access.ready = access_ready;
    access_ask(&op->access, chat, report->conversation, report->call.user);
}

/* --- what admins do --- */

struct list_op {
    struct chat_reports *list;
    struct store_reports request;
};

static void list_done(struct store_request *request)
{
    struct list_op *op = container_of(request, struct list_op, request.base);
    op->list->reports = op->request.reports;
    op->list->n_reports = op->request.n_reports;
    op->list->n_open = op->request.n_open;
    call_done(&op->list->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_reports(struct chat *chat, struct chat_reports *list)
{
    list->n_reports = 0;
    if (!call_begin(chat, &list->call))
        return;
    if (list->limit < 1 || list->limit > PAGE_MAX) {
        call_later(&list->call, CHAT_INVALID);
        return;
    }
    struct list_op *op = mem_new(sizeof(*op));
    op->list = list;
    op->request = (struct store_reports){.base.done = list_done,
                                         .resolved = list->resolved,
                                         .before = list->before,
                                         .limit = list->limit};
    store_reports(chat->store, &op->request);
}

struct resolve_op {
    struct chat_call *call;
    struct store_report_resolve request;
};

static void resolve_done(struct store_request *request)
{
    struct resolve_op *op = container_of(request, struct resolve_op, request.base);
    struct chat_call *call = op->call;
    enum chat_error error = error_of(request->status);
    store_request_deinit(request);
    free(op);
    call_done(call, error);
}

void chat_report_resolve(struct chat *chat, struct chat_report_resolve *resolve)
{
    if (!call_begin(chat, &resolve->call))
        return;
    struct resolve_op *op = mem_new(sizeof(*op));
    op->call = &resolve->call;
    op->request = (struct store_report_resolve){.base.done = resolve_done,
                                                .id = resolve->id,
                                                .by = resolve->call.user,
                                                .now_ms = chat_wall_ms(chat)};
    store_report_resolve(chat->store, &op->request);
}
