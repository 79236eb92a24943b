#include "util/buf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/macros.h"
#include "util/mem.h"

enum { SHRINK_BYTES_MIN = 4096 };

struct buf *buf_new(size_t n)
{
    must(n <= UINT32_MAX);
    struct buf *b = mem_resize(NULL, sizeof(*b) + n);
    atomic_init(&b->refs, 1);
    b->n = (uint32_t)n;
    b->meter = NULL;
    return b;
}

struct buf *buf_copy(const void *p, size_t n)
{
    struct buf *b = buf_new(n);
    if (n)
        memcpy(b->data, p, n);
    return b;
}

struct buf *buf_ref(struct buf *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void buf_unref(struct buf *b)
{
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (b->meter)
        atomic_fetch_sub_explicit(&b->meter->bytes, b->n, memory_order_relaxed);
    free(b);
}

void builder_deinit(struct builder *b)
{
    free(b->buf);
    *b = (struct builder){0};
}

unsigned char *builder_reserve(struct builder *b, size_t n)
{
    if (!b->buf || b->capacity - b->n < n) {
        must(n <= UINT32_MAX && b->n + n <= UINT32_MAX);
        size_t capacity = b->capacity ? b->capacity : 240;
        while (capacity - b->n < n)
            capacity *= 2;
        b->buf = mem_resize(b->buf, sizeof(*b->buf) + capacity);
        b->capacity = capacity;
    }
    return b->buf->data + b->n;
}

void builder_add(struct builder *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    memcpy(builder_reserve(b, n), p, n);
    b->n += n;
}

void builder_add_byte(struct builder *b, unsigned char byte)
{
    *builder_reserve(b, 1) = byte;
    b->n++;
}

void builder_reset(struct builder *b)
{
    b->n = 0;
}

struct buf *builder_finish(struct builder *b)
{
    builder_reserve(b, 0);
    struct buf *out = b->buf;
    atomic_init(&out->refs, 1);
    out->n = (uint32_t)b->n;
    out->meter = NULL;
    *b = (struct builder){0};
    return out;
}

struct buf *builder_finish_metered(struct builder *b, struct meter *meter)
{
    /* what is small has its room from the first allocation, and is not worth a second */
    bool roomy = b->n >= SHRINK_BYTES_MIN && b->capacity > b->n;
    struct buf *out = builder_finish(b);
    if (roomy)
        out = mem_resize(out, sizeof(*out) + out->n);
    out->meter = meter;
    atomic_fetch_add_explicit(&meter->bytes, out->n, memory_order_relaxed);
    return out;
}
