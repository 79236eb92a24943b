/*
 * A token is read here, looked up nowhere: it names its group and event itself, so that a join that
 * is sent again finds its key in that group's log, also when the invite has ended meanwhile.
 *
 * Refused: a random token and a row (its hash → the invite). The row would be one more unique thing
 * beside the log, a repeated command could not be given the same token again, and admins could not
 * be shown it.
 */
#include "chat/invite.h"

#include <stdlib.h>

#include "chat/invite_proof.h"
#include "chat/rules.h"
#include "util/mem.h"
#include "util/numbers.h"

/* --- tokens --- */

struct token {
    uint64_t conversation, seq;
    uint8_t proof[INVITE_PROOF_BYTES];
};

enum { TOKEN_BYTES = 8 + 8 + INVITE_PROOF_BYTES };

static void prove(const struct chat *chat, uint64_t conversation, uint64_t seq, uint64_t user,
                  uint64_t time_ms, uint8_t proof[INVITE_PROOF_BYTES])
{
    static const char purpose[] = "invite"; /* the secret has other uses */
    const uint64_t numbers[] = {conversation, seq, user, time_ms};
    unsigned char message[sizeof(purpose) + sizeof(numbers)];
    uint8_t hash[CRYPTO_HASH_BYTES];
    memcpy(message, purpose, sizeof(purpose));
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        be64_put(message + sizeof(purpose) + 8 * i, numbers[i]);
    crypto_hmac(hash, store_info(chat->store)->secret, str_n(message, sizeof(message)));
    memcpy(proof, hash, INVITE_PROOF_BYTES);
}

void chat_invite_token(const struct chat *chat, uint64_t conversation, uint64_t seq, uint64_t user,
                       uint64_t time_ms, char out[INVITE_TOKEN_TEXT + 2])
{
    unsigned char bytes[TOKEN_BYTES];
    be64_put(bytes, conversation);
    be64_put(bytes + 8, seq);
    prove(chat, conversation, seq, user, time_ms, bytes + 16);
    crypto_base64url(out, bytes, sizeof(bytes));
}

static bool token_parse(struct token *token, struct str text)
{
    unsigned char bytes[TOKEN_BYTES];
    if (!crypto_unbase64url(bytes, sizeof(bytes), text))
        return false;
    token->conversation = be64_get(bytes);
    token->seq = be64_get(bytes + 8);
    memcpy(token->proof, bytes + 16, sizeof(token->proof));
    return true;
}

const struct invite *invite_proven(const struct room *room, uint64_t seq,
                                   const uint8_t proof[INVITE_PROOF_BYTES])
{
    for (uint32_t i = 0; room->invites && i < room->invites->n; i++) {
        const struct invite *one = &room->invites->at[i];
        uint8_t right[INVITE_PROOF_BYTES];
        if (one->seq != seq)
            continue;
        prove(room->chat, room->id, seq, one->user, one->created_ms, right);
        return crypto_equal(right, proof, sizeof(right)) ? one : NULL;
    }
    return NULL;
}

/* --- joining --- */

void chat_join(struct chat *chat, struct chat_append *a, struct str text)
{
    struct token token;
    a->type = EVENT_JOINED;
    if (token_parse(&token, text)) {
        a->conversation = token.conversation;
        a->target = token.seq;
        memcpy(a->proof, token.proof, sizeof(a->proof));
        chat_append(chat, a);
    } else if (call_begin(chat, &a->call)) {
        call_later(&a->call, CHAT_NOT_FOUND);
    }
}

/* --- listing --- */

struct list_op {
    struct chat_invites *list;
    struct room *room;
    struct room_wait wait;
    struct task task;
    struct invite holding[INVITES_MAX];
};

static void list_ready(struct list_op *op, enum chat_error error)
{
    struct chat_invites *list = op->list;
    struct room *room = op->room;
    if (!error)
        error = rules_may_list_invites(room, list->call.user);
    for (uint32_t i = 0; !error && room->invites && i < room->invites->n; i++) {
        if (!invite_expired(&room->invites->at[i], chat_wall_ms(room->chat)))
            op->holding[list->n_invites++] = room->invites->at[i];
    }
    list->invites = op->holding;
    call_done(&list->call, error);
    room_unref(room);
    free(op);
}

static void list_loaded(struct room_wait *wait, enum chat_error error)
{
    list_ready(container_of(wait, struct list_op, wait), error);
}

static void list_later(struct task *task)
{
    list_ready(container_of(task, struct list_op, task), CHAT_OK);
}

void chat_invites(struct chat *chat, struct chat_invites *list)
{
    list->n_invites = 0;
    if (!call_begin(chat, &list->call))
        return;
    struct list_op *op = mem_new(sizeof(*op));
    *op = (struct list_op){.list = list, .wait.ready = list_loaded, .task.run = list_later};
    op->room = room_get(chat, list->conversation);
    op->wait.need = need_now(chat);
    if (room_load(op->room, &op->wait))
        post(chat->env->self, &op->task);
}

/* --- looking before joining --- */

struct preview_op {
    struct chat_preview *preview;
    struct token token;
    struct room *room;
    struct room_wait wait;
    struct store_member row;
};

static void preview_end(struct preview_op *op, enum chat_error error)
{
    struct room *room = op->room;
    call_done(&op->preview->call, error);
    store_request_deinit(&op->row.base);
    room_unref(room);
    free(op);
}

/* Both are here: the caller's row, and the group. */
static void preview_decide(struct preview_op *op, enum chat_error error)
{
    struct chat_preview *preview = op->preview;
    const struct room *room = op->room;
    const struct rules_facts facts = {
        .invite = error ? NULL : invite_proven(room, op->token.seq, op->token.proof),
        .before = op->row.base.status == STORE_DONE ? &op->row.member : NULL,
        .now_ms = chat_wall_ms(room->chat),
    };
    if (!error)
        error = rules_may_join(room, preview->call.user, &facts);
    preview->member = error == CHAT_ALREADY_MEMBER;
    if (preview->member || error == CHAT_FULL)
        error = CHAT_OK;
    preview->conversation = &room->conversation;
    preview->n_members = room->n_members;
    preview_end(op, error);
}

static void preview_loaded(struct room_wait *wait, enum chat_error error)
{
    preview_decide(container_of(wait, struct preview_op, wait), error);
}

static void preview_row_done(struct store_request *request)
{
    struct preview_op *op = container_of(request, struct preview_op, row.base);
    if (request->status != STORE_DONE && request->status != STORE_NOT_FOUND)
        preview_end(op, error_of(request->status));
    else if (room_load(op->room, &op->wait))
        preview_decide(op, CHAT_OK);
}

void chat_preview(struct chat *chat, struct chat_preview *preview)
{
    struct token token;
    if (!call_begin(chat, &preview->call))
        return;
    if (!token_parse(&token, preview->token)) {
        call_later(&preview->call, CHAT_NOT_FOUND);
        return;
    }
    struct preview_op *op = mem_new(sizeof(*op));
    *op = (struct preview_op){.preview = preview, .token = token, .wait.ready = preview_loaded};
    op->room = room_get(chat, token.conversation);
    op->wait.need = need_now(chat);
    op->row = (struct store_member){
        .base.done = preview_row_done,
        .conversation = token.conversation,
        .user = preview->call.user,
    };
    store_member(chat->store, &op->row);
}
