/* message.*, but for reading (cmd_read.c): what one writes into a conversation. */
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"

void cmd_message_send(struct call *call)
{
    const struct args_message_send *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_MESSAGE, args->key, args->after);
    ask->to = args->to;
    ask->kind = args->kind;
    ask->text = args->text;
    ask->target = args->has_reply_to ? args->reply_to : 0;
    ask->mentions = args->mentions.p;
    ask->n_mentions = (uint32_t)args->mentions.n;
    chat_append(call->chat, ask);
}

void cmd_message_edit(struct call *call)
{
    const struct args_message_edit *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_EDIT, args->key, args->after);
    ask->conversation = args->conversation;
    ask->target = args->seq;
    ask->text = args->text;
    ask->mentions = args->mentions.p;
    ask->n_mentions = (uint32_t)args->mentions.n;
    chat_append(call->chat, ask);
}

void cmd_message_forward(struct call *call)
{
    const struct args_message_forward *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_MESSAGE, args->key, args->after);
    ask->to = args->to;
    ask->source = args->conversation;
    ask->source_seq = args->seq;
    chat_append(call->chat, ask);
}

void cmd_message_pin(struct call *call)
{
    const struct args_message_pin *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_PIN, args->key, args->after);
    ask->conversation = args->conversation;
    ask->target = args->seq;
    chat_append(call->chat, ask);
}

void cmd_message_unpin(struct call *call)
{
    const struct args_message_unpin *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_UNPIN, args->key, args->after);
    ask->conversation = args->conversation;
    ask->target = args->seq;
    chat_append(call->chat, ask);
}

void cmd_message_delete(struct call *call)
{
    const struct args_message_delete *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_DELETE, args->key, args->after);
    ask->conversation = args->conversation;
    ask->target = args->seq;
    chat_append(call->chat, ask);
}

void cmd_message_react(struct call *call)
{
    const struct args_message_react *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_REACTION, args->key, args->after);
    ask->conversation = args->conversation;
    ask->target = args->seq;
    ask->text = args->emoji;
    chat_append(call->chat, ask);
}
