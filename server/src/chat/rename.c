/*
 * The event in the own log is the claim: the store takes the name, gives up the old one and writes
 * the event at once, or nothing of it, so nobody ever has two names or none. Asks for the password
 * first: whoever has only a stolen session must not walk off with the name. Chat thread.
 *
 * Refused: a claim before the event. It would want somebody to clear it away whose event never
 * came.
 */
#include "chat/rename.h"

#include <stdlib.h>

#include "chat/proof.h"
#include "util/mem.h"

struct rename_work {
    struct chat_rename *rename;
    struct proof proof;
};

static void rename_end(struct rename_work *w, enum chat_error error)
{
    struct chat_call *call = &w->rename->call;
    proof_deinit(&w->proof);
    free(w);
    call_done(call, error);
}

/* As the row was read for the password; who has been renamed since asks again, and is told. */
static uint32_t wait_ms(const struct rename_work *w)
{
    uint64_t from_ms = rename_from_ms(w->proof.user->renamed_ms);
    uint64_t now_ms = chat_wall_ms(w->rename->call.chat);
    return from_ms > now_ms ? (uint32_t)MIN(from_ms - now_ms, UINT32_MAX) : 1;
}

static void appended(struct chat_call *call)
{
    struct chat_rename *rename = container_of(call, struct chat_rename, append.call);
    rename->call.retry_after_ms =
        call->error == CHAT_TOO_SOON ? wait_ms(rename->work) : call->retry_after_ms;
    rename->call.head = call->head;
    rename_end(rename->work, call->error);
}

static void proof_ready(struct proof *proof, enum chat_error error)
{
    struct rename_work *w = container_of(proof, struct rename_work, proof);
    struct chat_rename *rename = w->rename;
    if (error) {
        rename_end(w, error);
        return;
    }
    proof_stands(proof);
    rename->append.call = (struct chat_call){
        .user = rename->call.user,
        .device = rename->call.device,
        .since_ms = rename->call.since_ms,
        .done = appended,
    };
    rename->append.type = EVENT_RENAME;
    rename->append.text = folded_str(&rename->name);
    rename->append.about = str_n(rename->skeleton, sizeof(rename->skeleton));
    chat_append(rename->call.chat, &rename->append);
}

void chat_rename(struct chat *chat, struct chat_rename *rename)
{
    if (!call_begin(chat, &rename->call))
        return;
    if (!names_fold(chat->names, rename->username, &rename->name) ||
        !names_allow(chat->names, &rename->name, rename->skeleton)) {
        call_later(&rename->call, CHAT_NAME_REFUSED);
        return;
    }
    struct rename_work *w = rename->work = mem_new(sizeof(*w));
    w->rename = rename;
    w->proof =
        (struct proof){.call = &rename->call, .password = rename->password, .ready = proof_ready};
    proof_ask(&w->proof);
}
