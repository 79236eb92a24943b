/* receipt.*, message.info, typing: how far one is, and others, and that one writes. */
#include "chat/receipt.h"

#include "chat/info.h"
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

static void write_reader(struct writer *w, const struct message_reader *r)
{
    writer_object_begin(w);
    writer_field_id(w, "user", r->user);
    writer_field_bool(w, "delivered", r->delivered);
    writer_field_bool(w, "read", r->read);
    if (r->delivered_ms)
        writer_field_integer(w, "delivered_time", r->delivered_ms);
    if (r->read_ms)
        writer_field_integer(w, "read_time", r->read_ms);
    writer_object_end(w);
}

static void info_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_info *info = (const struct chat_info *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "readers");
    for (uint32_t i = 0; i < info->n_readers; i++)
        write_reader(w, &info->readers[i]);
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_message_info(struct call *call)
{
    const struct args_message_info *args = call->args;
    struct chat_info *ask = call_ask(call, sizeof(*ask), info_found);
    ask->conversation = args->conversation;
    ask->seq = args->seq;
    chat_info(call->chat, ask);
}
