/*
 * For the tests of connections: a real client socket on loopback, the server's side of it on a
 * loop that the test turns by hand, and a transport that counts, fails and holds back on demand.
 */
#ifndef PARLEY_NET_TEST_RIG_H
#define PARLEY_NET_TEST_RIG_H

#include "net/conn.h"
#include "net/listener.h"
#include "util/buf.h"

/* Wraps TCP, or what rig_start_on() was given. */
struct spy {
    struct transport inner;
    uint32_t recvs, writevs, short_writevs, shutdowns, closes;
    size_t bytes_read;
    /* This call (1 is the first) fails; 0: none. */
    uint32_t recv_fails_at, writev_fails_at;
    int fails_with;
    /* Not 0: takes all it can from the socket and gives it away in such pieces, as TLS does. */
    size_t piece;
    unsigned char held[4096];
    size_t held_from, held_to;
};

/* The server's side. Every conn_… call of a test goes through the side_… functions, which check
 * that no callback runs inside. */
struct side {
    struct conn conn;
    struct conn_handler handler;
    struct spy spy;
    struct builder got; /* what on_data() consumed */
    size_t unit;        /* it consumes whole units of so many bytes; 0: all */
    void (*after_data)(struct side *);
    void (*after_eof)(struct side *);
    void (*after_drained)(struct side *);
    uint32_t datas, eofs, draineds, closeds;
    int why;
    bool in_call;
};

struct rig {
    struct loop loop;
    struct listener listener;
    int accepted; /* -1 until accepted */
    struct address peer;
    struct side side;
    int client;
    struct builder received; /* by the client */
    bool client_eof;
    int client_error;       /* errno of the client's last read, 0: none */
    size_t client_read_max; /* per turn; 0: does not read */
};

/* A connected pair. `receive_bytes` is the client's SO_RCVBUF, 0 the usual one. */
void rig_init(struct rig *, size_t receive_bytes);
void rig_deinit(struct rig *);
/* The server's side begins. Until then its handler may be changed. */
void rig_start(struct rig *);
/* The same on a transport around rig->accepted. */
void rig_start_on(struct rig *, struct transport);

/* One turn of the loop without waiting, then the client reads. Fails after 30 s of turns. */
void rig_turn(struct rig *, uint64_t deadline_ms);
uint64_t rig_deadline_ms(void);
#define rig_until(rig, condition)                                                                  \
    for (uint64_t deadline_ = rig_deadline_ms(); !(condition); rig_turn(rig, deadline_))           \
        ;
/* So many turns whatever happens. */
void rig_turns(struct rig *, int n);

void client_sends(struct rig *, const void *p, size_t n);
void client_ends(struct rig *); /* its side */
void client_resets(struct rig *);

int side_send(struct side *, const char *header, struct buf *payload);
int side_send_late(struct side *, const char *header);
/* Sends a copy. */
int side_send_text(struct side *, const char *text);
size_t side_drop_queue(struct side *);
void side_pause(struct side *);
void side_resume(struct side *);
void side_finish(struct side *);
void side_close(struct side *);
void side_close_now(struct side *);
void side_set_handler(struct side *, const struct conn_handler *);

#endif
