/*
 * Frames and messages of RFC 6455 §5, as a server sees them: the decoder takes a client's masked
 * frames, in any pieces, and gives whole messages; the encoder writes the head of an unmasked
 * frame. Most callers want ws/ws.h, which adds the close handshake and answers pings.
 *
 * Errors are the close codes that RFC 6455 §7.4 has for them. Pure; one thread.
 */
#ifndef PARLEY_WS_FRAME_H
#define PARLEY_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/utf8.h"

struct builder;

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xa,
};

enum {
    WS_HEAD_BYTES_MAX = 10,     /* of a frame that a server sends */
    WS_CONTROL_BYTES_MAX = 125, /* RFC 6455 §5.5 */
};

/* Writes the head of a final, unmasked frame of `n` bytes; returns how many bytes it is long. */
size_t ws_frame_head(unsigned char head[WS_HEAD_BYTES_MAX], enum ws_opcode, uint64_t n);
/* Head and payload. */
void ws_frame_add(struct builder *out, enum ws_opcode, const void *p, size_t n);

enum ws_decoded {
    WS_DECODED_MESSAGE = 0, /* or a control frame: see its opcode */
    WS_DECODED_MORE,        /* all input is used, nothing is complete */
    /* The connection must be failed with this code; the decoder is not to be used again. */
    WS_DECODED_PROTOCOL_ERROR = 1002,
    WS_DECODED_UNSUPPORTED = 1003,
    WS_DECODED_INVALID_TEXT = 1007,
    WS_DECODED_TOO_BIG = 1009,
};

/* Unread input; moves on as it is used. The bytes are changed (unmasked) in place. */
struct ws_input {
    unsigned char *p;
    size_t n;
};

struct ws_message {
    enum ws_opcode opcode; /* never WS_CONTINUATION */
    /* Points into the input if the message stood there in one piece, else into the decoder, until
     * its next call. Text is valid UTF-8. */
    const unsigned char *p;
    size_t n;
};

/* 32 bytes; memory beyond that is held only while a message or a control frame is incomplete. */
struct ws_decoder {
    struct ws_assembly *assembly;
    uint64_t left; /* of the frame's payload; its length as far as read, within a head */
    uint32_t message_bytes_max;
    uint32_t mask;   /* in memory order, for the next payload byte */
    utf8_state text; /* of the message under way */
    uint8_t first, second;
    uint8_t message; /* opcode of the message under way, or 0 */
    uint8_t head_n : 4;
    uint8_t in_payload : 1;
    uint8_t given : 1; /* the last message lies in the assembly */
    uint8_t text_only : 1;
};

/* `text_only` refuses binary messages with 1003. */
void ws_decoder_init(struct ws_decoder *, uint32_t message_bytes_max, bool text_only);
void ws_decoder_deinit(struct ws_decoder *);
/* The next message or control frame. Errors come as soon as their first byte allows. */
enum ws_decoded ws_decoder_next(struct ws_decoder *, struct ws_input *, struct ws_message *);

#endif
