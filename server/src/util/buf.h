/*
 * struct buf: an immutable, reference-counted run of bytes, shared between threads. Fan-out
 * encodes once into a buf and queues references to it.
 * struct builder: a growing byte string that ends as a buf.
 */
#ifndef PARLEY_UTIL_BUF_H
#define PARLEY_UTIL_BUF_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* The bytes of all bufs booked on it that are still alive. Outlives them. Any thread. */
struct meter {
    _Atomic size_t bytes;
};

struct buf {
    _Atomic uint32_t refs;
    uint32_t n;
    struct meter *meter;  /* or NULL */
    unsigned char data[]; /* immutable once a second reference exists */
};

/* A buf of `n` bytes, not initialised, with one reference. */
struct buf *buf_new(size_t n);
/* A buf holding a copy. */
struct buf *buf_copy(const void *p, size_t n);
struct buf *buf_ref(struct buf *);
/* Accepts NULL; the last reference frees. Any thread. */
void buf_unref(struct buf *);

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){(const char *)b->data, b->n};
}

/* Starts as {0}; builder_deinit() or builder_finish() releases it. */
struct builder {
    struct buf *buf;
    size_t n, capacity;
};

void builder_deinit(struct builder *);
/* Room for `n` more bytes at the returned address; builder_advance() claims them. */
unsigned char *builder_reserve(struct builder *, size_t n);
static inline void builder_advance(struct builder *b, size_t n)
{
    b->n += n;
}
void builder_add(struct builder *, const void *p, size_t n);
static inline void builder_add_str(struct builder *b, struct str s)
{
    builder_add(b, s.p, s.n);
}
void builder_add_byte(struct builder *, unsigned char byte);
/* What stands so far; valid until the next call that adds. */
static inline struct str builder_str(const struct builder *b)
{
    return (struct str){b->buf ? (const char *)b->buf->data : "", b->n};
}
/* Empties it, keeping its memory. */
void builder_reset(struct builder *);
/* Hands over the bytes as a buf with one reference; the builder is empty again. Never NULL. */
struct buf *builder_finish(struct builder *);
/* The same, without room to spare, and booked on the meter until the last reference is gone. */
struct buf *builder_finish_metered(struct builder *, struct meter *);

#endif
