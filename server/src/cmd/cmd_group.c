/* group.*: making a group, and who is in it. */
#include "chat/group.h"

#include <assert.h>

#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"

/* The wire's enums start at 0, the model's stored numbers at 1. */
static_assert((int)API_HISTORY_JOINED + 1 == (int)HISTORY_JOINED, "history");
static_assert((int)API_HISTORY_ALL + 1 == (int)HISTORY_ALL, "history");
static_assert((int)API_GIVEN_ROLE_MEMBER + 1 == (int)ROLE_MEMBER, "role");
static_assert((int)API_GIVEN_ROLE_ADMIN + 1 == (int)ROLE_ADMIN, "role");
static_assert((int)API_GIVEN_ROLE_OWNER + 1 == (int)ROLE_OWNER, "role");

static void created(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_group_create *g = (const struct chat_group_create *)asked;
    append_answer(call, g->conversation, g->seq, g->n, g->time_ms, g->seq);
}

void cmd_group_create(struct call *call)
{
    const struct args_group_create *args = call->args;
    struct chat_group_create *ask = call_ask(call, sizeof(*ask), created);
    ask->title = args->title;
    ask->history = (enum history)(args->history + 1);
    ask->members = args->members.p;
    ask->n_members = (uint32_t)args->members.n;
    ask->key = args->key;
    chat_group_create(call->chat, ask);
}

void cmd_group_set_title(struct call *call)
{
    const struct args_group_set_title *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_TITLE, args->key, args->after);
    ask->conversation = args->conversation;
    ask->text = args->title;
    chat_append(call->chat, ask);
}

void cmd_group_set_description(struct call *call)
{
    const struct args_group_set_description *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_DESCRIPTION, args->key, args->after);
    ask->conversation = args->conversation;
    ask->text = args->description;
    chat_append(call->chat, ask);
}

void cmd_group_set_picture(struct call *call)
{
    const struct args_group_set_picture *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_PICTURE, args->key, args->after);
    ask->conversation = args->conversation;
    ask->number = args->picture;
    chat_append(call->chat, ask);
}

void cmd_group_set_announce(struct call *call)
{
    const struct args_group_set_announce *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_ANNOUNCE, args->key, args->after);
    ask->conversation = args->conversation;
    ask->number = args->on;
    chat_append(call->chat, ask);
}

void cmd_group_add(struct call *call)
{
    const struct args_group_add *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_ADDED, args->key, args->after);
    ask->conversation = args->conversation;
    ask->user = args->user;
    chat_append(call->chat, ask);
}

void cmd_group_remove(struct call *call)
{
    const struct args_group_remove *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_REMOVED, args->key, args->after);
    ask->conversation = args->conversation;
    ask->user = args->user;
    chat_append(call->chat, ask);
}

void cmd_group_set_role(struct call *call)
{
    const struct args_group_set_role *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_ROLE, args->key, args->after);
    ask->conversation = args->conversation;
    ask->user = args->user;
    ask->role = (enum role)(args->role + 1);
    chat_append(call->chat, ask);
}

void cmd_group_leave(struct call *call)
{
    const struct args_group_leave *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_LEFT, args->key, args->after);
    ask->conversation = args->conversation;
    chat_append(call->chat, ask);
}
