/*
 * The decoder uses up all input it is given, so its owner keeps no read buffer: what is incomplete
 * is copied, unmasked, to an assembly on the heap that lives until the message is done. The usual
 * message (one frame, in one read) is unmasked where it lies and never copied.
 *
 * A frame's head is read byte by byte and judged at the first byte that shows a fault, before any
 * payload is stored; nothing is reserved on the word of a length, only as payload arrives.
 *
 * Leaving incomplete frames in the owner's buffer was refused: it needs a buffer as large as the
 * largest frame, and finds invalid text only when a frame is complete.
 */
#include "ws/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"

static_assert(sizeof(struct ws_decoder) == 32, "what every idle connection holds");

enum {
    FIN = 0x80,
    RESERVED = 0x70,
    OPCODE = 0x0f,
    CONTROL = 0x08,
    MASKED = 0x80,
    LENGTH = 0x7f,
    LENGTH_16 = 126,
    LENGTH_64 = 127,
    MASK_BYTES = 4,
};

struct ws_assembly {
    struct builder message;
    size_t control_n;
    unsigned char control[WS_CONTROL_BYTES_MAX];
};

size_t ws_frame_head(unsigned char head[WS_HEAD_BYTES_MAX], enum ws_opcode opcode, uint64_t n)
{
    head[0] = (unsigned char)(FIN | opcode);
    if (n < LENGTH_16) {
        head[1] = (unsigned char)n;
        return 2;
    }
    if (n <= UINT16_MAX) {
        head[1] = LENGTH_16;
        be16_put(head + 2, (uint16_t)n);
        return 4;
    }
    head[1] = LENGTH_64;
    be64_put(head + 2, n);
    return 10;
}

void ws_frame_add(struct builder *out, enum ws_opcode opcode, const void *p, size_t n)
{
    builder_advance(out, ws_frame_head(builder_reserve(out, WS_HEAD_BYTES_MAX), opcode, n));
    builder_add(out, p, n);
}

void ws_decoder_init(struct ws_decoder *d, uint32_t message_bytes_max, bool text_only)
{
    *d = (struct ws_decoder){.message_bytes_max = message_bytes_max, .text_only = text_only};
}

void ws_decoder_deinit(struct ws_decoder *d)
{
    if (d->assembly)
        builder_deinit(&d->assembly->message);
    free(d->assembly);
    d->assembly = NULL;
}

static struct ws_assembly *assembly(struct ws_decoder *d)
{
    if (!d->assembly)
        d->assembly = mem_new(sizeof(*d->assembly));
    return d->assembly;
}

static size_t assembled(const struct ws_decoder *d)
{
    return d->assembly ? d->assembly->message.n : 0;
}

/* What was given from the assembly has been used by now. */
static void forget_given(struct ws_decoder *d)
{
    if (!d->given)
        return;
    d->given = 0;
    d->assembly->control_n = 0;
    if (!d->message)
        ws_decoder_deinit(d);
}

/* `from` may be `to`. Moves the mask on. Word-wise, as the payload is most of all input. */
static void unmask(struct ws_decoder *d, unsigned char *to, const unsigned char *from, size_t n)
{
    unsigned char mask[MASK_BYTES], moved[MASK_BYTES];
    uint64_t wide = (uint64_t)d->mask << 32 | d->mask, word;
    size_t i = 0;
    for (; n - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, from + i, sizeof(word));
        word ^= wide;
        memcpy(to + i, &word, sizeof(word));
    }
    memcpy(mask, &d->mask, sizeof(mask));
    for (; i < n; i++)
        to[i] = from[i] ^ mask[i % MASK_BYTES];
    for (size_t k = 0; k < MASK_BYTES; k++)
        moved[k] = mask[(n + k) % MASK_BYTES];
    memcpy(&d->mask, moved, sizeof(moved));
}

/* The steps below answer 0 (go on) or the code to fail with. */

static unsigned take_first(struct ws_decoder *d, unsigned char byte)
{
    unsigned opcode = byte & OPCODE;
    d->first = byte;
    if (byte & RESERVED) /* no extension is ever agreed on */
        return WS_DECODED_PROTOCOL_ERROR;
    if (opcode & CONTROL)
        return opcode > WS_PONG || !(byte & FIN) ? WS_DECODED_PROTOCOL_ERROR : 0;
    if (opcode > WS_BINARY || (opcode == WS_CONTINUATION) != (d->message != 0))
        return WS_DECODED_PROTOCOL_ERROR;
    if (opcode == WS_BINARY && d->text_only)
        return WS_DECODED_UNSUPPORTED;
    if (opcode)
        d->message = (uint8_t)opcode;
    return 0;
}

