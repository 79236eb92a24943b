/*
 * struct exchange: a call on its way through the gateway. The net thread fills it in and sends it
 * to the chat thread (client_ask()); there it is carried out and answered (peer.h); it comes back
 * with the reply and is freed where it was made. One thread has it at any time.
 */
#ifndef PARLEY_GATEWAY_EXCHANGE_H
#define PARLEY_GATEWAY_EXCHANGE_H

#include "chat/account.h"
#include "cmd/call.h"
#include "proto/traceparent.h"

struct client;

struct exchange {
    struct call call;
    struct task task;
    struct client *client; /* outlives it */
    struct list node;      /* of the client's, while on the chat thread */
    struct str token;      /* REST: of the Authorization header, in the arena; else absent */
    struct chat_authenticate authenticate;
    struct buf *reply;
    bool unwanted;                            /* net thread: in parts, and nobody takes the rest */
    struct traceparent trace;                 /* that it belongs to; perhaps none */
    uint64_t asked_ns, taken_ns, answered_ns; /* sent to the chat thread, taken, answered there */
};

/* Empty but for its client; the arena is ready. */
struct exchange *exchange_new(struct client *);
void exchange_free(struct exchange *);

#endif
