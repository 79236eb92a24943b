/* group.invite and what belongs to it: ways into a group for whoever has the link. */
#include "chat/invite.h"

#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"

static void write_token(struct call *call, struct writer *w, uint64_t conversation, uint64_t seq,
                        uint64_t user, uint64_t time_ms)
{
    char token[INVITE_TOKEN_TEXT + 2];
    chat_invite_token(call->chat, conversation, seq, user, time_ms, token);
    writer_field_string(w, "token", str_of(token));
}

static void invited(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_append *a = (const struct chat_append *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    append_write(w, a);
    write_token(call, w, a->conversation, a->seq, call->user, a->time_ms);
    writer_object_end(w);
    call_answer(call);
}

void cmd_group_invite(struct call *call)
{
    const struct args_group_invite *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_INVITE, args->key, args->after);
    ask->call.done = invited;
    ask->conversation = args->conversation;
    ask->number = args->uses_max;
    ask->holds_ms = args->holds_s * UINT64_C(1000);
    chat_append(call->chat, ask);
}

void cmd_group_uninvite(struct call *call)
{
    const struct args_group_uninvite *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_UNINVITE, args->key, args->after);
    ask->conversation = args->conversation;
    ask->target = args->invite;
    chat_append(call->chat, ask);
}

void cmd_group_join(struct call *call)
{
    const struct args_group_join *args = call->args;
    chat_join(call->chat, append_ask(call, EVENT_JOINED, args->key, args->after), args->token);
}

static void write_invite(struct call *call, struct writer *w, uint64_t conversation,
                         const struct invite *i)
{
    writer_object_begin(w);
    writer_field_integer(w, "invite", i->seq);
    write_token(call, w, conversation, i->seq, i->user, i->created_ms);
    writer_field_id(w, "user", i->user);
    writer_field_integer(w, "created", i->created_ms);
    if (i->expires_ms)
        writer_field_integer(w, "expires", i->expires_ms);
    if (i->uses_max)
        writer_field_integer(w, "uses_max", i->uses_max);
    writer_field_integer(w, "uses", i->uses);
    writer_object_end(w);
}

static void listed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_invites *list = (const struct chat_invites *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "invites");
    for (uint32_t i = 0; i < list->n_invites; i++)
        write_invite(call, w, list->conversation, &list->invites[i]);
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_group_invites(struct call *call)
{
    const struct args_group_invites *args = call->args;
    struct chat_invites *ask = call_ask(call, sizeof(*ask), listed);
    ask->conversation = args->conversation;
    chat_invites(call->chat, ask);
}

static void previewed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_preview *preview = (const struct chat_preview *)asked;
    const struct conversation *c = preview->conversation;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_id(w, "conversation", c->id);
    writer_field_string(w, "title", c->title);
    if (c->description.n)
        writer_field_string(w, "description", c->description);
    if (c->picture)
        writer_field_id(w, "picture", c->picture);
    writer_field_integer(w, "members", preview->n_members);
    writer_field_bool(w, "member", preview->member);
    writer_object_end(w);
    call_answer(call);
}

void cmd_group_preview(struct call *call)
{
    const struct args_group_preview *args = call->args;
    struct chat_preview *ask = call_ask(call, sizeof(*ask), previewed);
    ask->token = args->token;
    chat_preview(call->chat, ask);
}
