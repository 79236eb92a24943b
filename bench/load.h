/*
 * struct load: the one loop that drives all connections of a bench process. What is sent within a
 * turn leaves as one write for each connection, as the server's own answers do.
 * struct link: one TCP connection of it, in bytes; what they mean is its handler's.
 *
 * A connection that ends is told to its handler; whatever else goes wrong ends the run (die.h).
 */
#ifndef PARLEY_BENCH_LOAD_H
#define PARLEY_BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "secure.h"
#include "util/buf.h"
#include "util/wheel.h"

struct link;

struct link_handler {
    /* Of a link that listens: a connection came. The others are then unused. */
    void (*accepted)(struct link *, int fd);
    void (*opened)(struct link *);
    /* Uses up whole units of the bytes and says how many bytes that were; the rest is given again
     * with what comes next. The bytes may be changed. */
    size_t (*data)(struct link *, unsigned char *p, size_t n);
    /* It is closed; `why` is for people. It may be opened again. */
    void (*closed)(struct link *, const char *why);
};

/* Starts as {.load = …, .handler = …}. */
struct link {
    struct load *load;
    const struct link_handler *handler;
    struct link *dirty_next;
    struct builder out; /* what is not yet written, from out_at on */
    size_t out_at;
    struct buf *rest;          /* what data() has not used up */
    struct secure_end *secure; /* NULL: plain */
    int fd_plus_1;             /* 0: closed */
    bool connecting, dirty, waits_to_write, deaf;
};

struct load {
    int epoll;
    uint64_t now_ns;    /* refreshed for each link that has something */
    struct wheel wheel; /* on the millisecond */
    struct link *dirty;
    unsigned char *scratch;
    uint64_t reads, writes; /* calls */
    uint32_t open_n;        /* links */
    uint32_t source;        /* numbers the source addresses */
    struct secure *secure;  /* what links that are opened from now on speak TLS by; NULL: none */
};

void load_init(struct load *);
void load_deinit(struct load *);
/* One turn: waits at most until `until_ns`, handles what is there, fires timers, writes. */
void load_turn(struct load *, uint64_t until_ns);
/* Turns until the condition holds; false: it did not within `seconds`. */
bool load_until(struct load *, bool (*holds)(void *arg), void *arg, double seconds);
/* Turns for so long. */
void load_for(struct load *, double seconds);

/* Begins to connect to 127.0.0.1:port, from one of several addresses of this machine, so that more
 * connections are possible than one address has ports. */
void link_open(struct link *, uint16_t port);
/* Takes a connected or listening descriptor over. */
void link_adopt(struct link *, int fd);
static inline bool link_is_open(const struct link *l)
{
    return l->fd_plus_1 != 0;
}
/* Room for what is to be sent; link_sent() says that something was put there. */
static inline struct builder *link_out(struct link *l)
{
    return &l->out;
}
void link_sent(struct link *);
/* Stops reading, or reads on. */
void link_set_deaf(struct link *, bool deaf);
/* Closes without telling the handler. Harmless when closed. */
void link_close(struct link *);
/* Also frees what it holds. */
void link_deinit(struct link *);

#endif
