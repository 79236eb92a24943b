/* Looking people, devices, mentions and drafts up: one read of the store each. Chat thread. */
#include "chat/account.h"
#include "chat/inbox.h"

#include <stdlib.h>

#include "chat/core.h"
#include "model/limits.h"
#include "util/mem.h"

struct devices_op {
    struct chat_devices *devices;
    struct store_devices request;
};

static void devices_done(struct store_request *request)
{
    struct devices_op *op = container_of(request, struct devices_op, request.base);
    op->devices->devices = op->request.devices;
    op->devices->n_devices = op->request.n_devices;
    call_done(&op->devices->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_devices(struct chat *chat, struct chat_devices *devices)
{
    if (!call_begin(chat, &devices->call))
        return;
    struct devices_op *op = mem_new(sizeof(*op));
    op->devices = devices;
    op->request = (struct store_devices){.base.done = devices_done, .user = devices->call.user};
    store_devices(chat->store, &op->request);
}

struct users_op {
    struct chat_users *users;
    struct folded_name prefix;
    struct store_users by_id;
    struct store_user_search by_prefix;
};

static void by_id_done(struct store_request *request)
{
    struct users_op *op = container_of(request, struct users_op, by_id.base);
    op->users->users = op->by_id.users;
    op->users->n_users = op->by_id.n_users;
    call_done(&op->users->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

static void by_prefix_done(struct store_request *request)
{
    struct users_op *op = container_of(request, struct users_op, by_prefix.base);
    op->users->users = op->by_prefix.users;
    op->users->n_users = op->by_prefix.n_users;
    call_done(&op->users->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_users(struct chat *chat, struct chat_users *users)
{
    if (!call_begin(chat, &users->call))
        return;
    bool search = users->n_ids == 0;
    if (users->n_ids > MEMBERS_MAX * 2 ||
        (search && (users->limit < 1 || users->limit > SEARCH_MAX || !users->prefix.n))) {
        call_later(&users->call, CHAT_INVALID);
        return;
    }
    struct users_op *op = mem_new(sizeof(*op));
    op->users = users;
    if (search && !names_fold(chat->names, users->prefix, &op->prefix)) {
        free(op);
        users->n_users = 0;
        call_later(&users->call, CHAT_OK);
    } else if (search) {
        op->by_prefix = (struct store_user_search){.base.done = by_prefix_done,
                                                   .prefix = folded_str(&op->prefix),
                                                   .now_ms = chat_wall_ms(chat),
                                                   .enabled_only = true,
                                                   .limit = users->limit};
        store_user_search(chat->store, &op->by_prefix);
    } else {
        op->by_id =
            (struct store_users){.base.done = by_id_done, .ids = users->ids, .n_ids = users->n_ids};
        store_users(chat->store, &op->by_id);
    }
}

struct mentions_op {
    struct chat_mentions *mentions;
    struct store_mentions request;
};

static void mentions_done(struct store_request *request)
{
    struct mentions_op *op = container_of(request, struct mentions_op, request.base);
    op->mentions->events = op->request.events;
    op->mentions->n_events = op->request.n_events;
    op->mentions->next = op->request.page;
    call_done(&op->mentions->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_mentions(struct chat *chat, struct chat_mentions *mentions)
{
    mentions->events = NULL;
    mentions->n_events = 0;
    mentions->next = (struct str){0};
    if (!call_begin(chat, &mentions->call))
        return;
    if (mentions->limit < 1 || mentions->limit > LIST_MAX) {
        call_later(&mentions->call, CHAT_INVALID);
        return;
    }
    struct mentions_op *op = mem_new(sizeof(*op));
    op->mentions = mentions;
    op->request = (struct store_mentions){
        .base.done = mentions_done,
        .user = mentions->call.user,
        .stars = mentions->stars,
        .page = mentions->page,
        .limit = mentions->limit,
        .now_ms = chat_wall_ms(chat),
    };
    store_mentions(chat->store, &op->request);
}

struct drafts_op {
    struct chat_drafts *drafts;
    struct store_drafts request;
};

static void drafts_done(struct store_request *request)
{
    struct drafts_op *op = container_of(request, struct drafts_op, request.base);
    op->drafts->drafts = op->request.drafts;
    op->drafts->n_drafts = op->request.n_drafts;
    call_done(&op->drafts->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_drafts(struct chat *chat, struct chat_drafts *drafts)
{
    drafts->drafts = NULL;
    drafts->n_drafts = 0;
    if (!call_begin(chat, &drafts->call))
        return;
    if (drafts->limit < 1 || drafts->limit > LIST_MAX) {
        call_later(&drafts->call, CHAT_INVALID);
        return;
    }
    struct drafts_op *op = mem_new(sizeof(*op));
    op->drafts = drafts;
    op->request = (struct store_drafts){
        .base.done = drafts_done,
        .user = drafts->call.user,
        .after = drafts->after,
        .limit = drafts->limit,
    };
    store_drafts(chat->store, &op->request);
}

struct blocks_op {
    struct chat_blocks *blocks;
    struct store_blocks request;
};

static void blocks_done(struct store_request *request)
{
    struct blocks_op *op = container_of(request, struct blocks_op, request.base);
    op->blocks->users = op->request.users;
    op->blocks->n_users = op->request.n_users;
    call_done(&op->blocks->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_blocks(struct chat *chat, struct chat_blocks *blocks)
{
    if (!call_begin(chat, &blocks->call))
        return;
    struct blocks_op *op = mem_new(sizeof(*op));
    op->blocks = blocks;
    op->request = (struct store_blocks){.base.done = blocks_done, .user = blocks->call.user};
    store_blocks(chat->store, &op->request);
}

struct contacts_op {
    struct chat_contacts *contacts;
    struct store_contacts request;
};

static void contacts_done(struct store_request *request)
{
    struct contacts_op *op = container_of(request, struct contacts_op, request.base);
    op->contacts->contacts = op->request.contacts;
    op->contacts->n_contacts = op->request.n_contacts;
    call_done(&op->contacts->call, error_of(request->status));
    store_request_deinit(request);
    free(op);
}

void chat_contacts(struct chat *chat, struct chat_contacts *contacts)
{
    if (!call_begin(chat, &contacts->call))
        return;
    if (contacts->limit < 1 || contacts->limit > PAGE_MAX) {
        call_later(&contacts->call, CHAT_INVALID);
        return;
    }
    struct contacts_op *op = mem_new(sizeof(*op));
    op->contacts = contacts;
    op->request = (struct store_contacts){
        .base.done = contacts_done,
        .user = contacts->call.user,
        .after = contacts->after,
        .limit = contacts->limit,
    };
    store_contacts(chat->store, &op->request);
}
