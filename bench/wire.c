#include "wire.h"

#include <stdint.h>
#include <string.h>

#include "body.h"
#include "die.h"
#include "util/buf.h"
#include "util/numbers.h"
#include "ws/handshake.h"

enum { HEAD_MAX = 14, MASKED = 0x80, PADDING = 8 };

#define KEY "dGhlIHNhbXBsZSBub25jZQ==" /* that of RFC 6455 §1.3: it keeps no secret */

void wire_upgrade_add(struct builder *out, const char *path)
{
    builder_add_str(out, STR("GET "));
    builder_add_str(out, str_of(path));
    builder_add_str(out, STR(" HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: " KEY "\r\n\r\n"));
}

size_t wire_upgraded(const unsigned char *p, size_t n, bool *agreed)
{
    char accept[WS_ACCEPT_TEXT + 1];
    const unsigned char *end = memmem(p, n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t used = (size_t)(end - p) + 4;
    ws_accept(accept, STR(KEY));
    *agreed =
        str_starts(str_n(p, used), STR("HTTP/1.1 101 ")) && memmem(p, used, accept, WS_ACCEPT_TEXT);
    return used;
}

/* Word by word; may write PADDING bytes too many. */
static void mask(unsigned char *to, const unsigned char *from, size_t n, uint32_t key)
{
    uint64_t wide = (uint64_t)key << 32 | key, word;
    for (; n >= sizeof(word); n -= sizeof(word)) {
        memcpy(&word, from, sizeof(word));
        word ^= wide;
        memcpy(to, &word, sizeof(word));
        to += sizeof(word);
        from += sizeof(word);
    }
    word = 0;
    memcpy(&word, from, n);
    word ^= wide;
    memcpy(to, &word, sizeof(word));
}

void wire_add(struct builder *out, enum ws_opcode opcode, const void *p, size_t n)
{
    unsigned char *head = builder_reserve(out, HEAD_MAX + n + PADDING);
    uint32_t key = (uint32_t)random_next();
    size_t head_n = ws_frame_head(head, opcode, n);
    head[1] |= MASKED;
    memcpy(head + head_n, &key, sizeof(key));
    head_n += sizeof(key);
    mask(head + head_n, p, n, key);
    builder_advance(out, head_n + n);
}

size_t wire_take(const unsigned char *p, size_t n, struct wire_frame *frame)
{
    size_t head_n = 2, payload_n;
    if (n < head_n)
        return 0;
    payload_n = p[1];
    if ((p[0] & 0xf0) != 0x80 || payload_n & MASKED)
        die("the server sent a frame that is fragmented, masked or has reserved bits");
    if (payload_n >= 126) {
        head_n = payload_n == 126 ? 4 : 10;
        if (n < head_n)
            return 0;
        payload_n = payload_n == 126 ? be16_get(p + 2) : (size_t)be64_get(p + 2);
    }
    if (n - head_n < payload_n)
        return 0;
    *frame = (struct wire_frame){(enum ws_opcode)(p[0] & 15), str_n(p + head_n, payload_n)};
    return head_n + payload_n;
}
