/* One fixed head, read and written by hand: see envelope.h. Every length is checked against what
 * is left before it is used. */
#include "bus/envelope.h"

#include <string.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { SENDER = 0, NUMBER = 8, TYPE = 16, KIND = 17, MORE = 18, COUNT = 20 };

struct buf *envelope_encode(const struct envelope *e, const uint64_t *ids, struct str message)
{
    must(e->n <= ENVELOPE_IDS_MAX && e->sender && e->number);
    struct buf *buf = buf_new(ENVELOPE_HEAD_BYTES + e->n * 8 + message.n);
    unsigned char *p = buf->data;
    be64_put(p + SENDER, e->sender);
    be64_put(p + NUMBER, e->number);
    p[TYPE] = e->type;
    p[KIND] = e->kind;
    be16_put(p + MORE, 0);
    be32_put(p + COUNT, (uint32_t)e->n);
    p += ENVELOPE_HEAD_BYTES;
    for (size_t i = 0; i < e->n; i++, p += 8)
        be64_put(p, ids[i]);
    if (message.n)
        memcpy(p, message.p, message.n);
    return buf;
}

bool envelope_decode(struct envelope *e, struct str in)
{
    if (in.n < ENVELOPE_HEAD_BYTES)
        return false;
    *e = (struct envelope){
        .sender = be64_get(in.p + SENDER),
        .number = be64_get(in.p + NUMBER),
        .type = (uint8_t)in.p[TYPE],
        .kind = (uint8_t)in.p[KIND],
        .n = be32_get(in.p + COUNT),
    };
    size_t more = be16_get(in.p + MORE), left = in.n - ENVELOPE_HEAD_BYTES;
    if (!e->sender || !e->number || e->n > ENVELOPE_IDS_MAX || left < more + e->n * 8)
        return false;
    e->ids = str_n(in.p + ENVELOPE_HEAD_BYTES + more, e->n * 8);
    e->message = str_n(e->ids.p + e->ids.n, left - more - e->ids.n);
    return true;
}

uint64_t envelope_id(const struct envelope *e, size_t i)
{
    must(i < e->n);
    return be64_get(e->ids.p + i * 8);
}
