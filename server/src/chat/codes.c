/*
 * The text is an id and chance, so that the row is found by the id and what stands in it is of no
 * use to whoever reads a backup. Chat thread.
 */
#include "chat/codes.h"

#include <assert.h>
#include <stdlib.h>

#include "chat/core.h"
#include "model/limits.h"
#include "util/mem.h"
#include "util/numbers.h"

static_assert(INVITE_CODE_BYTES % 3 == 0 && INVITE_CODE_TEXT == INVITE_CODE_BYTES / 3 * 4, "text");

bool code_parse(struct store_code_use *use, struct str text)
{
    unsigned char bytes[INVITE_CODE_BYTES];
    if (!crypto_unbase64url(bytes, sizeof(bytes), text))
        return false;
    use->id = be64_get(bytes);
    crypto_sha256(use->hash, text);
    return use->id != 0;
}

/* --- add --- */

struct add {
    struct chat *chat;
    struct chat_code_add *add;
    struct ids_wait ids_wait;
    struct store_code_put put;
};

static void add_end(struct add *a, enum chat_error error)
{
    struct chat_call *call = &a->add->call;
    store_request_deinit(&a->put.base);
    free(a);
    call_done(call, error);
}

static void put_done(struct store_request *request)
{
    struct add *a = container_of(request, struct add, put.base);
    add_end(a, request->status == STORE_TAKEN ? CHAT_FULL : error_of(request->status));
}

static void add_put(struct add *a, uint64_t id)
{
    struct chat_code_add *add = a->add;
    unsigned char bytes[INVITE_CODE_BYTES];
    be64_put(bytes, id);
    a->chat->env->ops->random(a->chat->env, bytes + 8, sizeof(bytes) - 8);
    crypto_base64url(add->text, bytes, sizeof(bytes));
    add->id = id;
    uint64_t now = chat_wall_ms(a->chat);
    add->until_ms = now + add->days * INVITE_CODE_DAY_MS;
    a->put = (struct store_code_put){
        .base.done = put_done,
        .code =
            {
                .id = id,
                .by = add->call.user,
                .created_ms = now,
                .until_ms = add->until_ms,
                .uses_max = add->uses_max,
            },
    };
    crypto_sha256(a->put.code.hash, str_of(add->text));
    store_code_put(a->chat->store, &a->put);
}

static void add_id_ready(struct ids_wait *wait, enum chat_error error)
{
    struct add *a = container_of(wait, struct add, ids_wait);
    uint64_t id;
    if (error)
        add_end(a, error);
    else if (ids_take(a->chat, &id, &a->ids_wait))
        add_put(a, id);
}

void chat_code_add(struct chat *chat, struct chat_code_add *add)
{
    uint64_t id;
    if (!call_begin(chat, &add->call))
        return;
    if (add->uses_max < 1 || add->uses_max > INVITE_CODE_USES_MAX || add->days < 1 ||
        add->days > INVITE_CODE_DAYS_MAX) {
        call_later(&add->call, CHAT_INVALID);
        return;
    }
    struct add *a = mem_new(sizeof(*a));
    *a = (struct add){.chat = chat, .add = add, .ids_wait.ready = add_id_ready};
    if (ids_take(chat, &id, &a->ids_wait))
        add_put(a, id);
}

/* --- end --- */

struct end {
    struct chat_code_end *end;
    struct store_code_end request;
};

static void end_done(struct store_request *request)
{
    struct end *e = container_of(request, struct end, request.base);
    struct chat_call *call = &e->end->call;
    enum chat_error error = error_of(request->status);
    store_request_deinit(request);
    free(e);
    call_done(call, error);
}

void chat_code_end(struct chat *chat, struct chat_code_end *end)
{
    if (!call_begin(chat, &end->call))
        return;
    struct end *e = mem_new(sizeof(*e));
    e->end = end;
    e->request = (struct store_code_end){.base.done = end_done, .id = end->id};
    store_code_end(chat->store, &e->request);
}

/* --- list --- */

struct listing {
    struct chat_codes *list;
    struct store_codes request;
};

static void codes_done(struct store_request *request)
{
    struct listing *l = container_of(request, struct listing, request.base);
    l->list->codes = l->request.codes;
    l->list->n_codes = l->request.n_codes;
    call_done(&l->list->call, error_of(request->status));
    store_request_deinit(request);
    free(l);
}

void chat_codes(struct chat *chat, struct chat_codes *list)
{
    list->n_codes = 0;
    if (!call_begin(chat, &list->call))
        return;
    struct listing *l = mem_new(sizeof(*l));
    l->list = list;
    l->request =
        (struct store_codes){.base.done = codes_done, .after = list->after, .limit = list->limit};
    store_codes(chat->store, &l->request);
}
