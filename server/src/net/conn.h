/*
 * One connection, owned by one loop. Reading: bytes are handed to the owner straight from a
 * buffer that all connections of the loop share; only what the owner leaves unconsumed is kept.
 * Writing: references to shared buffers queue up, and all that a loop turn produced leaves in one
 * writev at its end. An idle connection holds nothing but its struct.
 *
 * Errors: conn_init() answers 0 or -errno, conn_send() a positive code. Everything else that goes
 * wrong ends the connection and arrives in on_closed(), once.
 * Thread: the loop's. Callbacks may call anything here. No callback runs inside a call by the
 * owner.
 */
#ifndef PARLEY_NET_CONN_H
#define PARLEY_NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"
#include "net/address.h"
#include "net/transport.h"

struct buf;
struct conn;
struct conn_linger;
struct conn_rest;
struct write_queue;

/* conn_send(): nothing was queued. */
enum {
    CONN_FULL = 1,  /* over the queue's limit: drop it and resync, or close */
    CONN_ENDED = 2, /* our side has been ended, or the connection is gone */
};

enum {
    /* Bytes beside the payload of one entry: a server's longest WebSocket frame header is 10, a
     * client's 14 (RFC 6455 §5.2). */
    CONN_HEADER_MAX = 14,
    /* Bound of conn_handler.read_max. */
    CONN_READ_MAX = LOOP_SCRATCH_BYTES,
};

/* What the owner does, and its limits; shared by connections, outlives them. */
struct conn_handler {
    /* The handshake of its transport is over: from here on something can be sent. Not called where
     * it was over from the start. NULL: not told. */
    void (*on_established)(struct conn *);
    /* Looks at `data` (the bytes left before, then new ones) and returns how many it has done
     * with; the rest comes again with what follows, at the latest after conn_resume_reading() or
     * conn_set_handler(). `data` may be changed in place, stands until the return. Called once a
     * turn at most, so that one busy peer leaves room for others. */
    size_t (*on_data)(struct conn *, unsigned char *data, size_t n);
    /* The peer has ended its side; we may still send. NULL: conn_close(). */
    void (*on_eof)(struct conn *);
    /* All that was queued has been handed to the kernel. NULL: not told. */
    void (*on_drained)(struct conn *);
    /* The socket is closed, `conn` is the owner's to free, no callback comes after this. `why`: 0
     * both sides ended in order; -ECANCELED conn_close_now(); -ETIMEDOUT the linger time ran out;
     * -EMSGSIZE on_data() consumed nothing of read_max bytes; else what the socket said. */
    void (*on_closed)(struct conn *, int why);

    uint32_t read_max;          /* most bytes for on_data() at once, hence most kept: 1 to
                                   CONN_READ_MAX */
    uint32_t queue_bytes_max;   /* most bytes queued and not yet with the kernel */
    uint32_t queue_entries_max; /* most entries queued */
    uint32_t linger_ms;         /* for the peer to take the rest and end its side after
                                   conn_close() */
};

/* Embedded in the owner's struct; its fields are the connection's own. */
struct conn {
    struct loop *loop;
    const struct conn_handler *handler;
    struct transport transport;
    struct watch watch;
    struct loop_hook hook;
    struct conn_linger *linger; /* NULL but after conn_close() */
    struct write_queue *queue;  /* NULL while empty */
    struct conn_rest *rest;     /* NULL while nothing is left unconsumed */
    struct address peer;
    bool paused : 1;    /* the owner wants no data */
    bool redeliver : 1; /* the rest, or what the transport holds, is due without an event */
    bool eof : 1;       /* the peer ended its side */
    bool blocked : 1;   /* the socket is full */
    bool finishing : 1; /* end our side once the queue is empty */
    bool finished : 1;  /* our side is ended */
    bool closing : 1;   /* the owner hears nothing but on_closed() any more */
    bool ended : 1;     /* the transport is closed; on_closed() is due */
    bool late : 1;      /* what is queued may wait for company */
    int why;
};

/* Takes over `transport` (closed on an error too) and starts reading. `handler` is borrowed as long
 * as the connection lives. 0, or -errno: then on_closed() is not called. */
int conn_init(struct conn *, struct loop *, struct transport, const struct address *peer,
              const struct conn_handler *);
/* From the next delivery on, which comes without new data if bytes were left: an upgrade. */
void conn_set_handler(struct conn *, const struct conn_handler *);

/* Queues `header_n` bytes, copied, and then `payload` (a reference of its own is taken; NULL: none)
 * as one entry. 0, CONN_FULL or CONN_ENDED. */
int conn_send(struct conn *, const void *header, size_t header_n, struct buf *payload);
/* The same for what nobody waits for: it leaves with what is sent next, or after LOOP_LATE_MS. */
int conn_send_late(struct conn *, const void *header, size_t header_n, struct buf *payload);
/* Drops the entries of which no byte has left, and returns how many; one that has begun is always
 * completed. */
size_t conn_drop_queue(struct conn *);
/* Bytes queued and not yet with the kernel. */
size_t conn_queued_bytes(const struct conn *);

/* No on_data() from here on (what was read is kept) until conn_resume_reading(). The peer is then
 * held back by TCP, and its end of stream goes unnoticed. */
void conn_pause_reading(struct conn *);
void conn_resume_reading(struct conn *);

/* Ends our side once the queue is empty; reading goes on. The connection closes by itself when the
 * peer has ended its side too. */
void conn_finish(struct conn *);
/* Sends what is queued, ends our side, waits for the peer to end its own (what it sends meanwhile
 * is dropped: closing earlier would reset the connection and could cost the peer our last bytes,
 * RFC 9112 §9.6) and closes; all that within linger_ms. */
void conn_close(struct conn *);
/* Closes the socket and drops the queue at once. on_closed() follows at the end of the turn. */
void conn_close_now(struct conn *);
/* The same, after the socket was offered what is queued once more. */
void conn_close_promptly(struct conn *);

/* Whether the handshake of its transport is over. */
bool conn_is_established(struct conn *);
/* Whether the peer lets us wait: the kernel takes no more until it reads. */
static inline bool conn_is_blocked(const struct conn *c)
{
    return c->blocked;
}
/* Whether conn_send() could still take something. */
static inline bool conn_is_open(const struct conn *c)
{
    return !c->finishing && !c->ended;
}

#endif
