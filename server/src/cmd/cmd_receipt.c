/* receipt.*, typing: how far one is, and that one writes. */
#include "chat/receipt.h"

#include "chat/session.h"
#include "cmd/call.h"
#include "cmd/cmd.h"

static void delivered(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_mark *mark = (const struct chat_mark *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_integer(w, "delivered", mark->delivered_seq);
    writer_object_end(w);
    call_answer(call);
}

void cmd_receipt_delivered(struct call *call)
{
    const struct args_receipt_delivered *args = call->args;
    struct chat_mark *ask = call_ask(call, sizeof(*ask), delivered);
    ask->conversation = args->conversation;
    ask->seq = args->seq;
    chat_mark(call->chat, ask);
}

static void read_on(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_mark *mark = (const struct chat_mark *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_integer(w, "read", mark->read_seq);
    writer_field_integer(w, "unread", mark->unread);
    writer_object_end(w);
    call_answer(call);
}

void cmd_receipt_read(struct call *call)
{
    const struct args_receipt_read *args = call->args;
    struct chat_mark *ask = call_ask(call, sizeof(*ask), read_on);
    ask->conversation = args->conversation;
    ask->seq = args->seq;
    ask->read = true;
    chat_mark(call->chat, ask);
}

static void typed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (!call_refused(call))
        call_answer_empty(call);
}

void cmd_typing(struct call *call)
{
    const struct args_typing *args = call->args;
    struct chat_typing *ask = call_ask(call, sizeof(*ask), typed);
    ask->conversation = args->conversation;
    chat_typing(call->chat, ask);
}
