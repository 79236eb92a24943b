/* conversation.list, conversation.get, conversation.accept, conversation.pins,
 * conversation.set_timer, conversation.set_retention, sync: one's conversations. */
#include "chat/inbox.h"
#include "chat/read.h"
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"

static void listed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_list *list = (const struct chat_list *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_entries(w, "conversations", list->entries, list->n_entries, call->user);
    if (list->next.p)
        writer_field_string(w, "page", list->next);
    writer_object_end(w);
    call_answer(call);
}

void cmd_conversation_list(struct call *call)
{
    const struct args_conversation_list *args = call->args;
    struct chat_list *ask = call_ask(call, sizeof(*ask), listed);
    ask->page = args->page;
    ask->limit = (uint32_t)args->limit;
    ask->requests = args->requests;
    ask->by_archived = args->has_archived;
    ask->archived = args->archived;
    chat_list(call->chat, ask);
}

static void conversation_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_conversation *c = (const struct chat_conversation *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_entry_fields(w, c->entry, call->user);
    encode_members(w, "members", c);
    writer_object_end(w);
    call_answer(call);
}

void cmd_conversation_get(struct call *call)
{
    const struct args_conversation_get *args = call->args;
    struct chat_conversation *ask = call_ask(call, sizeof(*ask), conversation_found);
    ask->conversation = args->conversation;
    chat_conversation(call->chat, ask);
}

void cmd_conversation_accept(struct call *call)
{
    const struct args_conversation_accept *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_ACCEPT, args->key, args->after);
    ask->conversation = args->conversation;
    chat_append(call->chat, ask);
}

static void pins_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_pins *found = (const struct chat_pins *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "pins");
    for (uint32_t i = 0; i < found->n_pins; i++) {
        writer_object_begin(w);
        writer_name(w, "pin");
        encode_event(w, &found->pins[i].pin, call->user);
        writer_name(w, "message");
        encode_event(w, &found->pins[i].message, call->user);
        writer_object_end(w);
    }
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_conversation_pins(struct call *call)
{
    const struct args_conversation_pins *args = call->args;
    struct chat_pins *ask = call_ask(call, sizeof(*ask), pins_found);
    ask->conversation = args->conversation;
    chat_pins(call->chat, ask);
}

void cmd_conversation_set_timer(struct call *call)
{
    const struct args_conversation_set_timer *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_TIMER, args->key, args->after);
    ask->conversation = args->conversation;
    ask->number = args->seconds;
    chat_append(call->chat, ask);
}

void cmd_conversation_set_retention(struct call *call)
{
    const struct args_conversation_set_retention *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_RETENTION, args->key, args->after);
    ask->conversation = args->conversation;
    ask->number = args->days;
    chat_append(call->chat, ask);
}

static void synced(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    call->cancel = NULL;
    if (call_refused(call))
        return;
    const struct chat_sync *sync = (const struct chat_sync *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_string(w, "token", sync->next);
    encode_incarnation(w, call->node->incarnation);
    encode_entries(w, "entries", sync->entries, sync->n_entries, call->user);
    writer_field_bool(w, "more", sync->more);
    writer_object_end(w);
    call_answer(call);
}

static void cancel_sync(struct call *call)
{
    chat_sync_cancel(call->chat, (struct chat_sync *)call->asked);
}

void cmd_sync(struct call *call)
{
    const struct args_sync *args = call->args;
    struct chat_sync *ask = call_ask(call, sizeof(*ask), synced);
    ask->token = args->token;
    ask->wait_ms = (uint32_t)args->wait * 1000;
    call->cancel = cancel_sync;
    chat_sync(call->chat, ask);
}
