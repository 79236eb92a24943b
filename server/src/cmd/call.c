/*
 * A call is answered on the chat thread, straight out of what the domain lends for the time of
 * done(): see docs/decisions/0004. Requests to the domain lie in the call's arena, each behind a
 * pointer back to its call, so that a handler needs no struct of its own.
 *
 * Errors of the domain stop here: the table below says what each is on the wire.
 */
#include "cmd/call.h"

#include <assert.h>
#include <stdalign.h>

#include "cmd/cmd.h"
#include "cmd/quota.h"
#include "proto/reply.h"
#include "proto/request.h"
#include "util/macros.h"

struct ask {
    alignas(max_align_t) struct call *call;
    alignas(max_align_t) unsigned char request[];
};

/* By enum chat_error. */
static const enum api_error errors[] = {
    [CHAT_OK] = API_OK,
    [CHAT_NOT_FOUND] = API_ERROR_NOT_FOUND,
    [CHAT_FORBIDDEN] = API_ERROR_FORBIDDEN,
    [CHAT_CANNOT_WRITE] = API_ERROR_CANNOT_WRITE,
    [CHAT_NOT_ACCEPTED] = API_ERROR_NOT_ACCEPTED,
    [CHAT_INVALID] = API_ERROR_BAD_REQUEST,
    [CHAT_FULL] = API_ERROR_FULL,
    [CHAT_ALREADY_MEMBER] = API_ERROR_ALREADY_MEMBER,
    [CHAT_NOT_MEMBER] = API_ERROR_NOT_MEMBER,
    [CHAT_OUT_OF_TURN] = API_ERROR_OUT_OF_TURN,
    [CHAT_NAME_TAKEN] = API_ERROR_NAME_TAKEN,
    [CHAT_CODE_REFUSED] = API_ERROR_CODE_REFUSED,
    [CHAT_FACTOR_REQUIRED] = API_ERROR_SECOND_FACTOR_REQUIRED,
    [CHAT_WRONG_CODE] = API_ERROR_WRONG_CODE,
    [CHAT_FACTOR_ON] = API_ERROR_SECOND_FACTOR_ON,
    [CHAT_FACTOR_OFF] = API_ERROR_SECOND_FACTOR_OFF,
    [CHAT_NAME_REFUSED] = API_ERROR_NAME_REFUSED,
    [CHAT_WRONG_CREDENTIALS] = API_ERROR_WRONG_CREDENTIALS,
    [CHAT_UNAUTHENTICATED] = API_ERROR_UNAUTHENTICATED,
    [CHAT_DISABLED] = API_ERROR_ACCOUNT_DISABLED,
    [CHAT_REGISTRATION_CLOSED] = API_ERROR_REGISTRATION_CLOSED,
    [CHAT_TOO_MANY_TRIES] = API_ERROR_TOO_MANY_TRIES,
    [CHAT_TOO_SOON] = API_ERROR_TOO_SOON,
    [CHAT_RATE_LIMITED] = API_ERROR_RATE_LIMITED,
    [CHAT_KEY_REUSED] = API_ERROR_KEY_REUSED,
    [CHAT_AHEAD] = API_ERROR_AHEAD,
    [CHAT_TOO_OLD] = API_ERROR_TOO_OLD,
    [CHAT_AFTER_REQUIRED] = API_ERROR_AFTER_REQUIRED,
    [CHAT_TRUNCATED] = API_ERROR_TRUNCATED,
    [CHAT_OVERLOADED] = API_ERROR_OVERLOADED,
    [CHAT_UNAVAILABLE] = API_ERROR_UNAVAILABLE,
};
static_assert(ARRAY_SIZE(errors) == CHAT_ERRORS, "each error of the domain has a name on the wire");

void *call_ask(struct call *call, size_t size, void (*done)(struct chat_call *))
{
    struct ask *ask = arena_alloc(&call->arena, sizeof(*ask) + size);
    ask->call = call;
    struct chat_call *request = (struct chat_call *)(void *)ask->request;
    request->user = call->user;
    request->device = call->device;
    request->since_ms = call->since_ms;
    request->done = done;
    call->asked = request;
    return request;
}

struct call *call_of(struct chat_call *asked)
{
    return container_of((void *)asked, struct ask, request)->call;
}

bool call_refused(struct call *call)
{
    const struct chat_call *asked = call->asked;
    if (asked->error == CHAT_OK)
        return false;
    must(asked->error < CHAT_ERRORS);
    struct problem problem = {.error = errors[asked->error]};
    if (asked->error == CHAT_TOO_MANY_TRIES || asked->error == CHAT_OVERLOADED ||
        asked->error == CHAT_UNAVAILABLE || asked->error == CHAT_TOO_SOON ||
        asked->error == CHAT_RATE_LIMITED)
        problem.retry_after_ms = asked->retry_after_ms;
    if (asked->error == CHAT_INVALID)
        problem.message = STR("These arguments make no sense together, or not in this place.");
    if (asked->error == CHAT_AHEAD || asked->error == CHAT_TOO_OLD ||
        asked->error == CHAT_AFTER_REQUIRED) {
        problem.has_head = true;
        problem.head = asked->head;
    }
    if (asked->error == CHAT_TRUNCATED)
        problem.first = asked->first;
    call_fail(call, &problem);
    return true;
}

struct writer *call_reply(struct call *call)
{
    call->writer = (struct writer){.out = &call->out};
    if (call->framed)
        reply_ok_begin(&call->writer, call->id);
    return &call->writer;
}

void call_answer(struct call *call)
{
    if (call->framed)
        reply_ok_end(&call->writer);
    call->answered(call);
}

void call_part(struct call *call, void (*resume)(struct call *))
{
    must(!call->framed && call->out.n);
    call->resume = resume;
    call->parts = true;
    call->answered(call);
}

void call_answer_empty(struct call *call)
{
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_object_end(w);
    call_answer(call);
}

void call_fail(struct call *call, const struct problem *problem)
{
    call->problem = *problem;
    call->writer = (struct writer){.out = &call->out};
    if (call->framed) {
        struct request request = {.has_id = true, .id = call->id};
        reply_error(&call->writer, &request, problem);
    } else {
        reply_problem(&call->writer, problem);
    }
    call->answered(call);
}

typedef void handler_fn(struct call *);

static handler_fn *const handlers[] = {
#define HANDLER(NAME, name) [COMMAND_##NAME] = cmd_##name,
    API_COMMANDS(HANDLER)
#undef HANDLER
};
static_assert(ARRAY_SIZE(handlers) == COMMAND_COUNT, "each command has its handler");

void cmd_run(struct call *call)
{
    if (!call->user || !quota_refuses(call->quota, call))
        handlers[call->command](call);
}
