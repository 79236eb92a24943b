/*
 * A connection to one node, which keeps itself up: it connects, shakes hands, carries many requests
 * at once, each on a stream of its own, and when it is lost it comes back, later each time.
 *
 * Errors: link_send() answers 0 or a code below. A link that is lost answers every exchange on it
 * with NULL: whether the node did it, nobody knows.
 * Thread: the loop's. No callback runs inside a call by the owner.
 */
#ifndef PARLEY_STORE_CQL_LINK_H
#define PARLEY_STORE_CQL_LINK_H

#include "net/conn.h"
#include "net/connector.h"
#include "store/cql/wire.h"

struct link;
struct tls_client;

enum {
    /* Requests under way on one link. Two links keep 1,000 going, as many as a node of our size has
     * threads and queues for; the protocol would take 32,768. */
    LINK_STREAMS_MAX = 512,
    /* Until a link is open: connecting, TLS, password. */
    LINK_OPEN_MS = 5000,
    /* How often a silent node is asked for a sign of life, and how long it has for it. */
    LINK_BEAT_MS = 3000,
    /* The pause before the first new try, and the longest; each is between half of that and all. */
    LINK_PAUSE_MIN_MS = 100,
    LINK_PAUSE_MAX_MS = 5000,
    /* Bytes that a node does not take: beyond, it is as if all streams were in use. */
    LINK_QUEUE_BYTES_MAX = 4 * 1024 * 1024,
    LINK_WHY_BYTES = 160,
};

/* link_send(): nothing was sent. */
enum {
    LINK_FULL = 1,
    LINK_NOT_OPEN = 2,
};

/* One request and its answer, embedded in whoever asks, who keeps it alive until answered() or
 * link_forget(). */
struct exchange {
    /* Once. `answer` stands until it returns; NULL: the link was lost. */
    void (*answered)(struct exchange *, struct wire_answer *answer);
    struct link *link; /* NULL: not under way */
    uint16_t stream;
    uint64_t sent_ms;
};

/* What all links of a cluster have in common; outlives them. */
struct link_settings {
    struct loop *loop;
    struct str user, password; /* absent: a node that asks for them is refused */
    struct str keyspace;       /* to use; absent: none */
    struct tls_client *tls;    /* NULL: plain TCP */
    const char *tls_name;      /* see tls_client_transport() */
    /* It has become open, or was lost, or a try to open it came to nothing. */
    void (*changed)(struct link *);
    /* After link_stop(): it holds nothing any more, and may be freed. */
    void (*stopped)(struct link *);
};

/* Embedded in its node. */
struct link {
    const struct link_settings *settings;
    void *owner; /* the settings' callbacks' matter */
    struct address address;
    enum link_state {
        LINK_STOPPED,
        LINK_PAUSED,
        LINK_CONNECTING,
        LINK_SHAKING, /* TLS */
        LINK_STARTING,
        LINK_PROVING,  /* the password */
        LINK_ENTERING, /* the keyspace */
        LINK_OPEN,
        LINK_ENDING, /* the socket is closed, conn's word of it is due */
    } state;
    bool stopping;
    bool quiet; /* an answer is overdue and nothing has come since it was asked for */
    uint32_t pause_ms;
    uint64_t heard_ms;
    struct connector connector;
    struct conn conn;
    struct timer timer;  /* of the state */
    struct builder in;   /* an answer of which a part has come */
    struct exchange own; /* handshake and beat */
    struct exchange *streams[LINK_STREAMS_MAX];
    uint16_t free[LINK_STREAMS_MAX];
    uint16_t free_n, forgotten_n;
    char why[LINK_WHY_BYTES]; /* it was lost last; "": never */
};

/* `settings` outlives it. */
void link_init(struct link *, const struct link_settings *, const struct address *, void *owner);
/* Begins to connect; only once. */
void link_start(struct link *);
/* Loses the link for good; stopped() follows, never inside. After link_start(). */
void link_stop(struct link *);

static inline bool link_is_open(const struct link *l)
{
    return l->state == LINK_OPEN;
}
static inline bool link_has_room(const struct link *l)
{
    return l->state == LINK_OPEN && l->free_n > 0 &&
           conn_queued_bytes(&l->conn) < LINK_QUEUE_BYTES_MAX;
}

/* Takes a reference to `body`. 0, LINK_FULL or LINK_NOT_OPEN. */
int link_send(struct link *, struct exchange *, enum wire_opcode, struct buf *body);
/* answered() will not run; the answer, if it still comes, is dropped. Harmless when not under
 * way. */
void link_forget(struct exchange *);

#endif
