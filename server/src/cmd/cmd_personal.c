/* What is one's own alone: it goes to one's own log. */
#include "chat/inbox.h"
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"
#include "cmd/quota.h"

static void set(struct chat_append *ask, bool given, bool on, enum preference which)
{
    if (given)
        ask->changes |= which;
    if (given && on)
        ask->number |= which;
}

void cmd_preferences_set(struct call *call)
{
    const struct args_preferences_set *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_PREFERENCES, args->key, args->after);
    ask->source = args->conversation;
    if (args->has_muted_until) {
        ask->changes |= PREFERENCE_MUTED;
        ask->until_ms = args->muted_until;
    }
    set(ask, args->has_pinned, args->pinned, PREFERENCE_PINNED);
    set(ask, args->has_archived, args->archived, PREFERENCE_ARCHIVED);
    set(ask, args->has_unread, args->unread, PREFERENCE_UNREAD);
    chat_append(call->chat, ask);
}

void cmd_message_star(struct call *call)
{
    const struct args_message_star *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_STAR, args->key, args->after);
    ask->source = args->conversation;
    ask->source_seq = args->seq;
    chat_append(call->chat, ask);
}

void cmd_message_unstar(struct call *call)
{
    const struct args_message_unstar *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_UNSTAR, args->key, args->after);
    ask->source = args->conversation;
    ask->source_seq = args->seq;
    chat_append(call->chat, ask);
}

void cmd_message_hide(struct call *call)
{
    const struct args_message_hide *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_HIDE, args->key, args->after);
    ask->source = args->conversation;
    ask->source_seq = args->seq;
    ask->number = HIDE_ONE;
    chat_append(call->chat, ask);
}

void cmd_conversation_clear(struct call *call)
{
    const struct args_conversation_clear *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_HIDE, args->key, args->after);
    ask->source = args->conversation;
    ask->source_seq = args->up_to;
    ask->number = HIDE_UP_TO;
    chat_append(call->chat, ask);
}

/* Taking a draft away is no writing: the message may be on its way already. */
void cmd_draft_set(struct call *call)
{
    const struct args_draft_set *args = call->args;
    if (args->text.n && quota_refuses_in(call->quota, call, API_RATE_DRAFTS, args->conversation))
        return;
    struct chat_append *ask = append_ask(call, EVENT_DRAFT, args->key, args->after);
    ask->source = args->conversation;
    ask->source_seq = args->has_reply_to ? args->reply_to : 0;
    ask->text = args->text;
    chat_append(call->chat, ask);
}

static void drafts_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_drafts *found = (const struct chat_drafts *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "drafts");
    for (uint32_t i = 0; i < found->n_drafts; i++)
        encode_draft(w, &found->drafts[i]);
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_draft_list(struct call *call)
{
    const struct args_draft_list *args = call->args;
    struct chat_drafts *ask = call_ask(call, sizeof(*ask), drafts_found);
    ask->after = args->has_after_conversation ? args->after_conversation : 0;
    ask->limit = (uint32_t)args->limit;
    chat_drafts(call->chat, ask);
}