static size_t length_bytes(const struct ws_decoder *d)
{
    unsigned length = d->second & LENGTH;
    return length == LENGTH_64 ? 8 : length == LENGTH_16 ? 2 : 0;
}

static unsigned length_known(struct ws_decoder *d)
{
    size_t bytes = length_bytes(d);
    if (bytes == 2 && d->left < LENGTH_16)
        return WS_DECODED_PROTOCOL_ERROR;
    if (bytes == 8 && (d->left <= UINT16_MAX || d->left >> 63))
        return WS_DECODED_PROTOCOL_ERROR;
    if (!(d->first & CONTROL) && d->left > d->message_bytes_max - assembled(d))
        return WS_DECODED_TOO_BIG;
    return 0;
}

static unsigned take_second(struct ws_decoder *d, unsigned char byte)
{
    unsigned length = byte & LENGTH;
    d->second = byte;
    if (!(byte & MASKED) || ((d->first & CONTROL) && length > WS_CONTROL_BYTES_MAX))
        return WS_DECODED_PROTOCOL_ERROR;
    d->left = length < LENGTH_16 ? length : 0;
    return length < LENGTH_16 ? length_known(d) : 0;
}

static unsigned take_head_byte(struct ws_decoder *d, unsigned char byte)
{
    size_t i = d->head_n++, mask_at = 2 + (i < 2 ? 0 : length_bytes(d));
    if (i == 0)
        return take_first(d, byte);
    if (i == 1)
        return take_second(d, byte);
    if (i < mask_at) {
        d->left = d->left << 8 | byte;
        return i + 1 == mask_at ? length_known(d) : 0;
    }
    ((unsigned char *)&d->mask)[i - mask_at] = byte;
    d->in_payload = i + 1 == mask_at + MASK_BYTES;
    return 0;
}

static void frame_done(struct ws_decoder *d)
{
    d->head_n = 0;
    d->in_payload = 0;
}

static enum ws_decoded take_control(struct ws_decoder *d, unsigned char *p, size_t n,
                                    struct ws_message *m)
{
    struct ws_assembly *a = d->assembly;
    if (n < d->left || (a && a->control_n)) {
        a = assembly(d);
        unmask(d, a->control + a->control_n, p, n);
        a->control_n += n;
        p = a->control;
        d->given = n == d->left;
    } else {
        unmask(d, p, p, n);
    }
    d->left -= n;
    if (d->left)
        return WS_DECODED_MORE;
    *m = (struct ws_message){(enum ws_opcode)(d->first & OPCODE), p, d->given ? a->control_n : n};
    frame_done(d);
    return WS_DECODED_MESSAGE;
}

/* MESSAGE: one is complete. MORE: go on with what input is left. */
static enum ws_decoded take_data(struct ws_decoder *d, unsigned char *p, size_t n,
                                 struct ws_message *m)
{
    bool last = d->first & FIN && n == d->left, in_place = last && assembled(d) == 0;
    unsigned char *to = p;
    if (n && !in_place)
        to = builder_reserve(&assembly(d)->message, n);
    unmask(d, to, p, n);
    if (!in_place && n)
        builder_advance(&d->assembly->message, n);
    d->left -= n;
    if (d->message == WS_TEXT && !utf8_feed(&d->text, to, n))
        return WS_DECODED_INVALID_TEXT;
    if (d->left)
        return WS_DECODED_MORE;
    frame_done(d);
    if (!last)
        return WS_DECODED_MORE;
    if (!utf8_complete(d->text))
        return WS_DECODED_INVALID_TEXT;
    *m = (struct ws_message){(enum ws_opcode)d->message, p, n};
    d->message = 0;
    if (d->assembly) {
        d->given = 1;
        if (!in_place) {
            m->p = d->assembly->message.buf->data;
            m->n = d->assembly->message.n;
        }
    }
    return WS_DECODED_MESSAGE;
}

enum ws_decoded ws_decoder_next(struct ws_decoder *d, struct ws_input *in, struct ws_message *m)
{
    forget_given(d);
    for (;;) {
        while (!d->in_payload && in->n) {
            unsigned code = take_head_byte(d, *in->p++);
            in->n--;
            if (code)
                return (enum ws_decoded)code;
        }
        if (!d->in_payload || (in->n == 0 && d->left))
            return WS_DECODED_MORE;

        unsigned char *p = in->p;
        size_t n = (size_t)MIN(in->n, d->left);
        in->p += n;
        in->n -= n;
        enum ws_decoded result =
            d->first & CONTROL ? take_control(d, p, n, m) : take_data(d, p, n, m);
        if (result != WS_DECODED_MORE)
            return result;
    }
}
