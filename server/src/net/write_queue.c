/*
 * A ring of 24-byte entries in one block with the counters. The block starts small, since most
 * turns queue one or two entries, and doubles; it is freed when empty, so that memory follows what
 * is queued at this moment and not the worst that was.
 *
 * `sent` counts bytes of the oldest entry that have left; it is less than that entry's size.
 */
#include "net/write_queue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"

enum { CAPACITY_MIN = 8 };

struct entry {
    struct buf *payload; /* owned; NULL: none */
    unsigned char header_n;
    unsigned char header[WRITE_QUEUE_HEADER_MAX];
};

struct write_queue {
    size_t bytes;
    size_t sent;
    uint32_t first, n, capacity; /* capacity is a power of two */
    struct entry entries[];
};

static struct entry *entry_at(struct write_queue *q, uint32_t i)
{
    return &q->entries[(q->first + i) & (q->capacity - 1)];
}

static size_t entry_size(const struct entry *e)
{
    return e->header_n + (e->payload ? (size_t)e->payload->n : 0);
}

void write_queue_free(struct write_queue *q)
{
    if (!q)
        return;
    for (uint32_t i = 0; i < q->n; i++)
        buf_unref(entry_at(q, i)->payload);
    free(q);
}

static struct write_queue *with_capacity(struct write_queue *old, uint32_t capacity)
{
    struct write_queue *q = mem_resize(NULL, sizeof(*q) + capacity * sizeof(q->entries[0]));
    *q = (struct write_queue){.capacity = capacity};
    if (!old)
        return q;
    q->bytes = old->bytes;
    q->sent = old->sent;
    for (; q->n < old->n; q->n++)
        q->entries[q->n] = *entry_at(old, q->n);
    free(old);
    return q;
}

void write_queue_push(struct write_queue **queue, const void *header, size_t header_n,
                      struct buf *payload)
{
    must(header_n <= WRITE_QUEUE_HEADER_MAX);
    struct write_queue *q = *queue;
    if (!q)
        q = with_capacity(NULL, CAPACITY_MIN);
    else if (q->n == q->capacity)
        q = with_capacity(q, q->capacity * 2);
    *queue = q;

    struct entry *e = entry_at(q, q->n++);
    *e = (struct entry){.header_n = (unsigned char)header_n};
    if (header_n)
        memcpy(e->header, header, header_n);
    if (payload && payload->n)
        e->payload = buf_ref(payload);
    must(entry_size(e) > 0);
    q->bytes += entry_size(e);
}

/* Adds what is left of `p` after *skip bytes, which it counts down. */
static int add_part(struct iovec *parts, int n, const void *p, size_t size, size_t *skip)
{
    size_t skipped = MIN(size, *skip);
    *skip -= skipped;
    if (skipped == size)
        return n;
    parts[n] = (struct iovec){(char *)p + skipped, size - skipped};
    return n + 1;
}

int write_queue_peek(const struct write_queue *q, struct iovec *parts, int n_max)
{
    size_t skip = q->sent;
    int n = 0;
    for (uint32_t i = 0; i < q->n && n + 2 <= n_max; i++) {
        const struct entry *e = entry_at((struct write_queue *)q, i);
        n = add_part(parts, n, e->header, e->header_n, &skip);
        if (e->payload)
            n = add_part(parts, n, e->payload->data, e->payload->n, &skip);
    }
    return n;
}

size_t write_queue_copy(const struct write_queue *q, void *to, size_t size)
{
    struct iovec part[2];
    size_t skip = q->sent, at = 0;
    for (uint32_t i = 0; i < q->n && at < size; i++) {
        const struct entry *e = entry_at((struct write_queue *)q, i);
        int n = add_part(part, 0, e->header, e->header_n, &skip);
        if (e->payload)
            n = add_part(part, n, e->payload->data, e->payload->n, &skip);
        for (int k = 0; k < n; k++) {
            size_t fits = MIN(part[k].iov_len, size - at);
            memcpy((char *)to + at, part[k].iov_base, fits);
            at += fits;
        }
    }
    return at;
}

static void free_if_empty(struct write_queue **queue)
{
    if ((*queue)->n == 0) {
        write_queue_free(*queue);
        *queue = NULL;
    }
}

void write_queue_pop(struct write_queue **queue, size_t n)
{
    struct write_queue *q = *queue;
    must(n <= q->bytes);
    q->bytes -= n;
    q->sent += n;
    while (q->n && q->sent >= entry_size(entry_at(q, 0))) {
        struct entry *e = entry_at(q, 0);
        q->sent -= entry_size(e);
        buf_unref(e->payload);
        q->first = (q->first + 1) & (q->capacity - 1);
        q->n--;
    }
    free_if_empty(queue);
}

size_t write_queue_drop(struct write_queue **queue)
{
    struct write_queue *q = *queue;
    if (!q)
        return 0;
    uint32_t kept = q->sent ? 1 : 0;
    size_t dropped = q->n - kept;
    while (q->n > kept) {
        struct entry *e = entry_at(q, --q->n);
        q->bytes -= entry_size(e);
        buf_unref(e->payload);
    }
    free_if_empty(queue);
    return dropped;
}

size_t write_queue_bytes(const struct write_queue *q)
{
    return q ? q->bytes : 0;
}

size_t write_queue_entries(const struct write_queue *q)
{
    return q ? q->n : 0;
}
