/*
 * One WebSocket connection after its handshake (RFC 6455), as a state machine that its owner
 * drives: input bytes become events, and the frames that the protocol asks for (pongs, the close
 * frame) are added to a builder. No sockets, no timers. One thread.
 *
 *     struct ws_event event;
 *     struct ws_input in = {data, n};
 *     while (ws_next(&ws, &in, &event, &out) != WS_EVENT_NONE)
 *         switch (event.kind) {
 *         case WS_EVENT_MESSAGE: use event.data (before the next call)
 *         case WS_EVENT_CLOSED:  it is over: see event.code
 *         ...
 *         }
 *     send what `out` holds; if (ws_is_closed(&ws)) close the TCP connection after it
 *
 * All input is used up: the owner keeps no read buffer. What the owner sends of its own it frames
 * with ws/frame.h, as long as ws_is_open(). It ends the connection with ws_close() and waits a
 * bounded time for WS_EVENT_CLOSED; in between messages are dropped. The server closes the TCP
 * connection first (§7.1.1), after `out` was sent, and reads on until the client's end, so that
 * the close frame is not lost to a reset.
 *
 * Close codes: what the peer did wrong is answered 1002 (protocol), 1003 (binary where only text
 * is taken), 1007 (not UTF-8) or 1009 (too big) at the first byte that shows it; a valid close
 * frame is answered with its own code.
 */
#ifndef PARLEY_WS_WS_H
#define PARLEY_WS_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"
#include "ws/frame.h"

struct builder;

/* RFC 6455 §7.4.1 and the IANA registry. Never sent: 1005, 1006, 1015. */
enum ws_code {
    WS_CODE_NORMAL = 1000,
    WS_CODE_GOING_AWAY = 1001,
    WS_CODE_PROTOCOL_ERROR = 1002,
    WS_CODE_UNSUPPORTED = 1003,
    WS_CODE_NONE = 1005, /* the peer's close frame had no code */
    WS_CODE_INVALID_TEXT = 1007,
    WS_CODE_POLICY = 1008,
    WS_CODE_TOO_BIG = 1009,
    WS_CODE_INTERNAL_ERROR = 1011,
    WS_CODE_SERVICE_RESTART = 1012,
    WS_CODE_TRY_AGAIN_LATER = 1013,
    WS_CODE_OWN_FIRST = 4000, /* 4000 to 4999 are the application's */
    WS_CODE_OWN_LAST = 4999,
};

/* Whether a close frame may carry it. */
bool ws_code_is_valid(unsigned code);

enum ws_event_kind {
    WS_EVENT_NONE = 0, /* all input is used */
    WS_EVENT_MESSAGE,
    WS_EVENT_PING, /* has been answered */
    WS_EVENT_PONG,
    WS_EVENT_CLOSED, /* once, and nothing after it */
};

enum ws_closed_by {
    WS_CLOSED_BY_PEER, /* its close frame came first and has been answered */
    WS_CLOSED_BY_US,   /* ws_close() has been answered */
    WS_CLOSED_FAILED,  /* the peer broke the protocol */
};

struct ws_event {
    enum ws_event_kind kind;
    bool is_text;    /* MESSAGE: valid UTF-8; else binary */
    struct str data; /* MESSAGE, PING, PONG: payload; CLOSED: the peer's reason, valid UTF-8.
                        Borrowed until the next call, or until the input goes */
    unsigned code;   /* CLOSED: what the peer sent, or WS_CODE_NONE; FAILED: what we answered */
    enum ws_closed_by closed_by;
};

/* 40 bytes; more only while a message or control frame is incomplete. */
struct ws {
    struct ws_decoder decoder;
    uint8_t state;
};

/* `message_bytes_max`: of a whole message, its fragments together. `text_only`: binary messages
 * are refused with 1003. */
void ws_init(struct ws *, uint32_t message_bytes_max, bool text_only);
void ws_deinit(struct ws *);

/* The next event out of the input, also returned as its kind. Adds at most one control frame (127
 * bytes) to `out` for each one that it takes. */
enum ws_event_kind ws_next(struct ws *, struct ws_input *, struct ws_event *, struct builder *out);
/* Begins the close handshake: adds a close frame with `code` (valid) and `reason` (UTF-8, cut to
 * 123 bytes at a character). Does nothing when one has been sent. */
void ws_close(struct ws *, unsigned code, struct str reason, struct builder *out);

/* No close frame has been sent or received: data and pings may be sent. */
bool ws_is_open(const struct ws *);
/* WS_EVENT_CLOSED has been given: close the connection. */
bool ws_is_closed(const struct ws *);

#endif
