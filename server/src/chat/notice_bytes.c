/* See notice_bytes.h. What the numbers mean is notice.c's. */
#include "chat/notice_bytes.h"

#include "util/macros.h"
#include "util/numbers.h"

enum { TYPE, HEAD, PER, FIXED_BYTES };

void notice_add(struct builder *b, const uint64_t *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        be64_put(builder_reserve(b, 8), numbers[i]);
        builder_advance(b, 8);
    }
}

void notice_begin(struct builder *b, uint8_t type, const uint64_t *head, size_t n, size_t per)
{
    must(n <= UINT8_MAX && per <= UINT8_MAX);
    builder_add_byte(b, type);
    builder_add_byte(b, (unsigned char)n);
    builder_add_byte(b, (unsigned char)per);
    notice_add(b, head, n);
}

bool notice_decode(struct notice_bytes *in, struct str bytes)
{
    if (bytes.n < FIXED_BYTES)
        return false;
    *in = (struct notice_bytes){
        .type = (uint8_t)bytes.p[TYPE],
        .head = (uint8_t)bytes.p[HEAD],
        .per = (uint8_t)bytes.p[PER],
    };
    size_t left = bytes.n - FIXED_BYTES;
    if (left < in->head * 8)
        return false;
    in->numbers = str_n(bytes.p + FIXED_BYTES, in->head * 8);
    in->rest = str_n(in->numbers.p + in->numbers.n, left - in->numbers.n);
    return !in->per || in->rest.n % (in->per * 8) == 0;
}

uint64_t notice_head(const struct notice_bytes *in, size_t i)
{
    return i < in->head ? be64_get(in->numbers.p + i * 8) : 0;
}

size_t notice_items(const struct notice_bytes *in)
{
    return in->per ? in->rest.n / (in->per * 8) : 0;
}

uint64_t notice_item(const struct notice_bytes *in, size_t item, size_t i)
{
    must(item < notice_items(in));
    return i < in->per ? be64_get(in->rest.p + (item * in->per + i) * 8) : 0;
}
