/* auth, beat, signup, signin, signout, connect: who is there and by what. */
#include "chat/session.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"
#include "cmd/nodes.h"

/* A user who has all the sockets that they may: by then a dead one has been noticed. */
enum { SOCKETS_RETRY_MS = 15 * 1000 };

static void write_announcement(struct writer *w, const struct call *call)
{
    const struct node_facts *node = call->node;
    encode_incarnation(w, node->incarnation);
    writer_field_integer(w, "heartbeat_ms", node->heartbeat_ms);
    writer_field_integer(w, "time", call->time_ms);
    writer_field_object(w, "limits");
    for (size_t i = 0; i < API_LIMIT_COUNT; i++) {
        writer_name(w, api_limits[i].name.p);
        writer_integer(w, MIN(api_limits[i].value, API_SEQ_MAX));
    }
    writer_object_end(w);
    writer_field_object(w, "rates");
    for (int i = 0; i < API_RATE_COUNT; i++) {
        const struct rate *rate = &node->rates[i];
        if (!rate->burst)
            continue;
        writer_field_object(w, api_rates[i].p);
        writer_field_integer(w, "burst", rate->burst);
        writer_field_integer(w, "per_minute", rate_per_minute(rate));
        writer_object_end(w);
    }
    writer_object_end(w);
}

/* The session begins before the answer is written, so that no event falls between. */
static void authenticated(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    if (!session_may_begin(call->chat, asked->user)) {
        call_fail(call, &(struct problem){.error = API_ERROR_RATE_LIMITED,
                                          .message = STR("Too many sockets of this user are open."),
                                          .retry_after_ms = SOCKETS_RETRY_MS});
        return;
    }
    call->user = asked->user;
    call->device = asked->device;
    if (!call->gone)
        session_begin(call->chat, call->session, call->user, call->device);
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_id(w, "user", call->user);
    writer_field_id(w, "device", call->device);
    write_announcement(w, call);
    writer_object_end(w);
    call_answer(call);
}

void cmd_auth(struct call *call)
{
    const struct args_auth *args = call->args;
    struct chat_authenticate *ask = call_ask(call, sizeof(*ask), authenticated);
    ask->token = args->token;
    chat_authenticate(call->chat, ask);
}

void cmd_beat(struct call *call)
{
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_integer(w, "pushed", call->session->pushed);
    writer_field_integer(w, "time", call->time_ms);
    writer_object_end(w);
    call_answer(call);
}

static void signed_in(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_sign *sign = (const struct chat_sign *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_id(w, "user", sign->user);
    writer_field_id(w, "device", sign->device);
    writer_field_string(w, "token", str_of(sign->token));
    writer_field_string(w, "known", str_of(sign->known_now));
    nodes_write(w, call->node, sign->user);
    writer_object_end(w);
    call_answer(call);
}

void cmd_signup(struct call *call)
{
    const struct args_signup *args = call->args;
    struct chat_sign *ask = call_ask(call, sizeof(*ask), signed_in);
    ask->username = args->username;
    ask->password = args->password;
    ask->display_name = args->display_name;
    ask->device_name = args->device_name;
    ask->code = args->invite_code;
    ask->address = call->address;
    chat_signup(call->chat, ask);
}

void cmd_signin(struct call *call)
{
    const struct args_signin *args = call->args;
    struct chat_sign *ask = call_ask(call, sizeof(*ask), signed_in);
    ask->username = args->username;
    ask->password = args->password;
    ask->device_name = args->device_name;
    ask->factor_code = args->code;
    ask->known = args->known;
    ask->address = call->address;
    chat_signin(call->chat, ask);
}

static void signed_out(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (!call_refused(call))
        call_answer_empty(call);
}

void cmd_signout(struct call *call)
{
    struct chat_device_end *ask = call_ask(call, sizeof(*ask), signed_out);
    chat_device_end(call->chat, ask);
}

void cmd_connect(struct call *call)
{
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    nodes_write(w, call->node, call->user);
    writer_field_string(w, "policy", call->node->policy);
    writer_object_end(w);
    call_answer(call);
}
