/* user.*, presence.*: other people. */
#include "chat/presence.h"
#include "chat/sight.h"
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"

/* What is asked of a user once they are found. */
struct user_asked {
    struct chat_sight sight;
    uint64_t picture;
};

static void users_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_users *found = (const struct chat_users *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "users");
    for (uint32_t i = 0; i < found->n_users; i++) {
        writer_object_begin(w);
        encode_person_fields(w, &found->users[i]);
        writer_object_end(w);
    }
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_user_search(struct call *call)
{
    const struct args_user_search *args = call->args;
    struct chat_users *ask = call_ask(call, sizeof(*ask), users_found);
    ask->prefix = args->prefix;
    ask->limit = (uint32_t)args->limit;
    chat_users(call->chat, ask);
}

/* user.get, second step: the answer was begun when the user was found. */
static void user_seen(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct user_asked *ask = (const struct user_asked *)asked;
    if (asked->error) {
        builder_reset(&call->out);
        call_refused(call);
        return;
    }
    struct writer *w = &call->writer;
    writer_field_bool(w, "blocked", ask->sight.blocked);
    if (ask->picture && ask->sight.picture)
        writer_field_id(w, "picture", ask->picture);
    if (ask->sight.contact != CONTACT_NONE)
        writer_field_string(w, "contact", encode_contact_state(ask->sight.contact));
    writer_object_end(w);
    call_answer(call);
}

static void user_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_users *found = (const struct chat_users *)asked;
    if (found->n_users == 0) {
        call_fail(call, &(struct problem){.error = API_ERROR_NOT_FOUND});
        return;
    }
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_person_fields(w, &found->users[0]);
    writer_field_string(w, "about", found->users[0].about);
    uint64_t user = found->users[0].id, picture = found->users[0].picture;
    struct user_asked *ask = call_ask(call, sizeof(*ask), user_seen);
    ask->sight.user = user;
    ask->picture = picture;
    chat_sight(call->chat, &ask->sight);
}

void cmd_user_get(struct call *call)
{
    const struct args_user_get *args = call->args;
    struct chat_users *ask = call_ask(call, sizeof(*ask), user_found);
    ask->ids = &args->user;
    ask->n_ids = 1;
    ask->limit = 1;
    chat_users(call->chat, ask);
}

void cmd_user_block(struct call *call)
{
    const struct args_user_block *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_BLOCK, args->key, args->after);
    ask->user = args->user;
    chat_append(call->chat, ask);
}

void cmd_user_unblock(struct call *call)
{
    const struct args_user_unblock *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_UNBLOCK, args->key, args->after);
    ask->user = args->user;
    chat_append(call->chat, ask);
}

static void blocked_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_blocks *blocks = (const struct chat_blocks *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "users");
    for (uint32_t i = 0; i < blocks->n_users; i++)
        writer_id(w, blocks->users[i]);
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_user_blocked(struct call *call)
{
    struct chat_blocks *ask = call_ask(call, sizeof(*ask), blocked_found);
    chat_blocks(call->chat, ask);
}

static void presence_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_watch *watch = (const struct chat_watch *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_presence_fields(w, &watch->presence[0]);
    writer_object_end(w);
    call_answer(call);
}

void cmd_presence_get(struct call *call)
{
    const struct args_presence_get *args = call->args;
    struct chat_watch *ask = call_ask(call, sizeof(*ask), presence_found);
    ask->users = &args->user;
    ask->n_users = 1;
    chat_watch(call->chat, ask);
}

static void watched(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_watch *watch = (const struct chat_watch *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "presence");
    for (uint32_t i = 0; i < watch->n_users; i++) {
        writer_object_begin(w);
        encode_presence_fields(w, &watch->presence[i]);
        writer_object_end(w);
    }
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_presence_watch(struct call *call)
{
    const struct args_presence_watch *args = call->args;
    struct chat_watch *ask = call_ask(call, sizeof(*ask), watched);
    ask->session = call->session;
    ask->users = args->users.p;
    ask->n_users = (uint32_t)args->users.n;
    chat_watch(call->chat, ask);
}
