/*
 * Runs on the chat thread. A connection's calls hang in `exchanges` from peer_take() to their
 * answer; the session ends only when none is left, so no handler ever meets a session that went
 * away. Frames arrive in the order the net thread sent them, the hang-up last, and what is sent
 * back keeps its order too: so when client_gone() is run on the net thread, nothing that refers to
 * the client is on its way in either direction.
 *
 * A REST call carries its token and is authenticated here each time; a cache of tokens was refused,
 * since a device that was ended must be refused at once.
 */
#include "gateway/peer.h"

#include "gateway/client.h"
#include "gateway/exchange.h"
#include "gateway/output.h"
#include "gateway/state.h"
#include "util/macros.h"
#include "util/metric.h"

void peer_init(struct peer *p)
{
    *p = (struct peer){0};
    list_init(&p->exchanges);
}

struct peer *peer_of(struct session *session)
{
    return container_of(session, struct peer, session);
}

/* The connection is to be closed, and the answer to what asked for that has left. */
static void end_if_due(struct peer *p)
{
    if (!p->end_code || p->end_sent || p->gone)
        return;
    list_for_each(&p->exchanges, node)
    {
        const struct exchange *ex = list_entry(node, struct exchange, node);
        if (ex->call.command == COMMAND_SIGNOUT || ex->call.command == COMMAND_DEVICE_END ||
            ex->call.command == COMMAND_ACCOUNT_DELETE)
            return;
    }
    p->end_sent = true;
    deliver_end(client_of_peer(p), p->end_code);
}

void peer_end(struct peer *p, unsigned code)
{
    if (!p->end_code)
        p->end_code = (uint16_t)code;
    end_if_due(p);
}

static void finish_if_due(struct peer *p)
{
    if (!p->gone || !list_empty(&p->exchanges))
        return;
    struct client *client = client_of_peer(p);
    if (p->begun)
        session_end(client->lane->gateway->chat, &p->session, client->heard_ms);
    p->begun = false;
    client_gone(client);
}

static void answered(struct call *call)
{
    static const struct problem overloaded = {.error = API_ERROR_OVERLOADED,
                                              .retry_after_ms = OUTPUT_RETRY_MS};
    struct exchange *ex = container_of(call, struct exchange, call);
    struct peer *p = &ex->client->peer;
    struct gateway *g = ex->client->lane->gateway;
    if (call->out.n > OUTPUT_SMALL_BYTES_MAX && !call->parts && output_is_full(g)) {
        builder_deinit(&call->out);
        call_fail(call, &overloaded);
        return;
    }
    must(!p->cancelling);
    if (call->command == COMMAND_AUTH && !call->problem.error && !call->gone)
        p->begun = true;
    ex->reply = builder_finish_metered(&call->out, &g->output);
    if (!call->resume) /* else it comes again, and is counted as under way */
        list_remove(&ex->node);
    client_answer(ex->client, ex);
    end_if_due(p);
    finish_if_due(p);
}

static void authenticated(struct chat_call *asked)
{
    struct exchange *ex = container_of(asked, struct exchange, authenticate.call);
    ex->call.asked = asked;
    if (call_refused(&ex->call))
        return;
    ex->call.user = asked->user;
    ex->call.device = asked->device;
    cmd_run(&ex->call);
}

void peer_take(struct peer *p, struct exchange *ex)
{
    static const struct problem unauthenticated = {.error = API_ERROR_UNAUTHENTICATED};
    struct call *call = &ex->call;
    must(!p->gone);
    list_push_back(&p->exchanges, &ex->node);
    call->answered = answered;
    call->chat = ex->client->lane->gateway->chat;
    call->node = &ex->client->lane->gateway->node;
    call->quota = &ex->client->lane->gateway->quota;
    bool brings_token = !call->framed || call->command == COMMAND_AUTH;
    if (brings_token && quota_refuses_request(call->quota, call))
        return;
    if (command_specs[call->command].needs == API_NEEDS_NONE) {
        cmd_run(call);
    } else if (!call->framed && ex->token.p) {
        ex->authenticate.token = ex->token;
        ex->authenticate.call.done = authenticated;
        chat_authenticate(call->chat, &ex->authenticate);
    } else if (call->framed && p->begun && !p->end_code) {
        metric_add_at(METRIC_CACHE_HITS, CHAT_CACHED_SESSION, 1);
        call->user = p->session.user;
        call->device = p->session.device;
        cmd_run(call);
    } else {
        call_fail(call, &unauthenticated);
    }
}

static void go_on(struct call *call)
{
    void (*resume)(struct call *) = call->resume;
    call->resume = NULL;
    resume(call);
}

/* Who was signed out meanwhile is told no more. */
static void still_authenticated(struct chat_call *asked)
{
    struct exchange *ex = container_of(asked, struct exchange, authenticate.call);
    ex->call.gone = ex->call.gone || asked->error;
    go_on(&ex->call);
}

void peer_resume(struct peer *p, struct exchange *ex)
{
    struct call *call = &ex->call;
    call->gone = call->gone || p->gone || ex->unwanted;
    if (call->gone) {
        go_on(call);
        return;
    }
    ex->authenticate.call.done = still_authenticated;
    chat_authenticate(call->chat, &ex->authenticate);
}

void peer_stop_waiting(struct peer *p)
{
    /* An answer from inside would take exchanges out of the list that is walked, and might free the
     * client that it hangs in. */
    p->cancelling = true;
    list_for_each(&p->exchanges, node)
    {
        struct call *call = &list_entry(node, struct exchange, node)->call;
        void (*cancel)(struct call *) = call->cancel;
        call->cancel = NULL;
        if (cancel)
            cancel(call);
    }
    p->cancelling = false;
}

void peer_hang_up(struct peer *p)
{
    p->gone = true;
    list_for_each(&p->exchanges, node) list_entry(node, struct exchange, node)->call.gone = true;
    peer_stop_waiting(p);
    finish_if_due(p);
}
