/* What is one's own alone: it goes to one's own log. */
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"

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
