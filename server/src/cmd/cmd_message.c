/* message.*, but for reading (cmd_read.c): what one writes into a conversation. */
#include <assert.h>

#include "chat/report.h"
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"

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

static_assert((int)API_REPORTS_USER_MAX == (int)REPORTS_USER_MAX, "reports");
static_assert((int)API_REPORT_COMMENT_BYTES_MAX == (int)REPORT_COMMENT_BYTES_MAX, "comments");
static_assert((int)API_REPORT_REASON_SPAM + 1 == (int)REPORT_SPAM, "reason");
static_assert((int)API_REPORT_REASON_OTHER + 1 == (int)REPORT_OTHER, "reason");

static void reported(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_id(w, "report", ((const struct chat_report *)asked)->id);
    writer_object_end(w);
    call_answer(call);
}

void cmd_message_report(struct call *call)
{
    const struct args_message_report *args = call->args;
    struct chat_report *ask = call_ask(call, sizeof(*ask), reported);
    ask->conversation = args->conversation;
    ask->seq = args->seq;
    ask->reason = (enum report_reason)(args->reason + 1);
    ask->comment = args->comment;
    chat_report(call->chat, ask);
}
