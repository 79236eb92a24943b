/*
 * The opening handshake, server's side (RFC 6455 §4.2): judges the request, writes the reply.
 * Extensions are never agreed on. Pure; any thread.
 */
#ifndef PARLEY_WS_HANDSHAKE_H
#define PARLEY_WS_HANDSHAKE_H

#include <stddef.h>

#include "util/str.h"

struct builder;
struct http_request;

/* Whom we talk to. All borrowed. */
struct ws_policy {
    /* Origins ("https://chat.example.com") whose pages may connect, besides the one that the
     * request's own Host names; "*": any. A request without Origin is not from a browser and
     * passes: the token in the first frame protects us, Origin protects the browser's user. */
    const struct str *origins;
    size_t origins_n;
    /* Subprotocols we speak; the first that the client lists is agreed on, else none is. */
    const struct str *protocols;
    size_t protocols_n;
    struct str date; /* of a refusal, from http_date() (RFC 9110 §6.6.1); or absent */
};

/* Beside OK, the status that was answered. */
enum ws_handshake {
    WS_HANDSHAKE_OK = 0,            /* 101: frames follow */
    WS_HANDSHAKE_BAD = 400,         /* not a handshake by the RFC, or it has a body */
    WS_HANDSHAKE_FORBIDDEN = 403,   /* its Origin may not connect */
    WS_HANDSHAKE_NOT_GET = 405,     /* a method other than GET */
    WS_HANDSHAKE_NOT_UPGRADE = 426, /* does not ask to upgrade to websocket, or not version 13 */
};

/* Adds the whole reply to `out`, 101 or the refusal (no body, "Connection: close": close after
 * it). */
enum ws_handshake ws_handshake(const struct http_request *, const struct ws_policy *,
                               struct builder *out);

enum { WS_KEY_TEXT = 24, WS_ACCEPT_TEXT = 28 };
/* Sec-WebSocket-Accept for a Sec-WebSocket-Key, with a 0 byte (§4.2.2, step 5.4). */
void ws_accept(char out[WS_ACCEPT_TEXT + 1], struct str key);

#endif
