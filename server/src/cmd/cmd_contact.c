/* contact.*: how two people stand to each other. */
#include "chat/account.h"
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"

static void contact_append(struct call *call, enum event_type type, uint64_t user, struct str key,
                           uint64_t after)
{
    struct chat_append *ask = append_ask(call, type, key, after);
    ask->to = ask->user = user;
    chat_append(call->chat, ask);
}

void cmd_contact_request(struct call *call)
{
    const struct args_contact_request *args = call->args;
    contact_append(call, EVENT_CONTACT_REQUEST, args->user, args->key, args->after);
}

void cmd_contact_accept(struct call *call)
{
    const struct args_contact_accept *args = call->args;
    contact_append(call, EVENT_CONTACT_ACCEPT, args->user, args->key, args->after);
}

void cmd_contact_decline(struct call *call)
{
    const struct args_contact_decline *args = call->args;
    contact_append(call, EVENT_CONTACT_DECLINE, args->user, args->key, args->after);
}

void cmd_contact_remove(struct call *call)
{
    const struct args_contact_remove *args = call->args;
    contact_append(call, EVENT_CONTACT_REMOVE, args->user, args->key, args->after);
}

static void contacts_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_contacts *found = (const struct chat_contacts *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "contacts");
    for (uint32_t i = 0; i < found->n_contacts; i++)
        encode_contact(w, &found->contacts[i]);
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_contact_list(struct call *call)
{
    const struct args_contact_list *args = call->args;
    struct chat_contacts *ask = call_ask(call, sizeof(*ask), contacts_found);
    ask->after = args->after_user;
    ask->limit = (uint32_t)args->limit;
    chat_contacts(call->chat, ask);
}
