/*
 * What a connection has yet to send: entries of a few header bytes and a reference to a shared
 * payload. It exists only while something is queued, so that an idle connection holds none. It
 * knows no socket. One thread.
 */
#ifndef PARLEY_NET_WRITE_QUEUE_H
#define PARLEY_NET_WRITE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct iovec;
struct write_queue;

enum { WRITE_QUEUE_HEADER_MAX = 14 };

/* Accepts NULL; releases every reference. */
void write_queue_free(struct write_queue *);

/* Appends an entry of at least one byte to *queue, which is made if NULL. The header is copied, a
 * reference to `payload` (may be NULL) is taken. */
void write_queue_push(struct write_queue **queue, const void *header, size_t header_n,
                      struct buf *payload);
/* The oldest bytes, in at most `n_max` (2 or more) parts, borrowed until the next change. Returns
 * how many parts. */
int write_queue_peek(const struct write_queue *, struct iovec *parts, int n_max);
/* Copies the oldest bytes, at most `size`; returns how many. */
size_t write_queue_copy(const struct write_queue *, void *to, size_t size);
/* Removes the oldest `n` bytes, which were sent; frees the queue when it becomes empty. */
void write_queue_pop(struct write_queue **queue, size_t n);
/* Drops the entries of which nothing was popped; returns how many. Frees the queue when it becomes
 * empty. */
size_t write_queue_drop(struct write_queue **queue);

/* Bytes and entries that stand; 0 for NULL. */
size_t write_queue_bytes(const struct write_queue *);
size_t write_queue_entries(const struct write_queue *);

#endif
